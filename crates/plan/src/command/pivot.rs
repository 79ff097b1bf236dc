//! The meaning of `pivot`: a table of a data model's object. `| pivot Shop Orders count(Orders) AS n SPLITROW customer`
//!
//! It is the table that `chart` makes of the object's events, with as many names of rows as are wanted. A column of whole rows is
//! one more label that each event has; a row of whole columns is a table of its own, with the columns of the other. Absent: pivots
//! over saved searches, and what a visualisation would say.

mod filter;
mod split;

use std::collections::HashSet;

use datafusion::logical_expr::{Expr, lit};
use speleo_syntax::{
    Code, Diagnostic, Field, Span,
    clause::{Aggregate, Argument, SortKey, series::Series},
    command::pivot::Pivot,
};

use crate::{
    Result,
    command::{
        chart::{
            measure,
            pivot::{Spine, Table},
        },
        sort, tstats,
    },
    datamodel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    union::stack,
};

/// The name of whole rows and columns.
const ALL: &str = "ALL";

impl Lower for Pivot {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            return Err(Diagnostic::new(Code::Position, self.span, "`pivot` makes rows and must stand first").into());
        }
        let named = self.named();
        let wanted: HashSet<String> = named.iter().map(|(name, _)| name.clone()).collect();
        let mut events = datamodel::counted(&self.dataset, &wanted, cx).await?;
        tstats::warn_unknown(&named, &events, cx);
        for filter in &self.filters {
            events = filter::apply(filter, events, cx).await?;
        }
        events = self.limited(events, cx).await?;
        let cells: Vec<Aggregate> = self.cells.iter().map(known).collect();
        let measures = measure::resolve(&cells, &events, &[], None, cx).await?;
        let series = Series {
            limit: self.most_columns,
            use_other: self.show_other,
            format: (measures.measures.len() > 1).then(|| "$VAL$:::$AGG$".to_owned()),
            ..Series::default()
        };
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            rows.push(split::label(row, &events, self.span, cx).await?);
        }
        let labels: Vec<String> = rows.iter().map(|label| label.name.clone()).collect();
        let total = Some(ALL).filter(|_| self.row_summary && !self.columns.is_empty());
        let column = split::columns(&self.columns, total, &series, &events, self.span, cx).await?;
        let table = |rows| Table {
            input: events.clone(),
            rows,
            column: column.clone(),
            measures: measures.clone(),
            series: &series,
            total,
            spine: Spine::None,
            name: "pivot",
        };
        let (made, chosen) = table(rows).lower_as(None, cx).await?;
        let made = self.sorted(made)?;
        if !self.column_summary || labels.is_empty() {
            return Ok(made);
        }
        let (summary, _) = table(Vec::new()).lower_as(chosen, cx).await?;
        stack(made.clone(), self.named_all(summary, &made, &labels)?)
    }
}

/// What surrounds the table of a pivot.
trait Around {
    /// The fields that the elements name, with a place of each.
    fn named(&self) -> Vec<(String, Span)>;
    /// The events that have one of the values that limits leave.
    async fn limited(&self, events: Relation, cx: &mut Context<'_>) -> Result<Relation>;
    /// The rows in the order that is asked for, as many as are.
    fn sorted(&self, table: Relation) -> Result<Relation>;
    /// The row of whole columns with the columns of the table above it.
    fn named_all(&self, summary: Relation, above: &Relation, labels: &[String]) -> Result<Relation>;
}

impl Around for Pivot {
    fn named(&self) -> Vec<(String, Span)> {
        let scores = self.limits.iter().map(|limit| &limit.score);
        let arguments = self.cells.iter().chain(scores).filter_map(|aggregate| match &aggregate.argument {
            Argument::Field(field) => Some(field),
            _ => None,
        });
        let splits = self.rows.iter().chain(&self.columns).map(|split| &split.field);
        let tested = self.filters.iter().map(|filter| &filter.field);
        let limited = self.limits.iter().map(|limit| &limit.field);
        let fields = arguments.chain(splits).chain(tested).chain(limited);
        fields.map(|field| (field.name.clone(), field.span)).collect()
    }

    async fn limited(&self, mut events: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        for limit in &self.limits {
            let split = self.rows.iter().chain(&self.columns).find(|split| split.field == limit.field);
            events = split::limited(limit, split, events, self.span, cx).await?;
        }
        Ok(events)
    }

    fn sorted(&self, table: Relation) -> Result<Relation> {
        let splits = self.rows.iter().filter_map(|row| Some((&row.field, row.label.as_ref()?)));
        let cells = self.cells.iter().filter_map(|cell| Some((&cell.text, &cell.alias.as_ref()?.name)));
        let names: Vec<(&String, &String)> =
            splits.map(|(field, label)| (&field.name, &label.name)).chain(cells).collect();
        let in_table = |key: &SortKey| match names.iter().find(|(name, _)| **name == key.field.name) {
            Some((_, label)) if !table.has(&key.field.name) => {
                SortKey { field: Field::new((*label).clone(), key.field.span), ..key.clone() }
            }
            _ => key.clone(),
        };
        let keys: Vec<SortKey> = self.sort.iter().map(in_table).collect();
        let sorted = sort::by_keys(table, &keys, false)?;
        match self.most_rows {
            0 => Ok(sorted),
            most => sorted.sorted(usize::try_from(most).ok()),
        }
    }

    fn named_all(&self, summary: Relation, above: &Relation, labels: &[String]) -> Result<Relation> {
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for (n, name) in above.fields().into_iter().enumerate() {
            let own_type = above.data_type(&name).cloned().unwrap_or(datafusion::arrow::datatypes::DataType::Utf8);
            let value = match n {
                0 if !meet::is_time(&own_type) => lit(ALL),
                n if n < labels.len() || !summary.has(&name) => meet::null_of(&own_type)?,
                _ => column(&name),
            };
            columns.push((name, value));
        }
        summary.select(columns)
    }
}

/// The cell with the function that stats calls so: `duration` of times is their range.
fn known(cell: &Aggregate) -> Aggregate {
    if cell.function != "duration" {
        return cell.clone();
    }
    let alias = cell.alias.clone().unwrap_or_else(|| Field::new(cell.text.clone(), cell.span));
    Aggregate { function: "range".to_owned(), alias: Some(alias), ..cell.clone() }
}
