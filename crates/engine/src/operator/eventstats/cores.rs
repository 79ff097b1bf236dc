//! The cores of an `eventstats`: each reads its own rows, and all wait for each other once.

use datafusion::{common::Result, execution::SendableRecordBatchStream};
use tokio::task::JoinSet;

use super::{
    epochs::merged,
    gather::{Gather, Waiting},
    sums::{Results, Sums, results},
};
use crate::operator::together::joined;

/// The rows of a core with their results, when all have read theirs; without where these are on disk.
pub(super) type Rows = (Waiting, Option<Results>);

/// The rows of all cores.
pub(super) async fn read(cores: Vec<(Gather, SendableRecordBatchStream)>) -> Result<Vec<Rows>> {
    let mut tasks = JoinSet::new();
    for (number, (gather, input)) in cores.into_iter().enumerate() {
        tasks.spawn(async move { Ok((number, gather.read(input).await?)) });
    }
    let (mut sums, mut waiting): (Vec<_>, Vec<_>) = joined(tasks).await?.into_iter().unzip();
    if !fit(&sums, &mut waiting)? {
        for (sums, waiting) in sums.iter_mut().zip(&mut waiting) {
            waiting.close(sums)?;
        }
        drop(sums);
        merged(&mut waiting).await?;
        return Ok(waiting.into_iter().map(|waiting| (waiting, None)).collect());
    }
    let results = results(sums)?;
    for (waiting, results) in waiting.iter_mut().zip(&results) {
        waiting.reserve(results.bytes())?;
    }
    Ok(waiting.into_iter().zip(results.into_iter().map(Some)).collect())
}

/// Whether the sums of all cores go into those of the first.
///
/// # Errors
/// "Resources exhausted" where they do not, and cannot go to disk.
fn fit(sums: &[Sums], waiting: &mut [Waiting]) -> Result<bool> {
    if waiting.iter().any(|waiting| !waiting.epochs().is_empty()) {
        return Ok(false);
    }
    let Some(first) = waiting.first_mut() else { return Ok(true) };
    match first.reserve(sums.iter().map(Sums::bytes).sum()) {
        Ok(()) => Ok(true),
        Err(_) if sums.iter().any(|sums| first.epochs().are_worth(sums)) => Ok(false),
        Err(error) => Err(error),
    }
}
