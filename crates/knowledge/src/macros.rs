//! Search macros, as `macros.conf` defines them.

/// A search macro.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Macro {
    /// The name without the number of arguments.
    pub name: String,
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
