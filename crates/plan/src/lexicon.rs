//! The words, fields and values of events, as an index of tokens would hold them. `| walklex type=term index=web`
//!
//! One scan counts, for each word, the events that have it. Every column of a source counts as an indexed field.

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::count::count_udaf,
    logical_expr::{Expr, lit},
};

use crate::{
    Result,
    aggregate::{self, Output},
    kernel, meet,
    relation::{Relation, column, is_internal},
};

/// The column of a word's events.
pub(crate) const COUNT: &str = "count";

/// The words of the events' texts with their counts, under the name `name`.
pub(crate) fn terms(events: Relation, name: &str) -> Result<Relation> {
    let raw = match events.data_type("_raw") {
        Some(data_type) => meet::convert(column("_raw"), data_type, &DataType::Utf8)?,
        None => meet::null_of(&DataType::Utf8)?,
    };
    counted(events, kernel::call("spl_lexicon_terms", vec![raw])?, name)
}

/// The fields with their values, joined by `separator`, with their counts.
pub(crate) fn pairs(events: Relation, separator: &str, name: &str) -> Result<Relation> {
    let mut args = vec![lit(separator)];
    for field in events.fields().iter().filter(|field| !is_internal(field)) {
        let Some(data_type) = events.data_type(field) else { continue };
        let value = match meet::is_list(data_type) {
            true => column(field),
            false => meet::convert(column(field), data_type, &DataType::Utf8)?,
        };
        args.extend([lit(field.as_str()), value]);
    }
    counted(events, kernel::call("spl_lexicon_pairs", args)?, name)
}

/// How many events have each of the words of a list.
fn counted(events: Relation, words: Expr, name: &str) -> Result<Relation> {
    let (events, place) = events.hidden("words", words)?;
    let mut keys = aggregate::keys(events, [place.as_str()], true)?;
    keys.keys.iter_mut().for_each(|key| name.clone_into(&mut key.name));
    aggregate::group(keys, &[Output::plain(COUNT, count_udaf(), vec![lit(1_i64)])])
}
