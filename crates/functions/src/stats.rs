//! The stats functions: a file per family, one table.

use std::sync::Arc;

use datafusion::logical_expr::AggregateUDF;

use crate::AggregateSpec;

/// Every stats function.
pub static STATS: &[&[AggregateSpec]] = &[];

/// The row of a function by its name in lower case, with the number that a name such as `perc95` carries.
pub fn find(name: &str) -> Option<(&'static AggregateSpec, Option<f64>)> {
    let all = || STATS.iter().flat_map(|family| family.iter());
    if let Some(spec) = all().find(|spec| !spec.has_number && spec.names.contains(&name)) {
        return Some((spec, None));
    }
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (stem, number) = name.split_at(digits);
    let number = number.parse().ok()?;
    all().find(|spec| spec.has_number && spec.names.contains(&stem)).map(|spec| (spec, Some(number)))
}

/// Every aggregate kernel.
pub fn kernels() -> Vec<Arc<AggregateUDF>> {
    Vec::new()
}
