//! Which columns of a table are kept. `limit=5`, `limit=bottom3`, `where max in top5`, `where avg > 100`

use datafusion::arrow::datatypes::DataType;
use speleo_functions::value::Texts;
use speleo_syntax::{
    Span,
    clause::{
        Aggregate, Argument,
        series::{Series, SeriesTest},
    },
};

use crate::{
    Result, Rows,
    aggregate::{self, Options},
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// The values that name columns, in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    /// Those that are kept, without the one of rows that have no value.
    pub(crate) kept: Vec<String>,
    /// Whether others were left out.
    pub(crate) has_others: bool,
    /// Whether rows without the field make a column.
    pub(crate) has_null: bool,
}

/// Asks for the values of `label` and their scores over the cells `value`, and chooses.
pub(crate) async fn choose(
    cells: &Relation,
    label: &str,
    value: &str,
    several: bool,
    series: &Series,
    name: &str,
    cx: &mut Context<'_>,
) -> Result<Chosen> {
    // Several aggregations have no common score: the frequency of the value counts.
    let (function, value) = match (&series.filter, &series.score) {
        (Some(filter), _) => (filter.function.as_str(), value),
        (None, _) if several => ("sum", super::pivot::FREQUENCY),
        (None, Some(score)) => (score.as_str(), value),
        (None, None) => ("sum", value),
    };
    let score = Aggregate {
        span: Span::default(),
        function: function.to_owned(),
        function_span: Span::default(),
        argument: Argument::Field(speleo_syntax::Field::new(value, Span::default())),
        alias: Some(speleo_syntax::Field::new("score", Span::default())),
        text: String::new(),
    };
    let options = Options { by: &[], all_num: false };
    let score = aggregate::resolve(std::slice::from_ref(&score), cells, options, cx).await?;
    let scored = aggregate::group(aggregate::keys(cells.clone(), [label], false)?, &score)?;
    let score_type = scored.data_type("score").cloned().unwrap_or(DataType::Null);
    let score = meet::convert(column("score"), &score_type, &DataType::Float64)?;
    let scored = scored.select(vec![("label".to_owned(), column(label)), ("score".to_owned(), score)])?;
    let rows = cx.world.rows(&format!("columns of {name}"), scored.finish()?).await?;
    let mut values = read(&rows)?;
    let found = values.len();
    values.retain(|(label, _)| !(series.use_null && *label == series.null_text));
    let has_null = values.len() < found;
    let all = values.len();
    let kept = kept(values, series);
    Ok(Chosen { has_others: kept.len() < all, kept, has_null })
}

fn read(rows: &Rows) -> Result<Vec<(String, f64)>> {
    use datafusion::arrow::{
        array::{Array, AsArray},
        datatypes::Float64Type,
    };
    let mut values = Vec::new();
    for batch in &rows.batches {
        let [labels, scores] = batch.columns() else { continue };
        let (labels, scores) = (Texts::new(labels)?, scores.as_primitive_opt::<Float64Type>());
        for row in 0..batch.num_rows() {
            let score = scores.filter(|scores| scores.is_valid(row)).map(|scores| scores.value(row));
            if let Some(label) = labels.get(row) {
                values.push((label.to_string(), score.unwrap_or(f64::NAN)));
            }
        }
    }
    Ok(values)
}

/// The values that stay, in the order in which they came.
fn kept(values: Vec<(String, f64)>, series: &Series) -> Vec<String> {
    let keep: Vec<bool> = match series.filter.as_ref().map(|filter| filter.test) {
        None if series.limit == 0 => vec![true; values.len()],
        None => ranked(&values, series.limit, series.bottom),
        Some(SeriesTest::Above(number)) => values.iter().map(|(_, score)| *score > number).collect(),
        Some(SeriesTest::Below(number)) => values.iter().map(|(_, score)| *score < number).collect(),
        Some(SeriesTest::Rank { negated, bottom, count }) => {
            ranked(&values, count, bottom).into_iter().map(|inside| inside != negated).collect()
        }
    };
    values.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|((label, _), _)| label).collect()
}

/// Whether each value is among the `count` of the largest or smallest score; of equal scores the first text wins, and a
/// value without a score comes last.
fn ranked(values: &[(String, f64)], count: u64, bottom: bool) -> Vec<bool> {
    let mut order: Vec<(usize, &String, f64)> =
        values.iter().enumerate().map(|(place, (label, score))| (place, label, *score)).collect();
    order.sort_by(|(_, a, x), (_, b, y)| {
        let by_score = if bottom { x.total_cmp(y) } else { y.total_cmp(x) };
        x.is_nan().cmp(&y.is_nan()).then(by_score).then_with(|| a.cmp(b))
    });
    let mut keep = vec![false; values.len()];
    for (place, ..) in order.into_iter().take(usize::try_from(count).unwrap_or(usize::MAX)) {
        if let Some(keep) = keep.get_mut(place) {
            *keep = true;
        }
    }
    keep
}

#[cfg(test)]
mod tests {
    use speleo_syntax::clause::series::SeriesFilter;

    use super::*;

    fn check(series: &Series, expected: &[&str]) {
        let values = [("a", 1.0), ("b", 3.0), ("c", 3.0), ("d", f64::NAN)];
        let values = values.map(|(label, score)| (label.to_owned(), score)).to_vec();
        assert_eq!(kept(values, series), expected);
    }

    #[test]
    fn the_score_decides_and_the_order_stays() {
        let series = |limit, bottom| Series { limit, bottom, ..Series::default() };
        check(&series(1, false), &["b"]);
        check(&series(2, false), &["b", "c"]);
        check(&series(3, false), &["a", "b", "c"]);
        check(&series(1, true), &["a"]);
        check(&series(0, false), &["a", "b", "c", "d"]);
    }

    #[test]
    fn a_condition_takes_the_place_of_the_limit() {
        let series = |test| {
            let filter = Some(SeriesFilter { function: "sum".to_owned(), test });
            Series { limit: 1, filter, ..Series::default() }
        };
        check(&series(SeriesTest::Above(1.0)), &["b", "c"]);
        check(&series(SeriesTest::Below(2.0)), &["a"]);
        check(&series(SeriesTest::Rank { negated: true, bottom: false, count: 1 }), &["a", "c", "d"]);
    }
}
