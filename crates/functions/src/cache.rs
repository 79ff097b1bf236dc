//! What is compiled once per process: regular expressions, wildcard sets, databases.
//!
//! A kernel carries no state, so what it compiles from an argument is found again by that argument's text. The cache is
//! bounded; a full one starts anew, which costs a compilation each and never an answer.

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Arc, LazyLock, RwLock},
};

/// Compiled values by key. Meant to be a `static`.
pub(crate) struct Cache<K, V> {
    entries: LazyLock<RwLock<HashMap<K, Arc<V>>>>,
    capacity: usize,
}

impl<K: Eq + Hash, V> Cache<K, V> {
    /// A cache that holds at most `capacity` values.
    pub(crate) const fn new(capacity: usize) -> Self {
        Self { entries: LazyLock::new(RwLock::default), capacity }
    }

    /// The value of a key, made where it is not there yet. Two threads may make the same value; one of them stays.
    pub(crate) fn get<Q, E>(&self, key: &Q, make: impl FnOnce(&Q) -> Result<V, E>) -> Result<Arc<V>, E>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        // A panic while the lock was held cannot have left an entry half written.
        if let Some(value) = self.entries.read().unwrap_or_else(|poisoned| poisoned.into_inner()).get(key) {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make(key)?);
        let mut entries = self.entries.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if entries.len() >= self.capacity {
            entries.clear();
        }
        entries.insert(key.to_owned(), Arc::clone(&value));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Cache;

    #[test]
    fn makes_a_value_once_and_stays_bounded() {
        let cache: Cache<String, usize> = Cache::new(2);
        let mut made = 0;
        for key in ["a", "a", "b", "a", "c", "c"] {
            let value = cache
                .get(key, |key| {
                    made += 1;
                    Ok::<_, ()>(key.len())
                })
                .unwrap();
            assert_eq!(*value, 1);
        }
        assert_eq!(made, 3);
        assert!(cache.entries.read().unwrap().len() <= 2);
    }

    #[test]
    fn keeps_no_failure() {
        let cache: Cache<String, ()> = Cache::new(2);
        assert_eq!(cache.get("a", |_| Err("no")).unwrap_err(), "no");
        assert!(cache.get("a", |_| Ok::<_, ()>(())).is_ok());
    }
}
