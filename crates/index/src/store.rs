//! Object stores by their addresses: `s3://bucket/indexes/web`, `gs://`, `az://`, `abfss://`, `https://`
//!
//! A store is made when it is first named, and kept: all that read from a bucket share its connections. What it takes comes from the
//! environment, under the names that the tools of each cloud read, and from options that [`configure`] gives for an address. Both hold
//! for the process, as the registry of stores does that Delta's library asks.
//!
//! Requests run on threads of their own, so that a search that decodes does not hold them up. Absent: profiles of AWS and other files
//! with credentials, but for those that the environment names.

mod build;
mod delta;
mod reason;

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

pub(crate) use self::delta::register;
pub use self::reason::{Reason, is_remote, storage_error};

use crate::{IndexError, Problem, error::Result};

/// The schemes of addresses.
const SCHEMES: [&str; 10] = ["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "http", "https"];

/// The options of stores by address, each a name and a value: `s3://bucket` holds for one bucket, `s3://` for all.
pub type StoreOptions = BTreeMap<String, BTreeMap<String, String>>;

/// The stores that were made, and what they are made of. One lock is for both: they change together.
#[derive(Debug, Default)]
struct Stores {
    options: StoreOptions,
    made: HashMap<String, Arc<dyn ObjectStore>>,
}

/// Those of the process.
static STORES: LazyLock<Mutex<Stores>> = LazyLock::new(Mutex::default);
/// Where requests run.
static REQUESTS: LazyLock<io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).thread_name("speleo-store").enable_all().build());

/// A place in an object store.
#[derive(Debug, Clone)]
pub struct Place {
    /// The store: a bucket, a container, a web server.
    pub store: Arc<dyn ObjectStore>,
    /// The address of the store: `s3://bucket`.
    pub root: String,
    /// What stands behind it, as it was given; it may be a pattern.
    pub rest: String,
    /// What is asked along with each request, with its `?`: web addresses may be signed so.
    query: String,
}

/// Whether a text is the address of a place in an object store, and not a path.
pub fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}

/// Says with which options stores are made from now on.
pub fn configure(options: &StoreOptions) {
    STORES.lock().unwrap_or_else(PoisonError::into_inner).configure(options);
}

impl Stores {
    fn configure(&mut self, options: &StoreOptions) {
        if self.options != *options {
            *self = Self { options: options.clone(), made: HashMap::new() };
        }
    }

    /// The store at an address.
    fn store(&mut self, root: &str, query: &str) -> Result<Arc<dyn ObjectStore>> {
        let name = format!("{root}{query}");
        if let Some(known) = self.made.get(&name) {
            return Ok(Arc::clone(known));
        }
        let failed = |error: object_store::Error| storage_error(&error, root);
        let store = build::build(root, query, &self.options_of(root), requests().map_err(failed)?).map_err(failed)?;
        self.made.insert(name, Arc::clone(&store));
        Ok(store)
    }

    /// The options of a store: first those of its scheme, then its own.
    fn options_of(&self, root: &str) -> Vec<(String, String)> {
        let scheme = root.split_inclusive("://").next().unwrap_or_default();
        let fits = |address: &&String| {
            let address = address.trim_end_matches('/');
            address == root || address == scheme.trim_end_matches('/')
        };
        // Shorter addresses come first.
        let fitting = self.options.iter().filter(|(address, _)| fits(address));
        fitting.flat_map(|(_, options)| options.clone()).collect()
    }

    /// The place of an address, as [`Place::of`] gives it.
    fn place(&mut self, address: &str) -> Result<Option<Place>> {
        let Some((scheme, rest)) = address.split_once("://").filter(|_| is_address(address)) else { return Ok(None) };
        let scheme = scheme.to_ascii_lowercase();
        // Only web addresses have a query; keys of other stores may hold a question mark.
        let (rest, query) = match rest.find('?').filter(|_| scheme.starts_with("http")) {
            Some(place) => rest.split_at(place),
            None => (rest, ""),
        };
        let (authority, rest) = rest.split_once('/').unwrap_or((rest, ""));
        let root = format!("{scheme}://{authority}");
        let store = self.store(&root, query)?;
        Ok(Some(Place { store, root, rest: rest.to_owned(), query: query.to_owned() }))
    }
}

impl Place {
    /// The place of an address; none where it is a path of the file system.
    ///
    /// # Errors
    /// Where the options do not fit, or no store can be made of them.
    pub fn of(address: &str) -> Result<Option<Self>> {
        STORES.lock().unwrap_or_else(PoisonError::into_inner).place(address)
    }

    /// Whether it is on a web server, which gives single files.
    pub fn is_web(&self) -> bool {
        self.root.starts_with("http")
    }

    /// Its key.
    ///
    /// # Errors
    /// Where no object can have it.
    pub fn key(&self) -> Result<Path> {
        let rest = self.rest.trim_end_matches('/');
        let key = if self.is_web() { Path::from_url_path(rest) } else { Path::parse(rest) };
        key.map_err(|error| IndexError::new(Problem::Storage, format!("`{}/{rest}`: {error}", self.root)))
    }

    /// The address of an object of the store.
    pub fn address(&self, key: &Path) -> String {
        format!("{}/{key}", self.root)
    }

    /// A name of the store that no other has: queries may make two of one web server.
    pub fn name(&self) -> String {
        format!("{}{}", self.root, self.query)
    }

    /// The objects below a folder, by their keys.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn list(&self, folder: &Path) -> Result<Vec<ObjectMeta>> {
        let (store, below) = (Arc::clone(&self.store), folder.clone());
        let found = wait(async move {
            let prefix = Some(&below).filter(|folder| !folder.as_ref().is_empty());
            store.list(prefix).try_collect::<Vec<_>>().await
        });
        let mut found = found.map_err(|error| storage_error(&error, &self.address(folder)))?;
        found.sort_by(|one, other| one.location.cmp(&other.location));
        Ok(found)
    }

    /// The names of the folders that lie directly in it.
    ///
    /// # Errors
    /// Where they cannot be listed.
    pub fn folders(&self) -> Result<Vec<String>> {
        let (store, folder) = (Arc::clone(&self.store), self.key()?);
        let below = folder.clone();
        let found = wait(async move {
            let prefix = Some(&below).filter(|folder| !folder.as_ref().is_empty());
            store.list_with_delimiter(prefix).await
        });
        let found = found.map_err(|error| storage_error(&error, &self.address(&folder)))?;
        Ok(found.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// Writes an object.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn put(&self, key: &Path, bytes: Vec<u8>) -> Result<()> {
        let (store, own) = (Arc::clone(&self.store), key.clone());
        let put = wait(async move { store.put(&own, bytes.into()).await });
        put.map(|_| ()).map_err(|error| storage_error(&error, &self.address(key)))
    }

    /// What is known of an object; none where there is none.
    ///
    /// # Errors
    /// Where the store does not tell.
    pub fn head(&self, key: &Path) -> Result<Option<ObjectMeta>> {
        let (store, own) = (Arc::clone(&self.store), key.clone());
        match wait(async move { store.head(&own).await }) {
            Ok(meta) => Ok(Some(meta)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(storage_error(&error, &self.address(key))),
        }
    }
}

fn requests() -> object_store::Result<Handle> {
    match REQUESTS.as_ref() {
        Ok(runtime) => Ok(runtime.handle().clone()),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn failed(message: String) -> object_store::Error {
    object_store::Error::Generic { store: "threads", source: message.into() }
}

/// Begins a request, and gives where its answer comes.
pub fn begin<T: Send + 'static>(request: impl Future<Output = object_store::Result<T>> + Send + 'static) -> Pending<T> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    match requests() {
        Ok(handle) => drop(handle.spawn(async move { sender.send(request.await) })),
        Err(error) => drop(sender.send(Err(error))),
    }
    Pending(receiver)
}

/// An answer that is awaited.
#[derive(Debug)]
pub struct Pending<T>(std::sync::mpsc::Receiver<object_store::Result<T>>);

impl<T> Pending<T> {
    /// Waits for it. The tasks of a runtime whose thread this is go on elsewhere meanwhile.
    ///
    /// # Errors
    /// Those of the request.
    pub fn wait(self) -> object_store::Result<T> {
        let wait = || self.0.recv().unwrap_or_else(|_| Err(failed("a request ended without an answer".to_owned())));
        let is_shared = |handle: Handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread;
        if Handle::try_current().is_ok_and(is_shared) { tokio::task::block_in_place(wait) } else { wait() }
    }
}

/// The answer of a request, for code that cannot await.
///
/// # Errors
/// Those of the request.
pub fn wait<T: Send + 'static>(
    request: impl Future<Output = object_store::Result<T>> + Send + 'static,
) -> object_store::Result<T> {
    begin(request).wait()
}

#[cfg(test)]
#[path = "store/tests.rs"]
mod tests;
