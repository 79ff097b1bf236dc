//! The meaning of `map`: a search for each row, whose rows take the place of all. `map search="search index=web user=$user$"`
//!
//! The rows that come in are a named step. `$user$` becomes the row's value as it is, `$_serial_id$` the row's number from 1 on,
//! and `$$` one `$`. Several values stand side by side, with blanks between them.

use datafusion::logical_expr::Expr;
use speleo_functions::value::Lists;
use speleo_syntax::{Code, Diagnostic, Search, Severity, Spanned, command::map::Map, parse};

use crate::{
    Error, Result, Rows,
    command::{pipeline, rows},
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    saved, table,
    union::stack,
};

/// The token of a row's number.
const SERIAL: &str = "_serial_id";

impl Lower for Map {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "map", self.span)?;
        if self.is_saved {
            let Some(saved) = saved::find(&self.template.node, self.template.span, cx)? else {
                return table::nothing();
            };
            let template = Spanned { span: self.template.span, node: saved.search.clone() };
            return Self { template, is_saved: false, ..self.clone() }.each(input, cx).await;
        }
        self.each(input, cx).await
    }
}

/// The parts of `map` that belong to one row.
trait PerRow {
    /// The rows of the template's searches.
    async fn each(&self, input: Relation, cx: &mut Context<'_>) -> Result<Relation>;

    /// The values of fields, row by row; none of a row's where it has none.
    async fn values(
        &self,
        input: Relation,
        names: &[String],
        most: usize,
        cx: &mut Context<'_>,
    ) -> Result<Vec<Vec<Option<String>>>>;

    /// The template with a row's values; none where one is missing.
    fn text(&self, names: &[String], values: &[Option<String>], number: usize) -> Option<String>;

    /// The text as a search.
    fn search(&self, text: &str, problems: Vec<Diagnostic>) -> Result<Search>;

    /// A problem of a row's search, at the template.
    fn placed(&self, error: Error) -> Error;
}

impl PerRow for Map {
    async fn each(&self, input: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        let most = usize::try_from(self.max_searches).unwrap_or(usize::MAX);
        let names = names(&self.template.node);
        let found = self.values(input, &names, most.saturating_add(1), cx).await?;
        if found.len() > most {
            let text = format!("`map` runs {most} searches at most, and there are more rows");
            cx.notes.push(Diagnostic::new(Code::SplunkLimit, self.span, text).help("`maxsearches` raises the number"));
        }
        let mut all: Option<Relation> = None;
        for (n, values) in found.iter().take(most).enumerate() {
            let Some(text) = self.text(&names, values, n + 1) else { continue };
            let (expanded, problems) = cx.world.expand(&text);
            let search = self.search(&expanded, problems)?;
            let notes = cx.notes.len();
            let result = pipeline(&search, cx).await;
            // What is noted points into the text of one row, which the search does not show.
            cx.notes.truncate(notes);
            let rows = result.map_err(|error| self.placed(error))?;
            all = Some(match all {
                Some(all) => stack(all, rows)?,
                None => rows,
            });
        }
        match all {
            Some(all) => Ok(all),
            None => table::nothing(),
        }
    }

    async fn values(
        &self,
        input: Relation,
        names: &[String],
        most: usize,
        cx: &mut Context<'_>,
    ) -> Result<Vec<Vec<Option<String>>>> {
        let mut outputs: Vec<(String, Expr)> = Vec::with_capacity(names.len());
        for (n, name) in names.iter().enumerate() {
            let value = match input.data_type(name) {
                Some(own) if meet::is_time(own) => meet::epoch(column(name)),
                Some(_) => column(name),
                None => meet::null_of(&datafusion::arrow::datatypes::DataType::Utf8)?,
            };
            outputs.push((format!("token{n}"), value));
        }
        if outputs.is_empty() {
            outputs.push(("token".to_owned(), datafusion::logical_expr::lit(0_i64)));
        }
        let plan = input.sorted(Some(most))?.select(outputs)?.finish()?;
        let found: Rows = cx.world.rows("rows to map", plan).await?;
        let mut rows = Vec::new();
        for batch in &found.batches {
            let columns = batch.columns().iter().map(Lists::new).collect::<datafusion::error::Result<Vec<_>>>()?;
            for row in 0..batch.num_rows() {
                let texts = columns.iter().map(|column| Some(column.get(row)?.collect::<Vec<_>>().join(" ")));
                rows.push(texts.collect());
            }
        }
        Ok(rows)
    }

    fn text(&self, names: &[String], values: &[Option<String>], number: usize) -> Option<String> {
        let mut text = String::new();
        for part in tokens(&self.template.node) {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Token(SERIAL) => text.push_str(&number.to_string()),
                Part::Token(name) => {
                    let place = names.iter().position(|own| own == name)?;
                    text.push_str(values.get(place)?.as_deref()?);
                }
            }
        }
        Some(text)
    }

    fn search(&self, text: &str, problems: Vec<Diagnostic>) -> Result<Search> {
        let (search, more) = parse(text);
        let problem = problems.into_iter().chain(more).find(|problem| problem.severity == Severity::Error);
        match problem {
            None => Ok(search),
            Some(problem) => {
                let text: String = text.trim().chars().take(200).collect();
                let message = format!("the search of a row cannot be read: {}", problem.message);
                let error = problem.retold(self.template.span, message);
                Err(error.label(format!("became `{text}`")).into())
            }
        }
    }

    fn placed(&self, error: Error) -> Error {
        let span = self.template.span;
        match error {
            Error::Diagnostics(problems) => {
                let again = |problem: &Diagnostic| problem.retold(span, &*problem.message);
                Error::Diagnostics(problems.iter().map(again).collect())
            }
            Error::Engine { source, .. } => Error::Engine { span: Some(span), source },
        }
    }
}

/// The fields that a template names.
pub(crate) fn names(template: &str) -> Vec<String> {
    let of_part = |part| match part {
        Part::Token(name) if name != SERIAL => Some(name.to_owned()),
        _ => None,
    };
    tokens(template).into_iter().filter_map(of_part).collect()
}

/// A piece of the template.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Token(&'a str),
}

/// The template in pieces.
fn tokens(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        if let Some(behind) = behind.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = behind;
            continue;
        }
        match behind.split_once('$') {
            Some((name, behind)) if !name.contains(['"', '|', '[', ']', '\n']) => {
                parts.push(Part::Token(name));
                rest = behind;
            }
            _ => {
                parts.push(Part::Text("$"));
                rest = behind;
            }
        }
    }
    parts.push(Part::Text(rest));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_between_dollars() {
        use Part::{Text, Token};
        assert_eq!(tokens("a=$x$ b"), [Text("a="), Token("x"), Text(" b")]);
        assert_eq!(tokens("$$x$$"), [Text(""), Text("$"), Text("x"), Text("$"), Text("")]);
        assert_eq!(tokens("cost 5$"), [Text("cost 5"), Text("$"), Text("")]);
    }
}
