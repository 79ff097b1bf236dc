//! The meaning of `metadata`: what hosts, sources or source types there are, since when, and how often.
//! `| metadata type=hosts index=web`

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
    },
    logical_expr::{cast, lit},
};
use speleo_syntax::{Code, Diagnostic, SearchExpr, SearchExprKind, command::metadata::Metadata};

use crate::{
    Result,
    aggregate::Call,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{OrderKey, Relation, aggregate, column, named},
    source,
};

impl Lower for Metadata {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`metadata` makes rows and must stand first");
            return Err(error.into());
        }
        let parts: Vec<SearchExpr> = self.indexes.condition().into_iter().chain(self.condition.clone()).collect();
        let kind = if parts.is_empty() { SearchExprKind::All } else { SearchExprKind::And(parts) };
        // The name of the field must be known to logs that are open.
        let events = source::events(&SearchExpr { span: self.span, kind }, self.span, cx).await?;
        let known = events.filter(column(self.field).is_not_null())?;
        let call = |function, args| Call { function, args }.aggregate();
        let calls = vec![
            named(call(min_udaf(), vec![column(TIME)]), "first"),
            named(call(max_udaf(), vec![column(TIME)]), "last"),
            named(call(count_udaf(), vec![lit(1_i64)]), "count"),
        ];
        let plan = aggregate(known.plan, vec![column(self.field)], calls)?;
        let seconds = |name: &str| cast(meet::epoch(column(name)), DataType::Int64);
        let columns = vec![
            (self.field.to_owned(), column(self.field)),
            ("type".to_owned(), lit(format!("{}s", self.field))),
            ("firstTime".to_owned(), seconds("first")),
            ("lastTime".to_owned(), seconds("last")),
            ("recentTime".to_owned(), seconds("last")),
            ("totalCount".to_owned(), column("count")),
        ];
        Relation::results(plan, vec![OrderKey::ascending(self.field)]).select(columns)
    }
}
