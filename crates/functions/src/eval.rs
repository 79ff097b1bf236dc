//! The eval functions: a file per family, one table.

pub mod bitwise;
pub mod conditional;
pub mod conversion;
pub mod convert;
pub mod crypto;
pub mod datetime;
pub mod diff;
pub mod extract;
pub mod fields;
pub mod geo;
pub mod geometry;
pub mod informational;
pub mod json;
pub(crate) mod kernel;
pub mod lookup;
pub mod makemv;
pub mod math;
pub mod multivalue;
pub mod operator;
pub mod part;
pub mod pattern;
pub mod printf;
pub mod reltime;
pub mod replace_values;
pub mod scrub;
pub mod search;
pub mod sort;
pub mod spath;
pub mod statistical;
pub mod table;
pub mod terms;
pub mod text;
pub mod trigonometry;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use crate::{EvalSpec, Family};

/// Every eval function, by family.
pub static EVAL: &[Family] = &[
    Family { name: "bits", functions: bitwise::FUNCTIONS },
    Family { name: "comparison and choice", functions: conditional::FUNCTIONS },
    Family { name: "conversion", functions: conversion::FUNCTIONS },
    Family { name: "digests", functions: crypto::FUNCTIONS },
    Family { name: "date and time", functions: datetime::FUNCTIONS },
    Family { name: "kinds of values", functions: informational::FUNCTIONS },
    Family { name: "JSON", functions: json::FUNCTIONS },
    Family { name: "arithmetic", functions: math::FUNCTIONS },
    Family { name: "several values", functions: multivalue::FUNCTIONS },
    Family { name: "regular expressions and address ranges", functions: pattern::FUNCTIONS },
    Family { name: "formats", functions: printf::FUNCTIONS },
    Family { name: "paths", functions: spath::FUNCTIONS },
    Family { name: "statistics of a row", functions: statistical::FUNCTIONS },
    Family { name: "texts", functions: text::FUNCTIONS },
    Family { name: "trigonometry", functions: trigonometry::FUNCTIONS },
];

/// Every eval function.
pub fn functions() -> impl Iterator<Item = &'static EvalSpec> {
    EVAL.iter().flat_map(|family| family.functions)
}

/// Fields that examples use, with their values.
pub const EXAMPLE_FIELDS: &[(&str, &[&str])] =
    &[("ports", &["22", "80", "443"]), ("sites", &["a.net", "b.com", "c.org"])];

/// The row of a function, by any of its names in lower case.
pub fn find(name: &str) -> Option<&'static EvalSpec> {
    functions().find(|spec| spec.names.contains(&name))
}

/// Every scalar kernel, those of functions and those that lowering uses for operators and commands.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    [
        bitwise::kernels(),
        conversion::kernels(),
        convert::kernels(),
        diff::kernels(),
        makemv::kernels(),
        reltime::kernels(),
        replace_values::kernels(),
        crypto::kernels(),
        datetime::kernels(),
        extract::kernels(),
        fields::kernels(),
        geo::kernels(),
        geometry::kernels(),
        informational::kernels(),
        json::kernels(),
        lookup::kernels(),
        math::kernels(),
        multivalue::kernels(),
        operator::kernels(),
        part::kernels(),
        pattern::kernels(),
        printf::kernels(),
        scrub::kernels(),
        search::kernels(),
        sort::kernels(),
        spath::kernels(),
        statistical::kernels(),
        table::kernels(),
        terms::kernels(),
        text::kernels(),
        trigonometry::kernels(),
    ]
    .concat()
}

#[cfg(test)]
mod tests;
