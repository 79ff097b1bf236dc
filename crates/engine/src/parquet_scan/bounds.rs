//! What the bounds and bloom filters of row groups can tell of texts whose case does not count. `session=s77`, `host=web1*`
//!
//! A row group is left out by what it cannot hold, and that is asked of texts as they are written: `s77` or `S77`. Where a text has
//! many letters, its beginning is asked for. Rows are still tested by the condition itself.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, AsArray, StringArray},
        datatypes::{DataType, Schema},
    },
    common::{
        Result, ScalarValue,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    datasource::physical_plan::FileSource,
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr, conjunction,
        expressions::{BinaryExpr, Column, Literal},
        split_conjunction,
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::ExecutionPlan,
};

use super::ParquetScan;
use crate::dictionary::{repeated_text, text_of};

/// A text with so many letters is asked for in all its forms.
const WHOLE_LETTERS: usize = 4;
/// So many letters of a beginning are.
const BEGINNING_LETTERS: usize = 3;

/// The texts of a list are asked for in so many forms together: more are dear to look for in each row group, and mostly leave out none.
const MOST_FORMS: usize = 32;

/// Lets scans leave out row groups by texts whose case does not count.
#[derive(Debug)]
pub(crate) struct TextBounds;

impl PhysicalOptimizerRule for TextBounds {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match bounded(&node) {
            Some(scan) => Ok(Transformed::yes(scan)),
            None => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &str {
        "text_bounds"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The scan that asks for more; none where there is no more to ask.
fn bounded(node: &Arc<dyn ExecutionPlan>) -> Option<Arc<dyn ExecutionPlan>> {
    let scan = ParquetScan::of(node)?;
    let filter = scan.source.filter()?;
    let schema = scan.source.table_schema().table_schema();
    let parts = split_conjunction(&filter);
    let asked: Vec<Arc<dyn PhysicalExpr>> = parts.iter().filter_map(|part| forms(part, schema)).collect();
    if asked.is_empty() {
        return None;
    }
    let filter = conjunction(parts.into_iter().cloned().chain(asked));
    Some(scan.with(scan.source.with_predicate(filter)))
}

/// What a condition says of texts as they are written.
fn forms(condition: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Arc<dyn PhysicalExpr>> {
    let function = condition.downcast_ref::<ScalarFunctionExpr>()?;
    let [value, asked] = function.args() else { return None };
    let column = text_of(value).unwrap_or(value);
    let data_type = schema.field(column.downcast_ref::<Column>()?.index()).data_type();
    if *data_type != DataType::Utf8 && *data_type != repeated_text() {
        return None;
    }
    let each: Vec<Arc<dyn PhysicalExpr>> = match (function.fun().name(), asked.downcast_ref::<Literal>()?.value()) {
        ("spl_search_equals", ScalarValue::Utf8(Some(text))) => forms_of(text, column, data_type)?,
        ("spl_search_in", ScalarValue::List(list)) if list.len() == 1 => {
            let texts: &StringArray = list.values().as_string_opt()?;
            if texts.len() > MOST_FORMS {
                return None;
            }
            let each = texts.iter().map(|text| forms_of(text?, column, data_type)).collect::<Option<Vec<_>>>()?;
            each.into_iter().flatten().collect()
        }
        _ => return None,
    };
    if each.len() > MOST_FORMS { None } else { any(each) }
}

/// Conditions of which one holds, as a tree of little depth: DataFusion goes through all below each part several times a row group.
fn any(mut each: Vec<Arc<dyn PhysicalExpr>>) -> Option<Arc<dyn PhysicalExpr>> {
    let either = |pair: &[Arc<dyn PhysicalExpr>]| -> Option<Arc<dyn PhysicalExpr>> {
        pair.iter().cloned().reduce(|one, other| Arc::new(BinaryExpr::new(one, Operator::Or, other)))
    };
    while each.len() > 1 {
        each = each.chunks(2).filter_map(either).collect();
    }
    each.pop()
}

/// What it says of one text; none where that may be written anyhow.
fn forms_of(text: &str, column: &Arc<dyn PhysicalExpr>, data_type: &DataType) -> Option<Vec<Arc<dyn PhysicalExpr>>> {
    // A slash may make an address block of it.
    if !text.is_ascii() || text.contains('/') {
        return None;
    }
    let literal = |text: String| -> Arc<dyn PhysicalExpr> {
        let text = ScalarValue::Utf8(Some(text));
        Arc::new(Literal::new(match data_type {
            DataType::Dictionary(key, _) => ScalarValue::Dictionary(key.clone(), Box::new(text)),
            _ => text,
        }))
    };
    let compared = |operator, text: String| -> Arc<dyn PhysicalExpr> {
        Arc::new(BinaryExpr::new(Arc::clone(column), operator, literal(text)))
    };
    Some(match written(text)? {
        Written::Whole(forms) => forms.into_iter().map(|form| compared(Operator::Eq, form)).collect(),
        Written::Beginning(forms) => forms
            .into_iter()
            .map(|form| {
                let end = after(&form);
                let begins = compared(Operator::GtEq, form);
                Arc::new(BinaryExpr::new(begins, Operator::And, compared(Operator::Lt, end))) as Arc<dyn PhysicalExpr>
            })
            .collect(),
    })
}

/// The forms of a text, or of its beginning.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    Whole(Vec<String>),
    Beginning(Vec<String>),
}

/// How a text may be written; none where it may begin anyhow.
fn written(pattern: &str) -> Option<Written> {
    let beginning = pattern.split('*').next().unwrap_or_default();
    let letters = |text: &str| text.bytes().filter(u8::is_ascii_alphabetic).count();
    if beginning.len() == pattern.len() && letters(pattern) <= WHOLE_LETTERS {
        return Some(Written::Whole(cases(pattern)));
    }
    let mut left = BEGINNING_LETTERS;
    let end = beginning.bytes().position(|byte| {
        let is_letter = byte.is_ascii_alphabetic();
        let is_over = is_letter && left == 0;
        left -= usize::from(is_letter && !is_over);
        is_over
    });
    let beginning = beginning.get(..end.unwrap_or(beginning.len())).filter(|text| !text.is_empty())?;
    Some(Written::Beginning(cases(beginning)))
}

/// A text with each letter small and large.
fn cases(text: &str) -> Vec<String> {
    text.chars().fold(vec![String::new()], |forms, letter| {
        let mut both = vec![letter.to_ascii_lowercase(), letter.to_ascii_uppercase()];
        both.dedup();
        forms.iter().flat_map(|form| both.iter().map(move |letter| format!("{form}{letter}"))).collect()
    })
}

/// The first text after all that begin with a text.
fn after(beginning: &str) -> String {
    let mut letters: Vec<char> = beginning.chars().collect();
    if let Some(last) = letters.last_mut() {
        // ASCII has no gap that a character cannot fill.
        *last = char::from_u32(u32::from(*last) + 1).unwrap_or(*last);
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_text_is_asked_for_as_it_may_be_written() {
        assert_eq!(written("s7b"), Some(Written::Whole(["s7b", "s7B", "S7b", "S7B"].map(String::from).to_vec())));
        let Some(Written::Whole(forms)) = written("abcd") else { unreachable!("four letters are few") };
        assert_eq!(forms.len(), 16);
        let Some(Written::Beginning(forms)) = written("ab-1c2def") else { unreachable!("six letters are many") };
        assert_eq!(forms.len(), 8);
        assert!(forms.contains(&"aB-1c2".to_owned()), "{forms:?}");
        assert_eq!(written("w1*5"), Some(Written::Beginning(vec!["w1".to_owned(), "W1".to_owned()])));
        assert_eq!(written("*x"), None);
        assert_eq!(written("*"), None);
    }

    #[test]
    fn many_conditions_are_a_tree_of_little_depth() {
        fn depth(expr: &Arc<dyn PhysicalExpr>) -> usize {
            expr.children().into_iter().map(depth).max().map_or(0, |below| below + 1)
        }
        let leaves = |count: usize| (0..count).map(|place| Arc::new(Column::new("x", place)) as _).collect::<Vec<_>>();
        assert!(any(Vec::new()).is_none());
        for (count, expected) in [(1, 0), (2, 1), (3, 2), (32, 5)] {
            let all = any(leaves(count)).unwrap();
            assert_eq!(depth(&all), expected);
            assert_eq!(datafusion::physical_expr::utils::collect_columns(&all).len(), count);
        }
    }

    #[test]
    fn each_text_of_a_list_is_asked_for() {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new("session", 0));
        let asked = |texts: &[&str]| -> Option<usize> {
            let all = texts.iter().map(|text| forms_of(text, &column, &DataType::Utf8)).collect::<Option<Vec<_>>>();
            all.map(|all| all.iter().map(Vec::len).sum())
        };
        assert_eq!(asked(&["s1", "7"]), Some(3));
        assert_eq!(asked(&["s1", "*7"]), None, "one that may begin anyhow leaves out nothing");
        assert_eq!(asked(&["10.0.0.0/8"]), None, "a block of addresses is no text");
    }

    #[test]
    fn all_that_begin_with_a_text_lie_before_what_comes_after() {
        let end = after("web1");
        for text in ["web1", "web1\u{10ffff}", "web1zzz"] {
            assert!(text < end.as_str(), "{text}");
        }
        assert!("web2" >= end.as_str());
    }
}
