//! What is read and written at a time: parts of large files, or several small ones.

use std::ops::Range;

use speleo_index::{Index, Progress};
use speleo_syntax::{Code, Diagnostic};

use super::{Ingested, input};
use crate::{fault::Fault, source::Piece};

/// Bytes of a unit: large enough for files that are worth it, small enough for every core to hold one.
const UNIT: u64 = 64 << 20;
/// How many files there are in a unit at most.
const MOST_FILES: usize = 1000;

/// Parts of files that are read together.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) pieces: Vec<UnitPiece>,
}

/// A part of a file, and what is noted once it is added.
#[derive(Debug)]
pub(super) struct UnitPiece {
    pub(super) piece: Piece,
    pub(super) progress: Option<Progress>,
    /// Where its events stand among those of the run.
    pub(super) base: i64,
}

impl Unit {
    /// Bytes that are read for it.
    pub(super) fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.piece.bytes()).sum()
    }
}

/// The units of what is new in files, in their order.
///
/// # Errors
/// Where a file or the index cannot be read.
pub(super) async fn units(
    files: Vec<Piece>,
    index: &Index,
    whole_lines: bool,
    done: &mut Ingested,
) -> Result<Vec<Unit>, Fault> {
    let mut pieces = Vec::new();
    let mut span = 0;
    for file in files {
        let new = new_parts(&file, index, whole_lines, done).await?;
        if new.is_empty() {
            done.known += 1;
        }
        for (range, progress) in new {
            pieces.push(UnitPiece { piece: file.part(range), progress: Some(progress), base: span });
        }
        span = span.saturating_add(file.span());
    }
    let first = index.numbers(span);
    let mut units: Vec<Unit> = Vec::new();
    for mut piece in pieces {
        piece.base += first;
        match units.last_mut() {
            Some(unit) if unit.bytes() + piece.piece.bytes() <= UNIT && unit.pieces.len() < MOST_FILES => {
                unit.pieces.push(piece);
            }
            _ => units.push(Unit { pieces: vec![piece] }),
        }
    }
    Ok(units)
}

/// The parts of a file that were not added yet, as ranges of its bytes.
async fn new_parts(
    file: &Piece,
    index: &Index,
    whole_lines: bool,
    done: &mut Ingested,
) -> Result<Vec<(Range<u64>, Progress)>, Fault> {
    let path = file.path();
    let failed = |error: std::io::Error| Fault::file(path, "read", error);
    let name = input::name(path, file.is_plain()).map_err(failed)?;
    let size = match (file.is_plain(), whole_lines) {
        (true, true) => input::last_line_end(path, file.size()).map_err(failed)?,
        _ => file.size(),
    };
    let mut parts = Vec::new();
    for (number, slice) in slices(file, size).into_iter().enumerate() {
        let input = format!("{name}:{number}");
        let mark = index.progress(&input).await?;
        let place = mark.map(|mark| input::place(path, mark)).transpose().map_err(failed)?.flatten();
        let start = match place {
            Some(place) if place >= slice.end => continue,
            Some(place) if file.is_plain() => place.max(slice.start),
            Some(_) => {
                let message = format!("{} has changed since it was added, and is left as it was", file.shown());
                done.warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
                continue;
            }
            None => slice.start,
        };
        let progress = Progress { input, place: input::mark(path, slice.end).map_err(failed)? };
        parts.push((start..slice.end, progress));
    }
    Ok(parts)
}

/// The parts in which a file is read; they stay where they are when it grows.
fn slices(file: &Piece, size: u64) -> Vec<Range<u64>> {
    let step = if file.is_splittable() { UNIT } else { size.max(1) };
    let slice = |number: u64| number * step..((number + 1) * step).min(size);
    (0..size.div_ceil(step)).map(slice).collect()
}
