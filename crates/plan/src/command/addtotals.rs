//! The meaning of `addtotals` and `addcoltotals`: sums of rows and of columns. `addtotals col=true labelfield=host`
//!
//! What is no number does not count, and `_time` and other internal fields never do. A row without numbers has the sum 0, a
//! column without numbers no sum. The row of sums comes last; its cell in the field of row sums is the sum of these.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::addtotals::AddTotals;

use crate::{
    Result,
    aggregate::Call,
    command::{appendpipe, rows},
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, is_internal, named},
    union::stack,
    wildcard,
};

/// What the sum of a row, and the row of sums, is called where nothing is written.
const TOTAL: &str = "Total";

impl Lower for AddTotals {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, if self.row { "addtotals" } else { "addcoltotals" }, self.span)?;
        let target = self.field_name.as_ref().map_or(TOTAL, |field| field.name.as_str());
        let mut summed: Vec<String> = input.fields().into_iter().filter(|name| self.sums(name)).collect();
        let mut table = input;
        if self.row {
            summed.retain(|name| name != target);
            let sum = row_sum(&table, &summed)?;
            table = table.set(vec![(target.to_owned(), sum)])?;
            summed.push(target.to_owned());
        }
        if !self.col {
            return Ok(table);
        }
        let table = appendpipe::once(table, "rows before the totals", cx).await?;
        let totals = self.totals(&table, &summed)?;
        stack(table, totals)
    }
}

/// The parts of `addtotals`.
trait Totals {
    /// Whether a field's numbers count.
    fn sums(&self, name: &str) -> bool;
    /// The row of sums.
    fn totals(&self, table: &Relation, summed: &[String]) -> Result<Relation>;
}

impl Totals for AddTotals {
    fn sums(&self, name: &str) -> bool {
        match self.fields.as_slice() {
            [] => !is_internal(name),
            fields => name != meet::TIME && fields.iter().any(|field| wildcard::matches(&field.name, name)),
        }
    }

    fn totals(&self, table: &Relation, summed: &[String]) -> Result<Relation> {
        let label_field = self.label_field.as_ref().map(|field| field.name.as_str());
        let mut sums = Vec::new();
        for name in summed.iter().filter(|name| Some(name.as_str()) != label_field) {
            let call = Call { function: kernel::aggregate("spl_sum")?, args: vec![column(name)] };
            sums.push(named(call.aggregate(), name));
        }
        let mut plan = LogicalPlanBuilder::from(table.plan.clone());
        plan = match sums.is_empty() {
            true => LogicalPlanBuilder::empty(true),
            false => plan.aggregate(Vec::<Expr>::new(), sums)?,
        };
        let totals = Relation { shape: table.shape, ..Relation::results(plan.build()?, Vec::new()) };
        let label = lit(self.label.as_deref().unwrap_or(TOTAL));
        match label_field {
            Some(name) => totals.set(vec![(name.to_owned(), meet::stored(name, label, &DataType::Utf8)?)]),
            None => Ok(totals),
        }
    }
}

/// The sum of a row's numbers.
fn row_sum(table: &Relation, summed: &[String]) -> Result<Expr> {
    let mut sum = None;
    for name in summed {
        let Some(data_type) = table.data_type(name) else { continue };
        let number = meet::convert(column(name), data_type, &DataType::Float64)?;
        let number = coalesce().call(vec![number, lit(0.0)]);
        sum = Some(match sum {
            Some(sum) => sum + number,
            None => number,
        });
    }
    Ok(sum.unwrap_or_else(|| lit(0.0)))
}
