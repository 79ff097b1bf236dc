//! Rows as files of the lookup folder: `dump basename=logins format=csv`, `outputraw report.txt`
//!
//! A name is never a path, and what a row says of folders stays below the folder `dump`. All files are written beside their places
//! and get their names together at the end: where one fails there is none.

mod form;

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use datafusion::arrow::array::RecordBatch;
use flate2::{Compression, write::GzEncoder};
use speleo_functions::value::Texts;
use speleo_plan::{FileFormat, FileWrite, Rows};
use speleo_syntax::Code;
use tempfile::NamedTempFile;

use self::form::Form;
use crate::{fault::Fault, lookup::is_plain};

/// The folder of files that are numbered.
const DUMP: &str = "dump";

/// How many files of one name a folder may hold.
const MOST_FILES: usize = 1_000_000;

/// Writes the rows.
///
/// # Errors
/// E0302 for names that are paths, E0501 where a file cannot be written.
pub(crate) fn write(folder: &Path, write: &FileWrite, rows: &Rows) -> Result<(), Fault> {
    if !is_plain(&write.name) {
        let message = format!("`{}` is not the plain name of a file", write.name);
        return Err(Fault::new(Code::BadValue, message));
    }
    if write.roll_bytes.is_none() && !write.name.to_ascii_lowercase().ends_with(".txt") {
        let message = format!("the name of a text file ends in `.txt`, not so `{}`", write.name);
        return Err(Fault::new(Code::BadValue, message));
    }
    let mut open: HashMap<String, Rolling> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    for batch in &rows.batches {
        let form = Form::new(write, batch).map_err(|error| Fault::data(&write.name, error))?;
        let destinations = destinations(write, batch)?;
        for row in 0..batch.num_rows() {
            let place = destinations.as_ref().and_then(|texts| texts.get(row)).unwrap_or_default().into_owned();
            if !open.contains_key(&place) {
                order.push(place.clone());
                open.insert(place.clone(), Rolling::new(folder, write, &place)?);
            }
            if let Some(rolling) = open.get_mut(&place) {
                rolling.row(&form, row)?;
            }
        }
    }
    let mut done = Vec::new();
    for place in order {
        if let Some(rolling) = open.remove(&place) {
            done.push(rolling.end()?);
        }
    }
    done.into_iter().try_for_each(Finished::keep)
}

fn destinations(write: &FileWrite, batch: &RecordBatch) -> Result<Option<Texts>, Fault> {
    let column = write.destination.as_ref().and_then(|name| batch.column_by_name(name));
    column.map(Texts::new).transpose().map_err(|error| Fault::data(&write.name, error))
}

/// The files of one folder, one after the other.
struct Rolling {
    folder: PathBuf,
    name: String,
    ending: String,
    format: FileFormat,
    roll_bytes: Option<u64>,
    compression: u32,
    open: Option<(Sink, u64)>,
    full: Vec<NamedTempFile>,
}

/// A file that is being written.
enum Sink {
    Plain(BufWriter<NamedTempFile>),
    Gzip(Box<GzEncoder<BufWriter<NamedTempFile>>>),
}

/// Files that have all their rows and no names yet.
struct Finished {
    folder: PathBuf,
    name: String,
    ending: String,
    is_numbered: bool,
    files: Vec<NamedTempFile>,
}

impl Rolling {
    fn new(lookups: &Path, write: &FileWrite, place: &str) -> Result<Self, Fault> {
        let mut folder = lookups.to_owned();
        if write.roll_bytes.is_some() {
            folder.push(DUMP);
        }
        for part in place.split('/').filter(|part| !part.is_empty()) {
            if !is_plain(part) {
                let message = format!("`{place}` is no folder below the one of dumped files");
                return Err(Fault::new(Code::BadValue, message));
            }
            folder.push(part);
        }
        let gzip = if write.compression > 0 { ".gz" } else { "" };
        Ok(Self {
            folder,
            name: write.name.clone(),
            ending: format!(".{}{gzip}", write.format.ending()),
            format: write.format,
            roll_bytes: write.roll_bytes,
            compression: write.compression,
            open: None,
            full: Vec::new(),
        })
    }

    fn row(&mut self, form: &Form, row: usize) -> Result<(), Fault> {
        let mut text = Vec::new();
        if self.open.is_none() {
            fs::create_dir_all(&self.folder).map_err(|error| Fault::file(&self.folder, "make", error))?;
            let file = NamedTempFile::new_in(&self.folder).map_err(|error| self.failed(error))?;
            let file = BufWriter::new(file);
            let sink = match self.compression {
                0 => Sink::Plain(file),
                level => Sink::Gzip(Box::new(GzEncoder::new(file, Compression::new(level.min(9))))),
            };
            self.open = Some((sink, 0));
            form.start(&mut text).map_err(|error| self.failed(error))?;
        }
        form.row(row, &mut text).map_err(|error| self.failed(error))?;
        let Some((sink, written)) = &mut self.open else { return Ok(()) };
        let result = match sink {
            Sink::Plain(file) => file.write_all(&text),
            Sink::Gzip(file) => file.write_all(&text),
        };
        *written = written.saturating_add(text.len() as u64);
        let is_full = self.roll_bytes.is_some_and(|most| *written >= most);
        result.map_err(|error| self.failed(error))?;
        if is_full { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some((sink, _)) = self.open.take() else { return Ok(()) };
        let end = form::end(self.format).as_bytes();
        let closed = match sink {
            Sink::Plain(mut file) => file.write_all(end).map(|()| file),
            Sink::Gzip(mut file) => file.write_all(end).and_then(|()| file.finish()),
        };
        let file = closed.and_then(|file| file.into_inner().map_err(std::io::IntoInnerError::into_error));
        let file = file.map_err(|error| self.failed(error))?;
        permit(file.as_file()).and_then(|()| file.as_file().sync_all()).map_err(|error| self.failed(error))?;
        self.full.push(file);
        Ok(())
    }

    fn end(mut self) -> Result<Finished, Fault> {
        self.close()?;
        let Self { folder, name, ending, roll_bytes, full, .. } = self;
        Ok(Finished { folder, name, ending, is_numbered: roll_bytes.is_some(), files: full })
    }

    fn failed(&self, error: impl std::fmt::Display) -> Fault {
        Fault::file(&self.folder.join(&self.name), "write", error)
    }
}

impl Finished {
    /// Gives the files their names: the next numbers that are free, or the one name.
    fn keep(self) -> Result<(), Fault> {
        let mut number = 0;
        for mut file in self.files {
            if !self.is_numbered {
                let path = self.folder.join(&self.name);
                file.persist(&path).map_err(|error| Fault::file(&path, "write", error.error))?;
                continue;
            }
            loop {
                let path = self.folder.join(format!("{}_{number}{}", self.name, self.ending));
                number += 1;
                match file.persist_noclobber(&path) {
                    Ok(_) => break,
                    Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists && number < MOST_FILES => {
                        file = failed.file;
                    }
                    Err(failed) => return Err(Fault::file(&path, "write", failed.error)),
                }
            }
        }
        Ok(())
    }
}

/// What files usually allow: temporary ones are private.
fn permit(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(test)]
mod tests;
