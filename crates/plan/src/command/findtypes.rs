//! The meaning of `findtypes`: searches that could be event types. `index=web | findtypes max=20 useraw`
//!
//! The first 5,000 events, as in Splunk, are divided top down (Hunt's concept learning, 1966, with frequency as the measure, as no
//! classes are given): of the conditions that some but not all events of a type meet the most frequent makes a type below it, the
//! events that are left are divided likewise, and each type's events again. The largest type is shown and divided first.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
};

use speleo_functions::words::words;
use speleo_syntax::command::findtypes::FindTypes;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    postings::Postings,
    relation::Relation,
    sheet::{self, Values},
};

/// How many events are looked at.
const EVENTS: usize = 5_000;
/// How many events a type has at least.
const LEAST: usize = 2;
/// How many conditions a type has at most.
const DEEPEST: usize = 4;
/// How many types a type falls into at most.
const WIDEST: usize = 20;
/// The field that tells an event's types.
const EVENT_TYPE: &str = "eventtype";
/// Fields that are about an event's text or time, not about what it says.
const MARGINAL: [&str; 5] = [EVENT_TYPE, "linecount", "punct", "timeendpos", "timestartpos"];

/// A type: how many events, its conditions, and which events.
type Type = (usize, Reverse<Vec<String>>, Vec<usize>);

impl Lower for FindTypes {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "findtypes", self.span)?.sorted(Some(EVENTS))?;
        let mut names = sheet::fields(&input, &[]);
        names.retain(|name| !MARGINAL.contains(&name.as_str()) && !name.starts_with("date_"));
        names.sort();
        let fields = names.len();
        names.extend([EVENT_TYPE.to_owned(), "_raw".to_owned()]);
        let columns = sheet::texts(input, &names, "events to find types in", cx).await?;
        let cell = |column: usize, event: usize| columns.get(column)?.get(event)?.as_deref();
        let events = columns.first().map_or(0, Vec::len);
        let postings = Postings::new(events, |event, add| {
            for (place, name) in names.iter().take(fields).enumerate() {
                if let Some(value) = cell(place, event) {
                    add(&condition(name, value));
                }
            }
            if let Some(text) = cell(fields + 1, event).filter(|_| self.use_raw) {
                words(&text.to_lowercase()).for_each(|word| add(&format!("\"{word}\"")));
            }
        });
        cx.world.hold(postings.bytes())?;
        let is_covered = |event: &&usize| cell(fields, **event).is_some();
        let mut found: Vec<(Type, usize)> = Vec::new();
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let mut types = Types { postings: &postings, open: BinaryHeap::new(), seen: HashSet::new() };
        if most > 0 {
            types.divide(&[], &(0..events).collect::<Vec<_>>());
        }
        while let Some(next) = types.open.pop().filter(|_| found.len() < most) {
            let (_, Reverse(conditions), members) = &next;
            if conditions.len() < DEEPEST {
                types.divide(conditions, members);
            }
            let covered = members.iter().filter(is_covered).count();
            if !self.not_covered || covered < members.len() {
                found.push((next, covered));
            }
        }
        let percent = |part: usize, whole: usize| Some(100.0 * part as f64 / whole.max(1) as f64);
        let text = |kind: &Type| Some(kind.1.0.join(" "));
        let whole = |pick: fn(&Type) -> usize| Values::Whole(found.iter().map(|(kind, _)| pick(kind) as i64).collect());
        let covered = |(kind, covered): &(Type, usize)| percent(*covered, kind.0);
        let columns = vec![
            ("search", Values::Text(found.iter().map(|(kind, _)| text(kind)).collect())),
            ("count", whole(|kind| kind.0)),
            ("depth", whole(|kind| kind.1.0.len())),
            ("coverage", Values::Double(found.iter().map(|(kind, _)| percent(kind.0, events)).collect())),
            ("percent-with-eventtypes", Values::Double(found.iter().map(covered).collect())),
        ];
        sheet::of_columns("event types", columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect())
    }
}

/// `field=value` as a search has it.
fn condition(name: &str, value: &str) -> String {
    let is_plain = |text: &str| words(text).next() == Some(text);
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let name = if is_plain(name) { name.to_owned() } else { quoted(name) };
    format!("{name}={}", if is_plain(value) { value.to_owned() } else { quoted(value) })
}

/// The types that are found.
struct Types<'a> {
    postings: &'a Postings,
    /// Those that are not shown yet.
    open: BinaryHeap<Type>,
    /// The conditions of all, in the order of their texts: a type is found on several ways.
    seen: HashSet<Vec<String>>,
}

impl Types<'_> {
    /// Adds the types that the events of one fall into.
    fn divide(&mut self, conditions: &[String], members: &[usize]) {
        let mut all: Vec<(usize, usize)> = self.postings.counts(members).into_iter().collect();
        all.retain(|(_, count)| (LEAST..members.len()).contains(count));
        let mut rest = members.to_vec();
        for _ in 0..WIDEST {
            let left = self.postings.counts(&rest);
            let count = |term: usize| left.get(&term).copied().unwrap_or(0);
            let order = |term: usize| (count(term), Reverse(self.postings.text(term)));
            let Some((term, _)) = all.iter().copied().max_by_key(|(term, _)| order(*term)) else { break };
            if count(term) < LEAST {
                break;
            }
            rest = self.postings.having(&rest, term, false);
            let conditions = [conditions, &[self.postings.text(term).to_owned()]].concat();
            let mut sorted = conditions.clone();
            sorted.sort();
            if self.seen.insert(sorted) {
                let own = self.postings.having(members, term, true);
                self.open.push((own.len(), Reverse(conditions), own));
            }
        }
    }
}
