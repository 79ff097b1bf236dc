//! What tells a file from others, so that it is read once: where it is and how it begins; and whether what was read of it is
//! still there. Splunk's forwarder does the same with checksums of a file's first and last bytes.
//!
//! A log that is rotated keeps its events: `app.log`, `app.log.1` and `app.log.2.gz` of one folder are one family, whose files are
//! told apart by what they hold.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::source::{Piece, rotated};

/// So many bytes of its beginning count, up to the first line's end.
const HEAD: u64 = 1024;
/// So many bytes before the place up to which it was read.
const TAIL: u64 = 256;
/// Bits of a mark that hold the checksum of these.
const CHECK_BITS: u32 = 20;
/// How much is looked at while the last line's end is looked for.
const STEP: u64 = 64 << 10;

/// A file by its family and beginning. `bytes` are its own, without compression.
pub(super) fn name(identity: &str, bytes: impl Read, is_text: bool) -> io::Result<String> {
    let mut head = Vec::new();
    bytes.take(HEAD).read_to_end(&mut head)?;
    if is_text && let Some(end) = memchr::memchr(b'\n', &head) {
        head.truncate(end);
    }
    let mut hasher = Sha256::new();
    hasher.update(rotated(identity).as_bytes());
    hasher.update([0]);
    hasher.update(&head);
    Ok(hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

/// Up to where a file was read, with a checksum of what stands before.
pub(super) fn mark(file: &Piece, place: u64) -> io::Result<i64> {
    let place = i64::try_from(place).unwrap_or(i64::MAX) & (i64::MAX >> CHECK_BITS);
    Ok((place << CHECK_BITS) | i64::from(checksum_before(file, place.unsigned_abs())?))
}

/// The place of a mark.
pub(super) fn marked(mark: i64) -> u64 {
    (mark >> CHECK_BITS).unsigned_abs()
}

/// Whether a file is still as it was up to the place of a mark.
pub(super) fn holds(file: &Piece, mark: i64) -> io::Result<bool> {
    let place = marked(mark);
    Ok(file.size() >= place && agrees(mark, checksum_before(file, place)?))
}

fn agrees(mark: i64, checksum: u32) -> bool {
    mark & ((1 << CHECK_BITS) - 1) == i64::from(checksum)
}

/// What of a stream was read before, by marks in rising order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Compared {
    /// The place of the last mark that agrees, with all before it; 0 where the first does not.
    pub(super) place: u64,
    /// All its bytes.
    pub(super) size: u64,
}

/// Compares a stream with marks, to its end or to the first one that differs.
pub(super) fn compare(mut bytes: impl Read, marks: &[i64]) -> io::Result<Compared> {
    let (mut place, mut size) = (0, 0);
    let mut tail = Vec::new();
    let mut step = Vec::new();
    for mark in marks {
        let wanted = marked(*mark);
        while size < wanted {
            step.clear();
            let most = (wanted - size).min(1 << 20);
            let count = bytes.by_ref().take(most).read_to_end(&mut step)? as u64;
            if count == 0 {
                return Ok(Compared { place, size });
            }
            size += count;
            tail.extend_from_slice(&step);
            let surplus = tail.len().saturating_sub(TAIL as usize);
            tail.drain(..surplus);
        }
        if !agrees(*mark, checksum(&tail)) {
            return Ok(Compared { place, size });
        }
        place = wanted;
    }
    size += io::copy(&mut bytes, &mut io::sink())?;
    Ok(Compared { place, size })
}

fn checksum_before(file: &Piece, place: u64) -> io::Result<u32> {
    Ok(checksum(&file.stored(place.saturating_sub(TAIL)..place)?))
}

fn checksum(bytes: &[u8]) -> u32 {
    let digest = Sha256::digest(bytes);
    let first = digest.iter().take(4).fold(0, |number, byte| (number << 8) | u32::from(*byte));
    first & ((1 << CHECK_BITS) - 1)
}

/// The place behind the last line end of a file before `end`; 0 where there is none.
pub(super) fn last_line_end(file: &Piece, end: u64) -> io::Result<u64> {
    let mut end = end;
    while end > 0 {
        let start = end.saturating_sub(STEP);
        if let Some(found) = memchr::memrchr(b'\n', &file.stored(start..end)?) {
            return Ok(start + found as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::{IndexSetting, source::Files, time::Zone};

    /// A file, and what it holds now as a piece.
    struct TextFile(tempfile::TempDir);

    impl TextFile {
        fn new(text: &str) -> Self {
            let file = Self(tempfile::tempdir().unwrap());
            file.write(text);
            file
        }

        fn path(&self) -> std::path::PathBuf {
            self.0.path().join("app.log")
        }

        fn write(&self, text: &str) {
            std::fs::write(self.path(), text).unwrap();
        }

        fn piece(&self) -> Piece {
            let path = self.path().to_string_lossy().into_owned();
            let files = Files::find(&[IndexSetting { path, ..IndexSetting::default() }]).unwrap();
            let zone = Zone { timezone: chrono_tz::UTC, now: 0 };
            files.pieces(zone, &Arc::default()).0.remove(0)
        }
    }

    #[test]
    fn a_file_that_grows_or_is_rotated_keeps_its_name_and_one_that_begins_otherwise_has_another() {
        let named = |path: &str, text: &str| name(path, text.as_bytes(), true).unwrap();
        let before = named("/var/log/app.log", "first\n");
        assert_eq!(named("/var/log/app.log", "first\nsecond\n"), before);
        assert_eq!(named("/var/log/app.log.2.gz", "first\nsecond\n"), before);
        assert_ne!(named("/var/log/app.log", "other\nsecond\n"), before);
        assert_ne!(named("/srv/log/app.log", "first\n"), before);
    }

    #[test]
    fn a_mark_holds_as_long_as_what_was_read_is_there() {
        let file = TextFile::new("one\ntwo\n");
        let mark = mark(&file.piece(), 4).unwrap();
        assert_eq!(marked(mark), 4);
        assert!(holds(&file.piece(), mark).unwrap());
        file.write("one\nmore and more\n");
        assert!(holds(&file.piece(), mark).unwrap());
        file.write("two\none\n");
        assert!(!holds(&file.piece(), mark).unwrap());
        file.write("o");
        assert!(!holds(&file.piece(), mark).unwrap());
    }

    #[test]
    fn a_stream_is_known_up_to_the_last_mark_that_agrees() {
        let text = format!("one\n{}\ntwo\nthree\n", "x".repeat(3_000_000));
        let file = TextFile::new(&text);
        let marks: Vec<i64> = [4, 3_000_005, 3_000_009].map(|place| mark(&file.piece(), place).unwrap()).to_vec();
        let compared = |bytes: &str| compare(bytes.as_bytes(), &marks).unwrap();
        assert_eq!(compared(&text), Compared { place: 3_000_009, size: text.len() as u64 });
        assert_eq!(compared(&text.replace("two", "TWO")).place, 3_000_005);
        assert_eq!(compared("one\n"), Compared { place: 4, size: 4 });
        assert_eq!(compared("two\n").place, 0);
    }

    #[test]
    fn the_last_whole_line_is_found() {
        for (text, expected) in [("", 0), ("no end", 0), ("a\nb", 2), ("a\nb\n", 4)] {
            let file = TextFile::new(text);
            assert_eq!(last_line_end(&file.piece(), text.len() as u64).unwrap(), expected, "{text:?}");
        }
        let long = format!("a\n{}", "x".repeat(200_000));
        let file = TextFile::new(&long);
        assert_eq!(last_line_end(&file.piece(), long.len() as u64).unwrap(), 2);
    }
}
