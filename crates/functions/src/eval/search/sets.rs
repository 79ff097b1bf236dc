//! The sets of patterns that were compiled last, by the lists themselves. `src IN (10.0.0.0/8, web*)`
//!
//! A list is a literal, one and the same array for all batches of a search. A subsearch can give a million texts: to spell them out
//! as a key for each batch would take longer than the search.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::{
    arrow::array::{Array, ArrayRef, AsArray},
    common::Result,
};

use super::set::PatternSet;
use crate::recent::Recent;

/// How many sets are kept.
const MOST: usize = 8;

/// A set, once it is compiled.
type Slot = Arc<Mutex<Option<Arc<PatternSet>>>>;

/// The set of a list, compiled where it is not known.
///
/// # Errors
/// Where there are too many patterns.
pub(super) fn compiled<'a>(list: &ArrayRef, patterns: impl Iterator<Item = &'a str>) -> Result<Arc<PatternSet>> {
    static KNOWN: Mutex<Recent<Slot, MOST>> = Mutex::new(Recent::new());
    let texts = list.as_list_opt::<i32>().filter(|list| list.len() == 1).map(|list| Arc::clone(list.values()));
    let Some(texts) = texts else { return PatternSet::new(patterns).map(Arc::new) };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let slot = known.get(&texts).map(Arc::clone).unwrap_or_else(|| {
        let slot = Slot::default();
        known.put(&texts, Arc::clone(&slot));
        slot
    });
    drop(known);
    // All cores come at once, and one of them compiles.
    let mut set = slot.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(set) = set.as_ref() {
        return Ok(Arc::clone(set));
    }
    let compiled = Arc::new(PatternSet::new(patterns)?);
    Ok(Arc::clone(set.insert(compiled)))
}
