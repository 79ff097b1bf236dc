//! Writes a lookup file, whole or not at all: a new file beside it, then a rename. `… | outputlookup append=t seen.csv`

use std::{
    collections::HashMap,
    fs::{File, Permissions},
    io::Write,
    path::Path,
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::DataType},
    error::DataFusionError,
};
use flate2::{Compression, write::GzEncoder};
use speleo_functions::value::{Lists, Texts};
use speleo_plan::{LookupWrite, Rows};
use speleo_syntax::Code;

use super::{
    MULTIVALUE, is_compressed, name_of,
    read::{Cells, read_cells},
};
use crate::fault::Fault;

/// Writes rows as the order says.
pub(super) fn write(path: &Path, write: &LookupWrite, rows: &Rows) -> Result<(), Fault> {
    // Writers of one folder take turns: adding rows reads the file first.
    let folder = path.parent().unwrap_or(Path::new("."));
    let turn = File::open(folder).map_err(|error| Fault::file(folder, "open", error))?;
    // Where the file system cannot lock, the rename alone keeps files whole.
    let _ = turn.lock();
    let new = cells(rows, write.multivalue_columns).map_err(|error| Fault::data(name_of(path), error))?;
    if write.append && is_compressed(&name_of(path)) {
        let message = format!("rows cannot be added to the compressed lookup `{}`", name_of(path));
        return Err(Fault::new(Code::UnsupportedForm, message));
    }
    if new.rows.is_empty() {
        return empty(path, write);
    }
    let joined =
        if write.append && path.is_file() { join(read_cells(path)?, new, write.key_field.as_deref()) } else { new };
    replace(path, |target| {
        let mut writer = csv::WriterBuilder::new().from_writer(target);
        writer.write_record(&joined.header)?;
        for row in &joined.rows {
            writer.write_record(row)?;
        }
        writer.flush()
    })
}

/// No rows: adding them changes nothing; else the table goes, or stays with neither rows nor columns.
fn empty(path: &Path, write: &LookupWrite) -> Result<(), Fault> {
    if write.append {
        return Ok(());
    }
    let exists = path.is_file();
    if exists && !write.override_if_empty {
        return Ok(());
    }
    if write.create_empty {
        return replace(path, |_| Ok(()));
    }
    if exists {
        let folder = path.parent().unwrap_or(Path::new("."));
        let gone = keep_former(path, folder).and_then(|()| std::fs::remove_file(path));
        gone.map_err(|error| Fault::file(path, "delete", error))?;
    }
    Ok(())
}

/// Adds rows to a table whose columns stay. With a key, a row replaces the one with an equal key in its place.
fn join(old: Cells, new: Cells, key: Option<&str>) -> Cells {
    if old.header.is_empty() {
        return new;
    }
    let places: Vec<Option<usize>> =
        old.header.iter().map(|name| new.header.iter().position(|other| other == name)).collect();
    let fit = |row: &Vec<String>| -> Vec<String> {
        places.iter().map(|place| place.and_then(|place| row.get(place)).cloned().unwrap_or_default()).collect()
    };
    let key = key.and_then(|key| old.header.iter().position(|name| name == key));
    let Cells { header, mut rows } = old;
    let mut known: HashMap<String, usize> = HashMap::new();
    if let Some(key) = key {
        for (place, row) in rows.iter().enumerate() {
            known.entry(row.get(key).cloned().unwrap_or_default()).or_insert(place);
        }
    }
    for row in &new.rows {
        let row = fit(row);
        let value = key.and_then(|key| row.get(key)).filter(|value| !value.is_empty()).cloned();
        match value.as_ref().and_then(|value| known.get(value)).and_then(|place| rows.get_mut(*place)) {
            Some(old) => *old = row,
            None => {
                known.extend(value.map(|value| (value, rows.len())));
                rows.push(row);
            }
        }
    }
    Cells { header, rows }
}

/// Rows as cells: hidden and internal columns are left out, save `_time`.
fn cells(rows: &Rows, apart: bool) -> Result<Cells, DataFusionError> {
    let shown = |name: &str| !name.starts_with('_') || name == "_time";
    let columns: Vec<usize> = rows
        .schema
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| shown(field.name()))
        .map(|(place, _)| place)
        .collect();
    let mut header = Vec::new();
    for column in &columns {
        let field = rows.schema.field(*column);
        header.push(field.name().clone());
        if apart && is_list(field.data_type()) {
            header.push(format!("{MULTIVALUE}{}", field.name()));
        }
    }
    let mut all = Vec::new();
    for batch in &rows.batches {
        let start = all.len();
        all.resize_with(start + batch.num_rows(), || Vec::with_capacity(header.len()));
        for column in &columns {
            let cells = column_cells(batch, *column, apart)?;
            for (place, row) in all.iter_mut().skip(start).enumerate() {
                row.extend(cells(place));
            }
        }
    }
    Ok(Cells { header, rows: all })
}

fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_))
}

/// Gives the cells of a row: one, or two where lists keep their values apart.
fn column_cells(
    batch: &RecordBatch,
    column: usize,
    apart: bool,
) -> Result<Box<dyn Fn(usize) -> Vec<String>>, DataFusionError> {
    let array = batch.column(column);
    if !is_list(array.data_type()) {
        let texts = Texts::new(array)?;
        return Ok(Box::new(move |row| vec![texts.get(row).unwrap_or_default().into_owned()]));
    }
    let lists = Lists::new(array)?;
    Ok(Box::new(move |row| {
        let texts: Vec<&str> = lists.get(row).into_iter().flatten().collect();
        let mut cells = vec![texts.join(" ")];
        if apart {
            let quoted = |text: &&str| format!("${}$", text.replace('$', "$$"));
            let several = texts.len() > 1;
            cells.push(if several { texts.iter().map(quoted).collect::<Vec<_>>().join(";") } else { String::new() });
        }
        cells
    }))
}

/// Puts a new file in the place of an old one; whatever fails, the old one is intact.
pub(super) fn replace(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Fault> {
    let failed = |error: std::io::Error| Fault::file(path, "write", error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    if is_compressed(&name_of(path)) {
        let mut encoder = GzEncoder::new(file.as_file_mut(), Compression::default());
        fill(&mut encoder).map_err(failed)?;
        encoder.finish().map_err(failed)?;
    } else {
        let mut buffered = std::io::BufWriter::new(file.as_file_mut());
        fill(&mut buffered).map_err(failed)?;
        buffered.flush().map_err(failed)?;
    }
    file.as_file().set_permissions(permissions(path)).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    keep_former(path, folder).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The rename itself lasts only once the folder is on disk; where a folder cannot be synced, the system takes care.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// The folder, beside lookup files, of what they were before they were last written.
const FORMER: &str = ".former";

/// Keeps what is about to be replaced: a mistaken `outputlookup` is undone by copying it back.
fn keep_former(path: &Path, folder: &Path) -> std::io::Result<()> {
    let Some(name) = path.file_name().filter(|_| path.is_file()) else { return Ok(()) };
    let former = folder.join(FORMER);
    std::fs::create_dir_all(&former)?;
    let new = tempfile::Builder::new().prefix(".").tempdir_in(&former)?;
    let copy = new.path().join(name);
    // A link costs nothing; where the file system has none, the bytes are copied.
    std::fs::hard_link(path, &copy).or_else(|_| std::fs::copy(path, &copy).map(drop))?;
    std::fs::rename(copy, former.join(name))
}

/// What the old file allowed, else what files usually do: temporary files are private.
fn permissions(path: &Path) -> Permissions {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).map_or_else(|_| Permissions::from_mode(0o644), |old| old.permissions())
}

#[cfg(test)]
#[path = "write/tests.rs"]
mod tests;
