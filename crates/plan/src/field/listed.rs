//! Fields that a command lists and that no row has: a note names the one that is meant. `stats count BY hots`
//!
//! Expressions note theirs while they are lowered. Absent: names that a command makes itself, and commands that act on
//! whatever fields there are, such as `rename` and `fillnull`.

use speleo_syntax::{
    Command, Field,
    clause::{Aggregate, Argument},
};

use super::resolve;
use crate::{lower::Context, relation::Relation};

/// Notes the fields that `command` reads and `relation` lacks.
pub(crate) fn note_missing(command: &Command, relation: &Relation, cx: &mut Context<'_>) {
    for field in listed(command).into_iter().filter(|field| !field.is_wildcard()) {
        // What it is does not matter here, only that the note is made.
        let _ = resolve(field, relation, cx);
    }
}

fn listed(command: &Command) -> Vec<&Field> {
    match command {
        Command::Chart(chart) => {
            let axes = chart.row.iter().chain(&chart.column).map(|axis| &axis.field);
            arguments(&chart.aggregates).chain(axes).collect()
        }
        Command::Dedup(dedup) => dedup.fields.iter().chain(dedup.sort_by.iter().map(|key| &key.field)).collect(),
        Command::EventStats(stats) => arguments(&stats.aggregates).chain(&stats.by).collect(),
        Command::Fields(fields) if !fields.drop => fields.fields.iter().collect(),
        Command::Sort(sort) => sort.keys.iter().map(|key| &key.field).collect(),
        Command::Stats(stats) => arguments(&stats.aggregates).chain(&stats.by).collect(),
        Command::StreamStats(stats) => arguments(&stats.aggregates).chain(&stats.by).collect(),
        Command::Table(table) => table.fields.iter().collect(),
        Command::TimeChart(chart) => {
            arguments(&chart.aggregates).chain(chart.column.iter().map(|axis| &axis.field)).collect()
        }
        Command::Top(top) => top.fields.iter().chain(&top.by).collect(),
        _ => Vec::new(),
    }
}

/// The fields that stand alone as arguments.
fn arguments(aggregates: &[Aggregate]) -> impl Iterator<Item = &Field> {
    aggregates.iter().filter_map(|aggregate| match &aggregate.argument {
        Argument::Field(field) => Some(field),
        _ => None,
    })
}
