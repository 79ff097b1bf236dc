//! Which steps a search needs, and what of each: a walk from the last step to the first.
//!
//! `lookup` outputs need their inputs, a calculated field the fields of its expression, an alias its source. A step of which nothing
//! is wanted does not run.

use super::{
    group::{Groups, HOST, SOURCE, SOURCETYPE},
    step::{Action, RAW, Stage, Step},
};
use crate::{
    field,
    relation::{is_hidden, is_internal},
};

/// A step that runs, and the fields that are wanted of it.
#[derive(Debug)]
pub(super) struct Chosen<'a> {
    pub(super) step: &'a Step,
    pub(super) names: Vec<String>,
}

/// The steps that make the wanted fields, in their order.
pub(super) fn chosen<'a>(steps: &'a [Step], wanted: Vec<String>, groups: &Groups) -> Vec<Chosen<'a>> {
    let mut needed: Vec<String> = Vec::new();
    add(&mut needed, wanted);
    let mut chosen: Vec<Chosen<'a>> = Vec::new();
    let mut rest = steps;
    while let Some(last) = rest.last() {
        // Calculated fields see none of each other: what one of them reads is wanted of the stages before.
        let stage = last.stage;
        let start = rest.iter().rposition(|step| step.stage != stage).map_or(0, |place| place + 1);
        let (before, own) = rest.split_at(start);
        rest = before;
        let mut reads = Vec::new();
        let mut made = Vec::new();
        for step in own.iter().rev() {
            let names = made_by(step, &needed, groups);
            if names.is_empty() {
                continue;
            }
            if stage == Stage::Eval {
                reads_of(step, &names, &mut reads);
                if groups.are_all(&step.groups) {
                    made.extend(names.iter().cloned());
                }
            } else {
                let mut own_reads = Vec::new();
                reads_of(step, &names, &mut own_reads);
                add(&mut needed, own_reads);
            }
            chosen.push(Chosen { step, names });
        }
        needed.retain(|name| !made.contains(name));
        add(&mut needed, reads);
    }
    chosen.reverse();
    chosen
}

fn add(needed: &mut Vec<String>, names: Vec<String>) {
    for name in names {
        if !needed.contains(&name) {
            needed.push(name);
        }
    }
}

/// Which of the needed fields a step makes.
fn made_by(step: &Step, needed: &[String], groups: &Groups) -> Vec<String> {
    let is_needed = |name: &&String| needed.contains(name);
    match &step.action {
        Action::Take(taking) if taking.is_dynamic => {
            needed.iter().filter(|name| is_taken(name, groups)).cloned().collect()
        }
        Action::Take(taking) => taking
            .names
            .iter()
            .filter(|name| (is_needed(name) || is_array_of(name, needed)) && is_taken(name, groups))
            .cloned()
            .collect(),
        Action::Alias { alias, .. } => std::iter::once(alias).filter(is_needed).cloned().collect(),
        Action::Eval { field, .. } => std::iter::once(field).filter(is_needed).cloned().collect(),
        Action::Lookup { outputs, .. } => outputs.iter().map(|(_, field)| field).filter(is_needed).cloned().collect(),
        Action::Split { field, .. } => std::iter::once(field).filter(is_needed).cloned().collect(),
    }
}

/// `a{}` is a name of the list `a`.
fn is_array_of(name: &str, needed: &[String]) -> bool {
    needed.iter().any(|needed| needed.strip_suffix("{}") == Some(name))
}

/// Whether texts of events may hold a field of that name: what every event has they do not, but for a host that is not known.
pub(super) fn is_taken(name: &str, groups: &Groups) -> bool {
    let is_fixed = [SOURCE, SOURCETYPE, "index"].contains(&name) || (name == HOST && !groups.lacks_host);
    !name.is_empty() && !is_hidden(name) && !is_internal(name) && !is_fixed
}

fn reads_of(step: &Step, names: &[String], reads: &mut Vec<String>) {
    match &step.action {
        Action::Take(taking) => reads.extend(taking.sources.iter().filter(|source| *source != RAW).cloned()),
        Action::Alias { field, .. } => reads.push(field.clone()),
        Action::Eval { expr, .. } => field::read_by(expr, &mut |field| reads.push(field.name.clone())),
        Action::Lookup { inputs, outputs, .. } => {
            reads.extend(inputs.iter().map(|(_, field)| field.clone()));
            let own = outputs.iter().map(|(_, field)| field).filter(|field| names.contains(field));
            reads.extend(own.cloned());
        }
        // What is split stays needed of the steps before.
        Action::Split { .. } => {}
    }
}
