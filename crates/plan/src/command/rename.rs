//! The meaning of `rename`: columns keep their place and get new names. `rename All_Traffic.* AS *`
//!
//! Pairs apply from left to right. A column that already has the new name is overwritten, with null where the source does
//! not exist; neither existing, nothing happens.

use datafusion::{arrow::datatypes::DataType, logical_expr::Expr};
use speleo_syntax::{Code, Diagnostic, Field, command::rename::Rename};

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    wildcard,
};

/// A column on its way: its name now, what it was, and the type it was kept in.
struct Output {
    name: String,
    expr: Expr,
    data_type: DataType,
}

impl Lower for Rename {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "rename", self.span)?;
        let mut outputs: Vec<Output> = input
            .fields()
            .into_iter()
            .map(|name| Output {
                expr: column(&name),
                data_type: input.data_type(&name).cloned().unwrap_or(DataType::Utf8),
                name,
            })
            .collect();
        for (from, to) in &self.pairs {
            for (old, new) in expand(from, to, &outputs)? {
                rename(&mut outputs, &old, &new)?;
            }
        }
        let mut columns = Vec::with_capacity(outputs.len());
        for Output { name, expr, data_type } in outputs {
            let expr = meet::stored(&name, expr, &data_type)?;
            columns.push((name, expr));
        }
        input.select(columns)
    }
}

/// The old and new names that a pair stands for.
fn expand(from: &Field, to: &Field, outputs: &[Output]) -> Result<Vec<(String, String)>> {
    let stars = |field: &Field| field.name.matches('*').count();
    if from.is_wildcard() && stars(from) != stars(to) {
        let text = format!("`{}` and `{}` have different numbers of wildcards", from.name, to.name);
        return Err(Diagnostic::new(Code::BadValue, to.span, text).also(from.span, "").into());
    }
    if !from.is_wildcard() {
        return Ok(vec![(from.name.clone(), to.name.clone())]);
    }
    let fitting = outputs.iter().filter(|output| wildcard::matches(&from.name, &output.name));
    Ok(fitting
        .filter_map(|output| {
            let taken = wildcard::captures(&from.name, &output.name)?;
            Some((output.name.clone(), wildcard::fill(&to.name, &taken)))
        })
        .collect())
}

fn rename(outputs: &mut Vec<Output>, old: &str, new: &str) -> Result<()> {
    if old == new {
        return Ok(());
    }
    if outputs.iter().any(|output| output.name == old) {
        outputs.retain(|output| output.name != new);
        if let Some(output) = outputs.iter_mut().find(|output| output.name == old) {
            new.clone_into(&mut output.name);
        }
    } else if let Some(output) = outputs.iter_mut().find(|output| output.name == new) {
        output.data_type = DataType::Utf8;
        output.expr = meet::null_of(&DataType::Utf8)?;
    }
    Ok(())
}
