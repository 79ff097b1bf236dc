//! The meaning of `fieldsummary`: a row of statistics for each field. `fieldsummary maxvals=10 status, bytes*`
//!
//! One aggregation over all rows gives the statistics of all fields; then each field takes a row of its own, in alphabetical
//! order. Fields without a value have none.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
    },
    functions_nested::make_array::make_array,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::fieldsummary::FieldSummary;

use crate::{
    Result,
    aggregate::{Call, Input},
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{self, OrderKey, Relation, column, is_internal, named},
    table, wildcard,
};

/// The columns that an aggregation gives.
const STATISTICS: [&str; 8] = ["count", "distinct_count", "max", "mean", "min", "numeric_count", "stdev", "values"];

impl Lower for FieldSummary {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "fieldsummary", self.span)?;
        let is_asked = |name: &String| match self.fields.as_slice() {
            [] => !is_internal(name),
            fields => fields.iter().any(|field| wildcard::matches(&field.name, name)),
        };
        let mut names: Vec<String> = input.fields().into_iter().filter(is_asked).collect();
        names.sort();
        if names.is_empty() {
            return table::nothing();
        }
        let most = i64::try_from(self.max_values).unwrap_or(i64::MAX);
        let mut calls = Vec::with_capacity(names.len() * STATISTICS.len());
        for (n, name) in names.iter().enumerate() {
            let field = Input::field(&input, name)?;
            for (call, statistic) in statistics(field, most)?.into_iter().zip(STATISTICS) {
                calls.push(named(call.aggregate(), &place(n, statistic)));
            }
        }
        let plan = relation::aggregate(input.plan, Vec::new(), calls)?;
        let mut columns = vec![
            named(make_array(names.iter().map(|name| lit(name.as_str())).collect()), "field"),
            named(make_array((0_i64..).take(names.len()).map(lit).collect()), "__place"),
        ];
        for statistic in STATISTICS {
            let values = (0..names.len()).map(|n| column(&place(n, statistic))).collect();
            columns.push(named(make_array(values), statistic));
        }
        let unnested = columns.iter().map(|expr| Column::new_unqualified(expr.schema_name().to_string())).collect();
        let plan = relation::project(plan, columns)?;
        let keep = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
        let plan = LogicalPlanBuilder::from(plan).unnest_columns_with_options(unnested, keep)?.build()?;
        let table = Relation::results(plan, vec![OrderKey::ascending("__place")]);
        let table = table.filter(column("count").gt(lit(0_i64)))?;
        let mut outputs: Vec<(String, Expr)> = vec![("field".to_owned(), column("field"))];
        for statistic in STATISTICS {
            outputs.push((statistic.to_owned(), column(statistic)));
            if statistic == "distinct_count" {
                outputs.push(("is_exact".to_owned(), lit(1_i64)));
            }
        }
        table.select(outputs)
    }
}

/// The column of a field's statistic.
fn place(n: usize, statistic: &str) -> String {
    format!("__{statistic}{n}")
}

/// The aggregations of one field, in the order of [`STATISTICS`]. Extremes, means and deviations are those of its numbers.
fn statistics(field: Input, most: i64) -> Result<[Call; 8]> {
    let value = if meet::is_time(&field.data_type) { meet::epoch(field.expr.clone()) } else { field.expr };
    let number = match field.data_type {
        DataType::Float64 | DataType::Timestamp(..) => value.clone(),
        _ => kernel::call("spl_num", vec![value.clone()])?,
    };
    let kernel =
        |name: &str, args: Vec<Expr>| -> Result<Call> { Ok(Call { function: kernel::aggregate(name)?, args }) };
    Ok([
        Call { function: count_udaf(), args: vec![value.clone()] },
        kernel("spl_dc", vec![value.clone()])?,
        Call { function: max_udaf(), args: vec![number.clone()] },
        kernel("spl_avg", vec![value.clone()])?,
        Call { function: min_udaf(), args: vec![number.clone()] },
        Call { function: count_udaf(), args: vec![number] },
        kernel("spl_stdev", vec![value.clone()])?,
        kernel("spl_value_counts", vec![value, lit(most)])?,
    ])
}
