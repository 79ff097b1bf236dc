//! The files of an index, for whoever lists them.

use speleo_plan::IndexFile;
use speleo_syntax::Diagnostic;

use super::Engine;

impl Engine {
    /// The files of an index; none where it does not exist or has none.
    ///
    /// # Errors
    /// Where they cannot be looked at.
    pub async fn files(&self, index: &str) -> Result<Vec<IndexFile>, Diagnostic> {
        self.catalog().files(index).await.map_err(|fault| fault.diagnostic())
    }
}
