//! What a cluster needs: functions that are found by name, plans that travel, answers that are those of one machine.

#![allow(clippy::unwrap_used, clippy::panic)]

mod answers;
mod cases;
mod events;
mod functions;
mod plans;
mod suite;
