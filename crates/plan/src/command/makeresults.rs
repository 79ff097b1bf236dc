//! The meaning of `makeresults`: rows from nothing. `| makeresults count=3`
//!
//! Each row has `_time`, the search's start in whole seconds. Inline data gives a row for each line of CSV after the header, or for
//! each object of a JSON array; there the objects' keys are the fields.

mod data;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema},
    datasource::provider_as_source,
    functions_table::generate_series::{GenSeriesArgs, GenerateSeriesTable},
    logical_expr::{LogicalPlanBuilder, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{Code, Diagnostic, command::makeresults::MakeResults};

use crate::{
    Result,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, SEQUENCE, column, named},
};

/// More rows than this are a slip of the keyboard.
const MOST: u64 = 50_000_000;

/// What `annotate=true` adds.
const ANNOTATIONS: [&str; 6] = ["_raw", "host", "source", "sourcetype", "splunk_server", "splunk_server_group"];

impl Lower for MakeResults {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`makeresults` makes rows and must stand first");
            return Err(error.into());
        }
        let seconds = cx.world.now().div_euclid(1_000_000);
        let now = lit(ScalarValue::TimestampMicrosecond(Some(seconds * 1_000_000), Some("UTC".into())));
        if let Some((format, text)) = &self.data {
            return data::rows(*format, text, now);
        }
        let count = i64::try_from(self.count).ok().filter(|_| self.count <= MOST).ok_or_else(|| {
            Diagnostic::new(Code::BadValue, self.span, format!("`makeresults` makes {MOST} rows at most"))
        })?;
        let mut relation = numbered(count)?;
        let mut columns = vec![(meet::TIME.to_owned(), now)];
        if self.annotate {
            for name in ANNOTATIONS {
                columns.push((name.to_owned(), meet::null_of(&DataType::Utf8)?));
            }
        }
        relation = relation.select(columns)?;
        Ok(relation)
    }
}

/// So many rows with nothing but their numbers, made batch by batch in their order.
fn numbered(count: i64) -> Result<Relation> {
    let plan = match count {
        1 => LogicalPlanBuilder::empty(true).project(vec![named(lit(0_i64), SEQUENCE)])?.build()?,
        _ => {
            let schema = Arc::new(Schema::new(vec![Field::new(SEQUENCE, DataType::Int64, false)]));
            let name = "makeresults";
            let args = GenSeriesArgs::Int64Args { start: 0, end: count, step: 1, include_end: false, name };
            let rows = provider_as_source(Arc::new(GenerateSeriesTable::new(schema, args)));
            LogicalPlanBuilder::scan(name, rows, None)?.project(vec![named(column(SEQUENCE), SEQUENCE)])?.build()?
        }
    };
    Ok(Relation::results(plan, vec![OrderKey::ascending(SEQUENCE)]))
}
