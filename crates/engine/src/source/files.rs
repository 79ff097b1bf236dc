//! Which files a path means, and what they hold. `logs/*.ndjson.gz`
//!
//! The ending decides; the first bytes decide where the ending says nothing.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use speleo_index::store;
use speleo_syntax::Code;

use super::{
    chunk, compress, looked,
    object::{self, Object},
};
use crate::{archive, event::WINDOWS_XML, fault::Fault};

/// How events stand in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Format {
    /// One JSON object a line.
    JsonLines,
    /// JSON objects one after the other, or in an array.
    JsonDocuments,
    /// Cells with a header row.
    Csv {
        /// The byte between cells.
        delimiter: u8,
    },
    /// Parquet.
    Parquet,
    /// Arrow IPC.
    Arrow,
    /// One event a line.
    #[default]
    Raw,
    /// An event log of Windows.
    Evtx,
}

impl Format {
    /// The source type of events that do not say theirs.
    pub(crate) fn sourcetype(self) -> &'static str {
        match self {
            Format::JsonLines | Format::JsonDocuments => "json",
            Format::Csv { delimiter: b'\t' } => "tsv",
            Format::Csv { .. } => "csv",
            Format::Parquet => "parquet",
            Format::Arrow => "arrow",
            Format::Raw => "text",
            Format::Evtx => WINDOWS_XML,
        }
    }

    /// Whether DataFusion reads it by itself.
    pub(crate) fn is_columnar(self) -> bool {
        matches!(self, Format::Parquet | Format::Arrow)
    }
}

/// How a file is compressed as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Compression {
    #[default]
    None,
    Gzip,
    Zstd,
}

/// A file with events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DataFile {
    /// Where it is: an absolute path, or the address of an object.
    pub(crate) path: PathBuf,
    /// The object that it is, where it is not in the file system.
    pub(crate) object: Option<Arc<Object>>,
    /// The path as the user knows it.
    pub(crate) shown: String,
    /// Its place in an archive that it was unpacked from: the archive's path, `:`, and its name there.
    pub(crate) member: Option<String>,
    pub(crate) format: Format,
    pub(crate) compression: Compression,
    /// Whether it begins with the mark of UTF-16: it is decoded on the way, and not read in parts.
    pub(crate) is_wide: bool,
    /// The source type that its first bytes tell.
    pub(crate) sourcetype: Option<&'static str>,
    /// Bytes as it is stored.
    pub(crate) size: u64,
    pub(crate) modified: Option<SystemTime>,
}

impl DataFile {
    /// What tells one content from another: its size, its age, and what a store says of it.
    pub(crate) fn version(&self) -> Version {
        let said = self.object.as_ref().and_then(|object| object.version()).map(str::to_owned);
        (self.size, self.modified, said)
    }
}

/// A content of a file.
pub(crate) type Version = (u64, Option<SystemTime>, Option<String>);

/// The files of a path or an address: a file, a folder with all below it, or a glob; sorted by path.
///
/// # Errors
/// Where nothing is there, or it cannot be looked at.
pub(crate) fn find(path: &str) -> Result<Vec<DataFile>, Fault> {
    if store::is_address(path) {
        return object::find(path);
    }
    looked::all(paths(path, usize::MAX)?)
}

/// Whether there are any such files; an object store is asked what [`find`] would ask it.
///
/// # Errors
/// Where nothing is there.
pub(super) fn exist(path: &str) -> Result<(), Fault> {
    if store::is_address(path) {
        return object::find(path).map(drop);
    }
    paths(path, 1).or_else(|_| paths(path, usize::MAX)).map(drop)
}

/// The paths of files, sorted; as soon as there are so many, the folders that are left are not looked at.
fn paths(path: &str, most: usize) -> Result<Vec<PathBuf>, Fault> {
    let given = Path::new(path);
    let mut paths = Vec::new();
    let is_wanted = |path: &Path| has_known_ending(path) && (most == usize::MAX || !archive::is_archive(path));
    if given.is_dir() {
        walk(given, &mut paths, &is_wanted, most)?;
    } else if given.exists() {
        paths.push(given.to_owned());
    } else {
        let matches = glob::glob_with(path, OPTIONS).map_err(|error| Fault::file(given, "read", error))?;
        for entry in matches {
            let entry = entry.map_err(|error| Fault::file(error.path(), "read", error.error()))?;
            if entry.is_dir() { walk(&entry, &mut paths, &is_wanted, most)? } else { paths.push(entry) }
        }
    }
    paths.sort();
    let all = paths.len();
    paths.retain(|path| !archive::is_archive(path));
    if paths.is_empty() {
        let message = match (all, given.is_dir()) {
            (0, true) => "no file with a known ending in",
            (0, false) => "there is no file",
            _ => "archives are read by `speleo ingest` alone:",
        };
        return Err(Fault::new(Code::File, format!("{message} `{path}`")));
    }
    Ok(paths)
}

/// The archives of a path: the file, those of a folder, or those of a glob; sorted by path.
///
/// # Errors
/// Where it cannot be looked at.
pub(crate) fn archives(path: &str) -> Result<Vec<PathBuf>, Fault> {
    if store::is_address(path) {
        return Ok(Vec::new());
    }
    let given = Path::new(path);
    let mut paths = Vec::new();
    if given.is_dir() {
        walk(given, &mut paths, &archive::is_archive, usize::MAX)?;
    } else if given.exists() {
        paths.push(given.to_owned());
    } else {
        let matches = glob::glob_with(path, OPTIONS).map_err(|error| Fault::file(given, "read", error))?;
        paths.extend(matches.flatten());
    }
    paths.retain(|path| archive::is_archive(path) && path.is_file());
    paths.sort();
    Ok(paths)
}

/// The files of an unpacked archive: all that have a known ending or are text.
///
/// # Errors
/// Where they cannot be read.
pub(crate) fn of_archive(folder: &Path) -> Result<Vec<DataFile>, Fault> {
    let mut paths = Vec::new();
    let begins_as_text = |path: &Path| {
        File::open(path).and_then(|file| start(file, 0)).is_ok_and(|bytes| !bytes.is_empty() && is_text(&bytes))
    };
    let is_wanted = |path: &Path| !archive::is_archive(path) && (by_ending(path).0.is_some() || begins_as_text(path));
    walk(folder, &mut paths, &is_wanted, usize::MAX)?;
    paths.sort();
    looked::all(paths)
}

/// Stars of globs do not mean hidden files.
const OPTIONS: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: true, require_literal_separator: false, require_literal_leading_dot: true };

/// Whether the name of a file says what it holds.
pub(super) fn has_known_ending(path: &Path) -> bool {
    by_ending(path).0.is_some()
}

/// The files below a folder that are wanted, all or at least so many; hidden ones and those of native indexes are left out.
fn walk(folder: &Path, found: &mut Vec<PathBuf>, is_wanted: &dyn Fn(&Path) -> bool, most: usize) -> Result<(), Fault> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| Fault::file(&folder, "read", error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Fault::file(&folder, "read", error))?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // A link to a folder is not followed: it may lead back.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                // What lies in a native index is in it as its log says.
                folders.extend(Some(path).filter(|path| !speleo_index::Index::is_at(path)));
            } else if is_wanted(&path) {
                found.push(path);
                if found.len() >= most {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Finds out what a file holds.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn recognise(mut file: DataFile) -> Result<DataFile, Fault> {
    let path = file.path.clone();
    let failed = |error: std::io::Error| Fault::file(&path, "read", error);
    let (format, compression) = by_ending(&path);
    file.format = format.unwrap_or_default();
    if compression.is_none() && file.format.is_columnar() {
        // Their names are enough, and what they hold is read where their footers are.
        return Ok(file);
    }
    let first = match compression {
        Some(_) => Vec::new(),
        None => compress::stored(&file, 0..START).and_then(|reader| start(reader, file.size)).map_err(failed)?,
    };
    file.compression = compression.unwrap_or_else(|| by_magic(&first));
    file.is_wide = compress::is_wide(&first);
    let is_plain = file.compression == Compression::None && !file.is_wide;
    let plain = |first: Vec<u8>| match is_plain {
        true => Ok(first),
        false => compress::open(&file, 0).and_then(|reader| start(reader, 0)),
    };
    // JSON comes in two forms under one ending.
    if format.is_none_or(|format| format == Format::JsonDocuments) {
        let bytes = plain(first).map_err(failed)?;
        file.format = by_content(&bytes, format);
        file.sourcetype = sourcetype(&bytes).filter(|_| file.format == Format::Raw);
    } else if format == Some(Format::Raw) {
        // A damaged archive is told when it is read.
        file.sourcetype = sourcetype(&plain(first).unwrap_or_default());
    }
    Ok(file)
}

/// The source type of a text that says itself what it is.
fn sourcetype(bytes: &[u8]) -> Option<&'static str> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let start = text.get(..1024).unwrap_or(text);
    let has = |part: &[u8]| memchr::memmem::find(start, part).is_some();
    if text.starts_with(b"#separator ") {
        return Some("zeek");
    }
    if text.starts_with(b"<") && has(b"<Event ") && has(b"schemas.microsoft.com/win/2004/08/events/event") {
        return Some(WINDOWS_XML);
    }
    (text.starts_with(b"#") && has(b"\n#Fields: ")).then_some("w3c")
}

fn by_ending(path: &Path) -> (Option<Format>, Option<Compression>) {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase());
    let name = unrotated(&name);
    let (name, compression) = match name.rsplit_once('.') {
        Some((stem, "gz")) => (stem, Some(Compression::Gzip)),
        Some((stem, "zst" | "zstd")) => (stem, Some(Compression::Zstd)),
        _ => (name, None),
    };
    // `app.log.1.gz` is rotated and compressed.
    let name = unrotated(name);
    let format = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "ndjson" | "jsonl" => Some(Format::JsonLines),
        "json" => Some(Format::JsonDocuments),
        "csv" => Some(Format::Csv { delimiter: b',' }),
        "tsv" => Some(Format::Csv { delimiter: b'\t' }),
        "parquet" => Some(Format::Parquet),
        "arrow" => Some(Format::Arrow),
        "log" | "txt" | "xml" => Some(Format::Raw),
        "evtx" => Some(Format::Evtx),
        _ => None,
    };
    (format, compression)
}

/// A name without what rotation adds to it: `.1`, `-20260131`, `.2026-01-31`, `.old`.
fn unrotated(name: &str) -> &str {
    let is_number = |text: &str| matches!(text.len(), 1..=3) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |text: &str| {
        text.len() >= 8
            && text.starts_with(|c: char| c.is_ascii_digit())
            && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
    };
    // An address is a name of its own: `10.0.0.1`.
    let is_named = |stem: &str| stem.contains(|c: char| c.is_alphabetic());
    let stem = match name.rsplit_once('.') {
        Some((stem, last)) if is_number(last) || is_date(last) || last == "old" => Some(stem),
        _ => {
            let mut dashes = name.match_indices('-').map(|(place, _)| place);
            dashes.find(|place| name.get(place + 1..).is_some_and(is_date)).and_then(|place| name.get(..place))
        }
    };
    stem.filter(|stem| is_named(stem)).unwrap_or(name)
}

/// A path without what compression and rotation add to the name of a log.
pub(crate) fn rotated(path: &str) -> &str {
    let (folder, name) = match path.rfind(['/', '\\']) {
        Some(place) => path.split_at(place + 1),
        None => ("", path),
    };
    let name = unrotated(name);
    let name = [".gz", ".zst", ".zstd"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let name = unrotated(name);
    path.get(..folder.len() + name.len()).unwrap_or(path)
}

/// Whether compression or rotation changed the name of a log.
pub(crate) fn is_rotated(path: &str) -> bool {
    rotated(path).len() < path.len()
}

/// Whether bytes are those of a text.
fn is_text(bytes: &[u8]) -> bool {
    compress::is_wide(bytes) || !bytes.contains(&0)
}

/// So many bytes tell what a file is.
const START: u64 = 64 << 10;

/// The first bytes of a file of a size; 0 where that is not known, as of a pipe.
fn start(mut reader: impl Read, size: u64) -> std::io::Result<Vec<u8>> {
    let most = if size == 0 { START } else { size.min(START) };
    let mut bytes = vec![0; most as usize];
    let mut filled = 0;
    while let Some(space) = bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
        match reader.read(space) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn by_magic(bytes: &[u8]) -> Compression {
    match bytes {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

fn by_content(bytes: &[u8], ending: Option<Format>) -> Format {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if text.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    if text.starts_with(b"ARROW1") {
        return Format::Arrow;
    }
    if text.starts_with(b"ElfFile\0") {
        return Format::Evtx;
    }
    if chunk::envelope(text) > 0 {
        return Format::JsonDocuments;
    }
    let is_json = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match text.first() {
        Some(b'{') if is_json(line) => Format::JsonLines,
        Some(b'{' | b'[') if ending.is_some() => Format::JsonDocuments,
        Some(b'[') if text.get(1..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b"{")) => {
            Format::JsonDocuments
        }
        _ if ending.is_some() => Format::JsonLines,
        _ => Format::Raw,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        folder
    }

    fn names(files: &[DataFile]) -> Vec<String> {
        let name = |file: &DataFile| file.path.file_name().unwrap().to_string_lossy().into_owned();
        files.iter().map(name).collect()
    }

    #[test]
    fn folders_and_globs_give_known_files_in_order() {
        let folder =
            folder(&[("b.log", b"x"), ("a/z.csv", b"x"), ("README", b"x"), (".hidden.log", b"x"), ("c.txt", b"x")]);
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        assert_eq!(names(&find(&at("")).unwrap()), ["z.csv", "b.log", "c.txt"]);
        assert_eq!(names(&find(&at("*.log")).unwrap()), ["b.log"]);
        assert_eq!(names(&find(&at("README")).unwrap()), ["README"]);
        assert_eq!(find(&at("*.csv")).unwrap_err().code, Code::File);
        assert!(find(&at("gone.csv")).unwrap_err().message.contains("gone.csv"));
    }

    #[test]
    fn what_rotation_adds_to_a_name_is_known() {
        for name in ["app.log.1", "app.log.12.gz", "app.log-20260131", "app.log.2026-01-31", "app.log-2026-01-31.zst"] {
            assert_eq!(rotated(&format!("/var/log/{name}")), "/var/log/app.log", "{name}");
        }
        assert_eq!(rotated("syslog.old"), "syslog");
        for name in ["app.log", "10.0.0.1", "part.0001", "conn-2026.log", "2026-01-31", "a.1/b.log"] {
            assert!(!is_rotated(name), "{name}");
        }
        let (format, compression) = by_ending(Path::new("app.log.2.gz"));
        assert_eq!((format, compression), (Some(Format::Raw), Some(Compression::Gzip)));
        assert_eq!(by_ending(Path::new("app.log.3")).0, Some(Format::Raw));
    }

    #[test]
    fn archives_are_found_by_themselves_and_what_is_in_them_by_content() {
        let folder = folder(&[("a.log", b"x"), ("b/c.tgz", b"x"), ("b/messages", b"text"), ("b/blob", b"\0\x01")]);
        let root = folder.path().to_string_lossy().into_owned();
        assert_eq!(names(&find(&root).unwrap()), ["a.log"]);
        assert_eq!(archives(&root).unwrap(), [folder.path().join("b/c.tgz")]);
        assert_eq!(archives(&format!("{root}/b/*")).unwrap(), [folder.path().join("b/c.tgz")]);
        assert!(find(&format!("{root}/b/c.tgz")).unwrap_err().message.contains("speleo ingest"));
        assert_eq!(names(&of_archive(&folder.path().join("b")).unwrap()), ["messages"]);
    }

    #[test]
    fn endings_decide_and_content_fills_in() {
        let gzip = [0x1f, 0x8b, 8, 0];
        let folder = folder(&[
            ("a.json", b" {\"a\": 1}\n{\"a\": 2}\n"),
            ("b.json", b"{\n \"a\": 1\n}"),
            ("c.json", b"[{\"a\": 1}]"),
            ("d", b"{\"a\": 1}\n"),
            ("e", b"Jan 1 hello"),
            ("f.CSV.GZ", &gzip),
            ("g.log", &gzip),
            ("h.txt", b"{\"a\": 1}"),
        ]);
        let kind = |name: &str| {
            let file = &find(&folder.path().join(name).to_string_lossy()).unwrap()[0];
            (file.format, file.compression)
        };
        assert_eq!(kind("a.json").0, Format::JsonLines);
        assert_eq!(kind("b.json").0, Format::JsonDocuments);
        assert_eq!(kind("c.json").0, Format::JsonDocuments);
        assert_eq!(kind("d").0, Format::JsonLines);
        assert_eq!(kind("e").0, Format::Raw);
        assert_eq!(kind("f.CSV.GZ"), (Format::Csv { delimiter: b',' }, Compression::Gzip));
        assert_eq!(kind("g.log"), (Format::Raw, Compression::Gzip));
        assert_eq!(kind("h.txt").0, Format::Raw);
    }
}
