//! The meaning of `eventcount`: the number of events of indexes, over all time. `| eventcount summarize=false index=*`

use std::sync::Arc;

use datafusion::{
    arrow::array::{ArrayRef, Int64Array, StringArray},
    functions_aggregate::{count::count_udaf, sum::sum_udaf},
    logical_expr::lit,
};
use speleo_syntax::{Code, Diagnostic, command::eventcount::EventCount};

use crate::{
    Result,
    aggregate::Call,
    lower::{Context, Lower},
    relation::{Relation, aggregate, column, named},
    source, table,
    union::stack,
};

/// The server that all data is on.
pub(super) const SERVER: &str = "local";

impl Lower for EventCount {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`eventcount` makes rows and must stand first");
            return Err(error.into());
        }
        let names = match cx.world.is_blind() {
            true => Vec::new(),
            false => source::listed(&self.indexes, self.span, cx)?,
        };
        let mut all = nothing(self.report_size)?;
        for name in names {
            let Some(events) = source::whole(&name, cx).await? else { continue };
            let count = Call { function: count_udaf(), args: vec![lit(1_i64)] }.aggregate();
            let plan = aggregate(events.plan, Vec::new(), vec![named(count, "count")])?;
            let mut columns = vec![
                ("index".to_owned(), lit(name.clone())),
                ("count".to_owned(), column("count")),
                ("server".to_owned(), lit(SERVER)),
            ];
            if self.report_size {
                let bytes: u64 = cx.world.files(&name).await?.iter().map(|file| file.bytes).sum();
                columns.push(("size_bytes".to_owned(), lit(i64::try_from(bytes).unwrap_or(i64::MAX))));
            }
            all = stack(all, Relation::results(plan, Vec::new()).select(columns)?)?;
        }
        if !self.summarize {
            return Ok(all);
        }
        let names: &[&str] = if self.report_size { &["count", "size_bytes"] } else { &["count"] };
        let sum = |name: &&str| named(Call { function: sum_udaf(), args: vec![column(name)] }.aggregate(), name);
        let plan = aggregate(all.plan, Vec::new(), names.iter().map(sum).collect())?;
        let or_zero = |name: &&str| {
            let value = datafusion::functions::core::expr_fn::coalesce(vec![column(name), lit(0_i64)]);
            ((*name).to_owned(), value)
        };
        Relation::results(plan, Vec::new()).select(names.iter().map(or_zero).collect())
    }
}

/// The columns without rows.
fn nothing(report_size: bool) -> Result<Relation> {
    let texts = || Arc::new(StringArray::from(Vec::<Option<&str>>::new())) as ArrayRef;
    let numbers = || Arc::new(Int64Array::from(Vec::<Option<i64>>::new())) as ArrayRef;
    let mut columns = vec![("index", texts()), ("count", numbers()), ("server", texts())];
    if report_size {
        columns.push(("size_bytes", numbers()));
    }
    table::of_columns("eventcount", columns)
}
