//! The meaning of `lookup`: fields from matching rows of a table. `lookup users.csv id AS uid OUTPUT name`
//!
//! All pairs must be equal as texts, or match as the table's definition says. Several matching rows give several values, in
//! file order. Without a match `OUTPUT` leaves nothing in its fields; `OUTPUTNEW` keeps what is there.

use datafusion::logical_expr::Expr;
use speleo_syntax::{
    Code, Diagnostic, Field,
    command::lookup::{Lookup, Mapping, Output},
};

use crate::{
    Result,
    command::rows,
    enrich::{Enrichment, enrich},
    lower::{Context, Lower},
    meet,
    relation::{Relation, SEQUENCE},
    suggest, table,
};

impl Lower for Lookup {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        self.of(rows(input, "lookup", self.span)?, None, cx).await
    }
}

/// A lookup that an index's events get by themselves is one, too.
pub(crate) trait LookUp {
    /// Adds the fields; where a condition says which rows are looked up, the others get what rows without a match get.
    async fn of(&self, input: Relation, only: Option<Expr>, cx: &mut Context<'_>) -> Result<Relation>;
}

impl LookUp for Lookup {
    async fn of(&self, input: Relation, only: Option<Expr>, cx: &mut Context<'_>) -> Result<Relation> {
        let Some(found) = table::open(&self.table, cx).await? else {
            return unknown(input, &self.outputs);
        };
        let schema = found.table.schema();
        let columns: Vec<&str> =
            schema.fields().iter().map(|field| field.name().as_str()).filter(|name| *name != SEQUENCE).collect();
        let pair = |mapping: &Mapping| -> Result<(String, String)> {
            check(&mapping.column, &columns, &self.table.name)?;
            Ok((mapping.column.name.clone(), mapping.field.name.clone()))
        };
        let inputs = self.inputs.iter().map(pair).collect::<Result<Vec<_>>>()?;
        let outputs = if self.outputs.is_empty() {
            let others = columns.iter().filter(|name| !inputs.iter().any(|(column, _)| column == *name));
            others.map(|name| ((*name).to_owned(), (*name).to_owned())).collect()
        } else {
            self.outputs.iter().map(pair).collect::<Result<Vec<_>>>()?
        };
        let keep = self.output == Output::New;
        let what = Enrichment { table: &found, name: &self.table.name, inputs, outputs, keep, only };
        enrich(input, &what, cx)
    }
}

/// Nothing is known of the table: its fields exist and hold nothing.
fn unknown(input: Relation, outputs: &[Mapping]) -> Result<Relation> {
    let mut columns = Vec::with_capacity(outputs.len());
    for output in outputs {
        if !input.has(&output.field.name) {
            columns.push((output.field.name.clone(), meet::null_of(&datafusion::arrow::datatypes::DataType::Utf8)?));
        }
    }
    input.set(columns)
}

fn check(column: &Field, columns: &[&str], table: &str) -> Result<()> {
    if columns.contains(&column.name.as_str()) {
        return Ok(());
    }
    let text = format!("`{table}` has no column `{}`", column.name);
    let mut error = Diagnostic::new(Code::BadValue, column.span, text);
    let keyword = suggest::nearest(&column.name, ["OUTPUT", "OUTPUTNEW"]);
    error = match suggest::nearest(&column.name, columns.iter().copied()).or(keyword) {
        Some(nearest) => error.edit(format!("the nearest name is `{nearest}`"), column.span, nearest),
        None => error.help(format!("its columns are {}", columns.join(", "))),
    };
    Err(error.into())
}
