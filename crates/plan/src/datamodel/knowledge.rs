//! Texts of a data model: conditions, expressions and pipelines that are not the search's own.
//!
//! Their places mean nothing to the reader of the search: what is wrong with them is told at the model's name.

use speleo_knowledge::{CalculationKind, DataObject};
use speleo_syntax::{Code, Command, Diagnostic, Expr, Search, SearchExpr, Span, parse, parse_expr, parse_search_expr};

use super::need::Need;
use crate::{Error, Result, World, field};

/// Reads a model's texts.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) world: &'a dyn World,
    /// The model's name in the search.
    pub(super) span: Span,
}

/// What a root's text means.
pub(super) enum Root {
    /// The events that satisfy a condition, and what is done with them.
    Events(SearchExpr, Option<Search>),
    /// Rows of commands.
    Pipeline(Search),
}

impl Text<'_> {
    /// A condition in the search language.
    pub(super) fn condition(self, text: &str) -> Result<SearchExpr> {
        self.read(text, parse_search_expr)
    }

    /// The events of a root: a condition, and the commands behind it, which Splunk's own models have
    /// (`tag=process | eval level=lower(level)`), or commands that make rows themselves.
    pub(super) fn root(self, text: &str) -> Result<Root> {
        if !text.contains('|') {
            let text = text.trim();
            return Ok(Root::Events(self.condition(text.strip_prefix("search ").unwrap_or(text))?, None));
        }
        let mut search = self.search(text)?;
        if !matches!(search.commands.first(), Some(Command::Search(_))) {
            return Ok(Root::Pipeline(search));
        }
        let rest = search.commands.split_off(1);
        let Some(Command::Search(first)) = search.commands.pop() else { return Ok(Root::Pipeline(search)) };
        let commands = Some(Search { commands: rest, ..search }).filter(|search| !search.commands.is_empty());
        Ok(Root::Events(first.expr, commands))
    }

    /// An expression of eval.
    pub(super) fn expression(self, text: &str) -> Result<Expr> {
        self.read(text, parse_expr)
    }

    /// A pipeline.
    pub(super) fn search(self, text: &str) -> Result<Search> {
        self.read(text, parse)
    }

    fn read<T>(self, text: &str, parser: impl Fn(&str) -> (T, Vec<Diagnostic>)) -> Result<T> {
        // Few of a model's many texts hold a macro.
        let (expanded, mut problems) =
            if text.contains('`') { self.world.expand(text) } else { (text.to_owned(), Vec::new()) };
        let (tree, more) = parser(&expanded);
        problems.extend(more);
        match problems.into_iter().find(Diagnostic::is_error) {
            Some(problem) => Err(self.diagnostic(&problem.message, text).into()),
            None => Ok(tree),
        }
    }

    /// An error that came up in a model's text, told at the model's name.
    pub(super) fn blame(self, error: Error, text: &str) -> Error {
        match error {
            Error::Diagnostics(list) => {
                let told = |problem: Diagnostic| Diagnostic {
                    code: problem.code,
                    severity: problem.severity,
                    name: problem.name,
                    ..self.diagnostic(&problem.message, text)
                };
                Error::Diagnostics(list.into_iter().map(told).collect())
            }
            engine => engine,
        }
    }

    fn diagnostic(self, message: &str, text: &str) -> Diagnostic {
        Diagnostic::new(Code::Knowledge, self.span, message).help(format!("the data model says `{text}`"))
    }

    /// The fields that an object's conditions name.
    pub(super) fn conditions(self, object: &DataObject) -> Vec<String> {
        let mut names = Vec::new();
        for text in object.constraints.iter().filter(|_| !object.is_root()) {
            if let Ok(condition) = self.condition(text) {
                field::of_search(&condition, &mut |field| names.push(field.name.clone()));
            }
        }
        names.extend(object.fields.iter().filter(|field| field.required).map(|field| field.name.clone()));
        names.sort();
        names.dedup();
        names
    }

    /// The fields of events that an object's declarations and calculations name, as far as they are needed.
    pub(super) fn names(self, object: &DataObject, need: &Need) -> Vec<String> {
        let needed = object.own_fields().filter(|field| need.wants(&field.name));
        let mut names: Vec<String> = needed.map(|field| field.name.clone()).collect();
        for calculation in object.calculations.iter().filter(|calculation| need.wants_any(calculation)) {
            match &calculation.kind {
                CalculationKind::Eval { expression } => {
                    if let Ok(expression) = self.expression(expression) {
                        field::of_expr(&expression, &mut |field| names.push(field.name.clone()));
                    }
                }
                CalculationKind::Rex { input, .. } | CalculationKind::GeoIp { input, .. } => names.push(input.clone()),
                CalculationKind::Lookup { inputs, .. } => names.extend(inputs.iter().map(|(field, _)| field.clone())),
            }
        }
        names.sort();
        names.dedup();
        names
    }
}
