//! The fold over a pipeline: each command takes a relation and gives the next.

use std::collections::HashMap;

use datafusion::logical_expr::{Expr, LogicalPlan};
use speleo_syntax::{Code, Diagnostic, Search, Span, command::eval::Assignment};

use crate::{Result, TimeRange, World, expr, field::Later, relation::Relation};

/// A planned search.
#[derive(Debug, Clone)]
pub struct SearchPlan {
    /// The rows: shown columns only, in order.
    pub plan: LogicalPlan,
    /// How fields are shown to people, as expressions over the plan's columns.
    pub formats: Vec<(String, Expr)>,
    /// Warnings and notes that came up while planning.
    pub notes: Vec<Diagnostic>,
}

/// What lowering carries from command to command.
pub(crate) struct Context<'a> {
    /// The outside.
    pub(crate) world: &'a dyn World,
    /// Warnings and notes so far.
    pub(crate) notes: Vec<Diagnostic>,
    /// What is wrong with steps of conf files that the search needs.
    pub(crate) knowledge_warnings: Vec<Diagnostic>,
    /// The fields that the whole pipeline names: what an open source must extract.
    pub(crate) mentioned: Vec<String>,
    /// The fields of [`crate::search_time`] that commands of the pipeline make: its sources do not.
    pub(crate) left_to_commands: Vec<&'static str>,
    /// Of these, the ones that the events of the index at hand have as stored columns.
    pub(crate) stored_made: Vec<String>,
    /// What the commands behind the one at hand read, where that are few fields, which may be lists.
    pub(crate) later: Option<Later>,
    /// The patterns by which it names more of them.
    pub(crate) patterns: Vec<String>,
    /// The time range asked for outside the text; within a saved search its own.
    pub(crate) outer_range: TimeRange,
    /// The saved searches that are being planned, outermost first.
    pub(crate) saved: Vec<String>,
    /// The time range of the pipeline's events: its own, or the one asked for outside.
    pub(crate) range: TimeRange,
    /// What `nomv` joins the values of a field with, where a command before said so.
    pub(crate) delimiters: HashMap<String, String>,
    /// The words that the pipeline's conditions asked of the raw event so far, in lower case; a word may come more than once.
    pub(crate) terms: Vec<String>,
    /// How the pipeline's fields are shown; none before the outermost pipeline begins.
    pub(crate) formats: Option<Vec<Assignment>>,
    /// The summary that covers a part of the events to be read, which are to be left out.
    pub(crate) beside: Option<usize>,
    /// How many commands and dependent assignments were lowered, those in brackets too.
    pub(crate) steps: usize,
}

/// How many steps a search may have. Plans are walked by recursion, and by rules that look at every column of every step;
/// the longest published searches have 500.
const MAX_STEPS: usize = 1_000;

impl<'a> Context<'a> {
    /// What a search begins with.
    pub(crate) fn new(world: &'a dyn World) -> Self {
        let range = world.time_range();
        Self {
            world,
            notes: Vec::new(),
            knowledge_warnings: Vec::new(),
            mentioned: Vec::new(),
            left_to_commands: Vec::new(),
            stored_made: Vec::new(),
            later: None,
            patterns: Vec::new(),
            outer_range: range,
            saved: Vec::new(),
            range,
            delimiters: HashMap::new(),
            terms: Vec::new(),
            formats: None,
            beside: None,
            steps: 0,
        }
    }

    /// The words that conditions asked for, as one text with a word a line, `most` at most.
    pub(crate) fn wanted(&self, most: usize) -> String {
        let mut words: Vec<&str> = Vec::new();
        for word in &self.terms {
            if words.len() < most && !words.contains(&word.as_str()) {
                words.push(word);
            }
        }
        words.join("\n")
    }

    /// Counts a step of the pipeline.
    ///
    /// # Errors
    /// E0104 where there are too many.
    pub(crate) fn step(&mut self, span: Span) -> Result<()> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            let message = format!("a search of more than {MAX_STEPS} steps is too long to plan");
            return Err(Diagnostic::new(Code::TooDeep, span, message).into());
        }
        Ok(())
    }
}

/// The meaning of a command.
pub(crate) trait Lower {
    /// Turns the rows that come in into those that go out. A generating command gets none.
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation>;
}

/// Plans a parsed search.
///
/// # Errors
/// Diagnostics about names, types and unsupported forms, and what the world reports from the steps that it runs.
pub async fn plan(search: &Search, world: &dyn World) -> Result<SearchPlan> {
    let mut cx = Context::new(world);
    let relation = crate::command::pipeline(search, &mut cx).await?;
    let mut formats = Vec::new();
    for Assignment { target, expr, .. } in cx.formats.take().unwrap_or_default() {
        if relation.has(&target.name) {
            formats.push((target.name.clone(), expr::assigned(&target.name, &expr, &relation, &mut cx).await?));
        }
    }
    cx.notes.extend(cx.knowledge_warnings);
    Ok(SearchPlan { plan: relation.finish()?, formats, notes: cx.notes })
}
