//! Summaries as searches find them: which files they cover today, and the tables of their rows.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use datafusion::datasource::provider_as_source;
use speleo_index::{Index, Part};
use speleo_plan::{Summary, SummaryTable};
use speleo_syntax::{Code, Diagnostic, Severity};
use tokio::sync::Mutex;

use super::{
    definition, place,
    unit::{Known, units},
};
use crate::{
    fault::Fault,
    source::{self, Input, InputKey, Renumbered, summary_table},
    world::EngineWorld,
};

/// What a search knows of a summary that it reads.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    covered: HashSet<InputKey>,
    /// The indexes as far as they are not covered, each opened once.
    beside: Mutex<HashMap<String, Option<Arc<source::Index>>>>,
}

impl Opened {
    /// An index without the files that the summary covers; none where it covers all.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) async fn beside(
        &self,
        index: &str,
        world: &EngineWorld<'_>,
    ) -> Result<Option<Arc<source::Index>>, Fault> {
        let mut known = self.beside.lock().await;
        if let Some(found) = known.get(index) {
            return Ok(found.clone());
        }
        let is_wanted = |input: &Input| !self.covered.contains(&input.key);
        let found =
            world.catalog.open_only(index, &is_wanted, world.session, world.clock.zone(), world.knowledge).await?;
        known.insert(index.to_owned(), found.clone());
        Ok(found)
    }
}

/// Whether anything was computed of a root.
pub(crate) fn exists(summaries: Option<&Path>, model: &str, root: &str) -> bool {
    summaries.and_then(|folder| place::of_root(folder, model, root)).is_some_and(|folder| folder.is_dir())
}

/// The summary of a root over some indexes; none where there is none of today's definitions.
///
/// # Errors
/// Where it cannot be read.
pub(crate) async fn open(
    (model, root): (&str, &str),
    indexes: &[String],
    allow_old: bool,
    world: &EngineWorld<'_>,
) -> Result<Option<(Opened, Summary)>, Fault> {
    let knowledge = world.knowledge;
    let Some(folder) = world.summaries.and_then(|folder| place::of_root(folder, model, root)) else { return Ok(None) };
    let Some((model, root)) = knowledge.data_model(model).and_then(|found| Some((found, found.object(root)?))) else {
        return Ok(None);
    };
    let definition = definition::of_root(model, root, world)?;
    let all = place::all(&folder);
    let current = all.iter().find(|(_, note)| note.definition == definition);
    let Some((folder, note)) = current.or_else(|| all.first().filter(|_| allow_old)) else {
        if !all.is_empty() {
            let message = format!(
                "the summary of `{}.{}` is not used: definitions have changed since it was made",
                model.name, root.name
            );
            let note = Diagnostic { severity: Severity::Note, ..Diagnostic::unplaced(Code::SummariesOnly, message) };
            world.record.warn(&[note.help("`speleo accelerate` makes it anew")]);
        }
        return Ok(None);
    };
    let is_old = note.definition != definition;
    if is_old {
        let message = format!("the summary of `{}.{}` was made with other definitions", model.name, root.name);
        let warning = Diagnostic { severity: Severity::Warning, ..Diagnostic::unplaced(Code::SummariesOnly, message) };
        world.record.warn(&[warning.help("`allow_old_summaries=true` takes it all the same")]);
    }
    if !Index::is_at(folder) {
        return Ok(None);
    }
    let index = Index::open(&folder.to_string_lossy()).await?;
    let mut opened = Opened::default();
    let mut summary = Summary {
        number: 0,
        tables: Vec::new(),
        beside: Vec::new(),
        from: note.from,
        inputs: 0,
        covered: 0,
        times: None,
        is_old,
    };
    let units = units(index.parts()?, note.from.is_none());
    for name in indexes {
        let inputs = world.catalog.inputs(name).await?;
        let current: HashMap<&InputKey, &Input> = inputs.iter().map(|input| (&input.key, input)).collect();
        let (mut parts, mut renumbered): (Vec<Part>, Vec<Renumbered>) = (Vec::new(), Vec::new());
        let mut covered = HashSet::new();
        for (unit, own) in units.values().filter(|(unit, _)| unit.index == *name && unit.holds(&current)) {
            parts.extend(own.iter().cloned());
            renumbered.extend(unit.inputs.iter().filter_map(|known| moved(known, &current)));
            covered.extend(unit.inputs.iter().map(|known| known.key.clone()));
            summary.from = summary.from.max(unit.from);
        }
        summary.inputs += inputs.len();
        summary.covered += inputs.iter().filter(|input| covered.contains(&input.key)).count();
        if inputs.iter().any(|input| !covered.contains(&input.key)) {
            summary.beside.push(name.clone());
        }
        opened.covered.extend(covered);
        if !parts.is_empty() {
            parts.sort_by(|one, other| one.path.cmp(&other.path));
            let times = parts.iter().filter_map(|part| Some((part.earliest?, part.latest?)));
            summary.times = times.fold(summary.times, |known, (earliest, latest)| match known {
                Some((first, last)) => Some((first.min(earliest), last.max(latest))),
                None => Some((earliest, latest)),
            });
            let table = summary_table(&index, &parts, &renumbered, world.session)
                .map_err(|error| Fault::data(folder.display(), error))?;
            summary.tables.push((name.clone(), SummaryTable(provider_as_source(table))));
        }
    }
    Ok(Some((opened, summary)))
}

/// How far a file has moved among those of its index.
fn moved(known: &Known, current: &HashMap<&InputKey, &Input>) -> Option<Renumbered> {
    let now = current.get(&known.key)?.number?;
    Some(Renumbered { input: known.number, moved: i64::from(now) - i64::from(known.place?) })
}
