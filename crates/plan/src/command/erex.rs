//! The meaning of `erex`: a pattern learnt from examples, applied as `rex` does. `erex port examples="8080, 443"`
//!
//! The rows that hold an example are a named step; the pattern that they give is told in a note.

use datafusion::logical_expr::{Expr, lit};
use speleo_functions::{eval::pattern, value::Texts};
use speleo_syntax::{Code, Diagnostic, command::erex::Erex};

use super::rex;
use crate::{
    Result,
    command::{cluster::one_text, rows},
    field, kernel,
    lower::{Context, Lower},
    relation::{Relation, column},
};

impl Lower for Erex {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "erex", self.span)?;
        let name = &self.field.name;
        if !pattern::group_names(&format!("(?<{name}>.)")).is_ok_and(|names| names.contains(name)) {
            let text = format!("`{name}` can be no group of a regular expression");
            let error = Diagnostic::new(Code::UnsupportedForm, self.field.span, text);
            return Err(error.help("letters, digits and `_` can; a `rename` behind it takes any name").into());
        }
        let found = match &self.from {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let Some((value, data_type)) = found else { return Ok(input) };
        let list = |text: &str| -> Vec<String> {
            text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
        };
        let examples = list(&self.examples.node);
        let counterexamples = self.counterexamples.as_deref().map(list).unwrap_or_default();
        let (step, text) = input.clone().hidden("text", one_text(value.clone(), &data_type)?)?;
        let holds = |one: &String| -> Result<Expr> {
            Ok(kernel::call("spl_match", vec![column(&text), lit(pattern::literal(one))])?)
        };
        let conditions = examples.iter().chain(&counterexamples).map(holds).collect::<Result<Vec<_>>>()?;
        let condition = conditions.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false));
        let most = usize::try_from(self.max_trainers).unwrap_or(usize::MAX);
        let step = step.filter(condition)?.sorted(Some(most))?.select(vec![("text".to_owned(), column(&text))])?;
        let trainers = cx.world.rows("rows with examples", step.finish()?).await?;
        let mut texts = Vec::new();
        for batch in &trainers.batches {
            if let Some(column) = batch.columns().first() {
                let column = Texts::new(column)?;
                texts.extend((0..batch.num_rows()).filter_map(|row| Some(column.get(row)?.into_owned())));
            }
        }
        let Some(learnt) = pattern::learn(name, &texts, &examples, &counterexamples) else {
            if !cx.world.is_blind() {
                let text = "no pattern could be learnt from the examples";
                let note = Diagnostic::new(Code::Learnt, self.examples.span, text);
                cx.notes.push(
                    note.help("each example has to stand in a row, and not in the same place as a counterexample"),
                );
            }
            return Ok(input);
        };
        let text = format!("`erex` learnt a pattern: `rex \"{}\"` does the same", learnt.replace('"', "\\\""));
        cx.notes.push(Diagnostic::new(Code::Learnt, self.examples.span, text));
        rex::extract(input, value, &learnt, std::slice::from_ref(name), 1, None)
    }
}
