//! `lookup("users.csv", json_object("id", uid), json_array("name"))`: the matching row of a lookup table as a JSON object.
//!
//! The table's rows are a step that runs before the expression is lowered; those that the call needs go into the plan with it.
//! Definitions that are bound in time are refused.

use std::collections::HashMap;

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_functions::{
    EvalSpec, Kind,
    eval::lookup::{Comparison, Table},
    value::Texts,
};
use speleo_knowledge::{LookupDefinition, MatchKind};
use speleo_syntax::{Code, Diagnostic, Expr as Ast, ExprKind, Field, Span};

use super::{Lowering, Typed, fold::fold, form::string_literal};
use crate::{Error, LookupTable, Result, Rows, field, kernel, lower::Context, relation::is_hidden, suggest, table};

/// Tables by name, with their rows; none where nothing is known of them.
pub(super) type Tables = HashMap<String, Option<(LookupTable, Rows)>>;

/// Runs the steps of the tables that an expression names.
pub(super) async fn tables(ast: &Ast, cx: &mut Context<'_>) -> Result<Tables> {
    let mut names: Vec<Field> = Vec::new();
    field::walk(ast, &mut |expr| {
        if let ExprKind::Call { name, args, .. } = &expr.kind
            && name == "lookup"
            && let Some(Ast { span, kind: ExprKind::String(name) }) = args.first()
            && !names.iter().any(|known| known.name == *name)
        {
            names.push(Field { span: *span, name: name.clone() });
        }
    });
    let mut tables = Tables::new();
    for name in names {
        let found = match table::open(&name, cx).await? {
            Some(found) => {
                let rows = match cx.world.rows_at_hand(&name.name)? {
                    Some(rows) => rows,
                    None => {
                        let plan = table::scan(&name.name, &found)?.finish()?;
                        cx.world.rows(&format!("rows of {}", name.name), plan).await?
                    }
                };
                Some((found, rows))
            }
            None => None,
        };
        tables.insert(name.name, found);
    }
    Ok(tables)
}

impl Lowering<'_, '_> {
    /// Lowers a call. Null where no row matches, a value is missing, or it has several values.
    pub(super) fn look_up(&mut self, spec: &EvalSpec, name: &Ast, inputs: &Ast, outputs: &Ast) -> Result<Typed> {
        let table = string_literal(name, "lookup")?;
        let (pairs, rest) = arguments(spec, inputs, "json_object")?.as_chunks::<2>();
        if pairs.is_empty() || !rest.is_empty() {
            return Err(misused(spec, inputs.span, "pairs of a column and a value are missing"));
        }
        let mut keys = Vec::with_capacity(pairs.len());
        let mut values = Vec::with_capacity(pairs.len() + 1);
        for [column, value] in pairs {
            keys.push((string_literal(column, "lookup")?, column.span));
            values.push(self.lower(value)?.as_text()?);
        }
        let mut wanted = Vec::new();
        for output in arguments(spec, outputs, "json_array")? {
            wanted.push((string_literal(output, "lookup")?, output.span));
        }
        let known = self.known;
        let Some(Some((found, rows))) = known.tables.get(table) else {
            return Ok(Typed::null());
        };
        if found.definition.time_field.is_some() {
            let text = format!("`lookup` cannot use `{table}`: its definition is bound in time");
            return Err(Diagnostic::new(Code::UnsupportedForm, name.span, text)
                .help("the command `lookup` can")
                .into());
        }
        let text = part(table, &found.definition, rows, &keys, &wanted)?.to_text()?;
        values.insert(0, lit(text));
        let call = fold(kernel::call("spl_lookup", values)?)?;
        Ok(Typed::fixed(call, Kind::Text, DataType::Utf8))
    }
}

/// The arguments of an inner call, which has to be written out: it names the table's columns.
fn arguments<'a>(spec: &EvalSpec, ast: &'a Ast, function: &str) -> Result<&'a [Ast]> {
    match &ast.kind {
        ExprKind::Call { name, args, .. } if name == function => Ok(args),
        _ => Err(misused(spec, ast.span, &format!("expected a call of `{function}`"))),
    }
}

fn misused(spec: &EvalSpec, span: Span, message: &str) -> Error {
    Diagnostic::new(Code::BadValue, span, message).help(format!("usage: `{}`", spec.usage)).into()
}

/// The columns that a call needs.
fn part(
    name: &str,
    definition: &LookupDefinition,
    rows: &Rows,
    keys: &[(&str, Span)],
    outputs: &[(&str, Span)],
) -> Result<Table> {
    let mut places = Vec::with_capacity(keys.len() + outputs.len());
    for (column, span) in keys.iter().chain(outputs) {
        match rows.schema.index_of(column) {
            Ok(place) => places.push(place),
            Err(_) => return Err(no_column(name, column, *span, rows)),
        }
    }
    let mut cells = Vec::new();
    for batch in &rows.batches {
        let columns: Vec<Texts> =
            places.iter().map(|place| Ok(Texts::new(batch.column(*place))?)).collect::<Result<_>>()?;
        for row in 0..batch.num_rows() {
            cells.push(columns.iter().map(|column| column.get(row).map(|text| text.into_owned())).collect());
        }
    }
    let kind = |column: &str| {
        let found = definition.match_types.iter().find(|(name, _)| name == column);
        match found.map(|(_, kind)| *kind) {
            Some(MatchKind::Wildcard) => Comparison::Wildcard,
            Some(MatchKind::Cidr) => Comparison::Cidr,
            Some(MatchKind::Exact) | None => Comparison::Exact,
        }
    };
    Ok(Table {
        comparisons: keys.iter().map(|(column, _)| kind(column)).collect(),
        case_sensitive: definition.case_sensitive,
        most: definition.max_matches,
        default: (definition.min_matches > 0).then(|| definition.default_match.clone()),
        outputs: outputs.iter().map(|(column, _)| (*column).to_owned()).collect(),
        rows: cells,
    })
}

fn no_column(table: &str, column: &str, span: Span, rows: &Rows) -> Error {
    let error = Diagnostic::new(Code::BadValue, span, format!("`{table}` has no column `{column}`"));
    let names: Vec<&str> =
        rows.schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !is_hidden(name)).collect();
    match suggest::nearest(column, names.iter().copied()) {
        Some(near) => error.help(format!("`{near}` is one")).into(),
        None => error.help(format!("its columns are {}", names.join(", "))).into(),
    }
}
