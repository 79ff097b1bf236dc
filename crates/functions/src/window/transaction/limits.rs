//! What closes a transaction, and which ones are kept: the options of `transaction user maxspan=30m maxevents=10`.

use std::sync::Arc;

use datafusion::{
    common::{Result, ScalarValue, plan_err},
    physical_expr::{PhysicalExpr, expressions::Literal},
};

/// How many literals tell them.
pub(super) const LITERALS: usize = 8;

/// What closes a transaction, and which ones are kept.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Seconds from the first event to the last at most.
    pub(super) max_span: Option<f64>,
    /// Seconds between two events at most.
    pub(super) max_pause: Option<f64>,
    /// Events at most; 0 is any number.
    pub(super) max_events: i64,
    /// Whether a transaction needs an event that is marked as a first one.
    pub(super) needs_first: bool,
    /// Whether it needs one that is marked as a last one.
    pub(super) needs_last: bool,
    /// Whether an event must share a value.
    pub(super) connected: bool,
    /// Whether transactions without the events that they need are kept.
    pub(super) keep_evicted: bool,
    /// Whether events with none of the fields are kept.
    pub(super) keep_orphans: bool,
}

impl Limits {
    /// The limits that literals tell.
    pub(super) fn new(args: &[Arc<dyn PhysicalExpr>]) -> Result<Self> {
        let literals: Vec<&ScalarValue> =
            args.iter().filter_map(|arg| arg.downcast_ref::<Literal>().map(Literal::value)).collect();
        let [
            ScalarValue::Float64(max_span),
            ScalarValue::Float64(max_pause),
            ScalarValue::Int64(max_events),
            ScalarValue::Boolean(needs_first),
            ScalarValue::Boolean(needs_last),
            ScalarValue::Boolean(connected),
            ScalarValue::Boolean(keep_evicted),
            ScalarValue::Boolean(keep_orphans),
        ] = literals.as_slice()
        else {
            return plan_err!("spl_transaction takes its limits as literals");
        };
        Ok(Self {
            max_span: *max_span,
            max_pause: *max_pause,
            max_events: max_events.unwrap_or(0),
            needs_first: *needs_first == Some(true),
            needs_last: *needs_last == Some(true),
            connected: *connected == Some(true),
            keep_evicted: *keep_evicted == Some(true),
            keep_orphans: *keep_orphans == Some(true),
        })
    }

    /// Whether times of events matter.
    pub(super) fn look_at_times(&self) -> bool {
        self.max_span.is_some() || self.max_pause.is_some()
    }

    /// Whether an event of this time is too far from a transaction.
    pub(super) fn are_broken(&self, ends: &Ends, time: Option<f64>) -> bool {
        let exceeds = |from: Option<f64>, most: Option<f64>| match (from, time, most) {
            (Some(from), Some(time), Some(most)) => from - time > most,
            _ => false,
        };
        exceeds(ends.newest, self.max_span) || exceeds(ends.latest_added, self.max_pause)
    }

    /// Whether so many events fill a transaction.
    pub(super) fn fill(&self, events: i64) -> bool {
        self.max_events > 0 && events >= self.max_events
    }
}

/// Times of a transaction so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends {
    newest: Option<f64>,
    latest_added: Option<f64>,
}

impl Ends {
    /// Those of a transaction whose newest event is of this time.
    pub(super) fn new(time: Option<f64>) -> Self {
        Self { newest: time, latest_added: time }
    }

    /// Takes in the time of an older event.
    pub(super) fn add(&mut self, time: Option<f64>) {
        self.latest_added = time.or(self.latest_added);
    }
}
