//! What else is wrong with a search that cannot be read as a whole: `index=web | stats sum(a) BY | lookup none x`
//!
//! The commands before the first mistake, and the searches in brackets that have none, are planned by themselves. Of what stands
//! behind a mistake only names count that no search has, such as a function `cuont`: whatever else it would say follows from
//! the mistake, or might.

use speleo_plan::plan;
use speleo_syntax::{Code, Command, Diagnostic, Search, Span, command::union::Dataset};

use super::{Engine, Names, Read};
use crate::{
    fault::diagnose,
    run,
    world::{EngineWorld, Mode},
};

impl Engine {
    /// The problems of the parts that could be read, besides those of reading.
    pub(super) async fn plan_parts(&self, read: &Read, world: &EngineWorld<'_>) -> Vec<Diagnostic> {
        let Some(first) = read.mistakes.iter().map(|span| span.start).min() else { return Vec::new() };
        let is_whole = |span: Span| read.is_whole(span);
        let before =
            read.search.commands.iter().take_while(|command| command.span().end <= first && is_whole(command.span()));
        let mut commands: Vec<Command> = before.cloned().collect();
        let rest = read.search.commands.iter().skip(commands.len());
        let mut parts: Vec<Search> =
            rest.flat_map(in_brackets).filter(|search| is_whole(search.span)).cloned().collect();
        if !commands.is_empty() {
            if read.continues {
                commands.insert(0, super::any_events());
            }
            parts.insert(0, Search { span: read.search.span, commands });
        }
        let mut problems = Vec::new();
        for part in parts {
            problems.extend(problems_of(&part, world).await);
        }
        let mut problems = read.expansion.locate(problems);
        self.add_unknown_names(read, &mut problems).await;
        problems
    }

    /// Adds the names that no search has, and that `problems` do not tell yet: a plan ends with the first command that has one.
    pub(super) async fn add_unknown_names(&self, read: &Read, problems: &mut Vec<Diagnostic>) {
        let Ok(world) = self.world(Mode::Blind) else { return };
        let whole = read.search.commands.iter().filter(|command| read.is_whole(command.span()));
        for command in whole {
            // What a command is asked about its rows is not known here, so nothing counts that depends on them.
            let commands = vec![super::any_events(), command.clone()];
            let mut found = problems_of(&Search { span: command.span(), commands }, &world).await;
            found.retain(|problem| NAMES.contains(&problem.code));
            found = read.expansion.locate(found);
            found.retain(|problem| !problems.contains(problem));
            problems.append(&mut found);
        }
        in_reading_order(problems);
    }

    /// What a search names that cannot be read or planned as a whole. It is planned with holes where its mistakes are, and then
    /// command by command, for nothing else.
    pub(super) async fn names_of_broken(&self, read: &Read, world: &EngineWorld<'_>) -> Names {
        let mut search = read.search.clone();
        if read.continues {
            search.commands.insert(0, super::any_events());
        }
        let alone =
            |command: &Command| Search { span: command.span(), commands: vec![super::any_events(), command.clone()] };
        let parts: Vec<Search> = read.search.commands.iter().map(alone).collect();
        for part in std::iter::once(search).chain(parts) {
            // What it reports follows from the mistakes.
            drop(problems_of(&part, world).await);
        }
        world.record.names()
    }
}

/// Names that are wrong in whatever search they stand.
const NAMES: [Code; 4] =
    [Code::UnknownFunction, Code::UnknownAggregate, Code::UnsupportedFunction, Code::UnknownDataModel];

/// The errors of planning a search.
async fn problems_of(search: &Search, world: &EngineWorld<'_>) -> Vec<Diagnostic> {
    let work = async { Ok(plan(search, world).await) };
    let planned = run::guard(work).await.unwrap_or_else(|error| Err(error.into()));
    let found = planned.map_or_else(diagnose, |_| Vec::new());
    found.into_iter().filter(Diagnostic::is_error).collect()
}

/// Puts diagnostics in the order of their places; those without one stay first.
pub(super) fn in_reading_order(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|one| one.labels.first().map(|label| label.span.start));
}

/// The searches in brackets that stand by themselves: they do not read the rows of the pipeline around them.
fn in_brackets(command: &Command) -> Vec<&Search> {
    match command {
        Command::Append(append) => vec![&append.search],
        Command::AppendCols(append) => vec![&append.search],
        Command::Join(join) => vec![&join.search],
        Command::MultiSearch(all) => all.searches.iter().collect(),
        Command::Set(set) => vec![&set.left, &set.right],
        Command::Union(union) => union.datasets.iter().filter_map(of_dataset).collect(),
        _ => Vec::new(),
    }
}

fn of_dataset(dataset: &Dataset) -> Option<&Search> {
    match dataset {
        Dataset::Search(search) => Some(search),
        Dataset::Named { .. } => None,
    }
}
