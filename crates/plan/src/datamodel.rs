//! Events of a data model's object, under the model's names. `| tstats count FROM datamodel=Web.Proxy BY Web.src`
//!
//! An object is its parent's events, a condition, and fields: declared ones and calculated ones, the parent's first. A field's name
//! is the lineage of the object that declares it and its own name; `_time`, `host` and their like stay as they are. `nodename`
//! lists the lineages that an event belongs to, and `is_X` and `is_not_X` tell of one object. A root may go on with commands, or
//! group the events of other objects into transactions. What was computed of a root before is a [`summary`]; [`summarize`] says how.

mod building;
mod calculation;
mod knowledge;
mod need;
mod summarize;
mod summary;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use datafusion::{
    functions_nested::array_has::array_has,
    logical_expr::{Expr, lit, when},
};
use speleo_knowledge::{DataModel, DataObject};
use speleo_syntax::{Code, Diagnostic, SearchExpr, Span, Spanned};

use crate::{
    Result, Thing,
    lower::Context,
    meet,
    relation::{Relation, column},
    suggest,
    union::stack,
};
use building::Building;
use need::Need;
pub use summarize::{SummaryPlan, may_be_summarized, summarize, summarized_indexes};

/// The pseudo-field that lists the objects of an event.
const NODE_NAME: &str = "nodename";

/// Fields that carry no object's name.
const PLAIN_FIELDS: [&str; 7] = ["_time", "_raw", "index", "host", "source", "sourcetype", "splunk_server"];

/// What a search wants of a data model.
pub(crate) struct Request<'a> {
    /// `Model` or `Model.Object`, and where it stands.
    pub(crate) name: &'a Spanned<String>,
    /// The part of the search's condition that the sources must know: indexes and times.
    pub(crate) source: Vec<SearchExpr>,
    /// The fields that the search names; none means all.
    pub(crate) fields: &'a HashSet<String>,
    /// Whether the flags of all objects below are wanted.
    pub(crate) flags: bool,
    /// Whether fields that the model does not declare stay under their own names.
    pub(crate) loose: bool,
    /// What summaries may serve for.
    pub(crate) summaries: Summaries,
}

/// What summaries may serve for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Summaries {
    /// For nothing: events are wanted as they are.
    #[default]
    Unused,
    /// For the events that they cover.
    Beside {
        /// Whether those of other definitions serve as well.
        old: bool,
    },
    /// For everything: other events are left out.
    Only {
        /// Whether those of other definitions serve as well.
        old: bool,
    },
}

impl<'a> Request<'a> {
    /// The fields that a search names, of all events.
    pub(crate) fn of(name: &'a Spanned<String>, fields: &'a HashSet<String>) -> Self {
        Self { name, source: Vec::new(), fields, flags: false, loose: false, summaries: Summaries::Unused }
    }
}

/// How the fields of an object's events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    /// Under their full names, or without the names of objects.
    pub(crate) full_names: bool,
    /// With the flags of the objects below.
    pub(crate) flags: bool,
    /// With those that the model does not declare.
    pub(crate) loose: bool,
}

/// The events of the object, with every field under its full name.
pub(crate) async fn events(request: &Request<'_>, cx: &mut Context<'_>) -> Result<Relation> {
    let span = request.name.span;
    let Some((model, objects)) = find(request.name, request.fields, cx)? else { return crate::table::nothing() };
    let mut all = None::<Relation>;
    for object in objects {
        let Some(root) = model.lineage(&object.name).first().copied() else { continue };
        let need = Need::of(request.fields, model, root);
        let building = Building { model, object, request, need, span };
        let rows = match summary::rows(&building, cx).await? {
            Some(rows) => rows,
            None => building.rows(cx).await?,
        };
        all = Some(match all {
            Some(earlier) => stack(earlier, rows)?,
            None => rows,
        });
    }
    match all {
        Some(all) => Ok(all),
        None => crate::table::nothing(),
    }
}

/// The events of an object with the fields that it has, its own and those of the objects above.
pub(crate) async fn dataset(name: &Spanned<String>, shown: Shown, cx: &mut Context<'_>) -> Result<Relation> {
    let none = HashSet::new();
    let Some(found) = find(name, &none, cx)? else { return crate::table::nothing() };
    let request = Request { flags: shown.flags, loose: shown.loose, ..Request::of(name, &none) };
    let rows = events(&request, cx).await?;
    let mut columns = columns(&found, &rows, shown.full_names);
    let declared = declared(&found);
    // What is left are flags, and fields that nobody declares.
    for name in rows.fields().into_iter().filter(|name| !declared.contains(name)) {
        if (shown.flags || shown.loose) && columns.iter().all(|(taken, _)| *taken != name) {
            columns.push((name.clone(), column(&name)));
        }
    }
    rows.select(columns)
}

/// The full names of the fields of all objects in the trees of those that were found.
fn declared((model, objects): &Found<'_>) -> HashSet<String> {
    let roots = objects.iter().filter_map(|object| model.lineage(&object.name).first().map(|root| root.name.as_str()));
    let below = roots.flat_map(|root| model.subtree(root));
    below.flat_map(|object| model.fields(&object.name)).map(|owned| model.full_name(owned)).collect()
}

/// The events of an object with its fields without the names of objects, of which only `wanted` need have values. An object
/// that `wanted` names is a field too: 1 where the event belongs to it.
pub(crate) async fn counted(
    name: &Spanned<String>,
    wanted: &HashSet<String>,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let Some(found) = find(name, &HashSet::new(), cx)? else { return crate::table::nothing() };
    let (model, objects) = &found;
    let owned = objects.iter().flat_map(|object| model.fields(&object.name));
    let mut fields: HashSet<String> =
        owned.filter(|owned| wanted.contains(&owned.field.name)).map(|owned| model.full_name(owned)).collect();
    // Without any name all fields would be wanted.
    fields.extend([meet::TIME.to_owned(), NODE_NAME.to_owned()]);
    let rows = events(&Request::of(name, &fields), cx).await?;
    let mut columns = columns(&found, &rows, false);
    for object in model.objects.iter().filter(|object| wanted.contains(&object.name) && rows.has(NODE_NAME)) {
        if columns.iter().all(|(name, _)| *name != object.name) {
            let belongs = array_has(column(NODE_NAME), lit(model.lineage_name(&object.name)));
            columns.push((object.name.clone(), when(belongs, lit(1_i64)).end()?));
        }
    }
    rows.select(columns)
}

/// The fields of objects that events have: plain ones, then those that the objects declare.
fn columns((model, objects): &Found<'_>, rows: &Relation, full_names: bool) -> Vec<(String, Expr)> {
    let mut columns: Vec<(String, Expr)> = Vec::new();
    for plain in PLAIN_FIELDS.into_iter().filter(|plain| rows.has(plain)) {
        columns.push((plain.to_owned(), column(plain)));
    }
    // What an object declares stands before what it inherits under the same name.
    for owned in objects.iter().flat_map(|object| model.fields(&object.name).into_iter().rev()) {
        let full = model.full_name(owned);
        let name = if full_names { &full } else { &owned.field.name };
        if rows.has(&full) && columns.iter().all(|(taken, _)| taken != name) {
            columns.push((name.clone(), column(&full)));
        }
    }
    columns
}

/// A model, and those of its objects that a name means.
type Found<'a> = (&'a DataModel, Vec<&'a DataObject>);

/// What a name means; none where nothing is known of models at all.
fn find<'a>(name: &Spanned<String>, fields: &HashSet<String>, cx: &Context<'a>) -> Result<Option<Found<'a>>> {
    let world = cx.world;
    let written = name.node.replace('"', "");
    let (model_name, path) = match written.split_once('.') {
        Some((model, path)) => (model, Some(path)),
        None => (written.as_str(), None),
    };
    let Some(model) = world.knowledge().data_model(model_name) else {
        if world.is_blind() {
            world.lacks(Thing::DataModel, model_name);
            return Ok(None);
        }
        let names = world.knowledge().data_model_names();
        return Err(unknown("data model", model_name, names.into_iter(), name.span));
    };
    let objects = match path {
        Some(path) => match model.resolve(path) {
            Some(object) => vec![object],
            // The search may be for a model of the same name that is not here.
            None if world.is_blind() && !world.knowledge().data_models.contains_key(model_name) => {
                world.lacks(Thing::DataModel, &written);
                return Ok(None);
            }
            None => {
                let names = model.objects.iter().map(|object| object.name.as_str());
                return Err(unknown("object of the data model", path, names, name.span));
            }
        },
        None => roots(model, fields),
    };
    Ok(Some((model, objects)))
}

fn unknown<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>, span: Span) -> crate::Error {
    let error = Diagnostic::new(Code::UnknownDataModel, span, format!("no {what} is called `{name}`")).named(name);
    match suggest::nearest(name, names) {
        Some(nearest) => error.help(format!("`{nearest}` is one")).into(),
        None => error.into(),
    }
}

/// The model that a name means, or one object of it, for its definition; none where nothing is known of models at all.
///
/// # Errors
/// E0207 where there is none.
pub(crate) fn defined<'a>(
    name: &Spanned<String>,
    cx: &Context<'a>,
) -> Result<Option<(&'a DataModel, Option<&'a DataObject>)>> {
    let Some((model, objects)) = find(name, &HashSet::new(), cx)? else { return Ok(None) };
    let object = if name.node.contains('.') { objects.first().copied() } else { None };
    Ok(Some((model, object)))
}

/// A model's name alone means the roots that the search's fields name, or all of them.
fn roots<'a>(model: &'a DataModel, fields: &HashSet<String>) -> Vec<&'a DataObject> {
    let owners: Vec<&DataObject> = fields.iter().filter_map(|field| Some(building::owner(model, field)?.0)).collect();
    let is_named = |root: &&DataObject| {
        owners.iter().any(|owner| model.lineage(&owner.name).first().is_some_and(|first| first.name == root.name))
    };
    let chosen: Vec<&DataObject> = model.roots().filter(is_named).collect();
    if chosen.is_empty() { model.roots().collect() } else { chosen }
}
