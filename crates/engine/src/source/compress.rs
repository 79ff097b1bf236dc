//! Files as streams of plain bytes: gzip and zstd are undone on the way, and so is UTF-16 with its mark.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use datafusion::physical_plan::metrics::Count;
use encoding_rs::{Decoder, UTF_8};
use flate2::read::MultiGzDecoder;

use super::files::{Compression, DataFile};

/// Opens a file at an offset of its plain bytes; compressed and wide files begin at 0 only.
///
/// # Errors
/// What the system reports; a compressed stream that ends early is an error when the end is read.
pub(crate) fn open(file: &DataFile, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    open_range(file, offset..u64::MAX)
}

/// The same for whoever wants the bytes of a range, and perhaps a little more.
///
/// # Errors
/// As [`open`].
pub(crate) fn open_range(file: &DataFile, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
    let reader = plain_range(file, range)?;
    // The start of a compressed file is known only now.
    if file.compression == Compression::None && !file.is_wide {
        return Ok(reader);
    }
    let mut mark = Vec::new();
    let mut reader = reader;
    reader.by_ref().take(2).read_to_end(&mut mark)?;
    let is_wide = is_wide(&mark);
    let whole = io::Cursor::new(mark).chain(reader);
    Ok(if is_wide { Box::new(Narrowed::new(whole)) } else { Box::new(whole) })
}

/// Whether bytes begin with the mark of UTF-16, in either order.
pub(crate) fn is_wide(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff")
}

/// Text with a mark that says its encoding, as UTF-8.
struct Narrowed<R> {
    reader: R,
    decoder: Decoder,
    read: Vec<u8>,
    text: Vec<u8>,
    /// What of the text was given.
    given: usize,
    at_end: bool,
}

/// How much is decoded at a time.
const STEP: usize = 64 << 10;

impl<R: Read> Narrowed<R> {
    fn new(reader: R) -> Self {
        // The mark wins over the encoding named here.
        let decoder = UTF_8.new_decoder();
        Self { reader, decoder, read: vec![0; STEP], text: Vec::new(), given: 0, at_end: false }
    }
}

impl<R: Read> Read for Narrowed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.at_end {
            let count = self.reader.read(&mut self.read)?;
            self.at_end = count == 0;
            let bytes = self.read.get(..count).unwrap_or_default();
            self.text.resize(self.decoder.max_utf8_buffer_length(count).unwrap_or(count * 3 + 16), 0);
            let (_, _, written, _) = self.decoder.decode_to_utf8(bytes, &mut self.text, self.at_end);
            self.text.truncate(written);
            self.given = 0;
        }
        let rest = self.text.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

/// Opens a file at an offset, as it is but for its compression.
///
/// # Errors
/// As [`open`].
pub(crate) fn plain(file: &DataFile, offset: u64) -> io::Result<Box<dyn Read + Send>> {
    plain_range(file, offset..u64::MAX)
}

fn plain_range(file: &DataFile, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
    match file.compression {
        Compression::None => stored(file, range),
        Compression::Gzip | Compression::Zstd if file.size == 0 => Ok(Box::new(io::empty())),
        // Logs are often concatenations of gzip files: one member is not the end.
        Compression::Gzip => Ok(Box::new(MultiGzDecoder::new(io::BufReader::new(stored(file, 0..u64::MAX)?)))),
        Compression::Zstd => Ok(Box::new(zstd::stream::read::Decoder::new(stored(file, 0..u64::MAX)?)?)),
    }
}

/// The bytes of a file as they are stored, from the start of a range on. Its end says up to where they are likely to be read.
///
/// # Errors
/// What the system reports.
pub(crate) fn stored(file: &DataFile, range: Range<u64>) -> io::Result<Box<dyn Read + Send>> {
    if let Some(object) = &file.object {
        return Ok(Box::new(object.read(range)));
    }
    let mut reader = File::open(&file.path)?;
    if range.start > 0 {
        reader.seek(SeekFrom::Start(range.start))?;
    }
    Ok(Box::new(reader))
}

/// Counts the bytes that are read.
pub(crate) struct Counted<R> {
    pub(crate) reader: R,
    pub(crate) count: Count,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.add(read);
        Ok(read)
    }
}
