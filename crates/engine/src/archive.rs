//! Archives unpacked into a temporary folder: `speleo port app.spl`, `speleo ingest web evidence.zip`
//!
//! Archives come from strangers. Names that lead out of the folder and contents out of all proportion to the archive are refused
//! as a whole; so are links and devices, or they are passed over.

use std::{
    fmt,
    fs::{self, File},
    io::{self, BufReader, Read, Seek},
    path::{Component, Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use tempfile::TempDir;

/// Why an archive is not unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveError(String);

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ArchiveError {}

type Result<T> = std::result::Result<T, ArchiveError>;

/// A failure with what was being done.
fn told<E: fmt::Display>(doing: impl fmt::Display) -> impl FnOnce(E) -> ArchiveError {
    move |error| ArchiveError(format!("{doing}: {error}"))
}

fn refused<T>(message: impl Into<String>) -> Result<T> {
    Err(ArchiveError(message.into()))
}

/// What is taken out of an archive.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// What it may unpack to at least, whatever its size.
    pub least: u64,
    /// What it may unpack to at most.
    pub most: u64,
    /// How many times its own size it may unpack to between these.
    pub ratio: u64,
    /// The most files in it.
    pub files: usize,
    /// Whether links and devices in it are passed over; otherwise nothing is unpacked.
    pub passes_links: bool,
}

impl Limits {
    /// Of an app: few files, and none that is a link.
    pub const APP: Self = Self { least: 64 << 20, most: 2 << 30, ratio: 100, files: 100_000, passes_links: false };
    /// Of collected logs, which are large and compress well.
    pub const LOGS: Self = Self { least: 1 << 30, most: u64::MAX, ratio: 1100, files: 10_000_000, passes_links: true };
}

/// How an archive is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tar,
    Gzip,
    Zstd,
    Zip,
}

impl Kind {
    /// By its first bytes; a compressed file is taken for an archive.
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Self::Zip),
            _ if start.get(257..262) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Whether a file is an archive by its name: `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, `.zip`.
pub(crate) fn is_archive(path: &Path) -> bool {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().to_ascii_lowercase());
    [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".zip"].iter().any(|ending| name.ends_with(ending))
}

/// What was in an archive; it goes when this is dropped.
#[derive(Debug)]
pub struct Unpacked {
    folder: TempDir,
    /// The links and devices that were passed over.
    pub passed_over: Vec<String>,
}

impl Unpacked {
    /// Unpacks a tar, a tar.gz (.tgz, .spl), a tar.zst or a zip.
    ///
    /// # Errors
    /// Where it is none, is broken, or holds what is not wanted.
    pub fn open(path: &Path, limits: Limits) -> Result<Self> {
        let shown = path.display();
        let unreadable = || format!("cannot read {shown}");
        let mut file = File::open(path).map_err(told(unreadable()))?;
        let size = file.metadata().map_err(told(unreadable()))?.len();
        let folder = tempfile::tempdir().map_err(told("there is no place for temporary files"))?;
        let left = size.saturating_mul(limits.ratio).max(limits.least).min(limits.most);
        let mut unpacking = Unpacking { folder, left, files: 0, limits, passed_over: Vec::new() };
        let mut start = Vec::new();
        file.by_ref().take(265).read_to_end(&mut start).map_err(told(unreadable()))?;
        file.rewind().map_err(told(unreadable()))?;
        let unpacked = match Kind::of(&start) {
            Some(Kind::Gzip) => unpacking.tar(MultiGzDecoder::new(BufReader::new(file))),
            Some(Kind::Zstd) => {
                let reader = zstd::stream::read::Decoder::new(file).map_err(told(unreadable()))?;
                unpacking.tar(reader)
            }
            Some(Kind::Tar) => unpacking.tar(BufReader::new(file)),
            Some(Kind::Zip) => unpacking.zip(file),
            None => {
                return refused(format!(
                    "{shown} is neither a folder nor an archive: expected .tgz, .tar.gz, .spl, .tar.zst, .tar or .zip"
                ));
            }
        };
        unpacked.map_err(told(format!("{shown} is not unpacked")))?;
        Ok(Self { folder: unpacking.folder, passed_over: unpacking.passed_over })
    }

    /// The folder with what was in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

struct Unpacking {
    folder: TempDir,
    /// Bytes that may still come.
    left: u64,
    files: usize,
    limits: Limits,
    passed_over: Vec<String>,
}

impl Unpacking {
    fn tar(&mut self, reader: impl Read) -> Result<()> {
        // Headers count as well: a long name is content that no file shows.
        let mut archive = tar::Archive::new(reader.take(self.left.saturating_add(self.limits.least)));
        for entry in archive.entries().map_err(told("the archive cannot be read"))? {
            let mut entry = entry.map_err(told("the archive is cut off or broken"))?;
            let name = entry.path().map_err(told("the archive holds a name that is no path"))?.into_owned();
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
                continue;
            }
            let target = self.target(&name)?;
            if kind.is_dir() {
                fs::create_dir_all(&target).map_err(told("a folder cannot be made"))?;
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                self.file(&mut entry, &name, &target)?;
            } else {
                self.link(&name)?;
            }
        }
        Ok(())
    }

    fn zip(&mut self, file: File) -> Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(told("the archive cannot be read"))?;
        for number in 0..archive.len() {
            let mut entry = archive.by_index(number).map_err(told("the archive is cut off or broken"))?;
            let name = entry.name().map_err(told("it holds a name that is no text"))?.replace('\\', "/");
            let name = PathBuf::from(name);
            let target = self.target(&name)?;
            if entry.is_symlink() {
                self.link(&name)?;
            } else if entry.is_dir() {
                fs::create_dir_all(&target).map_err(told("a folder cannot be made"))?;
            } else {
                self.file(&mut entry, &name, &target)?;
            }
        }
        Ok(())
    }

    /// What is neither a file nor a folder.
    fn link(&mut self, name: &Path) -> Result<()> {
        if !self.limits.passes_links {
            return refused(format!("it holds `{}`, which is a link or a device", name.display()));
        }
        self.passed_over.push(name.display().to_string());
        Ok(())
    }

    /// Where an entry goes. Each counts, folders too.
    fn target(&mut self, name: &Path) -> Result<PathBuf> {
        let is_inside = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_inside {
            return refused(format!("it holds `{}`, which leads out of its folder", name.display()));
        }
        self.files += 1;
        if self.files > self.limits.files {
            return refused(format!("it holds more than {} files", self.limits.files));
        }
        Ok(self.folder.path().join(name))
    }

    fn file(&mut self, from: &mut impl Read, name: &Path, target: &Path) -> Result<()> {
        let doing = || format!("`{}` in it cannot be unpacked", name.display());
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(told(doing()))?;
        }
        let mut file = File::create(target).map_err(told(doing()))?;
        // What a header says of the size is only what it says.
        let written = io::copy(&mut from.take(self.left.saturating_add(1)), &mut file).map_err(told(doing()))?;
        match self.left.checked_sub(written) {
            Some(left) => self.left = left,
            None => return refused("its content is out of all proportion to its size: it may be a bomb"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// Opens bytes as an archive and tells what was in it or why not.
    fn check(bytes: &[u8]) -> std::result::Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.spl");
        fs::write(&path, bytes).unwrap();
        let told = |error: ArchiveError| error.to_string().replace(&*path.to_string_lossy(), "app.spl");
        let opened = Unpacked::open(&path, Limits::APP).map_err(told)?;
        let names = fs::read_dir(opened.folder()).unwrap().map(|entry| entry.unwrap().file_name());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    /// A compressed tar of one entry.
    fn tar(name: &str, kind: tar::EntryType, content: &[u8]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // The library refuses to write such names itself.
        header.as_old_mut().name.get_mut(..name.len()).unwrap().copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, content).unwrap();
        builder.into_inner().unwrap().finish().unwrap()
    }

    #[test]
    fn what_is_in_it_lies_in_the_folder() {
        assert_eq!(check(&tar("app/default/app.conf", tar::EntryType::Regular, b"x")), Ok(vec!["app".to_owned()]));
        assert_eq!(check(&tar("default/app.conf", tar::EntryType::Regular, b"x")), Ok(vec!["default".to_owned()]));
    }

    #[test]
    fn what_leads_out_is_refused() {
        let error = check(&tar("../../evil", tar::EntryType::Regular, b"x")).unwrap_err();
        assert!(error.contains("leads out of its folder"), "{error}");
        let error = check(&tar("/etc/evil", tar::EntryType::Regular, b"x")).unwrap_err();
        assert!(error.contains("leads out of its folder"), "{error}");
        let error = check(&tar("app/link", tar::EntryType::Symlink, b"")).unwrap_err();
        assert!(error.contains("link"), "{error}");
    }

    #[test]
    fn links_among_logs_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs.tgz");
        fs::write(&path, tar("logs/latest", tar::EntryType::Symlink, b"")).unwrap();
        assert_eq!(Unpacked::open(&path, Limits::LOGS).unwrap().passed_over, ["logs/latest"]);
    }

    #[test]
    fn archives_are_known_by_their_names() {
        for name in ["a.tar", "a.TGZ", "a.tar.gz", "a.tar.zst", "a.zip"] {
            assert!(is_archive(Path::new(name)), "{name}");
        }
        for name in ["a.gz", "a.log", "tar", "zip.log"] {
            assert!(!is_archive(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut builder = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        builder.start_file("app/zeros", zip::write::SimpleFileOptions::default()).unwrap();
        let zeros = vec![0; 1 << 20];
        for _ in 0..70 {
            builder.write_all(&zeros).unwrap();
        }
        let error = check(&builder.finish().unwrap().into_inner()).unwrap_err();
        assert!(error.contains("out of all proportion"), "{error}");
    }

    #[test]
    fn what_is_cut_or_no_archive_is_told() {
        let whole = tar("app/default/app.conf", tar::EntryType::Regular, &[7; 5000]);
        let half = check(whole.get(..whole.len() / 2).unwrap()).unwrap_err();
        let expected = "app.spl is not unpacked: the archive is cut off or broken: ";
        assert!(half.starts_with(expected), "{half}");
        assert!(check(b"hello").unwrap_err().contains("neither a folder nor an archive"));
    }
}
