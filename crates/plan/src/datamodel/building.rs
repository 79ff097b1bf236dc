//! An object of a data model on its way to a relation: its root's events, the conditions and calculations of its line, and names.
//!
//! `| tstats count FROM datamodel=Change WHERE nodename=All_Changes.Account_Management BY All_Changes.user`

use datafusion::{
    arrow::datatypes::DataType,
    functions_nested::{array_compact::array_compact, make_array::make_array},
    logical_expr::{Expr, lit, when},
};
use speleo_knowledge::{DataModel, DataObject};
use speleo_syntax::{Code, Diagnostic, Search, SearchExpr, SearchExprKind, Span};

use super::{
    NODE_NAME, PLAIN_FIELDS, Request, calculation,
    knowledge::{Root, Text},
    need::Need,
};
use crate::{
    Result,
    command::{continued, pipeline},
    field,
    lower::Context,
    meet, predicate,
    relation::{Relation, column},
    source,
};

/// The object on its way to a relation.
pub(super) struct Building<'a> {
    pub(super) model: &'a DataModel,
    pub(super) object: &'a DataObject,
    pub(super) request: &'a Request<'a>,
    pub(super) need: Need<'a>,
    pub(super) span: Span,
}

/// What the texts of a root say.
pub(super) enum Reading<'a> {
    /// The conditions that its events satisfy together, and the commands that go on with them, each with its text.
    Events(Vec<SearchExpr>, Vec<(Search, &'a str)>),
    /// Commands that make its rows, and their text.
    Rows(Search, String),
}

/// Reads the texts of a root.
///
/// # Errors
/// Where one of them cannot be read.
pub(super) fn read_root<'a>(model: &DataModel, root: &'a DataObject, knowledge: Text<'_>) -> Result<Reading<'a>> {
    let mut parts = Vec::new();
    let mut pipelines = Vec::new();
    for text in root.constraints.iter().chain(&root.base_search) {
        match knowledge.root(text)? {
            Root::Events(condition, commands) => {
                parts.push(condition);
                pipelines.extend(commands.map(|commands| (commands, text.as_str())));
            }
            Root::Pipeline(search) => return Ok(Reading::Rows(search, text.clone())),
        }
    }
    match model.transactions(&root.name) {
        Some(text) => Ok(Reading::Rows(knowledge.search(&text)?, text)),
        None => Ok(Reading::Events(parts, pipelines)),
    }
}

impl<'a> Building<'a> {
    pub(super) async fn rows(&self, cx: &mut Context<'_>) -> Result<Relation> {
        let notes = cx.notes.len();
        let lineage = self.model.lineage(&self.object.name);
        let Some(root) = lineage.first() else { return crate::table::nothing() };
        let wanted = self.wanted(root);
        let mut relation = self.root(root, &wanted, cx).await?;
        let mut members: Vec<(&DataObject, Expr)> = Vec::new();
        let mut flags = Flags::default();
        for object in wanted {
            let is_above = lineage.iter().any(|above| above.name == object.name);
            if !object.is_root() {
                let condition = self.condition(object, &relation, cx).await?;
                if is_above {
                    relation = relation.filter(condition)?;
                } else {
                    let member = condition.is_true().and(flags.member_of(&object.parent));
                    relation = flags.set(relation, &object.name, member)?;
                }
            }
            for calculation in object.calculations.iter().filter(|calculation| self.need.wants_any(calculation)) {
                relation = calculation::apply(relation, calculation, self.span, cx).await?;
            }
            for field in object.fields.iter().filter(|field| field.required) {
                let present = if relation.has(&field.name) { column(&field.name).is_not_null() } else { lit(false) };
                if is_above {
                    relation = relation.filter(present)?;
                } else {
                    let member = flags.member_of(&object.name).and(present);
                    relation = flags.set(relation, &object.name, member)?;
                }
            }
            members.push((object, flags.member_of(&object.name)));
        }
        // Fields that the model's own texts do not find are the model's business, not the search's.
        cx.notes.truncate(notes);
        self.named(relation, &members, cx.world.is_blind())
    }

    /// The events of the root: its condition with the search's indexes and times, or its own pipeline.
    async fn root(&self, root: &DataObject, wanted: &[&DataObject], cx: &mut Context<'_>) -> Result<Relation> {
        let knowledge = Text { world: cx.world, span: self.span };
        let (mut parts, pipelines) = match read_root(self.model, root, knowledge)? {
            Reading::Events(parts, pipelines) => (parts, pipelines),
            Reading::Rows(search, text) => return self.pipeline(&search, &text, cx).await,
        };
        parts.extend(self.request.source.iter().cloned());
        let condition = SearchExpr { span: self.span, kind: SearchExprKind::And(parts) };
        let mut names: Vec<String> =
            self.model.subtree(&root.name).into_iter().flat_map(|object| knowledge.names(object, &self.need)).collect();
        names.extend(wanted.iter().flat_map(|object| knowledge.conditions(object)));
        names.extend(pipelines.iter().flat_map(|(commands, _)| field::mentioned(commands)));
        let mut patterns: Vec<String> = pipelines.iter().flat_map(|(commands, _)| field::patterns(commands)).collect();
        if self.request.loose {
            patterns.push("*".to_owned());
        }
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

    /// The rows of a root's own commands, which may not lead back to it.
    async fn pipeline(&self, search: &Search, text: &str, cx: &mut Context<'_>) -> Result<Relation> {
        let own = format!("| datamodel {} {}", self.model.name, self.object.name);
        if cx.saved.contains(&own) {
            let message = format!("the object `{}` is made of itself", self.object.name);
            return Err(Diagnostic::new(Code::TooDeep, self.span, message).into());
        }
        cx.saved.push(own);
        let rows = pipeline(search, cx).await;
        cx.saved.pop();
        rows.map_err(|error| Text { world: cx.world, span: self.span }.blame(error, text))
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

    /// The objects of the root's tree that the answer rests on, parents before children: those above the object, those whose
    /// fields or flags the search names, and what stands above these.
    fn wanted(&self, root: &'a DataObject) -> Vec<&'a DataObject> {
        let model: &'a DataModel = self.model;
        let tree = model.subtree(&root.name);
        if self.request.flags || self.request.fields.contains(NODE_NAME) {
            return tree.into_iter().filter(|object| self.is_in_line(object)).collect();
        }
        let mut named: Vec<&str> = vec![&self.object.name];
        for field in self.request.fields {
            named.extend(owner(self.model, field).map(|(object, _)| object.name.as_str()));
            named.extend(flagged(self.model, field).map(|(object, _)| object.name.as_str()));
        }
        let lines: Vec<&DataObject> = named.into_iter().flat_map(|name| self.model.lineage(name)).collect();
        tree.into_iter().filter(|object| lines.iter().any(|above| above.name == object.name)).collect()
    }

    /// Whether `flags` tell of an object: where only they are wanted, those above and below the object itself.
    fn is_in_line(&self, object: &DataObject) -> bool {
        let has = |line: Vec<&DataObject>, name: &str| line.iter().any(|step| step.name == name);
        self.request.fields.contains(NODE_NAME)
            || has(self.model.lineage(&object.name), &self.object.name)
            || has(self.model.lineage(&self.object.name), &object.name)
    }

    /// The model's names for everything. Fields that nobody needs are there to be told from those that do not exist, unless
    /// nothing is known (`blind`).
    fn named(&self, relation: Relation, members: &[(&DataObject, Expr)], blind: bool) -> Result<Relation> {
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for name in PLAIN_FIELDS {
            if relation.has(name) {
                columns.push((name.to_owned(), column(name)));
            }
        }
        if self.request.fields.contains(NODE_NAME) {
            columns.push((NODE_NAME.to_owned(), node_names(self.model, members)?));
        }
        let root = self.model.lineage(&self.object.name).first().map_or("", |root| root.name.as_str());
        for object in self.model.subtree(root) {
            let lineage = self.model.lineage_name(&object.name);
            for field in object.own_fields().filter(|field| !blind || self.need.wants(&field.name)) {
                self.add(&relation, &field.name, format!("{lineage}.{}", field.name), &mut columns)?;
            }
        }
        for written in self.request.fields {
            if columns.iter().any(|(name, _)| name == written) {
                continue;
            }
            if let Some((_, own)) = owner(self.model, written) {
                self.add(&relation, own, written.clone(), &mut columns)?;
            } else if let Some((object, belongs)) = flagged(self.model, written)
                && let Some((_, member)) = members.iter().find(|(known, _)| known.name == object.name)
            {
                columns.push((written.clone(), told(member, belongs)?));
            }
        }
        if self.request.flags {
            let below = members.iter().filter(|(object, _)| {
                let line = self.model.lineage(&object.name);
                object.name != self.object.name && line.iter().any(|step| step.name == self.object.name)
            });
            for (object, member) in below {
                columns.push((flag(&object.name), told(member, true)?));
                columns.push((format!("is_not_{}", object.name), told(member, false)?));
            }
        }
        if self.request.loose {
            let declared: Vec<&str> = self
                .model
                .subtree(root)
                .into_iter()
                .flat_map(DataObject::own_fields)
                .map(|field| field.name.as_str())
                .collect();
            for name in relation.fields() {
                let is_free = !declared.contains(&name.as_str()) && columns.iter().all(|(taken, _)| *taken != name);
                if is_free && !members.iter().any(|(object, _)| flag(&object.name) == name) {
                    columns.push((name.clone(), column(&name)));
                }
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
}

/// The object that a written name gives to a field, by its lineage or an end of it, and the field: `Failed_Authentication.user`.
/// Names of fields may have dots: the shortest way to an object that has the rest as a field counts.
pub(super) fn owner<'a, 'b>(model: &'a DataModel, written: &'b str) -> Option<(&'a DataObject, &'b str)> {
    written.match_indices('.').find_map(|(place, _)| {
        let (path, field) = (written.get(..place)?, written.get(place + 1..)?);
        let object = model.resolve(path)?;
        let declared = model.fields(&object.name).into_iter().any(|owned| owned.field.name == field);
        declared.then_some((object, field))
    })
}

/// The object that a flag tells of, and whether it tells that events belong to it: `is_Proxy`, `Web.is_not_Proxy`.
pub(super) fn flagged<'a>(model: &'a DataModel, written: &str) -> Option<(&'a DataObject, bool)> {
    let (path, name) = written.rsplit_once('.').map_or((None, written), |(path, name)| (Some(path), name));
    let rest = name.strip_prefix("is_")?;
    let (object, belongs) = match model.object(rest) {
        Some(object) => (object, true),
        None => (model.object(rest.strip_prefix("not_")?)?, false),
    };
    path.is_none_or(|path| model.resolve(path).is_some()).then_some((object, belongs))
}

/// The value of `nodename`: the lineages of the objects that an event belongs to.
pub(super) fn node_names(model: &DataModel, members: &[(&DataObject, Expr)]) -> Result<Expr> {
    let mut names = Vec::with_capacity(members.len());
    for (object, member) in members {
        names.push(when(member.clone(), lit(model.lineage_name(&object.name))).end()?);
    }
    Ok(array_compact(make_array(names)))
}

/// A flag's value: 1 or 0.
pub(super) fn told(member: &Expr, belongs: bool) -> Result<Expr> {
    let (yes, no) = if belongs { (1_i64, 0_i64) } else { (0, 1) };
    Ok(when(member.clone().is_true(), lit(yes)).otherwise(lit(no))?)
}

/// The flag of a child object, as Splunk calls it.
pub(super) fn flag(object: &str) -> String {
    format!("is_{object}")
}

/// The objects of which a column says whether an event belongs to them.
#[derive(Default)]
struct Flags<'a>(Vec<&'a str>);

impl<'a> Flags<'a> {
    /// Adds the column of an object, or replaces it.
    fn set(&mut self, relation: Relation, object: &'a str, member: Expr) -> Result<Relation> {
        if !self.0.contains(&object) {
            self.0.push(object);
        }
        relation.set(vec![(flag(object), member)])
    }

    /// Whether an event belongs to an object; to those that the rows were filtered by all do.
    fn member_of(&self, object: &str) -> Expr {
        if self.0.contains(&object) { column(&flag(object)) } else { lit(true) }
    }
}
