//! The reading of a chunk of events into columns, whatever their format.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{BooleanArray, RecordBatch, RecordBatchOptions},
        compute::filter_record_batch,
        datatypes::SchemaRef,
    },
    error::Result,
};

use super::{Misfit, TextFile, scan::ReadPlan};
use crate::{
    fault::Fault,
    source::{builder::Builder, chunk::Chunk, csv::CsvDecoder, files::Format, ndjson::JsonDecoder, raw::RawDecoder},
};

/// The decoder of a file's format for some columns.
pub(super) enum Decoder {
    Json(JsonDecoder),
    Csv(CsvDecoder),
    Raw(RawDecoder),
}

impl Decoder {
    pub(super) fn new(file: &TextFile, plan: &ReadPlan, places: &[usize]) -> Self {
        match file.file.format {
            Format::Csv { delimiter } => Self::Csv(CsvDecoder::new(&plan.columns, places, &file.header, delimiter)),
            Format::Raw => Self::Raw(RawDecoder::new(&plan.columns, places, plan.zone)),
            _ => Self::Json(JsonDecoder::new(&plan.columns, places, file.clean, &file.bad)),
        }
    }

    /// The rows of a chunk, and which of them are none.
    #[expect(clippy::too_many_arguments, reason = "one chunk of one file for one set of columns")]
    pub(super) fn read_all(
        &mut self,
        chunk: &Chunk<'_>,
        file: &TextFile,
        plan: &ReadPlan,
        places: &[usize],
        schema: &SchemaRef,
        first: bool,
        keep: Option<&[bool]>,
    ) -> Result<(RecordBatch, Vec<usize>)> {
        let size = match keep {
            None => (chunk.events.len(), chunk.bytes.len()),
            Some(keep) => (keep.iter().filter(|keep| **keep).count(), 0),
        };
        let mut builder = Builder::new(&plan.columns, places, &file.origin, plan.zone, size)
            .strict(file.is_guess && places.len() == plan.columns.kinds.len());
        match self {
            Self::Json(decoder) => decoder.decode(chunk, keep, &mut builder),
            Self::Raw(decoder) => decoder.decode(chunk, keep, &mut builder),
            Self::Csv(decoder) => decoder
                .decode(chunk, first, keep, &mut builder)
                .map_err(|error| Fault::data(&file.file.shown, error))?,
        }
        if file.is_guess && !builder.fits() {
            return Err(Misfit.into());
        }
        plan.note(file, Vec::new(), builder.damaged());
        let options = RecordBatchOptions::new().with_row_count(Some(builder.rows()));
        let (arrays, bad) = builder.finish();
        Ok((RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?, bad))
    }

    /// The rows of a chunk.
    #[expect(clippy::too_many_arguments, reason = "one chunk of one file for one set of columns")]
    pub(super) fn read(
        &mut self,
        chunk: &Chunk<'_>,
        file: &TextFile,
        plan: &ReadPlan,
        places: &[usize],
        schema: &SchemaRef,
        first: bool,
        keep: Option<&[bool]>,
    ) -> Result<RecordBatch> {
        let (batch, bad) = self.read_all(chunk, file, plan, places, schema, first, keep)?;
        if bad.is_empty() {
            return Ok(batch);
        }
        let good: BooleanArray = (0..batch.num_rows()).map(|row| Some(!bad.contains(&row))).collect();
        Ok(filter_record_batch(&batch, &good)?)
    }
}
