//! Why a search could not be planned or run.

use datafusion::error::DataFusionError;
use speleo_syntax::{Code, Diagnostic, Label, Span};

/// The result of lowering.
pub type Result<T> = std::result::Result<T, Error>;

/// What stops a search: diagnostics for its author, or a failure of the engine with the command to blame.
#[derive(Debug)]
pub enum Error {
    /// Problems in the search or its data, ready to be shown.
    Diagnostics(Vec<Diagnostic>),
    /// A failure below; `span` is the command that asked for it.
    Engine {
        /// The command, where known.
        span: Option<Span>,
        /// What failed.
        source: DataFusionError,
    },
}

impl Error {
    /// The error with a place for what has none.
    pub(crate) fn at(self, span: Span) -> Self {
        let place = |mut found: Diagnostic| {
            if found.labels.is_empty() {
                found.labels.push(Label { span, text: String::new() });
            }
            found
        };
        match self {
            Error::Diagnostics(list) => Error::Diagnostics(list.into_iter().map(place).collect()),
            Error::Engine { span: known, source } => Error::Engine { span: known.or(Some(span)), source },
        }
    }

    /// The problems as diagnostics; a failure below becomes one that names the command.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        match self {
            Error::Diagnostics(list) => list,
            Error::Engine { span, source } => {
                let code = match source.find_root() {
                    DataFusionError::ResourcesExhausted(_) => Code::Resources,
                    DataFusionError::Internal(_)
                    | DataFusionError::NotImplemented(_)
                    | DataFusionError::Plan(_)
                    | DataFusionError::SchemaError(..) => Code::Bug,
                    _ => Code::Data,
                };
                let text = source.strip_backtrace();
                vec![match span {
                    Some(span) => Diagnostic::new(code, span, text),
                    None => Diagnostic::unplaced(code, text),
                }]
            }
        }
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Error::Diagnostics(vec![diagnostic])
    }
}

impl From<DataFusionError> for Error {
    fn from(source: DataFusionError) -> Self {
        Error::Engine { span: None, source }
    }
}
