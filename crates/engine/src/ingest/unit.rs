//! What is read and written at a time: parts of large files, or several small ones.

use std::{collections::HashSet, ops::Range};

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
    let mut lookup = Lookup { index, taken: HashSet::new() };
    for file in files {
        let new = new_parts(&file, &mut lookup, whole_lines, done).await?;
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

/// What is known of a file.
struct Known {
    /// By what its parts are called in the log.
    name: String,
    /// How far each part was added, and whether that still stands there; none where it never was.
    marks: Vec<Option<(u64, bool)>>,
    /// Where the whole of a compressed or columnar file was added: whether it is the same.
    whole: Option<bool>,
    /// Up to where the text of a compressed file was added before it was compressed.
    text: Option<u64>,
}

/// Looks files up in the log of an index.
struct Lookup<'i> {
    index: &'i Index,
    /// The names that this run gives to files that are new.
    taken: HashSet<String>,
}

impl Lookup<'_> {
    /// What is known of a file. Files of a family that begin with the same line are told apart by what was read of them.
    async fn known(&mut self, file: &Piece, slices: usize, done: &mut Ingested) -> Result<Known, Fault> {
        let path = file.path();
        let failed = |error: std::io::Error| Fault::file(path, "read", error);
        let base = input::name(&file.identity(), file.open().map_err(failed)?, file.is_text()).map_err(failed)?;
        let mut differs = false;
        for variant in 0.. {
            let name = if variant == 0 { base.clone() } else { format!("{base}~{variant}") };
            let known = self.marks(file, name, slices).await?;
            let holds = known.whole == Some(true)
                || known.text.is_some_and(|place| place > 0)
                || known.marks.iter().flatten().any(|(_, holds)| *holds);
            let is_new = known.whole.is_none() && known.text.is_none() && known.marks.iter().all(Option::is_none);
            if holds || (is_new && self.taken.insert(known.name.clone())) {
                if !holds && differs {
                    let message =
                        format!("{} is not what it was when it was added, and is added as a new file", file.shown());
                    done.warnings.push(Diagnostic::unplaced(Code::SkippedLines, message));
                }
                return Ok(known);
            }
            // A file of the same place and beginning that is another one now.
            differs |= !is_new && !file.is_rotated();
        }
        Err(Fault::file(path, "add", "there is no end of files that begin as it does"))
    }

    async fn marks(&self, file: &Piece, name: String, slices: usize) -> Result<Known, Fault> {
        let path = file.path();
        let failed = |error: std::io::Error| Fault::file(path, "read", error);
        let mut known = Known { marks: Vec::new(), whole: None, text: None, name };
        if file.is_plain() {
            for number in 0..slices.max(1) {
                let mark = self.index.progress(&known.part(number)).await?;
                let stands = |mark: i64| Ok((input::marked(mark), input::holds(file, mark)?));
                known.marks.push(mark.map(stands).transpose().map_err(failed)?);
            }
            return Ok(known);
        }
        let whole = self.index.progress(&known.whole()).await?;
        known.whole = whole.map(|mark| input::holds(file, mark)).transpose().map_err(failed)?;
        if known.whole.is_some() || !file.is_text() {
            return Ok(known);
        }
        let mut marks = Vec::new();
        while let Some(mark) = self.index.progress(&known.part(marks.len())).await? {
            marks.push(mark);
        }
        if !marks.is_empty() {
            let compared = input::compare(file.open().map_err(failed)?, &marks).map_err(failed)?;
            // To its end: nothing is new.
            known.text = Some(if compared.place == compared.size { u64::MAX } else { compared.place });
        }
        Ok(known)
    }
}

impl Known {
    /// The name of a part of a file.
    fn part(&self, number: usize) -> String {
        format!("{}:{number}", self.name)
    }

    /// The name of a file that is added as a whole.
    fn whole(&self) -> String {
        format!("{}:whole", self.name)
    }
}

/// The parts of a file that were not added yet, as ranges of its bytes.
async fn new_parts(
    file: &Piece,
    lookup: &mut Lookup<'_>,
    whole_lines: bool,
    done: &mut Ingested,
) -> Result<Vec<(Range<u64>, Progress)>, Fault> {
    let path = file.path();
    let failed = |error: std::io::Error| Fault::file(path, "read", error);
    let size = match (file.is_plain(), whole_lines) {
        (true, true) => input::last_line_end(file, file.size()).map_err(failed)?,
        _ => file.size(),
    };
    let slices = slices(file, size);
    let known = lookup.known(file, slices.len(), done).await?;
    let mut parts = Vec::new();
    if !file.is_plain() {
        let start = known.text.unwrap_or(0);
        if known.whole.is_none() && start < u64::MAX {
            let place = input::mark(file, size).map_err(failed)?;
            parts.push((start..size, Progress { input: known.whole(), place }));
        }
        return Ok(parts);
    }
    for (number, slice) in slices.into_iter().enumerate() {
        let start = match known.marks.get(number).copied().flatten() {
            Some((place, true)) if place >= slice.end => continue,
            Some((place, true)) => place.max(slice.start),
            _ => slice.start,
        };
        let progress = Progress { input: known.part(number), place: input::mark(file, slice.end).map_err(failed)? };
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
