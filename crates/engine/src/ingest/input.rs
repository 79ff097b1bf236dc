//! What tells a file from others, so that it is read once: where it is and how it begins; and whether what was read of it is
//! still there. Splunk's forwarder does the same with checksums of a file's first and last bytes.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use sha2::{Digest, Sha256};

/// So many bytes of its beginning count, up to the first line's end.
const HEAD: u64 = 1024;
/// So many bytes before the place up to which it was read.
const TAIL: u64 = 256;
/// Bits of a mark that hold the checksum of these.
const CHECK_BITS: u32 = 20;

/// A file by its place and beginning; by its beginning alone where that is asked for.
pub(super) fn name(path: &Path, is_text: bool) -> io::Result<String> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    if is_text && let Some(end) = memchr::memchr(b'\n', &head) {
        head.truncate(end);
    }
    let mut hasher = Sha256::new();
    hasher.update(path.to_string_lossy().as_bytes());
    hasher.update([0]);
    hasher.update(&head);
    Ok(hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

/// Up to where a file was read, with a checksum of what stands before.
pub(super) fn mark(path: &Path, place: u64) -> io::Result<i64> {
    let place = i64::try_from(place).unwrap_or(i64::MAX) & (i64::MAX >> CHECK_BITS);
    Ok((place << CHECK_BITS) | i64::from(checksum(path, place.unsigned_abs())?))
}

/// The place of a mark, where the file is still as it was then up to there.
pub(super) fn place(path: &Path, mark: i64) -> io::Result<Option<u64>> {
    let place = (mark >> CHECK_BITS).unsigned_abs();
    if std::fs::metadata(path)?.len() < place {
        return Ok(None);
    }
    let expected = mark & ((1 << CHECK_BITS) - 1);
    Ok((i64::from(checksum(path, place)?) == expected).then_some(place))
}

fn checksum(path: &Path, place: u64) -> io::Result<u32> {
    let start = place.saturating_sub(TAIL);
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(place - start).read_to_end(&mut bytes)?;
    let digest = Sha256::digest(&bytes);
    let first = digest.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte));
    Ok(first & ((1 << CHECK_BITS) - 1))
}

/// The place behind the last line end of a file before `end`; 0 where there is none.
pub(super) fn last_line_end(path: &Path, end: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut end = end;
    let mut buffer = vec![0; 64 << 10];
    while end > 0 {
        let start = end.saturating_sub(buffer.len() as u64);
        let part = buffer.get_mut(..usize::try_from(end - start).unwrap_or(0)).unwrap_or_default();
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(found) = memchr::memrchr(b'\n', part) {
            return Ok(start + found as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.log");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_file_that_grows_keeps_its_name_and_one_that_begins_otherwise_has_another() {
        let (_folder, path) = file("first\n");
        let before = name(&path, true).unwrap();
        std::fs::write(&path, "first\nsecond\n").unwrap();
        assert_eq!(name(&path, true).unwrap(), before);
        std::fs::write(&path, "other\nsecond\n").unwrap();
        assert_ne!(name(&path, true).unwrap(), before);
    }

    #[test]
    fn a_mark_holds_as_long_as_what_was_read_is_there() {
        let (_folder, path) = file("one\ntwo\n");
        let mark = mark(&path, 4).unwrap();
        assert_eq!(place(&path, mark).unwrap(), Some(4));
        std::fs::write(&path, "one\nmore and more\n").unwrap();
        assert_eq!(place(&path, mark).unwrap(), Some(4));
        std::fs::write(&path, "two\none\n").unwrap();
        assert_eq!(place(&path, mark).unwrap(), None);
        std::fs::write(&path, "o").unwrap();
        assert_eq!(place(&path, mark).unwrap(), None);
    }

    #[test]
    fn the_last_whole_line_is_found() {
        for (text, expected) in [("", 0), ("no end", 0), ("a\nb", 2), ("a\nb\n", 4)] {
            let (_folder, path) = file(text);
            assert_eq!(last_line_end(&path, text.len() as u64).unwrap(), expected, "{text:?}");
        }
        let long = format!("a\n{}", "x".repeat(200_000));
        let (_folder, path) = file(&long);
        assert_eq!(last_line_end(&path, long.len() as u64).unwrap(), 2);
    }
}
