//! The folder to port: a folder as it is, or an archive unpacked into a temporary one. `speleo port app.spl -o out`
//!
//! Archives come from strangers. Names that lead out of the folder, links, devices, and contents out of all proportion to the
//! archive are refused as a whole.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek},
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use tempfile::TempDir;

/// What an archive may unpack to at least, and at most.
const SIZES: (u64, u64) = (64 << 20, 2 << 30);
/// How many times its own size it may unpack to between these.
const RATIO: u64 = 100;
/// The most files in it.
const MOST_FILES: usize = 100_000;

/// A folder, and the temporary one that goes when it is dropped.
pub(super) struct Opened {
    /// What was given, or what was in it.
    pub(super) root: PathBuf,
    _unpacked: Option<TempDir>,
}

/// Opens a folder, a tar, a tar.gz (.tgz, .spl) or a zip.
pub(super) fn open(path: &Path) -> Result<Opened> {
    if path.is_dir() {
        return Ok(Opened { root: path.to_owned(), _unpacked: None });
    }
    let shown = path.display();
    let mut file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
    let size = file.metadata().with_context(|| format!("cannot read {shown}"))?.len();
    let mut unpacking = Unpacking::new(size)?;
    let mut start = [0; 265];
    let read = read_start(&mut file, &mut start).with_context(|| format!("cannot read {shown}"))?;
    file.rewind().with_context(|| format!("cannot read {shown}"))?;
    let start = start.get(..read).unwrap_or_default();
    let unpacked = if start.starts_with(&[0x1f, 0x8b]) {
        unpacking.tar(MultiGzDecoder::new(BufReader::new(file)))
    } else if start.starts_with(b"PK\x03\x04") {
        unpacking.zip(file)
    } else if start.get(257..262) == Some(b"ustar") {
        unpacking.tar(BufReader::new(file))
    } else {
        bail!("{shown} is neither a folder nor an archive: expected .tgz, .tar.gz, .spl, .tar or .zip");
    };
    unpacked.with_context(|| format!("{shown} is not unpacked"))?;
    Ok(Opened { root: unpacking.folder.path().to_owned(), _unpacked: Some(unpacking.folder) })
}

fn read_start(file: &mut File, start: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while let Some(rest) = start.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

struct Unpacking {
    folder: TempDir,
    /// Bytes that may still come.
    left: u64,
    files: usize,
}

impl Unpacking {
    fn new(size: u64) -> Result<Self> {
        let left = size.saturating_mul(RATIO).clamp(SIZES.0, SIZES.1);
        Ok(Self { folder: tempfile::tempdir().context("there is no place for temporary files")?, left, files: 0 })
    }

    fn tar(&mut self, reader: impl Read) -> Result<()> {
        // Headers count as well: a long name is content that no file shows.
        let mut archive = tar::Archive::new(reader.take(self.left.saturating_add(SIZES.0)));
        for entry in archive.entries().context("the archive cannot be read")? {
            let mut entry = entry.context("the archive is cut off or broken")?;
            let name = entry.path().context("the archive holds a name that is no path")?.into_owned();
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() || kind.is_pax_local_extensions() {
                continue;
            }
            let target = self.target(&name)?;
            if kind.is_dir() {
                fs::create_dir_all(&target)?;
            } else if kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() {
                self.file(&mut entry, &name, &target)?;
            } else {
                bail!("it holds `{}`, which is a link or a device", name.display());
            }
        }
        Ok(())
    }

    fn zip(&mut self, file: File) -> Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).context("the archive cannot be read")?;
        for number in 0..archive.len() {
            let mut entry = archive.by_index(number).context("the archive is cut off or broken")?;
            let name = PathBuf::from(entry.name().context("it holds a name that is no text")?.replace('\\', "/"));
            let target = self.target(&name)?;
            if entry.is_symlink() {
                bail!("it holds `{}`, which is a link or a device", name.display());
            }
            if entry.is_dir() {
                fs::create_dir_all(&target)?;
            } else {
                self.file(&mut entry, &name, &target)?;
            }
        }
        Ok(())
    }

    /// Where an entry goes. Each counts, folders too.
    fn target(&mut self, name: &Path) -> Result<PathBuf> {
        let is_inside = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        ensure!(is_inside, "it holds `{}`, which leads out of its folder", name.display());
        self.files += 1;
        ensure!(self.files <= MOST_FILES, "it holds more than {MOST_FILES} files");
        Ok(self.folder.path().join(name))
    }

    fn file(&mut self, from: &mut impl Read, name: &Path, target: &Path) -> Result<()> {
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let context = || format!("`{}` in it cannot be unpacked", name.display());
        let mut file = File::create(target).with_context(context)?;
        // What a header says of the size is only what it says.
        let written = io::copy(&mut from.take(self.left.saturating_add(1)), &mut file).with_context(context)?;
        match self.left.checked_sub(written) {
            Some(left) => self.left = left,
            None => bail!("its content is out of all proportion to its size: it may be a bomb"),
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
    fn check(bytes: &[u8]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.spl");
        fs::write(&path, bytes).unwrap();
        let told = |error: anyhow::Error| format!("{error:#}").replace(&*path.to_string_lossy(), "app.spl");
        let opened = open(&path).map_err(told)?;
        let names = fs::read_dir(&opened.root).unwrap().map(|entry| entry.unwrap().file_name());
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
