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

/// Makes some columns of a file's events.
pub(super) struct Decoder {
    form: Form,
    file: Arc<TextFile>,
    plan: Arc<ReadPlan>,
    /// Where the columns are in the table.
    places: Vec<usize>,
    schema: SchemaRef,
}

enum Form {
    Json(JsonDecoder),
    Csv(CsvDecoder),
    Raw(RawDecoder),
}

impl Decoder {
    pub(super) fn new(file: &Arc<TextFile>, plan: &Arc<ReadPlan>, places: &[usize], schema: &SchemaRef) -> Self {
        let form = match file.file.format {
            Format::Csv { delimiter } => Form::Csv(CsvDecoder::new(&plan.columns, places, &file.header, delimiter)),
            Format::Raw => Form::Raw(RawDecoder::new(&plan.columns, places, plan.zone)),
            _ => Form::Json(JsonDecoder::new(&plan.columns, places, file.clean, &file.bad)),
        };
        let (file, plan) = (Arc::clone(file), Arc::clone(plan));
        Self { form, file, plan, places: places.to_vec(), schema: Arc::clone(schema) }
    }

    /// The rows of a chunk, which may be the `first` of its file, and which of them are none; where `keep` says so, only some.
    ///
    /// # Errors
    /// Where a file is not of its format, or its columns are not those that a part of it let expect.
    pub(super) fn read_all(
        &mut self,
        chunk: &Chunk<'_>,
        first: bool,
        keep: Option<&[bool]>,
    ) -> Result<(RecordBatch, Vec<usize>)> {
        let Self { form, file, plan, places, schema } = self;
        let size = match keep {
            None => (chunk.events.len(), chunk.bytes.len()),
            Some(keep) => (keep.iter().filter(|keep| **keep).count(), 0),
        };
        let mut builder = Builder::new(&plan.columns, places, &file.origin, plan.zone, size)
            .strict(file.is_guess && places.len() == plan.columns.kinds.len());
        match form {
            Form::Json(decoder) => decoder.decode(chunk, keep, &mut builder),
            Form::Raw(decoder) => decoder.decode(chunk, keep, &mut builder),
            Form::Csv(decoder) => decoder
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

    /// The rows of a chunk without those that are none.
    ///
    /// # Errors
    /// As [`Decoder::read_all`].
    pub(super) fn read(&mut self, chunk: &Chunk<'_>, first: bool, keep: Option<&[bool]>) -> Result<RecordBatch> {
        let (batch, bad) = self.read_all(chunk, first, keep)?;
        if bad.is_empty() {
            return Ok(batch);
        }
        let good: BooleanArray = (0..batch.num_rows()).map(|row| Some(!bad.contains(&row))).collect();
        Ok(filter_record_batch(&batch, &good)?)
    }
}
