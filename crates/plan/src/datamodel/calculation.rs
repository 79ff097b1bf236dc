//! Calculated fields of a data model. `action=if(isnull(action) OR action="", "unknown", action)`

use datafusion::arrow::datatypes::DataType;
use speleo_functions::eval::pattern;
use speleo_knowledge::{Calculation, CalculationKind, ModelField};
use speleo_syntax::{Code, Diagnostic, Severity, Span};

use super::knowledge::Text;
use crate::{
    Result,
    command::{iplocation, rex},
    enrich::{Enrichment, enrich},
    expr, field,
    lower::Context,
    meet,
    relation::Relation,
};

/// Sets the fields of one calculation. A lookup or an address database that is not there leaves them empty, with a warning: models are
/// shared by many searches, most of which never look at those fields.
pub(super) async fn apply(
    relation: Relation,
    calculation: &Calculation,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let knowledge = Text { world: cx.world, span };
    match &calculation.kind {
        CalculationKind::Eval { expression } => {
            let Some(output) = calculation.outputs.first() else { return Ok(relation) };
            let tree = knowledge.expression(expression)?;
            let value = expr::assigned(&output.name, &tree, &relation, cx)
                .await
                .map_err(|error| knowledge.blame(error, expression))?;
            relation.set(vec![(output.name.clone(), value)])
        }
        CalculationKind::Rex { input, expression } => {
            let groups = pattern::group_names(expression)
                .map_err(|reason| knowledge.blame(Diagnostic::new(Code::Regex, span, reason).into(), expression))?;
            match field::find(input, &relation) {
                Some((value, _)) if !groups.is_empty() => rex::extract(relation, value, expression, &groups, 1, None),
                _ => Ok(relation),
            }
        }
        CalculationKind::Lookup { lookup, inputs, outputs } => {
            if let Some(program) = cx.world.knowledge().lookup_program(lookup) {
                let text = format!("the data model's lookup `{lookup}` asks the program `{program}`, which is not run");
                warn(Code::ScriptedLookup, text, span, cx);
                return empty(relation, &calculation.outputs);
            }
            let Some(table) = crate::table::find(lookup, span, cx).await? else {
                warn(Code::UnknownLookup, format!("the data model's lookup `{lookup}` does not exist"), span, cx);
                return empty(relation, &calculation.outputs);
            };
            let schema = table.table.schema();
            let exists = |name: &str| schema.fields().iter().any(|field| field.name() == name);
            let inputs: Vec<(String, String)> = inputs
                .iter()
                .filter(|(_, column)| exists(column))
                .map(|(field, column)| (column.clone(), field.clone()))
                .collect();
            let outputs: Vec<(String, String)> = outputs.iter().filter(|(column, _)| exists(column)).cloned().collect();
            if inputs.is_empty() || outputs.is_empty() {
                warn(
                    Code::UnknownLookup,
                    format!("the lookup `{lookup}` lacks columns that the data model names"),
                    span,
                    cx,
                );
                return empty(relation, &calculation.outputs);
            }
            enrich(relation, &Enrichment { table: &table, name: lookup, inputs, outputs, keep: false, only: None }, cx)
        }
        CalculationKind::GeoIp { input, outputs } => {
            let outputs: Vec<(&str, String)> =
                outputs.iter().map(|(name, field)| (name.as_str(), field.clone())).collect();
            match field::find(input, &relation) {
                Some((address, _)) if cx.world.geoip().is_some() => {
                    iplocation::locate(relation, address, &outputs, None, span, cx)
                }
                _ => empty(relation, &calculation.outputs),
            }
        }
    }
}

fn empty(relation: Relation, outputs: &[ModelField]) -> Result<Relation> {
    let mut columns = Vec::new();
    for output in outputs.iter().filter(|output| !relation.has(&output.name)) {
        columns.push((output.name.clone(), meet::null_of(&DataType::Utf8)?));
    }
    relation.set(columns)
}

fn warn(code: Code, text: String, span: Span, cx: &mut Context<'_>) {
    let warning = Diagnostic { severity: Severity::Warning, ..Diagnostic::new(code, span, text) };
    if !cx.notes.contains(&warning) {
        cx.notes.push(warning);
    }
}
