//! The stores as Delta's library asks for them. `speleo index create web --at s3://bucket/web`
//!
//! A change of the log is a put that must not replace an object, which S3, GCS and Azure keep: of two writers one is told to try again.

use std::sync::{Arc, Once};

use deltalake_core::{
    DeltaResult, DeltaTableError, Path,
    logstore::{
        LogStore, LogStoreFactory, ObjectStoreFactory, ObjectStoreRef, StorageConfig, default_logstore,
        logstore_factories, object_store_factories,
    },
};
use url::Url;

use super::{Place, SCHEMES};

/// Gives Delta's library the stores of addresses.
struct Factory;

/// Makes the stores known to Delta's library; once is enough.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let addresses = SCHEMES.iter().filter_map(|scheme| Url::parse(&format!("{scheme}://")).ok());
        // Schemes of the web are no addresses without a host, and a log cannot be kept there.
        for address in addresses {
            object_store_factories().insert(address.clone(), Arc::new(Factory));
            logstore_factories().insert(address, Arc::new(Factory));
        }
    });
}

impl ObjectStoreFactory for Factory {
    fn parse_url_opts(&self, url: &Url, _: &StorageConfig) -> DeltaResult<(ObjectStoreRef, Path)> {
        let place = Place::of(url.as_str()).map_err(|error| DeltaTableError::generic(error.message))?;
        let place = place.ok_or_else(|| DeltaTableError::InvalidTableLocation(url.to_string()))?;
        Ok((place.store, Path::from_url_path(url.path()).map_err(object_store::Error::from)?))
    }
}

impl LogStoreFactory for Factory {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<Arc<dyn LogStore>> {
        Ok(default_logstore(prefixed_store, root_store, location, options))
    }
}
