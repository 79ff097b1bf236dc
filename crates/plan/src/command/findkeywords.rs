//! The meaning of `findkeywords`: a search for each group of events. `cluster labelonly=t | findkeywords labelfield=cluster_label`
//!
//! The events with a label are a named step; [`keywords`] finds the words. A group is shown by its size, the largest first.

mod keywords;

use std::collections::{BTreeMap, HashSet};

use speleo_functions::words::words;
use speleo_syntax::command::findkeywords::FindKeywords;

use self::keywords::Found;
use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    postings::Postings,
    relation::Relation,
    sheet::{self, Values},
};

/// A group of events.
struct Group<'a> {
    label: &'a str,
    /// Its events by their numbers.
    members: Vec<usize>,
    found: Found,
    search: String,
}

impl Lower for FindKeywords {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "findkeywords", self.span)?;
        let names = [self.label.name.clone(), "_raw".to_owned()];
        let columns = sheet::texts(input, &names, "events with a label", cx).await?;
        let mut labels: Vec<&str> = Vec::new();
        let mut texts: Vec<&str> = Vec::new();
        if let [label, raw] = columns.as_slice() {
            for (label, raw) in label.iter().zip(raw) {
                if let (Some(label), Some(raw)) = (label, raw) {
                    labels.push(label);
                    texts.push(raw);
                }
            }
        }
        let postings = Postings::new(texts.len(), |event, add| {
            let text = texts.get(event).map_or_else(String::new, |text| text.to_lowercase());
            words(&text).for_each(add);
        });
        cx.world.hold(postings.bytes())?;
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (event, label) in labels.iter().enumerate() {
            groups.entry(label).or_default().push(event);
        }
        let count = groups.len();
        let mut groups: Vec<Group> = groups
            .into_iter()
            .map(|(label, members)| {
                let found = keywords::find(&postings, &members, texts.len());
                let search = found.search(&postings);
                Group { label, members, found, search }
            })
            .collect();
        if self.dedup {
            // The sort is stable: of equally good ones the first label stays.
            groups.sort_by(|left, right| right.found.confidence.total_cmp(&left.found.confidence));
            let mut seen = HashSet::new();
            groups.retain(|group| seen.insert(group.search.clone()));
        }
        groups.sort_by(|left, right| (right.members.len(), left.label).cmp(&(left.members.len(), right.label)));
        table(&groups, count, &texts, &postings)
    }
}

/// The columns that Splunk's page of patterns reads.
fn table(groups: &[Group], count: usize, texts: &[&str], postings: &Postings) -> Result<Relation> {
    let events = texts.len();
    let share = |part: usize| Some(part as f64 / events.max(1) as f64);
    let text = |pick: &dyn Fn(&Group) -> String| Values::Text(groups.iter().map(|group| Some(pick(group))).collect());
    let whole = |pick: &dyn Fn(&Group) -> usize| Values::Whole(groups.iter().map(|group| pick(group) as i64).collect());
    let double = |pick: &dyn Fn(&Group) -> Option<f64>| Values::Double(groups.iter().map(pick).collect());
    let list = |pick: &dyn Fn(&Found) -> Vec<usize>| {
        let words = |group: &Group| pick(&group.found).iter().map(|term| postings.text(*term).to_owned()).collect();
        Values::List(groups.iter().map(words).collect())
    };
    let sample = |group: &Group| group.members.first().and_then(|event| texts.get(*event)).copied().unwrap_or_default();
    let columns = vec![
        ("groupID", text(&|group| group.label.to_owned())),
        ("search", text(&|group| group.search.clone())),
        ("confidence", double(&|group| Some(group.found.confidence))),
        ("eventTypeable", text(&|group| (!group.found.include.is_empty()).to_string())),
        ("includeKeywords", list(&|found| found.include.clone())),
        ("excludeKeywords", list(&|found| found.exclude.clone())),
        ("numInInputGroup", whole(&|group| group.members.len())),
        ("percentInInputGroup", double(&|group| share(group.members.len()))),
        ("numMatched", whole(&|group| group.found.matched)),
        ("percentMatched", double(&|group| share(group.found.matched))),
        ("sampleEvent", text(&|group| sample(group).to_owned())),
        ("totalEvents", whole(&|_| events)),
        ("totalInputGroups", whole(&|_| count)),
    ];
    sheet::of_columns("keywords", columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect())
}
