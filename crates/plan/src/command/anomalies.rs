//! The meaning of `anomalies`: each event's `unexpectedness`, and those that have much of it. `anomalies BY host`
//!
//! A window function over the rows in their order compares each with those before it. An event without the field has no
//! score: it is dropped unless all stay.

use datafusion::logical_expr::{Expr, lit};
use speleo_syntax::{Code, Diagnostic, command::anomalies::Anomalies};

use crate::{
    Result,
    command::{cluster::one_text, rows},
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Anomalies {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "anomalies", self.span)?;
        if let Some(span) = self.list {
            let text = "a list of known events is not supported in `anomalies`";
            let error = Diagnostic::new(Code::UnsupportedForm, span, text);
            return Err(error.help("a `search NOT …` or a `lookup` before it leaves known events out").into());
        }
        let found = match &self.field {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let Some((value, data_type)) = found else {
            return if self.label_only { Ok(input) } else { input.filter(lit(false)) };
        };
        let text = one_text(value, &data_type)?;
        let groups = self.by.iter().filter_map(|field| field::resolve(field, &input, cx));
        let groups: Vec<Expr> = groups.map(|(value, data_type)| meet::whole(value, &data_type)).collect();
        let most = i64::try_from(self.max_values).unwrap_or(i64::MAX);
        let args = vec![text, lit(most), lit(i64::from(self.normalize))];
        let score = Window::so_far(&input).within(groups).apply(kernel::window("spl_unexpectedness")?, args)?;
        let (input, score) = window::add_one(input, "score", score)?;
        let (input, score) = input.hidden("kept", score)?;
        let input = if self.label_only { input } else { input.filter(column(&score).gt(lit(self.threshold)))? };
        input.set(vec![("unexpectedness".to_owned(), column(&score))])
    }
}
