//! How a call is spelt where it stands for a column. `spl_search_in(src,List([a, b]))`
//!
//! DataFusion asks for it many times while it plans. A subsearch can give a million texts: of a long list it is enough how long it is,
//! and a hash of its texts, which tells it from others.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

use datafusion::{
    arrow::array::{Array, ArrayRef, AsArray},
    common::ScalarValue,
    logical_expr::Expr,
};

use crate::recent::Recent;

/// Lists of more texts are not spelt out.
const LONG: usize = 1_000;
/// How many lists' hashes are kept.
const MOST: usize = 8;

/// A call by its function's name and its arguments.
pub(super) fn call(name: &str, args: &[Expr]) -> String {
    let args: Vec<String> = args.iter().map(argument).collect();
    format!("{name}({})", args.join(","))
}

fn argument(argument: &Expr) -> String {
    if let Expr::Literal(ScalarValue::List(list), _) = argument
        && list.values().len() > LONG
        && let Some(hash) = hash(list.values())
    {
        return format!("{} texts {hash:016x}", list.values().len());
    }
    argument.schema_name().to_string()
}

/// A hash of texts, the same in all processes; none of an array of something else.
fn hash(texts: &ArrayRef) -> Option<u64> {
    static KNOWN: Mutex<Recent<u64, MOST>> = Mutex::new(Recent::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(hash) = known().get(texts) {
        return Some(*hash);
    }
    let array = texts.as_string_opt::<i32>()?;
    let mut hasher = DefaultHasher::new();
    let (first, last) = (array.value_offsets().first()?, array.value_offsets().last()?);
    hasher.write(array.value_data().get(usize::try_from(*first).ok()?..usize::try_from(*last).ok()?)?);
    array.value_offsets().iter().for_each(|offset| hasher.write_i32(offset - first));
    array.nulls().map(|nulls| nulls.iter().collect::<Vec<bool>>()).hash(&mut hasher);
    let hash = hasher.finish();
    known().put(texts, hash);
    Some(hash)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::{
        arrow::array::StringArray, common::utils::SingleRowListArrayBuilder, logical_expr::lit, prelude::col,
    };

    use super::*;

    fn spelt(texts: impl Iterator<Item = String>) -> String {
        let texts = Arc::new(StringArray::from_iter_values(texts));
        call("f", &[col("a"), lit(SingleRowListArrayBuilder::new(texts).build_list_scalar())])
    }

    #[test]
    fn long_lists_are_told_apart_and_short_ones_spelt_out() {
        assert_eq!(spelt(["x", "y"].map(str::to_owned).into_iter()), "f(a,List([x, y]))");
        let many = || (0..2_000).map(|n| n.to_string());
        assert_eq!(spelt(many()), spelt(many()));
        assert!(spelt(many()).len() < 50);
        assert_ne!(spelt(many()), spelt(many().map(|text| text.replace("1999", "1998"))));
        // The same bytes, cut otherwise.
        assert_ne!(spelt(many()), spelt(["01".to_owned(), String::new()].into_iter().chain(many().skip(2))));
    }
}
