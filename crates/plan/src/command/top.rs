//! The meaning of `top` and `rare`: the most or least frequent values. `top limit=5 user BY host`
//!
//! Rows without one of the fields count nowhere, not even in the total. The limit holds for each BY group. Of equally frequent
//! values `top` puts the greatest first, as Splunk's own example shows; `rare` the smallest.

use datafusion::{
    arrow::datatypes::DataType,
    functions::math::expr_fn::round,
    functions_aggregate::{count::count_udaf, min_max::min_udaf, sum::sum_udaf},
    functions_window::row_number::row_number_udwf,
    logical_expr::{Expr, ExprFunctionExt, SortExpr, WindowFrame, cast, expr::WindowFunction, lit, when},
};
use speleo_knowledge::Limit;
use speleo_syntax::{Code, Diagnostic, command::top::Top};

use crate::{
    Result,
    aggregate::{self, Call, Output},
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, aggregate, column, named, project, windows},
};

const COUNT: &str = "__top_count";
const TOTAL: &str = "__top_total";
const RANK: &str = "__top_rank";
const OTHER: &str = "__top_other";

impl Lower for Top {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, if self.rare { "rare" } else { "top" }, self.span)?;
        let mut names: Vec<&str> = Vec::new();
        for field in self.by.iter().chain(&self.fields) {
            if !names.contains(&field.name.as_str()) {
                names.push(&field.name);
            }
        }
        let by: Vec<&str> = self.by.iter().map(|field| field.name.as_str()).collect();
        let count = Output::plain(COUNT, count_udaf(), vec![lit(1_i64)]);
        let counted = aggregate::group(aggregate::keys(input, names.iter().copied(), false)?, &[count])?;
        let within = column(RANK).lt_eq(lit(self.limit));
        let ranked = match self.limit {
            0 => rank(counted, &by, self.rare)?,
            _ if self.use_other => gather(rank(counted, &by, self.rare)?, &names, &by, &self.other_text, within)?,
            limit if by.is_empty() => first(counted, self.rare, limit)?,
            _ => rank(counted, &by, self.rare)?.filter(within)?,
        };
        self.check_names(&names)?;
        let mut columns: Vec<(String, Expr)> = names.iter().map(|name| ((*name).to_owned(), column(name))).collect();
        if self.show_count {
            columns.push((self.count_field.clone(), column(COUNT)));
        }
        if self.show_percent {
            let share = cast(column(COUNT), DataType::Float64) * lit(100.0) / cast(column(TOTAL), DataType::Float64);
            columns.push((self.percent_field.clone(), round(vec![share, lit(6_i64)])));
        }
        let most = cx.world.limit(if self.rare { Limit::RareRows } else { Limit::TopRows });
        ranked.select(columns)?.at_most(most)
    }
}

/// The names of what `top` adds.
trait Names {
    /// E0302 where a count or share would be called as another column.
    fn check_names(&self, names: &[&str]) -> Result<()>;
}

impl Names for Top {
    fn check_names(&self, names: &[&str]) -> Result<()> {
        let count = self.show_count.then_some((self.count_field.as_str(), "countfield"));
        let percent = self.show_percent.then_some((self.percent_field.as_str(), "percentfield"));
        let both = count.zip(percent).filter(|(count, percent)| count.0 == percent.0).map(|(count, _)| count);
        let taken = count.into_iter().chain(percent).find(|(name, _)| names.contains(name));
        let Some((name, option)) = taken.or(both) else { return Ok(()) };
        let error = Diagnostic::new(Code::BadValue, self.span, format!("two columns would be called `{name}`"));
        Err(error.help(format!("`{option}=…` gives one of them another name")).into())
    }
}

/// Puts what is beyond the limit into one row for each BY group.
fn gather(ranked: Relation, names: &[&str], by: &[&str], other_text: &str, within: Expr) -> Result<Relation> {
    let other = when(within.clone(), lit(0_i64)).otherwise(lit(1_i64))?;
    let mut columns = Vec::with_capacity(names.len() + 4);
    for name in names {
        let own = column(name);
        if by.contains(name) {
            columns.push(named(own, name));
            continue;
        }
        let data_type = ranked.data_type(name).cloned().unwrap_or(DataType::Utf8);
        let text = meet::convert(own, &data_type, &DataType::Utf8)?;
        columns.push(named(when(within.clone(), text).otherwise(lit(other_text))?, name));
    }
    columns.extend([column(COUNT), column(TOTAL), column(RANK), named(other, OTHER)]);
    let carried = ranked.order.iter().map(|key| key.column.as_str());
    let order: Vec<&str> = carried.filter(|name| *name != RANK && !names.contains(name)).collect();
    columns.extend(order.iter().map(|name| column(name)));
    let keys = names.iter().chain(&order).copied().chain([TOTAL, OTHER]);
    let sum = Call { function: sum_udaf(), args: vec![column(COUNT)] };
    let first = Call { function: min_udaf(), args: vec![column(RANK)] };
    let calls = vec![named(sum.aggregate(), "__top_sum"), named(first.aggregate(), "__top_first")];
    let plan = aggregate(project(ranked.plan, columns)?, keys.map(column).collect(), calls)?;
    let gathered = Relation { plan, order: ranked.order.clone(), shape: ranked.shape };
    let kept = names.iter().chain(&order).copied().chain([TOTAL]).map(column);
    let renamed = [named(column("__top_sum"), COUNT), named(column("__top_first"), RANK)];
    let plan = project(gathered.plan, kept.chain(renamed).collect())?;
    Ok(Relation { plan, order: gathered.order, shape: gathered.shape })
}

/// The first of all values with their total, without a rank for each of the others.
fn first(mut counted: Relation, rare: bool, limit: u64) -> Result<Relation> {
    counted.plan = windows(counted.plan, vec![named(total(Vec::new())?, TOTAL)])?;
    let way = if rare { OrderKey::ascending } else { OrderKey::descending };
    let values = counted.order.iter().map(|key| way(key.column.clone()));
    counted.order = std::iter::once(way(COUNT.to_owned())).chain(values).collect();
    counted.at_most(Some(limit))
}

/// The total of the values of a group.
fn total(partition: Vec<Expr>) -> Result<Expr> {
    let sum = Expr::from(WindowFunction::new(sum_udaf(), vec![column(COUNT)]));
    Ok(sum.partition_by(partition).window_frame(WindowFrame::new(None)).build()?)
}

/// Adds each value's total and its rank within its BY group; the groups stay in order, in each the ranks.
fn rank(mut counted: Relation, by: &[&str], rare: bool) -> Result<Relation> {
    let partition: Vec<Expr> = by.iter().map(|name| column(name)).collect();
    // The keys that the groups are ordered by come first, those of the values decide between equal counts.
    let (groups, values) = counted.order.split_at_checked(by.len()).unwrap_or((&counted.order, &[]));
    let mut order: Vec<SortExpr> = vec![column(COUNT).sort(rare, false)];
    order.extend(values.iter().map(|key| column(&key.column).sort(rare, false)));
    let groups = groups.to_vec();
    let rank = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .partition_by(partition.clone())
        .order_by(order)
        .window_frame(WindowFrame::new(Some(true)))
        .build()?;
    counted.plan = windows(counted.plan, vec![named(rank, RANK)])?;
    counted.plan = windows(counted.plan, vec![named(total(partition)?, TOTAL)])?;
    counted.order = groups;
    counted.order.push(OrderKey::ascending(RANK));
    Ok(counted)
}
