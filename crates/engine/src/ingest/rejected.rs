//! Lines that are no events are kept beside the index, so that whoever mends them can add them: `web/_rejected/1710068400-app.ndjson`

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use speleo_index::store::Place;

use crate::{fault::Fault, source::Piece};

/// The folder of an index that holds them. Readers of Delta pass over names that begin so.
const FOLDER: &str = "_rejected";

/// Writes the lines of a part of a file that are no JSON objects. How many they are, and where.
///
/// # Errors
/// Where one of the files cannot be read or written.
pub(super) fn keep(piece: &Piece, place: &str) -> Result<(u64, Option<PathBuf>), Fault> {
    let now = chrono::Utc::now().timestamp_micros();
    let name = piece.path().file_name().map_or_else(Default::default, |name| name.to_string_lossy());
    let name = format!("{now}-{name}");
    if let Some(store) = Place::of(place)? {
        let key = store.key()?.join(FOLDER).join(name);
        let mut lines = Vec::new();
        let count = write(piece, &mut lines)?;
        store.put(&key, lines)?;
        return Ok((count, Some(PathBuf::from(store.address(&key)))));
    }
    let folder = Path::new(place).join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Fault::file(&folder, "make", error))?;
    let path = folder.join(name);
    let failed = |error: std::io::Error| Fault::file(&path, "write", error);
    let mut file = BufWriter::new(File::create(&path).map_err(failed)?);
    let count = write(piece, &mut file)?;
    file.flush().map_err(failed)?;
    Ok((count, Some(path)))
}

fn write(piece: &Piece, file: &mut impl Write) -> Result<u64, Fault> {
    let mut count = 0;
    piece.each_rejected(|line| {
        count += 1;
        file.write_all(line)?;
        file.write_all(b"\n")
    })?;
    Ok(count)
}
