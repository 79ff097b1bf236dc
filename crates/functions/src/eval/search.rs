//! The kernels of `search`: comparisons of whole values, and terms in events.
//!
//! `search host=web* src IN (10.0.0.0/8) "login failed"` calls `spl_search_equals`, `spl_search_in` and
//! `spl_search_term`. How conditions combine is lowering's business.

pub(crate) mod cidr;
pub(crate) mod column;
pub(crate) mod glob;
mod hunt;
mod lexicon;
pub(crate) mod needle;
mod rows;
mod set;
mod sets;
pub(crate) mod term;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::array::{ArrayRef, AsArray, BooleanArray},
    common::{Result, exec_datafusion_err, exec_err},
    error::DataFusionError,
    logical_expr::ScalarUDF,
};

use self::{
    cidr::Cidr,
    column::Probe,
    glob::{Glob, matches_once},
    set::PatternSet,
    term::{Mode, Term},
};
use super::kernel::{Arguments, boolean, booleans, kernel, list};
use crate::{cache::Cache, value::parse_number};

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_search_equals", boolean, |args| compare_values(args, false, true)),
        kernel("spl_search_case", boolean, |args| compare_values(args, true, true)),
        kernel("spl_search_differs", boolean, |args| compare_values(args, false, false)),
        kernel("spl_search_compare", boolean, compare_order),
        kernel("spl_search_in", boolean, is_in),
        kernel("spl_search_rows", boolean, rows::is_in_rows),
        kernel("spl_search_term", boolean, has_term),
        kernel("spl_lexicon_terms", list, lexicon::terms),
        kernel("spl_lexicon_pairs", list, lexicon::pairs),
        kernel("spl_wildcard", boolean, wildcard),
        kernel("spl_cidrmatch", boolean, cidrmatch),
    ]
}

/// A pattern of `field=pattern`.
struct Pattern {
    glob: Glob,
    range: Option<Cidr>,
}

impl Pattern {
    fn new(text: &str, case_sensitive: bool) -> Self {
        let range = if text.contains('/') { Cidr::parse(text) } else { None };
        Self { glob: Glob::new(text, case_sensitive), range }
    }

    fn matches(&self, value: &str) -> bool {
        self.glob.matches(value) || self.range.is_some_and(|range| range.contains(value))
    }

    /// A whole column of texts; none where it holds something else.
    fn test(&self, column: &ArrayRef, wanted: bool) -> Option<BooleanArray> {
        if self.range.is_some() {
            return column::test(column, |value| self.matches(value) == wanted);
        }
        if let Some(text) = self.glob.exact() {
            return column::test(column, |value| text.is(value.as_bytes()) == wanted);
        }
        let Some(search) = self.glob.search() else {
            return column::test(column, |value| self.glob.matches(value) == wanted);
        };
        let found = column::scan(column, &search)?;
        if wanted {
            return Some(found);
        }
        let (verdicts, nulls) = found.into_parts();
        Some(BooleanArray::new(!&verdicts, nulls))
    }
}

/// Whether some value matches (`wanted`), or some value does not.
fn compare_values(args: &Arguments, case_sensitive: bool, wanted: bool) -> Result<ArrayRef> {
    static PATTERNS: Cache<(String, bool), Pattern> = Cache::new(256);
    let (values, patterns) = (args.field(0)?, args.texts(1)?);
    let compile = |row| {
        let key = (patterns.get(row)?.into_owned(), case_sensitive);
        PATTERNS.get(&key, |(text, case_sensitive)| Ok::<_, ()>(Pattern::new(text, *case_sensitive))).ok()
    };
    let literal = if args.is_constant(1) { compile(0) } else { None };
    if let (Some(pattern), false) = (&literal, args.is_constant(0))
        && let Some(verdicts) = pattern.test(args.array(0)?, wanted)
    {
        return Ok(Arc::new(verdicts));
    }
    booleans(args.rows(), |row| {
        if let Some(pattern) = &literal {
            return values.any(row, |value| pattern.matches(value) == wanted);
        }
        // Each row has a pattern of its own: not worth keeping.
        let pattern = Pattern::new(&patterns.get(row)?, case_sensitive);
        values.any(row, |value| pattern.matches(value) == wanted)
    })
}

/// `field<value`: as numbers if both are, else by bytes.
fn compare_order(args: &Arguments) -> Result<ArrayRef> {
    let (values, bounds) = (args.field(0)?, args.texts(2)?);
    let operator = args.literal(1)?;
    let is_wanted: fn(Ordering) -> bool = match operator.as_str() {
        "<" => Ordering::is_lt,
        "<=" => Ordering::is_le,
        ">" => Ordering::is_gt,
        ">=" => Ordering::is_ge,
        _ => return exec_err!("`{operator}` is no comparison"),
    };
    let read = |row| bounds.get(row).map(|bound| (parse_number(&bound), bound));
    let compare = |value: &str, (number, bound): &(Option<f64>, Cow<'_, str>)| match (parse_number(value), number) {
        (Some(value), Some(bound)) => value.partial_cmp(bound).is_some_and(is_wanted),
        _ => is_wanted(value.cmp(bound)),
    };
    let literal = if args.is_constant(2) { read(0) } else { None };
    booleans(args.rows(), |row| {
        if let Some(bound) = &literal {
            return values.any(row, |value| compare(value, bound));
        }
        let bound = read(row)?;
        values.any(row, |value| compare(value, &bound))
    })
}

/// `field IN (…)`. The list is a literal; compiled sets are kept between batches ([`sets`]).
fn is_in(args: &Arguments) -> Result<ArrayRef> {
    let (values, lists) = (args.field(0)?, args.lists(1)?);
    let mut scratch = String::new();
    if !args.is_constant(1) {
        return booleans(args.rows(), |row| {
            let set = PatternSet::new(lists.get(row)?).ok()?;
            values.any(row, |value| set.matches(value, &mut scratch))
        });
    }
    let Some(patterns) = lists.get(0) else { return booleans(args.rows(), |row| values.any(row, |_| false)) };
    let set = sets::compiled(args.array(1)?, patterns)?;
    if let (Some(column), false) = (args.array(0)?.as_string_opt::<i32>(), args.is_constant(0))
        && let Some(found) = set.test(column)
    {
        return Ok(Arc::new(found));
    }
    booleans(args.rows(), |row| values.any(row, |value| set.matches(value, &mut scratch)))
}

/// A term in `_raw`. `*` matches rows without `_raw` too; any other term gives null there.
fn has_term(args: &Arguments) -> Result<ArrayRef> {
    static TERMS: Cache<(String, Mode), Term> = Cache::new(64);
    let (raws, terms) = (args.texts(0)?, args.texts(1)?);
    let mode = args.literal(2)?;
    let mode = Mode::parse(&mode).ok_or_else(|| exec_datafusion_err!("`{mode}` is no kind of term"))?;
    let decide = |term: &Term, row| {
        if term.is_any() { Some(true) } else { raws.get(row).map(|raw| term.matches(raw.as_bytes())) }
    };
    let text = if args.is_constant(1) { terms.get(0) } else { None };
    let Some(text) = text else {
        return booleans(args.rows(), |row| decide(&Term::new(&terms.get(row)?, mode), row));
    };
    let term =
        TERMS.get(&(text.into_owned(), mode), |(text, mode)| Ok::<_, DataFusionError>(Term::new(text, *mode)))?;
    if !args.is_constant(0)
        && !term.is_any()
        && let Some(found) = column::scan(args.array(0)?, term.as_ref())
    {
        return Ok(Arc::new(found));
    }
    booleans(args.rows(), |row| decide(&term, row))
}

/// A pattern from a column, such as a cell of a lookup table.
fn wildcard(args: &Arguments) -> Result<ArrayRef> {
    let (values, patterns) = (args.field(0)?, args.texts(1)?);
    let ignore_case = args.literal(2)? == "True";
    let literal = if args.is_constant(1) { patterns.get(0).map(|text| Glob::new(&text, !ignore_case)) } else { None };
    booleans(args.rows(), |row| {
        if let Some(glob) = &literal {
            return values.any(row, |value| glob.matches(value));
        }
        let pattern = patterns.get(row)?;
        values.any(row, |value| matches_once(value, &pattern, ignore_case))
    })
}

/// `cidrmatch(range, address)`: false where either is malformed.
fn cidrmatch(args: &Arguments) -> Result<ArrayRef> {
    let (ranges, addresses) = (args.texts(0)?, args.field(1)?);
    let literal = if args.is_constant(0) { ranges.get(0).map(|text| Cidr::parse(&text)) } else { None };
    if let Some(range) = literal {
        return addresses.test(args.rows(), |address| range.is_some_and(|range| range.contains(address)));
    }
    booleans(args.rows(), |row| {
        let range = Cidr::parse(&ranges.get(row)?);
        addresses.any(row, |address| range.is_some_and(|range| range.contains(address)))
    })
}

#[cfg(test)]
mod tests;
