//! The meaning of `anomalousvalue`: rows with values that are rare for their field. `anomalousvalue action=annotate bytes, user`
//!
//! A number is anomalous where a normal distribution with the field's mean and deviation has so distant numbers with less than the
//! threshold's probability: |x − mean| / stdev > z, Φ(−z) = pthresh / 2. Another value is anomalous where its share of the
//! field's values is not above the threshold. A field that too few rows have, or that has too many anomalies, does not count.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions::math::expr_fn::abs,
    functions_aggregate::{count::count_udaf, sum::sum_udaf},
    functions_nested::make_array::make_array,
    logical_expr::{Expr, LogicalPlanBuilder, WindowFrame, cast, lit, when},
};
use speleo_syntax::command::anomalousvalue::{Action, AnomalousValue};

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet, predicate,
    relation::{self, OrderKey, Relation, column, named},
    sheet, table,
    window::{self, Window},
};

/// What is known of a field on each row.
struct Judged {
    name: String,
    /// Whether the field is numeric.
    is_number: Expr,
    /// The distance from the mean in standard deviations.
    distance: Expr,
    /// The share of the row's value.
    share: Expr,
    /// How many rows have the field.
    support: Expr,
    /// Whether the row's value is anomalous.
    is_rare: Expr,
    /// The share of rows that are.
    rare: Expr,
    /// Whether the field counts.
    counts: Expr,
}

impl Lower for AnomalousValue {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "anomalousvalue", self.span)?;
        let names = sheet::fields(&input, &self.fields);
        let (judged_rows, fields) = self.judged(input, &names)?;
        match self.action {
            Action::Filter => {
                let found = fields.iter().map(|field| field.is_rare.clone().and(field.counts.clone()).is_true());
                judged_rows.filter(predicate::any(found.collect()))
            }
            Action::Annotate => {
                let mut scores = Vec::new();
                for field in &fields {
                    let found = field.is_rare.clone().and(field.counts.clone());
                    let is_number = field.is_number.clone();
                    let number = when(found.clone().and(is_number.clone()), field.distance.clone()).end()?;
                    let other = when(found.and(!is_number), field.share.clone()).end()?;
                    scores.push((format!("Anomaly_Score_Num({})", field.name), number));
                    scores.push((format!("Anomaly_Score_Cat({})", field.name), other));
                }
                judged_rows.set(scores)
            }
            Action::Summary => summary(judged_rows, &fields),
        }
    }
}

/// The parts of `anomalousvalue`.
trait Judge {
    /// The rows, with what is known of each field.
    fn judged(&self, input: Relation, names: &[String]) -> Result<(Relation, Vec<Judged>)>;
}

impl Judge for AnomalousValue {
    fn judged(&self, input: Relation, names: &[String]) -> Result<(Relation, Vec<Judged>)> {
        let of = |partition: Vec<Expr>| Window { partition, order: Vec::new(), frame: WindowFrame::new(None) };
        let every = of(Vec::new());
        let double = |place: &str| cast(column(place), DataType::Float64);
        let mut windows = vec![every.apply(count_udaf(), vec![lit(1_i64)])?];
        let mut numbers = Vec::with_capacity(names.len());
        for name in names {
            let number = sheet::number(&input, name)?;
            let whole = meet::whole(column(name), input.data_type(name).unwrap_or(&DataType::Utf8));
            windows.push(every.apply(count_udaf(), vec![column(name)])?);
            windows.push(every.apply(count_udaf(), vec![number.clone()])?);
            windows.push(every.apply(kernel::aggregate("spl_avg")?, vec![number.clone()])?);
            windows.push(every.apply(kernel::aggregate("spl_stdev")?, vec![number.clone()])?);
            windows.push(of(vec![whole]).apply(count_udaf(), vec![column(name)])?);
            numbers.push(number);
        }
        let (mut relation, places) = window::add(input, "judged", windows)?;
        let Some((all, places)) = places.split_first() else { return Ok((relation, Vec::new())) };
        let limit = quantile(self.threshold);
        let mut fields = Vec::with_capacity(names.len());
        let mut sums = Vec::with_capacity(names.len());
        for ((name, number), places) in names.iter().zip(numbers).zip(places.chunks_exact(5)) {
            let [support, of_numbers, mean, deviation, same] = places else { continue };
            let is_number = column(support).eq(column(of_numbers));
            let distance = when(column(deviation).gt(lit(0.0)), abs(number - column(mean)) / column(deviation))
                .otherwise(lit(0.0))?;
            let share = double(same) / double(support);
            let rare = when(is_number.clone(), distance.clone().gt(lit(limit)))
                .otherwise(share.clone().lt_eq(lit(self.threshold)))?
                .and(column(name).is_not_null());
            // Windows over windows need a projection in between.
            let place;
            (relation, place) = relation.hidden("found", when(rare.is_true(), lit(1_i64)).otherwise(lit(0_i64))?)?;
            sums.push(every.apply(sum_udaf(), vec![column(&place)])?);
            let is_rare = column(&place).eq(lit(1_i64));
            fields.push((name, is_number, distance, share, support.clone(), is_rare));
        }
        let (relation, sums) = window::add(relation, "rare", sums)?;
        let mut judged = Vec::with_capacity(names.len());
        for ((name, is_number, distance, share, support, is_rare), sum) in fields.into_iter().zip(sums) {
            let rare = double(&sum) / double(&support);
            let enough = double(&support).gt_eq(lit(self.min_support as f64));
            let frequent = (double(&support) / double(all)).gt_eq(lit(self.min_frequency));
            let not_many = rare.clone().lt_eq(lit(self.max_anomalous));
            let normal = (lit(1.0) - rare.clone()).gt_eq(lit(self.min_normal));
            let counts = enough.and(frequent).and(not_many).and(normal);
            let (name, support) = (name.clone(), column(&support));
            judged.push(Judged { name, is_number, distance, share, support, is_rare, rare, counts });
        }
        Ok((relation, judged))
    }
}

/// A row for each field.
fn summary(rows: Relation, fields: &[Judged]) -> Result<Relation> {
    const COLUMNS: [&str; 8] = ["fieldname", "count", "distinct_count", "mean", "stdev", "isNum", "anoFreq%", "isUsed"];
    if fields.is_empty() {
        return table::nothing();
    }
    let word = |condition: Expr| -> Result<Expr> { Ok(when(condition.is_true(), lit("YES")).otherwise(lit("NO"))?) };
    let mut calls = Vec::new();
    let mut lists: Vec<Vec<Expr>> = vec![Vec::new(); COLUMNS.len()];
    for (n, field) in fields.iter().enumerate() {
        let number = sheet::number(&rows, &field.name)?;
        let any = |expr: Expr| -> Result<(&str, Vec<Expr>)> { Ok(("spl_first", vec![expr, lit(0_i64)])) };
        let made = [
            any(field.support.clone())?,
            ("spl_dc", vec![column(&field.name)]),
            ("spl_avg", vec![number.clone()]),
            ("spl_stdev", vec![number]),
            any(word(field.is_number.clone())?)?,
            any(field.rare.clone() * lit(100.0))?,
            any(word(field.counts.clone())?)?,
        ];
        if let Some(names) = lists.first_mut() {
            names.push(lit(field.name.as_str()));
        }
        for ((name, args), list) in made.into_iter().zip(lists.iter_mut().skip(1)) {
            let place = format!("__{n}_{}", calls.len());
            calls.push(named(Call { function: kernel::aggregate(name)?, args }.aggregate(), &place));
            list.push(column(&place));
        }
    }
    let plan = relation::aggregate(rows.plan, Vec::new(), calls)?;
    let mut columns = vec![named(make_array((0_i64..).take(fields.len()).map(lit).collect()), "__place")];
    columns.extend(lists.into_iter().zip(COLUMNS).map(|(list, name)| named(make_array(list), name)));
    let plan = relation::project(plan, columns)?;
    let unnested = std::iter::once("__place").chain(COLUMNS).map(Column::new_unqualified).collect();
    let keep = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
    let plan = LogicalPlanBuilder::from(plan).unnest_columns_with_options(unnested, keep)?.build()?;
    let table = Relation::results(plan, vec![OrderKey::ascending("__place")]);
    table.filter(column("count").is_not_null())
}

/// How many standard deviations from the mean a share `threshold` of a normal distribution lies, on both sides together.
///
/// By bisection of the distribution function, whose error stays below 1.5e-7 (Abramowitz and Stegun, 7.1.26).
fn quantile(threshold: f64) -> f64 {
    let outside = |z: f64| {
        let x = z / std::f64::consts::SQRT_2;
        let t = 1.0 / (1.0 + 0.327_591_1 * x);
        let terms = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
        terms.iter().fold(0.0, |sum, term| (sum + term) * t) * (-x * x).exp()
    };
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if outside(middle) > threshold { low = middle } else { high = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (threshold, expected) in [(0.05, 1.959_964), (0.01, 2.575_829), (0.3173, 1.000_002)] {
            assert!((quantile(threshold) - expected).abs() < 1e-4, "{threshold}: {}", quantile(threshold));
        }
    }
}
