//! Summaries end to end.
