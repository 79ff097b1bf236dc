//! Files in object stores: `s3://bucket/logs/*.ndjson.gz`, `https://host/file.parquet`
//!
//! A folder is all keys below it, a pattern means what it means for paths. A file is read by requests for a few megabytes, the next of
//! them under way while the former is taken apart; so memory does not depend on its size, and ranges of it can be read apart.
//! Absent: web servers that give a file only as a whole.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    io::{self, Cursor, Read},
    ops::Range,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use chrono::TimeDelta;
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::{GetOptions, GetRange, ObjectMeta, path::Path};
use speleo_index::store::{self, Pending, Place, Reason};
use speleo_syntax::Code;

use super::{
    files::{self, DataFile},
    looked,
};
use crate::{archive, fault::Fault};

/// The first request of a reading: enough to tell what a file is, and little where no more is wanted.
const FIRST: u64 = 256 << 10;
/// Later ones at most: large enough for a line that is slow to answer, and two of them are in memory at a time.
const MOST: u64 = 4 << 20;
/// How much further than a range its last event is expected to go.
const OVERHANG: u64 = 64 << 10;
/// How many files are looked at side by side.
const LOOKS: usize = 16;

/// An object of a store.
#[derive(Debug)]
pub(crate) struct Object {
    place: Place,
    meta: ObjectMeta,
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        (self.place.name(), &self.meta) == (other.place.name(), &other.meta)
    }
}

impl Eq for Object {}

impl Object {
    /// What tells one content from another, where the store says it.
    pub(super) fn version(&self) -> Option<&str> {
        self.meta.e_tag.as_deref()
    }

    /// The store that it is in: its name, and its address for DataFusion, which has none for what is signed.
    pub(super) fn store(&self) -> (ObjectStoreUrl, Arc<dyn object_store::ObjectStore>) {
        let url = super::stored::address(&self.place.name());
        (url, Arc::clone(&self.place.store))
    }

    /// What DataFusion is told of it. That keeps what it read of a file by key, size and age, whatever the store: a part of a second
    /// of its age tells stores and contents apart.
    pub(super) fn told(&self) -> ObjectMeta {
        let mut hasher = DefaultHasher::new();
        (self.place.name(), &self.meta.e_tag).hash(&mut hasher);
        let part = TimeDelta::nanoseconds(i64::from(hasher.finish() as u32 % 1_000_000_000));
        let age = self.meta.last_modified;
        ObjectMeta { last_modified: age.checked_add_signed(part).unwrap_or(age), ..self.meta.clone() }
    }

    /// Its bytes from a place on. They are wanted up to `until`, and perhaps a little further.
    pub(super) fn read(self: &Arc<Self>, range: Range<u64>) -> ObjectReader {
        let size = self.meta.size;
        ObjectReader {
            object: Arc::clone(self),
            next: range.start.min(size),
            until: range.end.saturating_add(OVERHANG).min(size),
            step: FIRST,
            bytes: Cursor::new(Bytes::new()),
            ahead: None,
        }
    }

    fn request(self: &Arc<Self>, range: Range<u64>) -> Pending<Bytes> {
        let object = Arc::clone(self);
        store::begin(async move {
            // Parts of two contents would be events of none. Weak tags are of no use for that.
            let if_match = object.meta.e_tag.clone().filter(|tag| !tag.starts_with("W/"));
            let options = GetOptions { range: Some(GetRange::Bounded(range)), if_match, ..GetOptions::default() };
            object.place.store.get_opts(&object.meta.location, options).await?.bytes().await
        })
    }
}

/// An object as a stream.
pub(super) struct ObjectReader {
    object: Arc<Object>,
    /// Where the next request begins.
    next: u64,
    /// Up to where requests go ahead.
    until: u64,
    step: u64,
    bytes: Cursor<Bytes>,
    ahead: Option<(Range<u64>, Pending<Bytes>)>,
}

impl ObjectReader {
    /// Asks for the next bytes; none at the end.
    fn request(&mut self) -> Option<(Range<u64>, Pending<Bytes>)> {
        let size = self.object.meta.size;
        let end = match self.until.checked_sub(self.next).filter(|left| *left > 0) {
            Some(left) => self.next + left.min(self.step),
            None => self.next.saturating_add(FIRST).min(size),
        };
        if self.next >= end {
            return None;
        }
        let range = self.next..end;
        self.next = end;
        self.step = (self.step * 4).min(MOST);
        Some((range.clone(), self.object.request(range)))
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.bytes.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let is_first = self.step == FIRST;
            let Some((range, pending)) = self.ahead.take().or_else(|| self.request()) else { return Ok(0) };
            let address = self.object.place.root.as_str();
            let bytes = pending.wait().map_err(|error| failure(&error, address))?;
            if bytes.len() as u64 != range.end - range.start {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the store gave less than it has"));
            }
            self.bytes = Cursor::new(bytes);
            // Whoever reads on after the first part reads far.
            if !is_first && self.next < self.until {
                self.ahead = self.request();
            }
        }
    }
}

fn failure(error: &object_store::Error, address: &str) -> io::Error {
    io::Error::other(Reason { error, address }.to_string())
}

/// The files of an address: an object, a folder with all below it, or a pattern; sorted by key.
///
/// # Errors
/// Where nothing is there, or it cannot be looked at.
pub(super) fn find(address: &str) -> Result<Vec<DataFile>, Fault> {
    let Some(place) = Place::of(address)? else { return Ok(Vec::new()) };
    let (mut found, mut missing) = (Vec::new(), "there is no file");
    if let Some(wildcard) = place.rest.find(['*', '?', '[']).filter(|_| !is_signed(address)) {
        found = matching(&place, wildcard)?;
    } else if !place.rest.is_empty() && !place.rest.ends_with('/') {
        found.extend(place.head(&place.key()?)?);
    }
    if found.is_empty() && (!place.is_web() || place.rest.is_empty() || place.rest.ends_with('/')) {
        let folder = place.key()?;
        found = below(&place, &folder)?;
        if place.rest.is_empty() || place.rest.ends_with('/') {
            missing = "no file with a known ending in";
        }
    }
    let all = found.len();
    found.retain(|meta| !archive::is_archive(FilePath::new(meta.location.as_ref())));
    if found.is_empty() && all > 0 {
        missing = "archives in object stores are not unpacked:";
    }
    if found.is_empty() {
        return Err(Fault::new(Code::File, format!("{missing} `{}`", place.address(&place.key()?))));
    }
    let files = found.into_iter().map(|meta| data_file(&place, meta)).collect();
    // Each look may be a request.
    looked::each(files, LOOKS, looked::at)
}

/// Whether a question mark begins a query, and is no pattern.
fn is_signed(address: &str) -> bool {
    address.starts_with("http") && !address.split('?').next().unwrap_or_default().contains(['*', '['])
}

/// The objects that a pattern means.
fn matching(place: &Place, wildcard: usize) -> Result<Vec<ObjectMeta>, Fault> {
    let folder = place.rest.get(..wildcard).and_then(|start| start.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let failed =
        |error: &dyn std::fmt::Display| Fault::new(Code::File, format!("`{}/{}`: {error}", place.root, place.rest));
    let pattern = glob::Pattern::new(&place.rest).map_err(|error| failed(&error))?;
    let folder = Path::parse(folder).map_err(|error| failed(&error))?;
    let options = glob::MatchOptions {
        require_literal_separator: true,
        require_literal_leading_dot: true,
        ..glob::MatchOptions::default()
    };
    let mut found = place.list(&folder)?;
    found.retain(|meta| pattern.matches_with(meta.location.as_ref(), options));
    Ok(found)
}

/// All objects below a folder whose ending is known; hidden ones are left out.
fn below(place: &Place, folder: &Path) -> Result<Vec<ObjectMeta>, Fault> {
    let mut found = place.list(folder)?;
    found.retain(|meta| {
        let is_hidden =
            meta.location.prefix_match(folder).is_none_or(|mut parts| parts.any(|part| part.as_ref().starts_with('.')));
        !is_hidden && files::has_known_ending(FilePath::new(meta.location.as_ref()))
    });
    Ok(found)
}

fn data_file(place: &Place, meta: ObjectMeta) -> DataFile {
    let address = place.address(&meta.location);
    DataFile {
        path: PathBuf::from(&address),
        shown: address,
        size: meta.size,
        modified: Some(SystemTime::from(meta.last_modified)),
        object: Some(Arc::new(Object { place: place.clone(), meta })),
        ..DataFile::default()
    }
}

/// The newest file of the log of an index in a store, with its size and age.
pub(super) fn newest(folder: &FilePath, address: &str) -> (PathBuf, u64, Option<SystemTime>) {
    let newest = Place::of(address).ok().flatten().and_then(|place| {
        let log = place.key().ok()?.join("_delta_log");
        let found = place.list(&log).ok()?;
        let is_commit = |meta: &ObjectMeta| meta.location.extension() == Some("json");
        found.into_iter().rfind(is_commit)
    });
    match newest {
        Some(meta) => (PathBuf::from(meta.location.as_ref()), meta.size, Some(meta.last_modified.into())),
        None => (folder.to_owned(), 0, None),
    }
}
