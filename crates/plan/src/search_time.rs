//! Fields that events get when a search reads them, in Splunk's order: `index=auth user=bob eventtype=failure tag=privileged`.
//!
//! | | |
//! | --- | --- |
//! | 1 | `rename` of the source type |
//! | 2 | `EXTRACT`, by class |
//! | 3 | `REPORT`, by class and then in the order of its list |
//! | 4 | key and value pairs, JSON or XML, as `KV_MODE` says |
//! | 5 | `FIELDALIAS`, by class |
//! | 6 | `EVAL`: all of them on the fields as they are after 5 |
//! | 7 | `LOOKUP`, by class |
//! | 8 | event types |
//! | 9 | tags |
//!
//! A field with a `TOKENIZER` in `fields.conf` is split into its values after 4, or after 7 where aliases, expressions or lookups may
//! make it: so aliases and expressions see the values of what texts gave.
//!
//! Only what a search names is made, and what that needs: [`need`] walks the steps backwards. Where the events of an index differ
//! in what conf files say of them, a step carries a condition on the columns `source`, `host` and `sourcetype`. A step that
//! cannot run (a regex that does not compile, a lookup that does not exist) is a warning with the file and the line, and the
//! others go on. Absent: the order of lookups that Splunk leaves open; they run by class.

mod apply;
mod base;
mod event_type;
mod group;
mod named;
mod need;
mod sample;
mod step;
mod tag;
#[cfg(test)]
mod tests;
mod warning;

use datafusion::logical_expr::{Expr, lit};
use speleo_syntax::Span;

use base::TAG_OF;
pub(crate) use base::{EVENT_TYPE, TAG, behind, compared, is_made, names, types};
use event_type::Types;
pub(crate) use event_type::{called, is_of_fields, of_fields, shown};
pub(crate) use named::transform;
pub(crate) use tag::{has_any, list, pairs as tag_pairs, tagged};

use self::{group::Groups, step::Step};
use crate::{
    Result, Source, kernel,
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// How the fields of an index's events are made.
pub(crate) struct Reading<'a> {
    /// The index.
    index: &'a str,
    /// Its events with the columns that are stored.
    stored: Relation,
    /// Which settings hold for which events.
    groups: Groups,
    /// Everything that could be done.
    steps: Vec<Step>,
}

impl<'a> Reading<'a> {
    /// What conf files say of the events of an index, for a search that wants these fields.
    pub(crate) async fn new(
        index: &'a str,
        source: &Source,
        stored: Relation,
        wanted: &[String],
        cx: &mut Context<'_>,
    ) -> Result<Self> {
        let groups = Groups::of(index, source, wanted, cx).await?;
        let steps = step::steps(&groups, cx).await?;
        Ok(Self { index, stored, groups, steps })
    }

    /// The events with the fields of these names, as far as any step makes them.
    pub(crate) async fn fields(&self, wanted: &[String], span: Span, cx: &mut Context<'_>) -> Result<Relation> {
        let is_left = |name: &str| {
            let stem = if name.starts_with(TAG_OF) { TAG } else { name };
            cx.left_to_commands.contains(&stem)
        };
        let made: Vec<String> = wanted.iter().filter(|name| is_made(name) && !is_left(name)).cloned().collect();
        let types = Types::wanted(&made, self.index, &self.groups, cx);
        let mut all = wanted.to_vec();
        types.names(cx, &mut all);
        tag::names(&made, &mut all, cx);
        let chosen = need::chosen(&self.steps, all, &self.groups);
        let relation = apply::apply(self.arrays(wanted, cx)?, &chosen, &self.groups, span, cx).await?;
        let relation = types.add(relation, self.index, span, cx)?;
        let relation = tag::add(relation, &made, cx)?;
        // What steps need on the way is no field that a pattern may take.
        let is_shown = |name: &String| {
            let is_wanted = |wanted: &String| wanted == name || wanted.strip_suffix("{}") == Some(name);
            self.stored.has(name) || group::STORED_SOURCETYPE == name || wanted.iter().any(is_wanted)
        };
        let fields = relation.fields();
        if fields.iter().all(is_shown) {
            return Ok(relation);
        }
        relation.select(fields.into_iter().filter(is_shown).map(|name| (name.clone(), column(&name))).collect())
    }

    /// The stored columns, lists also under the names that Splunk gives to JSON arrays: `tags{}` is the list `tags`. Where all columns
    /// are shown each is there once.
    fn arrays(&self, wanted: &[String], cx: &Context<'_>) -> Result<Relation> {
        let is_array = |name: &&String| {
            let list = name.strip_suffix("{}").and_then(|stem| self.stored.data_type(stem));
            !self.stored.has(name) && list.is_some_and(meet::is_list)
        };
        let named = wanted.iter().filter(is_array);
        let columns: Vec<(String, Expr)> =
            named.filter_map(|name| Some((name.clone(), column(name.strip_suffix("{}")?)))).collect();
        if columns.is_empty() || cx.patterns.iter().any(|pattern| pattern == "*") {
            return Ok(self.stored.clone());
        }
        self.stored.clone().set(columns)
    }

    /// Whether there are fields beyond those that are stored.
    pub(crate) fn is_open(&self, cx: &Context<'_>) -> bool {
        let knowledge = cx.world.knowledge();
        !self.steps.is_empty() || !knowledge.event_types.is_empty() || !knowledge.tags.is_empty()
    }

    /// The names of fields that the events of `condition` have, that no column holds and that a pattern of the pipeline takes.
    pub(crate) async fn names(&self, condition: &Expr, span: Span, cx: &mut Context<'_>) -> Result<Vec<String>> {
        sample::names(self, condition, span, cx).await
    }
}

/// The value of a key in a text of events of which nothing more is known: `PREFIX(user=)`.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn of_pairs(raw: Expr, name: &str) -> Result<Expr> {
    let found = kernel::call("spl_kv", vec![raw, lit("auto_escaped"), lit("json trim"), lit(name)])?;
    Ok(kernel::call("spl_part", vec![found, lit(name)])?)
}
