//! The session that sends plans to a scheduler.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::{
    error::Result,
    prelude::{SessionConfig, SessionContext},
};
use speleo_engine::portable;

use crate::TableCodec;

/// A session whose plans run on the executors of a scheduler. `connect("df://127.0.0.1:50050")`
///
/// # Errors
/// Where the address is none.
pub async fn connect(scheduler: &str) -> Result<SessionContext> {
    let config =
        SessionConfig::new_with_ballista().with_ballista_logical_extension_codec(Arc::new(TableCodec::default()));
    let mut session = SessionContext::remote_with_state(scheduler, portable::session(config)?).await?;
    // Ballista puts its own functions in the place of those that a state has.
    speleo_functions::register(&mut session)?;
    Ok(session)
}
