//! What went wrong, as data: the command line draws it, editors and tests read it.

mod code;

use crate::Span;

pub use code::Code;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the answer is as expected.
    Note,
    /// The answer may not be what the author meant.
    Warning,
    /// There is no answer.
    Error,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

/// A replacement of text that would mend the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What to replace; an empty range inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Advice, with an edit where one is certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// The advice in one line.
    pub text: String,
    /// The change that follows it.
    pub edit: Option<Edit>,
}

/// One problem in a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Its number; `speleo explain E0203` prints the meaning.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One short line: what was found and what was expected.
    pub message: String,
    /// Places; the first is the primary one. Empty where no text is to blame (a file, a limit).
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Vec<Help>,
    /// The name of the macro, command, function or other thing that is unknown or does not run, where the problem is about one.
    pub name: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of the code's own severity at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: Vec::new(),
            name: None,
        }
    }

    /// A diagnostic without a place in the search.
    pub fn unplaced(code: Code, message: impl Into<String>) -> Self {
        let severity = code.severity();
        Self { code, severity, message: message.into(), labels: Vec::new(), help: Vec::new(), name: None }
    }

    /// The same problem told in other words at the place that brought it up, as for the text of a saved search.
    pub fn retold(&self, span: Span, message: impl Into<String>) -> Self {
        Self { name: self.name.clone(), ..Self::new(self.code, span, message) }
    }

    /// Says which name it is about.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Puts a remark on the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds another place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: None });
        self
    }

    /// Adds advice with the change that follows it.
    pub fn edit(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: Some(Edit { span, text: replacement.into() }) });
        self
    }

    /// Where it points, if anywhere.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Whether it stops the search.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
