//! What another machine needs to plan and run a search as the engine does here: a session that plans alike, and tables as bytes.
//!
//! `portable::bytes(table)?` here, `portable::table(&bytes, schema, options)?` there
//!
//! Operators of ours are not in such a session: its plans run on DataFusion's own, which mean the same. Texts and native indexes are
//! no tables of it yet: their scans are ours, and a machine that knows DataFusion's alone cannot run them.

mod names;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::TableProvider,
    config::ConfigOptions,
    error::Result,
    execution::{SessionState, SessionStateBuilder},
    prelude::SessionConfig,
};

pub(crate) use names::named;

use crate::{session, source};

/// A session that plans as the engine's own does: our functions, its options, its rules of both optimizers.
///
/// # Errors
/// None that our functions give.
pub fn session(config: SessionConfig) -> Result<SessionState> {
    let mut config = config;
    session::set_options(config.options_mut());
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .with_optimizer_rules(session::logical_rules())
        .with_physical_optimizer_rules(session::physical_rules())
        .build();
    speleo_functions::register(&mut state)?;
    Ok(state)
}

/// A table of Parquet or Arrow files as bytes; none where it is another.
///
/// # Errors
/// Where its files cannot be said.
pub fn bytes(table: &dyn TableProvider) -> Result<Option<Vec<u8>>> {
    source::files_as_bytes(table)
}

/// The table that [`bytes`] were made of. Its files are looked for where they were.
///
/// # Errors
/// Where the bytes are none of a table.
pub fn table(bytes: &[u8], schema: SchemaRef, options: &ConfigOptions) -> Result<Arc<dyn TableProvider>> {
    source::files_of_bytes(bytes, schema, options)
}
