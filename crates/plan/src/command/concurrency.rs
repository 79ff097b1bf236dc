//! The meaning of `concurrency`: how many events run when each one starts. `concurrency duration=seconds`
//!
//! An event runs from its start, for as long as its duration says. The event itself counts, also if it takes no time. An event
//! without a start or a duration counts nowhere and gets no number.

use datafusion::logical_expr::WindowFrame;
use speleo_syntax::command::concurrency::Concurrency;

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
    sheet,
    window::{self, Window},
};

impl Lower for Concurrency {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let table = rows(input, "concurrency", self.span)?;
        let start = self.start.as_ref().map_or(meet::TIME, |field| field.name.as_str());
        let args = vec![sheet::number(&table, start)?, sheet::number(&table, &self.duration.name)?];
        let every = Window { partition: Vec::new(), order: Vec::new(), frame: WindowFrame::new(None) };
        let running = every.apply(kernel::window("spl_concurrency")?, args)?;
        let (table, running) = window::add_one(table, "running", running)?;
        let target = self.output.as_ref().map_or("concurrency", |field| field.name.as_str());
        table.set(vec![(target.to_owned(), running)])
    }
}
