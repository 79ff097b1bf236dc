//! Files as streams of plain bytes: gzip and zstd are undone on the way.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use flate2::read::MultiGzDecoder;

use super::files::{Compression, DataFile};

/// Opens a file at an offset of its plain bytes; compressed files begin at 0 only.
///
/// # Errors
/// What the system reports; a compressed stream that ends early is an error when the end is read.
pub(crate) fn open(file: &DataFile, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    let mut reader = File::open(&file.path)?;
    match file.compression {
        Compression::None => {
            if offset > 0 {
                reader.seek(SeekFrom::Start(offset))?;
            }
            Ok(Box::new(reader))
        }
        // Logs are often concatenations of gzip files: one member is not the end.
        Compression::Gzip if file.size > 0 => Ok(Box::new(MultiGzDecoder::new(io::BufReader::new(reader)))),
        Compression::Zstd if file.size > 0 => Ok(Box::new(zstd::stream::read::Decoder::new(reader)?)),
        Compression::Gzip | Compression::Zstd => Ok(Box::new(io::empty())),
    }
}
