//! Failures below as diagnostics: a broken file names the file, the memory limit says so, a bug is ours.

use std::{error::Error as StdError, fmt, path::Path};

use datafusion::error::DataFusionError;
use speleo_index::{
    IndexError, Problem,
    store::{Reason, is_remote},
};
use speleo_plan::Error;
use speleo_syntax::{Code, Diagnostic, Span};

/// A failure of our own that travels through DataFusion: its code and text survive.
#[derive(Debug)]
pub(crate) struct Fault {
    /// What kind of problem it is.
    pub(crate) code: Code,
    /// What to say.
    pub(crate) message: String,
    /// The name that it is about, as in [`Diagnostic::name`].
    pub(crate) name: Option<String>,
}

impl Fault {
    /// A failure that is about no name.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), name: None }
    }

    /// A file that cannot be opened, read or written.
    pub(crate) fn file(path: &Path, doing: &str, error: impl fmt::Display) -> Self {
        Self::new(Code::File, format!("cannot {doing} `{}`: {error}", path.display()))
    }

    /// Data that cannot be decoded.
    pub(crate) fn data(shown: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self::new(Code::Data, format!("{shown}: {message}"))
    }

    /// What an object store did not give, by the failure that came of it; none where it came of something else.
    pub(crate) fn of_store(error: &DataFusionError, shown: &str) -> Option<Self> {
        let error = find::<object_store::Error>(error).filter(|error| is_remote(error))?;
        Some(Self::new(Code::File, format!("cannot read `{shown}`: {}", Reason { error, address: shown })))
    }

    /// As a diagnostic without a place.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic { name: self.name.clone(), ..Diagnostic::unplaced(self.code, self.message.clone()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Fault {}

impl From<IndexError> for Fault {
    fn from(error: IndexError) -> Self {
        let code = match error.problem {
            Problem::Missing => Code::UnknownIndex,
            Problem::Damaged | Problem::Events => Code::Data,
            Problem::Exists | Problem::Storage | Problem::Contended => Code::File,
        };
        Fault::new(code, error.message)
    }
}

impl From<Fault> for DataFusionError {
    fn from(fault: Fault) -> Self {
        DataFusionError::External(Box::new(fault))
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Error::Diagnostics(vec![fault.diagnostic()])
    }
}

/// The diagnostics of a failure.
pub(crate) fn diagnose(error: Error) -> Vec<Diagnostic> {
    match error {
        Error::Engine { span, source } => vec![diagnose_engine(span, source)],
        other => other.into_diagnostics(),
    }
}

fn diagnose_engine(span: Option<Span>, source: DataFusionError) -> Diagnostic {
    let place = |code: Code, message: String| match span {
        Some(span) => Diagnostic::new(code, span, message),
        None => Diagnostic::unplaced(code, message),
    };
    if let Some(fault) = find::<Fault>(&source) {
        return Diagnostic { name: fault.name.clone(), ..place(fault.code, fault.message.clone()) };
    }
    if let Some(error) = find::<object_store::Error>(&source).filter(|error| is_remote(error)) {
        return place(Code::File, Reason { error, address: "" }.to_string());
    }
    if let Some(lost) = find::<Lost>(&source) {
        return place(Code::Bug, lost.to_string());
    }
    if let DataFusionError::ResourcesExhausted(_) = source.find_root() {
        return place(Code::Resources, "the memory limit was reached".to_owned())
            .help("a larger limit, fewer groups, or fewer fields need less at a time");
    }
    let fallback = Error::Engine { span, source }.into_diagnostics().into_iter().next();
    fallback.unwrap_or_else(|| place(Code::Bug, "a failure without a description".to_owned()))
}

/// A task that ended by a panic.
#[derive(Debug)]
pub(crate) struct Lost(pub(crate) String);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "speleo failed where it must not: {}", self.0)
    }
}

impl StdError for Lost {}

/// Looks for an error of ours in the chain of causes.
fn find<T: StdError + 'static>(error: &DataFusionError) -> Option<&T> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::ObjectStore(inner)) => Some(inner.as_ref()),
            // These keep their cause where `source` does not show it.
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            _ => error.source(),
        };
    }
    None
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_keeps_its_code_through_wrappers() {
        let fault = DataFusionError::from(Fault::data("x.csv", "line 3 has 2 cells"));
        let wrapped = DataFusionError::Shared(std::sync::Arc::new(fault.context("scan")));
        let list = diagnose(Error::Engine { span: Some(Span::new(2, 5)), source: wrapped });
        assert_eq!(list.iter().map(|d| (d.code, d.span())).collect::<Vec<_>>(), [(Code::Data, Some(Span::new(2, 5)))]);
        assert!(list.iter().all(|d| d.message == "x.csv: line 3 has 2 cells"));
    }

    #[test]
    fn the_memory_limit_has_its_own_code() {
        let error = DataFusionError::ResourcesExhausted("pool".into()).context("sort");
        let codes: Vec<Code> = diagnose(error.into()).into_iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, [Code::Resources]);
    }
}
