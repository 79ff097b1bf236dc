//! Events that a search makes for a native index: `… | collect index=summary`
//!
//! They take the way of a file of JSON lines, so that they are the same events as in an index that is such a file.

use std::{io::Write, sync::Arc};

use speleo_index::{Problem, Progress};
use speleo_knowledge::Knowledge;

use super::{
    unit::{Unit, UnitPiece},
    work::Worker,
};
use crate::{IndexSetting, fault::Fault, native, source::Files, time::Zone};

/// Adds JSON lines to the index at a place, all of them or none. With a `mark` they are added once: where it was reached before,
/// nothing happens.
///
/// # Errors
/// Where the index cannot be read or written.
pub(crate) async fn collect(
    name: &str,
    place: &str,
    lines: &[u8],
    zone: Zone,
    knowledge: &Arc<Knowledge>,
    mark: Option<Progress>,
) -> Result<(), Fault> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut index = native::open(place).await?;
    if let Some(mark) = &mark
        && index.progress(&mark.input).await?.is_some_and(|place| place >= mark.place)
    {
        return Ok(());
    }
    let mut file = tempfile::Builder::new()
        .prefix("collected")
        .suffix(".ndjson")
        .tempfile()
        .map_err(|error| Fault::file(&std::env::temp_dir(), "write", error))?;
    file.write_all(lines).map_err(|error| Fault::file(file.path(), "write", error))?;
    let setting = IndexSetting {
        name: name.to_owned(),
        path: file.path().to_string_lossy().into_owned(),
        source: Some(name.to_owned()),
        ..IndexSetting::default()
    };
    let (pieces, _) = Files::find(&[setting])?.pieces(zone, knowledge);
    let base = index.numbers(pieces.iter().map(|piece| piece.span()).sum());
    let unit = Unit { pieces: pieces.into_iter().map(|piece| UnitPiece { piece, progress: None, base }).collect() };
    let written = Worker::new(zone, &index, place, Vec::new()).write(unit).await?;
    match index.publish(written.staged, mark.as_slice()).await {
        // Another process ran the same time of the same search.
        Err(error) if mark.is_some() && error.problem == Problem::Exists => Ok(()),
        answer => Ok(answer.map(drop)?),
    }
}
