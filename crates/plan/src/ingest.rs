//! Eval expressions that run while events are read: `INGEST_EVAL = size_kb=round(bytes/1024, 2)`.
//!
//! They mean what they mean in `eval`. Brackets, which would run a search, give no rows here.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::DFSchema,
    logical_expr::{EmptyRelation, Expr, LogicalPlan},
};
use speleo_syntax::Expr as Ast;

use crate::{
    Result, World, expr, field,
    lower::Context,
    relation::{Relation, Shape},
};

/// The fields that an expression reads.
pub fn reads(ast: &Ast) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    field::read_by(ast, &mut |field| {
        if !names.contains(&field.name) {
            names.push(field.name.clone());
        }
    });
    names
}

/// The value that `target` is assigned, as an expression over the columns of `schema`.
///
/// # Errors
/// What lowering reports: unknown functions, static kinds that do not fit.
pub async fn value(target: &str, ast: &Ast, schema: &SchemaRef, world: &dyn World) -> Result<Expr> {
    expr::assigned(target, ast, &events(schema)?, &mut Context::new(world)).await
}

/// A condition over the columns of `schema`.
///
/// # Errors
/// As [`value`].
pub async fn condition(ast: &Ast, schema: &SchemaRef, world: &dyn World) -> Result<Expr> {
    expr::condition(ast, &events(schema)?, &mut Context::new(world)).await
}

fn events(schema: &SchemaRef) -> Result<Relation> {
    let schema = Arc::new(DFSchema::try_from(Arc::clone(schema))?);
    let plan = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema });
    Ok(Relation { plan, order: Vec::new(), shape: Shape::Events })
}
