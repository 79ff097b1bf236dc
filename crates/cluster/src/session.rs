//! The session that sends plans to a scheduler.

use std::sync::Arc;

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::config::BALLISTA_ADAPTIVE_PLANNER_ENABLED;
use datafusion::{
    error::Result,
    execution::SessionStateBuilder,
    prelude::{SessionConfig, SessionContext},
};
use speleo_engine::portable;

use crate::{TableCodec, empty::EmptyTables};

/// A session whose plans run on the executors of a scheduler. `connect("df://127.0.0.1:50050")`
///
/// # Errors
/// Where the address is none.
pub async fn connect(scheduler: &str) -> Result<SessionContext> {
    let config = SessionConfig::new_with_ballista()
        .with_ballista_logical_extension_codec(Arc::new(TableCodec::default()))
        // The adaptive planner has a list of rules of its own, without the walls that keep conditions from growing beyond measure
        // on their way down: one search could take all the memory of a scheduler.
        .set_bool(BALLISTA_ADAPTIVE_PLANNER_ENABLED, false);
    let state = portable::session(config)?;
    let state = SessionStateBuilder::new_from_existing(state).with_optimizer_rule(Arc::new(EmptyTables)).build();
    let mut session = SessionContext::remote_with_state(scheduler, state).await?;
    // Ballista puts its own functions in the place of those that a state has.
    speleo_functions::register(&mut session)?;
    Ok(session)
}
