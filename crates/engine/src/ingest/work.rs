//! A core at work: it takes a unit, reads its events, and writes them to files that no search sees yet.

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch},
        compute::filter_record_batch,
        datatypes::{DataType, Field, Int64Type, Schema},
    },
    error::Result as DataFusionResult,
    prelude::{SessionConfig, SessionContext},
};
use speleo_index::{IN_COLUMNS, IN_RAW, Index, Progress, STRUCTURED, Staged};
use speleo_syntax::Diagnostic;
use tokio::sync::mpsc::Sender;

use super::{
    Shared, rejected,
    unit::{Unit, UnitPiece},
};
use crate::{
    fault::Fault,
    native,
    session::SearchSession,
    source::{self, Fields, Misfit, Piece, ReadPieces, SEQUENCE},
    time::Zone,
};

/// What became of a unit.
pub(super) struct Written {
    pub(super) staged: Vec<Staged>,
    pub(super) progress: Vec<Progress>,
    /// Bytes that were read.
    pub(super) bytes: u64,
    pub(super) rejected: u64,
    pub(super) rejects: Vec<PathBuf>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// What all workers share.
#[derive(Clone)]
pub(super) struct Worker {
    units: Shared<VecDeque<Unit>>,
    index: Index,
    place: Arc<str>,
    zone: Zone,
    cores: usize,
    /// The fields of the last unit of JSON.
    fields: Shared<Option<Arc<Fields>>>,
}

impl Worker {
    pub(super) fn new(zone: Zone, index: &Index, place: &str, units: Vec<Unit>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(units.len()).max(1);
        let units = Arc::new(tokio::sync::Mutex::new(VecDeque::from(units)));
        Self { units, index: index.clone(), place: place.into(), zone, cores, fields: Shared::default() }
    }

    /// How many work side by side.
    pub(super) fn cores(&self) -> usize {
        self.cores
    }

    /// Takes units until there are none, or nobody hears of them any more.
    pub(super) async fn run(self, written: Sender<Result<Written, Fault>>) {
        loop {
            let Some(unit) = self.units.lock().await.pop_front() else { return };
            let answer = self.write(unit).await;
            let is_fault = answer.is_err();
            if written.send(answer).await.is_err() || is_fault {
                return;
            }
        }
    }

    /// Reads a unit and writes its events.
    ///
    /// # Errors
    /// Where a file cannot be read, or the index not be written.
    pub(super) async fn write(&self, unit: Unit) -> Result<Written, Fault> {
        let bytes = unit.bytes();
        let places: Vec<Place> = unit.pieces.iter().map(Place::of).collect();
        let (pieces, progress): (Vec<Piece>, Vec<Option<Progress>>) =
            unit.pieces.into_iter().map(|UnitPiece { piece, progress, .. }| (piece, progress)).unzip();
        let mut written = Written {
            staged: Vec::new(),
            progress: progress.into_iter().flatten().collect(),
            bytes,
            rejected: 0,
            rejects: Vec::new(),
            warnings: Vec::new(),
        };
        // The cores read units side by side: each of them needs one.
        let config = SessionConfig::new().with_target_partitions(1);
        let session = SessionContext::new_with_config(config);
        let reader = SearchSession::new(session.state());
        // What the unit before had, this one will have too; where it has not, it is looked through.
        let guess = self.fields.lock().await.clone();
        let mut read = source::read(&pieces, guess, &reader, self.zone).await?;
        written.staged = match self.stage(&read, &places, &session).await {
            Err(error) if Misfit::is_reason(&error) => {
                read = source::read(&pieces, None, &reader, self.zone).await?;
                self.stage(&read, &places, &session).await
            }
            staged => staged,
        }
        .map_err(|error| Fault::data(&self.place, error))?;
        if pieces.iter().all(Piece::is_json) {
            *self.fields.lock().await = Some(Arc::clone(&read.fields));
        }
        for piece in &read.rejected {
            let (count, path) = rejected::keep(piece, &self.place)?;
            written.rejected += count;
            written.rejects.extend(path);
        }
        written.warnings = read.notes.list();
        Ok(written)
    }

    /// Writes what was read of a unit to files.
    async fn stage(
        &self,
        read: &ReadPieces,
        places: &[Place],
        session: &SessionContext,
    ) -> DataFusionResult<Vec<Staged>> {
        let mut staged = Vec::new();
        for table in &read.tables {
            let stream = session.read_table(Arc::clone(table))?.execute_stream().await?;
            let fit = |batch: RecordBatch| Ok(numbered(batch, places, read.says_raw())?);
            staged.extend(native::stage(stream, &self.index, fit).await?);
        }
        Ok(staged)
    }
}

/// Where the events of a piece stand among all that the run reads.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    base: i64,
    /// Events before this place of their file are known.
    skip: i64,
    /// What [`STRUCTURED`] says of them.
    structured: Option<i64>,
}

impl Place {
    fn of(unit: &UnitPiece) -> Self {
        let structured = match &unit.piece {
            piece if piece.is_json() => Some(IN_RAW),
            piece => piece.is_structured().then_some(IN_COLUMNS),
        };
        Self { base: unit.base, skip: unit.piece.skip(), structured }
    }
}

/// Events with their places, and whether their fields are columns. Those that are known are left out. Where events say their `_raw`
/// themselves it is not what their fields were read from.
fn numbered(batch: RecordBatch, places: &[Place], says_raw: bool) -> Result<RecordBatch, Fault> {
    let failed = |error| Fault::data("events", error);
    let schema = batch.schema();
    let Ok(column) = schema.index_of(SEQUENCE) else { return Ok(batch) };
    let Some(numbers) = batch.column(column).as_primitive_opt::<Int64Type>() else { return Ok(batch) };
    let of = |number: i64| {
        let (piece, within) = source::split_place(number);
        (places.get(piece).copied().unwrap_or_default(), within)
    };
    let mut given = Vec::with_capacity(batch.num_rows());
    let mut is_new = Vec::with_capacity(batch.num_rows());
    let mut structured = Vec::with_capacity(batch.num_rows());
    for number in numbers.values() {
        let (place, within) = of(*number);
        given.push(place.base.saturating_add(within));
        is_new.push(within >= place.skip);
        structured.push(place.structured.map(|flag| if says_raw { IN_COLUMNS } else { flag }));
    }
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    if let Some(column) = columns.get_mut(column) {
        *column = Arc::new(Int64Array::from(given));
    }
    columns.push(Arc::new(Int64Array::from(structured)));
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(STRUCTURED, DataType::Int64, true)));
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(failed)?;
    if is_new.iter().all(|is_new| *is_new) {
        return Ok(batch);
    }
    filter_record_batch(&batch, &BooleanArray::from(is_new)).map_err(failed)
}
