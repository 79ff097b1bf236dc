//! The files of an index and the searches of the shell, for whoever lists them.

use speleo_plan::{IndexFile, PastSearch};
use speleo_syntax::{Code, Diagnostic};

use super::Engine;
use crate::history;

impl Engine {
    /// The files of an index; none where it does not exist or has none.
    ///
    /// # Errors
    /// Where they cannot be looked at.
    pub async fn files(&self, index: &str) -> Result<Vec<IndexFile>, Diagnostic> {
        let listed = self.catalog().files(index).await;
        listed.map_err(|fault| Diagnostic::unplaced(Code::File, fault.diagnostic().message))
    }
    /// The searches that gave an answer, the oldest first; none where no file keeps them.
    pub fn past_searches(&self) -> Vec<PastSearch> {
        let path = self.shared.settings.history.as_deref();
        path.and_then(|path| history::read(path).ok()).unwrap_or_default()
    }
}
