//! The meaning of `xyseries`: a table with one row per value of a field and one column per value of another.
//! `stats count BY _time host | xyseries _time host count`
//!
//! Where two rows meet in one cell the last one counts. Named steps ask for the columns.

use speleo_syntax::{clause::series::Series, command::xyseries::XySeries};

use super::chart::{
    axis::Label,
    measure::{Measure, Measures},
    pivot::{Spine, Table},
};
use crate::{
    Result,
    aggregate::{Input, Output, arrival_key},
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

impl Lower for XySeries {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "xyseries", self.span)?;
        let usual = Series::default();
        let series = Series {
            limit: 0,
            use_null: false,
            separator: self.separator.clone().unwrap_or(usual.separator.clone()),
            format: self.format.clone(),
            ..usual
        };
        let mut row = Label::plain(&self.row.name, Input::field(&input, &self.row.name)?);
        if self.grouped {
            row.low = Some(arrival_key(&input)?);
        }
        let column = Label::plain(&self.column.name, Input::field(&input, &self.column.name)?).into_column(&series)?;
        let mut measures = Measures::default();
        for (n, field) in self.values.iter().enumerate() {
            let value = Input::field(&input, &field.name)?;
            let value = if meet::is_time(&value.data_type) { meet::epoch(value.expr) } else { value.expr };
            let place = format!("cell{n}");
            let args = vec![value, arrival_key(&input)?];
            measures.outputs.push(Output::plain(place.clone(), kernel::aggregate("spl_last")?, args));
            measures.measures.push(Measure::plain(field.name.clone(), place));
        }
        let (rows, column, series, spine) = (vec![row], Some(column), &series, Spine::None);
        let table = Table { input, rows, column, measures, series, total: None, spine, name: "xyseries" };
        table.lower(cx).await
    }
}
