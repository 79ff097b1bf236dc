//! The meaning of `overlap`: gaps and overlaps in what the runs of a search cover. `index=summary | overlap`
//!
//! A sweep over the ends of all ranges of a search (Bentley and Ottmann, 1979, in one dimension): between two ends the same runs
//! cover the time. No run there is a gap, several are an overlap; neighbours with the same runs are one range.

use std::collections::BTreeMap;

use speleo_functions::value::parse_number;
use speleo_syntax::{
    Code, Diagnostic,
    command::overlap::{FIELDS, Overlap},
};

use crate::{
    Result, aggregate,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

/// How many names of runs are listed at most.
const MOST: usize = 5_000_000;

/// A range that no run covers, or several do.
struct Range<'a> {
    search: &'a str,
    runs: Vec<String>,
    start: f64,
    end: f64,
}

impl Lower for Overlap {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "overlap", self.span)?;
        let names = FIELDS.map(str::to_owned);
        let covered = aggregate::group(aggregate::keys(input, FIELDS, true)?, &[])?;
        let found = sheet::texts(covered, &names, "ranges that are covered", cx).await?;
        let mut searches: BTreeMap<&str, Vec<(f64, f64, &str)>> = BTreeMap::new();
        if let [search, run, start, end] = found.as_slice() {
            for (((search, run), start), end) in search.iter().zip(run).zip(start).zip(end) {
                let (Some(search), Some(run)) = (search, run) else { continue };
                let (Some(start), Some(end)) = (time(start), time(end)) else { continue };
                if start < end {
                    searches.entry(search).or_default().push((start, end, run));
                }
            }
        }
        let mut ranges = Vec::new();
        for (search, covered) in &searches {
            if !sweep(search, covered, &mut ranges) {
                let text = format!("`overlap` lists {MOST} runs at most");
                return Err(Diagnostic::new(Code::Resources, self.span, text)
                    .help("a shorter time range has fewer")
                    .into());
            }
        }
        let text = |pick: for<'a> fn(&'a Range) -> &'a str| {
            Values::Text(ranges.iter().map(|range| Some(pick(range).to_owned())).collect())
        };
        let double = |pick: fn(&Range) -> f64| {
            Values::Double(ranges.iter().map(|range| Some(pick(range)).filter(|number| number.is_finite())).collect())
        };
        sheet::of_columns(
            "gaps and overlaps",
            vec![
                ("info_search_name".to_owned(), text(|range| range.search)),
                ("type".to_owned(), text(|range| if range.runs.is_empty() { "gap" } else { "overlap" })),
                ("starttime".to_owned(), double(|range| range.start)),
                ("endtime".to_owned(), double(|range| range.end)),
                ("duration".to_owned(), double(|range| range.end - range.start)),
                ("info_search_id".to_owned(), Values::List(ranges.iter().map(|range| range.runs.clone()).collect())),
            ],
        )
    }
}

/// A time in seconds; `addinfo` writes the end of all time as `+Infinity`.
fn time(text: &Option<String>) -> Option<f64> {
    let text = text.as_deref()?;
    parse_number(text.strip_prefix('+').unwrap_or(text)).filter(|number| !number.is_nan())
}

/// Adds the gaps and overlaps of a search; false where they are too many.
fn sweep<'a>(search: &'a str, covered: &[(f64, f64, &str)], ranges: &mut Vec<Range<'a>>) -> bool {
    // Where ranges begin and end: at one place ends come first, so that a range does not meet the next.
    let starts = covered.iter().map(|(start, _, run)| (*start, true, *run));
    let mut ends: Vec<(f64, bool, &str)> =
        covered.iter().map(|(_, end, run)| (*end, false, *run)).chain(starts).collect();
    ends.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let mut active: BTreeMap<&str, usize> = BTreeMap::new();
    let mut before: Option<f64> = None;
    let mut listed: usize = ranges.iter().map(|range| range.runs.len()).sum();
    for (place, begins, run) in ends {
        if let Some(start) = before.filter(|start| *start < place && active.len() != 1) {
            let runs: Vec<String> = active.keys().map(|run| (*run).to_owned()).collect();
            match ranges.last_mut().filter(|last| last.search == search && last.end == start && last.runs == runs) {
                Some(last) => last.end = place,
                None => {
                    listed += runs.len();
                    ranges.push(Range { search, runs, start, end: place });
                }
            }
        }
        before = Some(place);
        let count = active.entry(run).or_default();
        *count = if begins { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            active.remove(run);
        }
        if listed > MOST {
            return false;
        }
    }
    true
}
