//! The stats functions: a file per family, one table.
//!
//! `stats count, dc(user), perc95(bytes) by host`. [`STATS`] has every name that SPL knows; those that lowering composes of
//! others (`earliest`, `median`, `per_hour`) have a row but no kernel.

mod arena;
mod count;
mod distinct;
mod estimate;
mod extreme;
mod groups;
mod input;
mod interned;
mod interner;
mod kernel;
mod key;
mod list;
mod mode;
mod moments;
mod nested;
mod pairs;
mod percentile;
mod position;
mod rate;
mod repeated;
mod short;
mod sketch;
mod sliding;
mod sparkline;
mod whole;
mod whole_numbers;

use std::sync::Arc;

use datafusion::logical_expr::AggregateUDF;

pub use interner::Interner;
pub use repeated::Repeated;

use crate::AggregateSpec;

/// Every stats function.
pub static STATS: &[&[AggregateSpec]] = &[
    count::FUNCTIONS,
    distinct::FUNCTIONS,
    estimate::FUNCTIONS,
    extreme::FUNCTIONS,
    list::FUNCTIONS,
    mode::FUNCTIONS,
    moments::FUNCTIONS,
    percentile::FUNCTIONS,
    position::FUNCTIONS,
    rate::FUNCTIONS,
    sparkline::FUNCTIONS,
];

/// The row of a function by its name in lower case, with the number that a name such as `perc95` carries.
pub fn find(name: &str) -> Option<(&'static AggregateSpec, Option<f64>)> {
    let all = || STATS.iter().flat_map(|family| family.iter());
    if let Some(spec) = all().find(|spec| !spec.has_number && spec.names.contains(&name)) {
        return Some((spec, None));
    }
    let (stem, number) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = number.parse().ok().filter(|number| digits && (0.0..=100.0).contains(number))?;
    all().find(|spec| spec.has_number && spec.names.contains(&stem)).map(|spec| (spec, Some(number)))
}

/// Every aggregate kernel.
pub fn kernels() -> Vec<Arc<AggregateUDF>> {
    all().map(|kernel| kernel.function()).collect()
}

/// Whether the first argument of a kernel may be a dictionary of texts, each of which is then looked at once for many rows.
pub fn takes_repeated(kernel: &str) -> bool {
    all().any(|own| own.name == kernel && own.takes_repeated)
}

fn all() -> impl Iterator<Item = &'static kernel::Kernel> {
    let families = [
        count::KERNELS,
        distinct::KERNELS,
        estimate::KERNELS,
        extreme::KERNELS,
        list::KERNELS,
        mode::KERNELS,
        moments::KERNELS,
        percentile::KERNELS,
        position::KERNELS,
        rate::KERNELS,
        sparkline::KERNELS,
    ];
    families.into_iter().flatten()
}

#[cfg(test)]
mod tests;
