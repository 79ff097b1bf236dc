//! The meaning of `join`: fields of another search's rows with equal values. `join type=left max=0 user [search index=hr]`
//!
//! A hash join on the keys, which are compared as they are where both sides have one type, else as texts; a row without one of
//! them has no partner. The other search's rows count in their order. Rows keep their order, partners stand in theirs.

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    functions::core::coalesce,
    functions_window::row_number::row_number_udwf,
    logical_expr::{Expr, ExprFunctionExt, JoinType, LogicalPlanBuilder, WindowFrame, cast, expr::WindowFunction, lit},
};
use speleo_knowledge::Limit;
use speleo_syntax::command::join::{Join, JoinKeys};

use crate::{
    Result,
    command::{branch, pipeline, rows},
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{HIDDEN, OrderKey, Relation, column, is_internal, named, project},
    unique::is_unique,
};

impl Lower for Join {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let left = rows(input, "join", self.span)?;
        // Without a list the fields that both sides have decide: none may come in from outside.
        let right = match &self.keys {
            JoinKeys::Fields(fields) if fields.is_empty() => pipeline(&self.search, cx).await?,
            _ => branch(&self.search, cx).await?,
        };
        let right = right.at_most(cx.world.limit(Limit::JoinRows))?;
        let pairs = self.pairs(&left, &right);
        if pairs.is_empty() {
            // Nothing is common to the two: no row has a partner.
            return if self.outer { Ok(left) } else { left.filter(lit(false)) };
        }
        let (left, right, keys) = keyed(left, right, &pairs)?;
        let columns = self.columns(&left, &right);
        let joined = self.joined(left, right, keys)?;
        let mut outputs = Vec::with_capacity(columns.len());
        for (name, own, other) in columns {
            outputs.push((name.clone(), chosen(&joined, &name, own.as_deref(), other.as_deref(), self.overwrite)?));
        }
        joined.select(outputs)
    }
}

/// The columns that hold the keys, left and right.
type Keys = (Vec<String>, Vec<String>);

/// A column of the result, and the columns of the two sides that make it.
type Source = (String, Option<String>, Option<String>);

/// The parts of `join` that depend on its form.
trait Form {
    /// The fields of both sides that have to be equal.
    fn pairs(&self, left: &Relation, right: &Relation) -> Vec<(String, String)>;

    /// The columns of the result.
    fn columns(&self, left: &Relation, right: &Right) -> Vec<Source>;

    /// The two sides side by side.
    fn joined(&self, left: Relation, right: Right, keys: Keys) -> Result<Relation>;
}

/// The other side: all its columns under names that the left side does not have.
struct Right {
    relation: Relation,
    /// Its fields and the columns that hold them.
    places: Vec<(String, String)>,
}

impl Form for Join {
    fn pairs(&self, left: &Relation, right: &Relation) -> Vec<(String, String)> {
        match &self.keys {
            JoinKeys::Where { pairs, .. } => pairs.iter().map(|(a, b)| (a.name.clone(), b.name.clone())).collect(),
            JoinKeys::Fields(fields) if fields.is_empty() => left
                .fields()
                .into_iter()
                .filter(|name| !is_internal(name) && right.has(name))
                .map(|name| (name.clone(), name))
                .collect(),
            JoinKeys::Fields(fields) => fields.iter().map(|field| (field.name.clone(), field.name.clone())).collect(),
        }
    }

    fn columns(&self, left: &Relation, right: &Right) -> Vec<Source> {
        if let JoinKeys::Where { left: first, right: second, .. } = &self.keys {
            let own = left.fields().into_iter().map(|name| (format!("{first}.{name}"), Some(name), None));
            let other =
                right.places.iter().map(|(name, place)| (format!("{second}.{name}"), None, Some(place.clone())));
            return own.chain(other).collect();
        }
        let mut columns: Vec<Source> = left.fields().into_iter().map(|name| (name.clone(), Some(name), None)).collect();
        for (name, place) in &right.places {
            match columns.iter_mut().find(|(own, ..)| own == name) {
                Some((_, _, other)) => *other = Some(place.clone()),
                None => columns.push((name.clone(), None, Some(place.clone()))),
            }
        }
        columns
    }

    fn joined(&self, left: Relation, right: Right, keys: Keys) -> Result<Relation> {
        let (left_keys, right_keys) = keys;
        let most = i64::try_from(self.max).unwrap_or(i64::MAX);
        let by_time = self.earlier.filter(|_| left.has(TIME));
        let right_time = right.places.iter().find(|(name, _)| name == TIME).map(|(_, place)| place.clone());
        let Right { relation: mut right, .. } = right;
        let rank = unused(&left, "rank");
        // One partner at most needs no number.
        let is_numbered = self.max != 1 || by_time.is_some() || !is_unique(&right.plan, &right_keys);
        if is_numbered {
            let partition: Vec<Expr> = right_keys.iter().map(|name| column(name)).collect();
            right = numbered(right, partition, &rank)?;
        }
        let filter = match (by_time, &right_time) {
            (Some(true), Some(time)) => Some(column(time).lt_eq(column(TIME))),
            (Some(false), Some(time)) => Some(column(time).gt_eq(column(TIME))),
            _ => None,
        };
        let mut left = left;
        let row = unused(&left, "left");
        if filter.is_none() && most > 0 && is_numbered {
            right = right.filter(column(&rank).lt_eq(lit(most)))?;
        } else if filter.is_some() {
            left = numbered(left, Vec::new(), &row)?;
        }
        let timed = filter.is_some();
        let kind = if self.outer { JoinType::Left } else { JoinType::Inner };
        let columns = |names: Vec<String>| names.iter().map(Column::new_unqualified).collect::<Vec<_>>();
        let plan = LogicalPlanBuilder::from(left.plan)
            .join(right.plan, kind, (columns(left_keys), columns(right_keys)), filter)?
            .build()?;
        let mut joined = Relation { plan, order: left.order, shape: left.shape };
        if timed && most > 0 {
            // Which partners are in time depends on the row: they are counted behind the join.
            let count = format!("{rank}_timed");
            let order = std::mem::replace(&mut joined.order, vec![OrderKey::ascending(&rank)]);
            joined = numbered(joined, vec![column(&row)], &count)?.filter(column(&count).lt_eq(lit(most)))?;
            joined.order = order;
        }
        if self.max != 1 {
            if joined.order.is_empty() {
                return Ok(joined);
            }
            joined.order.push(OrderKey::ascending(rank));
        }
        Ok(joined)
    }
}

/// Both sides with hidden columns for the keys, in one type each.
fn keyed(mut left: Relation, right: Relation, pairs: &[(String, String)]) -> Result<(Relation, Right, Keys)> {
    let mut keys = (Vec::new(), Vec::new());
    let mut right_exprs = Vec::new();
    for (n, (own, other)) in pairs.iter().enumerate() {
        let types = (left.data_type(own).cloned(), right.data_type(other).cloned());
        let (own_type, other_type) = (types.0.unwrap_or(DataType::Utf8), types.1.unwrap_or(DataType::Utf8));
        let own_key = key(&left, own, &own_type, &other_type)?;
        let other_key = key(&right, other, &other_type, &own_type)?;
        let place;
        (left, place) = left.hidden("key", own_key)?;
        keys.0.push(place);
        let place = unused(&left, &format!("other{n}"));
        right_exprs.push(named(other_key, &place));
        keys.1.push(place);
    }
    let mut places = Vec::new();
    for (n, name) in right.fields().into_iter().enumerate() {
        let place = unused(&left, &format!("right{n}"));
        right_exprs.push(named(column(&name), &place));
        places.push((name, place));
    }
    let mut order = Vec::new();
    for (n, key) in right.order.iter().enumerate() {
        let place = unused(&left, &format!("sort{n}"));
        right_exprs.push(named(column(&key.column), &place));
        order.push(OrderKey { column: place, ..key.clone() });
    }
    let plan = project(right.plan, right_exprs)?;
    let complete = keys.1.iter().map(|name| column(name).is_not_null()).reduce(Expr::and);
    let mut relation = Relation { plan, order, shape: right.shape };
    if let Some(complete) = complete {
        relation = relation.filter(complete)?;
    }
    Ok((left, Right { relation, places }, keys))
}

/// A key of one side, to be compared with one of another type.
fn key(relation: &Relation, name: &str, own: &DataType, other: &DataType) -> Result<Expr> {
    if !relation.has(name) {
        return meet::null_of(&DataType::Utf8);
    }
    let value = column(name);
    if own == other && !meet::is_list(own) {
        return Ok(value);
    }
    let text = if meet::is_list(own) { meet::whole(value, own) } else { meet::convert(value, own, &DataType::Utf8)? };
    Ok(meet::utf8(text, own))
}

/// Numbers rows from 1 on in their order, in each partition.
pub(crate) fn numbered(mut relation: Relation, partition: Vec<Expr>, name: &str) -> Result<Relation> {
    let mut number = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .window_frame(WindowFrame::new(Some(true)))
        .order_by(relation.sort_exprs());
    if !partition.is_empty() {
        number = number.partition_by(partition);
    }
    let counted = format!("{name}_count");
    let plan = LogicalPlanBuilder::from(relation.plan).window(vec![named(number.build()?, &counted)])?.build()?;
    let mut exprs: Vec<Expr> = plan
        .schema()
        .fields()
        .iter()
        .filter(|field| *field.name() != counted)
        .map(|field| column(field.name()))
        .collect();
    exprs.push(named(cast(column(&counted), DataType::Int64), name));
    relation.plan = LogicalPlanBuilder::from(plan).project(exprs)?.build()?;
    Ok(relation)
}

/// A hidden name that the relation does not have.
pub(crate) fn unused(relation: &Relation, stem: &str) -> String {
    let mut name = format!("{HIDDEN}join_{stem}");
    let mut n = 1;
    while relation.has(&name) {
        name = format!("{HIDDEN}join_{stem}_{n}");
        n += 1;
    }
    name
}

/// The value of a column that one side or both have; of both the one that counts, unless it is absent.
pub(crate) fn chosen(
    joined: &Relation,
    name: &str,
    own: Option<&str>,
    other: Option<&str>,
    overwrite: bool,
) -> Result<Expr> {
    let data_type = |place: &str| joined.data_type(place).cloned().unwrap_or(DataType::Utf8);
    match (own, other) {
        (Some(own), Some(other)) => {
            let (own_type, other_type) = (data_type(own), data_type(other));
            let common = meet::meet(&own_type, &other_type);
            let own = meet::convert(column(own), &own_type, &common)?;
            let other = meet::convert(column(other), &other_type, &common)?;
            let both = if overwrite { vec![other, own] } else { vec![own, other] };
            meet::stored(name, coalesce().call(both), &common)
        }
        (Some(one), None) | (None, Some(one)) => meet::stored(name, column(one), &data_type(one)),
        (None, None) => meet::null_of(&DataType::Utf8),
    }
}
