//! Events of a data model's object, under the model's names. `| tstats count FROM datamodel=Web.Proxy BY Web.src`
//!
//! An object is its parent's events, a condition, and fields: declared ones and calculated ones, the parent's first. A field's name
//! is the lineage of the object that declares it and its own name; `_time`, `host` and their like stay as they are. `nodename`
//! lists the lineages that an event belongs to. A root may go on with commands. Absent: roots made of transactions, and what
//! acceleration stores.

mod calculation;
mod knowledge;
mod need;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::DataType,
    functions_nested::{array_compact::array_compact, array_has::array_has, make_array::make_array},
    logical_expr::{Expr, lit, when},
};
use speleo_knowledge::{DataModel, DataObject};
use speleo_syntax::{Code, Diagnostic, SearchExpr, SearchExprKind, Span, Spanned};

use crate::{
    Result,
    command::{continued, pipeline},
    field,
    lower::Context,
    meet, predicate,
    relation::{Relation, column},
    source, suggest,
    union::stack,
};
use knowledge::Text;
use need::Need;

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
    /// The fields that the search names.
    pub(crate) fields: &'a HashSet<String>,
}

/// The events of the object, with every field under its full name.
pub(crate) async fn events(request: &Request<'_>, cx: &mut Context<'_>) -> Result<Relation> {
    let span = request.name.span;
    let Some((model, objects)) = find(request.name, request.fields, cx)? else { return crate::table::nothing() };
    let mut all = None::<Relation>;
    for object in objects {
        let Some(root) = model.lineage(&object.name).first().copied() else { continue };
        let need = Need::of(request.fields, model, root);
        let rows = Building { model, object, request, need, span }.rows(cx).await?;
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

/// The events of an object with the fields that it has, its own and those of the objects above: under their full names, or
/// without the names of objects.
pub(crate) async fn dataset(name: &Spanned<String>, full_names: bool, cx: &mut Context<'_>) -> Result<Relation> {
    let none = HashSet::new();
    let Some(found) = find(name, &none, cx)? else { return crate::table::nothing() };
    let rows = events(&Request { name, source: Vec::new(), fields: &none }, cx).await?;
    let columns = shown(&found, &rows, full_names);
    rows.select(columns)
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
    let rows = events(&Request { name, source: Vec::new(), fields: &fields }, cx).await?;
    let mut columns = shown(&found, &rows, false);
    for object in model.objects.iter().filter(|object| wanted.contains(&object.name) && rows.has(NODE_NAME)) {
        if columns.iter().all(|(name, _)| *name != object.name) {
            let belongs = array_has(column(NODE_NAME), lit(model.lineage_name(&object.name)));
            columns.push((object.name.clone(), when(belongs, lit(1_i64)).end()?));
        }
    }
    rows.select(columns)
}

/// The fields of objects that events have: plain ones, then those that the objects declare.
fn shown((model, objects): &Found<'_>, rows: &Relation, full_names: bool) -> Vec<(String, Expr)> {
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
    let models = &world.knowledge().data_models;
    let Some(model) = models.get(model_name) else {
        if world.is_blind() {
            return Ok(None);
        }
        return Err(unknown("data model", model_name, models.keys().map(String::as_str), name.span));
    };
    let objects = match path {
        Some(path) => match model.resolve(path) {
            Some(object) => vec![object],
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
    let error = Diagnostic::new(Code::UnknownDataModel, span, format!("no {what} is called `{name}`"));
    match suggest::nearest(name, names) {
        Some(nearest) => error.help(format!("`{nearest}` is one")).into(),
        None => error.into(),
    }
}

/// A model's name alone means the roots that the search's fields name, or all of them.
fn roots<'a>(model: &'a DataModel, fields: &HashSet<String>) -> Vec<&'a DataObject> {
    let named = |root: &&DataObject| {
        fields.iter().any(|field| field.strip_prefix(root.name.as_str()).is_some_and(|rest| rest.starts_with('.')))
    };
    let chosen: Vec<&DataObject> = model.roots().filter(named).collect();
    if chosen.is_empty() { model.roots().collect() } else { chosen }
}

/// The object on its way to a relation.
struct Building<'a> {
    model: &'a DataModel,
    object: &'a DataObject,
    request: &'a Request<'a>,
    need: Need<'a>,
    span: Span,
}

impl Building<'_> {
    async fn rows(&self, cx: &mut Context<'_>) -> Result<Relation> {
        let notes = cx.notes.len();
        let lineage = self.model.lineage(&self.object.name);
        let Some(root) = lineage.first() else { return crate::table::nothing() };
        let mut relation = self.root(root, cx).await?;
        let mut members: Vec<(String, Expr)> = Vec::new();
        for object in self.model.subtree(&root.name) {
            let is_above = lineage.iter().any(|above| above.name == object.name);
            if !is_above && !self.is_wanted(object) {
                continue;
            }
            if !object.is_root() {
                let condition = self.condition(object, &relation, cx).await?;
                if is_above {
                    relation = relation.filter(condition)?;
                } else {
                    let member = condition.is_true().and(member_of(&object.parent, &relation));
                    relation = relation.set(vec![(flag(&object.name), member)])?;
                }
            }
            members.push((self.model.lineage_name(&object.name), member_of(&object.name, &relation)));
            for calculation in object.calculations.iter().filter(|calculation| self.need.wants_any(calculation)) {
                relation = calculation::apply(relation, calculation, self.span, cx).await?;
            }
            for field in object.fields.iter().filter(|field| field.required && is_above) {
                let present = if relation.has(&field.name) { column(&field.name).is_not_null() } else { lit(false) };
                relation = relation.filter(present)?;
            }
        }
        // Fields that the model's own texts do not find are the model's business, not the search's.
        cx.notes.truncate(notes);
        self.named(relation, &members, cx.world.is_blind())
    }

    /// The events of the root: its condition with the search's indexes and times, or its own pipeline.
    async fn root(&self, root: &DataObject, cx: &mut Context<'_>) -> Result<Relation> {
        let knowledge = Text { world: cx.world, span: self.span };
        if let Some(text) = &root.base_search {
            let search = knowledge.search(text)?;
            return pipeline(&search, cx).await.map_err(|error| knowledge.blame(error, text));
        }
        let mut parts = Vec::new();
        let mut pipelines = Vec::new();
        for constraint in &root.constraints {
            let (condition, commands) = knowledge.constraint(constraint)?;
            parts.push(condition);
            pipelines.extend(commands.map(|commands| (commands, constraint)));
        }
        parts.extend(self.request.source.iter().cloned());
        let condition = SearchExpr { span: self.span, kind: SearchExprKind::And(parts) };
        let mut names: Vec<String> =
            self.model.subtree(&root.name).into_iter().flat_map(|object| knowledge.names(object, &self.need)).collect();
        names.extend(pipelines.iter().flat_map(|(commands, _)| field::mentioned(commands)));
        let patterns = pipelines.iter().flat_map(|(commands, _)| field::patterns(commands)).collect();
        let outer = std::mem::replace(&mut cx.mentioned, names);
        let outer_patterns = std::mem::replace(&mut cx.patterns, patterns);
        let events = source::events(&condition, self.span, cx).await;
        cx.mentioned = outer;
        cx.patterns = outer_patterns;
        let mut relation = events?;
        for (commands, text) in &pipelines {
            relation = continued(commands, relation, cx).await.map_err(|error| knowledge.blame(error, text))?;
        }
        Ok(relation)
    }

    async fn condition(&self, object: &DataObject, relation: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
        let knowledge = Text { world: cx.world, span: self.span };
        let mut parts = Vec::new();
        for text in &object.constraints {
            let condition = knowledge.condition(text)?;
            parts.push(
                predicate::condition(&condition, relation, cx).await.map_err(|error| knowledge.blame(error, text))?,
            );
        }
        Ok(parts.into_iter().reduce(Expr::and).unwrap_or_else(|| lit(true)))
    }

    /// Whether the search names the object's fields, or asks which objects an event belongs to.
    fn is_wanted(&self, object: &DataObject) -> bool {
        let lineage = format!("{}.", self.model.lineage_name(&object.name));
        self.request.fields.iter().any(|field| field == NODE_NAME || field.starts_with(&lineage))
    }

    /// The model's names for everything. Fields that nobody needs are there to be told from those that do not exist, unless
    /// nothing is known (`blind`).
    fn named(&self, relation: Relation, members: &[(String, Expr)], blind: bool) -> Result<Relation> {
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for name in PLAIN_FIELDS {
            if relation.has(name) {
                columns.push((name.to_owned(), column(name)));
            }
        }
        if self.request.fields.contains(NODE_NAME) {
            let mut names = Vec::with_capacity(members.len());
            for (lineage, member) in members {
                names.push(when(member.clone(), lit(lineage.as_str())).end()?);
            }
            columns.push((NODE_NAME.to_owned(), array_compact(make_array(names))));
        }
        let root = self.model.lineage(&self.object.name).first().map_or("", |root| root.name.as_str());
        for object in self.model.subtree(root) {
            let lineage = self.model.lineage_name(&object.name);
            for field in object.own_fields().filter(|field| !blind || self.need.wants(&field.name)) {
                self.add(&relation, &field.name, format!("{lineage}.{}", field.name), &mut columns)?;
            }
        }
        for written in self.request.fields {
            let is_there = columns.iter().any(|(name, _)| name == written);
            if !is_there && let Some(own) = self.own_name(written) {
                self.add(&relation, &own, written.clone(), &mut columns)?;
            }
        }
        relation.select(columns)
    }

    fn add(&self, relation: &Relation, own: &str, full: String, columns: &mut Vec<(String, Expr)>) -> Result<()> {
        if columns.iter().all(|(name, _)| *name != full) {
            let value = match relation.data_type(own) {
                Some(data_type) => meet::stored(&full, column(own), data_type)?,
                None => meet::null_of(&DataType::Utf8)?,
            };
            columns.push((full, value));
        }
        Ok(())
    }

    /// The field behind a name that was written with another object of its line: `Failed_Authentication.user`.
    fn own_name(&self, written: &str) -> Option<String> {
        written.match_indices('.').find_map(|(place, _)| {
            let (path, field) = (written.get(..place)?, written.get(place + 1..)?);
            let object = self.model.resolve(path)?;
            let declared = self.model.fields(&object.name).into_iter().any(|owned| owned.field.name == field);
            declared.then(|| field.to_owned())
        })
    }
}

/// The flag of a child object, as Splunk calls it.
fn flag(object: &str) -> String {
    format!("is_{object}")
}

/// Whether an event belongs to an object; to those that the rows were filtered by all do.
fn member_of(object: &str, relation: &Relation) -> Expr {
    match relation.data_type(&flag(object)) {
        Some(DataType::Boolean) => column(&flag(object)),
        _ => lit(true),
    }
}
