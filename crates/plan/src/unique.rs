//! Whether rows come once for each value of some columns: those of `stats count BY user` do for each user.

use datafusion::{
    common::Column,
    logical_expr::{Expr, LogicalPlan},
};

/// Whether no two rows of a plan are equal in all of these columns, as far as the plan alone tells.
pub(crate) fn is_unique(plan: &LogicalPlan, columns: &[String]) -> bool {
    let schema = plan.schema();
    let place = |name: &String| schema.index_of_column_by_name(None, name);
    let mut places: Vec<usize> = columns.iter().filter_map(place).collect();
    let mut plan = plan;
    loop {
        match plan {
            LogicalPlan::Projection(projection) => {
                // What is computed of a column may be equal where the column is not: it tells nothing.
                let passed = |place: usize| {
                    let column = passed_on(projection.expr.get(place)?)?;
                    projection.input.schema().maybe_index_of_column(column)
                };
                places = places.into_iter().filter_map(passed).collect();
                plan = &projection.input;
            }
            LogicalPlan::Filter(filter) => plan = &filter.input,
            LogicalPlan::Sort(sort) => plan = &sort.input,
            LogicalPlan::Limit(limit) => plan = &limit.input,
            LogicalPlan::SubqueryAlias(alias) => plan = &alias.input,
            LogicalPlan::Aggregate(aggregate) => {
                let is_plain = !aggregate.group_expr.iter().any(|key| matches!(key, Expr::GroupingSet(_)));
                return is_plain && (0..aggregate.group_expr.len()).all(|key| places.contains(&key));
            }
            _ => return false,
        }
    }
}

/// The column that an expression passes on as it is.
fn passed_on(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        Expr::Alias(alias) => passed_on(&alias.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::{
        arrow::datatypes::{DataType, Field, Schema},
        functions_aggregate::count::count_all,
        logical_expr::{LogicalPlanBuilder, col, lit, logical_plan::builder::table_scan},
    };

    use super::*;

    fn grouped() -> LogicalPlanBuilder {
        let fields = ["user", "host"].map(|name| Field::new(name, DataType::Utf8, true));
        let rows = table_scan(Some("web"), &Schema::new(fields.to_vec()), None).unwrap();
        rows.aggregate(vec![col("user"), col("host")], vec![count_all().alias("count")]).unwrap()
    }

    fn check(plan: LogicalPlanBuilder, columns: &[&str], expected: bool) {
        let plan = plan.build().unwrap();
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(is_unique(&plan, &columns), expected, "{columns:?} of {plan}");
    }

    #[test]
    fn rows_of_a_sum_come_once_for_each_key() {
        check(grouped(), &["user", "host"], true);
        check(grouped(), &["count", "host", "user"], true);
        check(grouped(), &["user"], false);
        let renamed = || grouped().project(vec![col("count"), col("host").alias("h"), col("user").alias("u")]).unwrap();
        check(renamed(), &["u", "h"], true);
        check(renamed(), &["count", "h"], false);
        check(renamed().filter(col("u").is_not_null()).unwrap().alias("t").unwrap(), &["h", "u"], true);
        // A name of a column that another one had below.
        let swapped = grouped().project(vec![col("count").alias("user"), col("host")]).unwrap();
        check(swapped, &["user", "host"], false);
        let computed = grouped().project(vec![lit("x").alias("user"), col("host")]).unwrap();
        check(computed, &["user", "host"], false);
        let fields = Schema::new(vec![Field::new("user", DataType::Utf8, true)]);
        check(table_scan(Some("web"), &fields, None).unwrap(), &["user"], false);
    }
}
