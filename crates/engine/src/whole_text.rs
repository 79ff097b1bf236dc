//! What a condition on a piece of a text says of the whole text. `rex field=sender "@(?<domain>.*)" | search domain=*example.com`
//!
//! What a group captures stands in the text: a sender without `example.com` has no domain that ends so. A text is looked for in a
//! whole column at once, and an expression matched with each value, so the text is asked for first; the condition itself still
//! decides. Deliberately absent: lists of texts, and pieces whose place another value may take.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Schema},
    common::{
        ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    physical_expr::{PhysicalExpr, ScalarFunctionExpr, conjunction, expressions::Literal, split_conjunction},
};

/// A text of fewer bytes stands nearly everywhere.
const LEAST: usize = 3;

/// The condition over rows of a schema, which first asks for texts that its pieces have to have.
pub(crate) fn with_whole_texts(condition: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Arc<dyn PhysicalExpr> {
    let parts = split_conjunction(condition);
    let asked: Vec<_> = parts.iter().map(|part| of_whole(part, schema)).collect();
    if asked.iter().all(Option::is_none) {
        return Arc::clone(condition);
    }
    conjunction(asked.into_iter().zip(parts).flat_map(|(asked, part)| asked.into_iter().chain([Arc::clone(part)])))
}

/// What a comparison of a piece says of the text.
fn of_whole(condition: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Arc<dyn PhysicalExpr>> {
    let comparison = function(condition, "spl_search_equals")?;
    let [value, pattern] = comparison.args() else { return None };
    let ScalarValue::Utf8(Some(pattern)) = pattern.downcast_ref::<Literal>()?.value() else { return None };
    // A slash may make an address block of it.
    let is_told = !pattern.contains('/') && pattern.split('*').any(|text| text.len() >= LEAST);
    let mut whole = is_told.then(|| taken_from(value))??;
    while let Some(outer) = taken_from(whole) {
        whole = outer;
    }
    if !matches!(whole.data_type(schema), Ok(DataType::Utf8)) || !is_at_hand(whole) {
        return None;
    }
    let pattern = ScalarValue::Utf8(Some(format!("*{}*", pattern.trim_matches('*'))));
    Arc::clone(condition).with_new_children(vec![Arc::clone(whole), Arc::new(Literal::new(pattern))]).ok()
}

/// The text that an expression captures a piece of.
fn taken_from(piece: &Arc<dyn PhysicalExpr>) -> Option<&Arc<dyn PhysicalExpr>> {
    let captures = function(piece, "spl_part")?.args().first()?;
    function(captures, "spl_rex")?.args().first()
}

fn function<'e>(expr: &'e Arc<dyn PhysicalExpr>, name: &str) -> Option<&'e ScalarFunctionExpr> {
    expr.downcast_ref::<ScalarFunctionExpr>().filter(|function| function.fun().name() == name)
}

/// Whether a text is a column's, or chosen from such without work.
fn is_at_hand(text: &Arc<dyn PhysicalExpr>) -> bool {
    let mut calls = false;
    let look = |part: &Arc<dyn PhysicalExpr>| {
        calls |= part.is::<ScalarFunctionExpr>();
        Ok(if calls { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    };
    text.apply(look).is_ok() && !calls
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::{
        arrow::datatypes::Field,
        common::ToDFSchema,
        execution::FunctionRegistry,
        logical_expr::{Expr, lit, when},
        prelude::{SessionContext, col},
    };

    use super::*;

    /// What is asked of whole texts before a comparison of a piece.
    fn check(text: Expr, pattern: &str, expected: Option<&str>) {
        let mut context = SessionContext::new();
        speleo_functions::register(&mut context).unwrap();
        let call = |name: &str, arguments: Vec<Expr>| context.udf(name).unwrap().call(arguments);
        let captures = call("spl_rex", vec![text, lit("@(?<domain>.*)"), lit("1")]);
        let piece = call("spl_part", vec![captures, lit("domain")]);
        let condition = col("x").gt(lit(1)).and(call("spl_search_equals", vec![piece, lit(pattern)]));
        let fields = vec![Field::new("sender", DataType::Utf8, true), Field::new("x", DataType::Int64, true)];
        let schema = Schema::new(fields);
        let condition = context.create_physical_expr(condition, &schema.clone().to_dfschema().unwrap()).unwrap();
        let asked = with_whole_texts(&condition, &schema);
        let parts = split_conjunction(&asked);
        assert_eq!(parts.len(), if expected.is_some() { 3 } else { 2 }, "{asked}");
        let found = parts.get(1).unwrap();
        let found = found.downcast_ref::<ScalarFunctionExpr>().unwrap().args().get(1).unwrap().to_string();
        assert_eq!(found, expected.unwrap_or(pattern), "{asked}");
    }

    #[test]
    fn a_piece_stands_in_its_text() {
        check(col("sender"), "*example.com", Some("*example.com*"));
        check(col("sender"), "example.com", Some("*example.com*"));
        check(col("sender"), "mx*.com", Some("*mx*.com*"));
        let filled = when(col("sender").is_not_null(), col("sender")).otherwise(lit("*")).unwrap();
        check(filled, "*example.com", Some("*example.com*"));
    }

    #[test]
    fn what_says_nothing_of_the_text_is_left_alone() {
        // Any text has such a piece, or nearly any.
        check(col("sender"), "*", None);
        check(col("sender"), "*c*", None);
        // An address may be of a block that is written otherwise.
        check(col("sender"), "10.0.0.0/8", None);
    }
}
