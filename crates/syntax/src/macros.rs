//! Macros and comments: text to text, with a map back to what the user wrote. `` `recent("-1h")` ``
//!
//! Nothing is parsed here: a macro may hold any piece of text, with pipes or without. `$token$` of a dashboard stays
//! as it is.

mod call;
mod expander;
mod expansion;

pub use expander::expand;
pub(crate) use expander::{call_length, quoted_length};
pub use expansion::{Expansion, MacroCall};

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

/// The name and the number of arguments of a call, backticks and all; none where it names no macro.
pub fn called(call: &str) -> Option<(String, usize)> {
    let inner = call.strip_prefix('`')?;
    call::read(inner.strip_suffix('`').unwrap_or(inner)).map(|call| (call.name, call.args.len()))
}

/// Where macros come from.
pub trait Macros {
    /// The macro of that name with that number of arguments.
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition>;
    /// The value of an eval expression without fields: the text of an `iseval` macro, or the verdict of a validation
    /// (`true`, `false`, or a text that is the message). Null is `None`.
    fn evaluate(&self, expression: &str) -> Result<Option<String>, String>;
    /// All names, to suggest the nearest one.
    fn names(&self) -> Vec<&str>;
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

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::called;

    #[test]
    fn a_call_names_its_macro_while_it_is_written_too() {
        assert_eq!(called("`errors(a, \"b, c\")`"), Some(("errors".to_owned(), 2)));
        assert_eq!(called("`recent`"), Some(("recent".to_owned(), 0)));
        assert_eq!(called("`recent"), Some(("recent".to_owned(), 0)));
        assert_eq!((called("``"), called("recent")), (None, None));
    }
}
