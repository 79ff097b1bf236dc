//! The meaning of `eval`: assignments from left to right, later ones see earlier ones. `eval rate=blocked/total, {kind}=1`
//!
//! `{kind}` in a target stands for the value of that field, row by row. Which fields that makes depends on the data: a named
//! step asks for them.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, lit, when},
};
use speleo_functions::value::Texts;
use speleo_syntax::command::eval::{Assignment, Eval};

use crate::{
    Result,
    command::rows,
    expr, field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, named},
};

impl Lower for Eval {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut relation = rows(input, "eval", self.span)?;
        // Assignments that do not read each other are one projection: a long list must not become a deep plan.
        let mut ready: Vec<(String, Expr)> = Vec::new();
        for assignment in &self.assignments {
            let target = &assignment.target.name;
            let parts = template(target);
            if !ready.is_empty() && (parts.is_some() || depends(assignment, &ready)) {
                cx.step(assignment.target.span)?;
                relation = relation.set(std::mem::take(&mut ready))?;
            }
            match parts {
                Some(parts) => relation = dynamic(assignment, &parts, relation, cx).await?,
                None => {
                    let value = expr::assigned(target, &assignment.expr, &relation, cx).await?;
                    ready.push((target.clone(), value));
                }
            }
        }
        if ready.is_empty() { Ok(relation) } else { relation.set(ready) }
    }
}

/// Whether an assignment reads or sets one of the fields that others are about to set.
fn depends(assignment: &Assignment, ready: &[(String, Expr)]) -> bool {
    let is_ready = |name: &str| ready.iter().any(|(target, _)| target == name);
    let mut found = is_ready(&assignment.target.name);
    field::read_by(&assignment.expr, &mut |field| {
        found |= is_ready(&field.name) || field.name.strip_suffix("{}").is_some_and(is_ready);
    });
    found
}

/// A piece of a target's name.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Field(&'a str),
}

/// The pieces of a target with `{field}` in it; none for a plain name. Empty braces are plain characters: `a{}.b`.
fn template(target: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = target;
    let mut start = 0;
    while let Some(open) = rest.get(start..).and_then(|tail| tail.find('{')).map(|at| at + start) {
        let close = rest.get(open..).and_then(|tail| tail.find('}')).map(|at| at + open);
        let Some(close) = close else { break };
        match rest.get(open + 1..close) {
            Some(name) if !name.is_empty() => {
                parts.extend(rest.get(..open).filter(|text| !text.is_empty()).map(Part::Text));
                parts.push(Part::Field(name));
                rest = rest.get(close + 1..).unwrap_or_default();
                start = 0;
            }
            _ => start = close + 1,
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Text(rest)));
    Some(parts)
}

/// The fields whose values a target's name takes.
pub(crate) fn template_fields(target: &str) -> Vec<&str> {
    let parts = template(target).unwrap_or_default();
    parts.into_iter().filter_map(|part| if let Part::Field(name) = part { Some(name) } else { None }).collect()
}

/// Each row sets the field that its own values name; a row without one of them sets none.
async fn dynamic(
    assignment: &Assignment,
    parts: &[Part<'_>],
    relation: Relation,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let value = expr::assigned("", &assignment.expr, &relation, cx).await?;
    let value_type = value.get_type(relation.plan.schema())?;
    let mut pieces = Vec::with_capacity(parts.len());
    for part in parts {
        pieces.push(match part {
            Part::Text(text) => lit(*text),
            Part::Field(name) => match field::find(name, &relation) {
                Some((value, data_type)) => meet::convert(value, &data_type, &DataType::Utf8)?,
                None => return Ok(relation),
            },
        });
    }
    let target = kernel::call("spl_concat", pieces)?;
    let (relation, target) = relation.hidden("target", target)?;
    let names = names(&assignment.target.name, &relation, &target, cx).await?;
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let here = column(&target).eq(lit(name.as_str()));
        columns.push((name.clone(), chosen(&relation, &name, here, value.clone(), &value_type)?));
    }
    relation.set(columns)
}

/// `value` where the row names this field, else what it holds.
fn chosen(relation: &Relation, name: &str, here: Expr, value: Expr, value_type: &DataType) -> Result<Expr> {
    let Some(old) = relation.data_type(name) else { return Ok(when(here, value).end()?) };
    let common = meet::meet(old, value_type);
    let value = meet::convert(value, value_type, &common)?;
    Ok(when(here, value).otherwise(meet::convert(column(name), old, &common)?)?)
}

/// The names that the target takes, in alphabetical order.
async fn names(written: &str, relation: &Relation, target: &str, cx: &mut Context<'_>) -> Result<Vec<String>> {
    let plan = LogicalPlanBuilder::from(relation.plan.clone())
        .filter(column(target).is_not_null())?
        .project(vec![named(column(target), "name")])?
        .distinct()?
        .build()?;
    let found = cx.world.rows(&format!("names of {written}"), plan).await?;
    let mut names = Vec::new();
    for batch in &found.batches {
        let Some(values) = batch.columns().first() else { continue };
        let texts = Texts::new(values)?;
        names.extend((0..batch.num_rows()).filter_map(|row| texts.get(row).map(|text| text.to_string())));
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_names_of_fields() {
        use Part::{Field, Text};
        assert_eq!(template("plain"), None);
        assert_eq!(template("a{}.b"), None);
        assert_eq!(template("open{x"), None);
        assert_eq!(template("{k}"), Some(vec![Field("k")]));
        assert_eq!(template("a{}_{h}_x"), Some(vec![Text("a{}_"), Field("h"), Text("_x")]));
        assert_eq!(template("ä{ö}ü{k}"), Some(vec![Text("ä"), Field("ö"), Text("ü"), Field("k")]));
    }
}
