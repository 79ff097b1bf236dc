//! Files as tables of events. `--index web=logs/*.ndjson.gz`

use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::{catalog::TableProvider, prelude::SessionContext};
use speleo_syntax::{Code, Diagnostic};

use crate::{IndexSetting, fault::Fault};

/// The metric that counts the events a scan read, before its filter.
pub(crate) const EVENTS_READ: &str = "events_read";

/// An open index.
#[derive(Debug)]
pub(crate) struct Index {
    /// Its events.
    pub(crate) table: Arc<dyn TableProvider>,
    /// Whether events have fields that the schema does not list.
    pub(crate) open: bool,
    /// What was left out.
    pub(crate) warnings: Vec<Diagnostic>,
}

/// What tells whether files changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<String>);

impl Fingerprint {
    pub(crate) fn of(parts: &[IndexSetting]) -> Result<Self, Fault> {
        Ok(Self(parts.iter().map(|part| part.path.clone()).collect()))
    }
}

pub(crate) fn files(_part: &IndexSetting) -> Result<(), Fault> {
    Ok(())
}

pub(crate) async fn open(
    name: &str,
    _parts: &[IndexSetting],
    _session: &SessionContext,
    _zone: Tz,
) -> Result<Index, Fault> {
    Err(Fault { code: Code::UnsupportedForm, message: format!("`{name}` cannot be read yet") })
}
