//! Fields of raw events without a schema: what an event says itself, and what conf files take out of it. `search status=404` over a
//! log whose events say `status=404`.
//!
//! `spl_kv`, `spl_transform` and `spl_delimited` give a struct with a part for each name that is asked for, in one pass over the
//! event; those with `_names` say which fields there are, for `table *`. A kernel knows neither `props.conf` nor which fields
//! exist already: the plan does.

mod auto;
mod delimited;
mod format;
mod json;
mod name;
mod pairs;
mod paths;
mod slots;
mod transform;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::kernel::{kernel, kernel_of_parts, list};

pub use delimited::column_names;
pub use format::words as format_words;
pub(super) use name::clean;
pub use pairs::pairs;
pub use transform::{check_transform, transform_names};

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel_of_parts("spl_kv", auto::fields_type, auto::fields),
        kernel("spl_kv_names", list, auto::names),
        kernel_of_parts("spl_transform", transform::fields_type, transform::fields),
        kernel("spl_transform_names", list, transform::names),
        kernel_of_parts("spl_delimited", delimited::fields_type, delimited::fields),
        kernel("spl_delimited_names", list, delimited::names),
        kernel("spl_spath_some", paths::fields_type, paths::fields),
        kernel("spl_spath_held", list, paths::held),
    ]
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
