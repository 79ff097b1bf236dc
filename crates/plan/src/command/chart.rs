//! The meaning of `chart`: a table of aggregates with one row per value of a field and one column per value of another.
//! `chart sum(bytes) AS total OVER host BY method`
//!
//! Which columns there are depends on the data: named steps ask for the aggregates of all combinations and for the scores of
//! the columns. Absent: bins without data among the rows, except for times.

pub(crate) mod axis;
mod gather;
pub(crate) mod measure;
pub(crate) mod pivot;
pub(crate) mod select;

use speleo_syntax::command::chart::Chart;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::Relation,
    span,
};

impl Lower for Chart {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "chart", self.span)?;
        let row = match &self.row {
            Some(axis) => Some(axis::Label::of_rows(axis, &input, self.span, cx).await?),
            None => None,
        };
        let column = match &self.column {
            Some(axis) => Some(axis::Label::of_columns(axis, &input, &self.series, self.span, cx).await?),
            None => None,
        };
        let by: Vec<_> = self.row.iter().map(|axis| axis.field.clone()).collect();
        let timed = row.as_ref().filter(|row| meet::is_time(&row.data_type));
        let seconds = timed.and_then(|row| row.width.as_ref()).map(span::seconds);
        let measures = measure::resolve(&self.aggregates, &input, &by, seconds, cx).await?;
        let spine = match &row {
            Some(row) if self.continuous && row.width.is_some() && meet::is_time(&row.data_type) => {
                pivot::Spine::Data { align: row.align }
            }
            _ => pivot::Spine::None,
        };
        let rows = row.into_iter().collect();
        let series = &self.series;
        let table = pivot::Table { input, rows, column, measures, series, total: None, spine, name: "chart" };
        table.lower(cx).await
    }
}
