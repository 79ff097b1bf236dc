//! Events that have other fields than was taken for granted.

use std::{error, fmt};

use datafusion::error::DataFusionError;

/// A value has no column that holds it as it is, or a line is no event: the file is to be looked through before it is read.
#[derive(Debug)]
pub(crate) struct Misfit;

impl Misfit {
    /// Whether a reading failed for that.
    pub(crate) fn is_reason(error: &DataFusionError) -> bool {
        matches!(error.find_root(), DataFusionError::External(reason) if reason.is::<Self>())
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("events have other fields than those before them")
    }
}

impl error::Error for Misfit {}

impl From<Misfit> for DataFusionError {
    fn from(misfit: Misfit) -> Self {
        Self::External(Box::new(misfit))
    }
}
