//! Algorithms over a series of numbers, one per bin of time. `timechart count | predict count`, `timechart count | x11 count`
//!
//! A number that is absent is a gap: it is passed over, and has a prediction. Nothing here knows rows or columns.

mod bivariate;
mod local;
mod predict;
mod season;

pub use bivariate::{bivariate, given};
pub use predict::{Algorithm, Prediction, predict, quantile};
pub use season::{adjusted, period};
