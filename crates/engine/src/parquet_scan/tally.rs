//! Different rows and how often each comes, instead of all rows. `index=web status=500 | stats count`
//!
//! A file mostly keeps a column whose values repeat as a dictionary of them and the number of each row's. Who only counts rows, or
//! asks which values there are, wants each combination of values once with how often it comes: the numbers are counted as they are
//! decoded, no row is made, and conditions above look at a value once for each row group.
//!
//! Deliberately absent: files of which a page is kept without the dictionary, by footers that say so or do not say.

mod column;
mod counts;
mod hybrid;
mod lists;
mod source;

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, Schema},
    common::{Result, Statistics},
    datasource::{
        listing::PartitionedFile,
        physical_plan::{
            FileGroup, FileScanConfig, FileScanConfigBuilder, FileSource,
            parquet::{ParquetAccessPlan, ParquetRowSelection},
        },
        source::DataSourceExec,
        table_schema::TableSchemaBuilder,
    },
    parquet::{
        basic::{Encoding, PageType, Type},
        file::metadata::{ColumnChunkMetaData, ParquetMetaData},
    },
    physical_expr::{expressions::Column, projection::ProjectionExpr, utils::collect_columns},
    physical_expr_common::physical_expr::is_volatile,
    physical_plan::{ExecutionPlan, projection::ProjectionExec},
};

use self::source::{Read, TallySource};
use super::{ParquetScan, ranges::Footer};
use crate::substitution::substituted;

/// The column that says how often a row comes: whole numbers, never null.
pub(crate) const ROWS: &str = "__rows";
/// Row groups of more rows are left alone: the numbers of a row group are held at once.
const MOST_ROWS: i64 = 1 << 24;
/// The bits that a value may take in a file, on average: one that takes more seldom comes again.
const BITS: f64 = 32.0;
/// The bits that those of a row may take, where they are of several columns: combinations of more are too many for a list.
const BITS_TOGETHER: f64 = 20.0;

/// The same scan, with different rows and how often each comes as the last column; none where its files are not kept so.
///
/// # Errors
/// Where what the scan computes does not take its columns anew.
pub(crate) fn tallied(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(scan) = ParquetScan::of(plan) else { return Ok(None) };
    let Some(outputs) = scan.source.projection() else { return Ok(None) };
    if outputs.iter().all(|output| output.expr.is::<Column>()) {
        return Ok(read(&scan, outputs.iter().cloned().collect()));
    }
    if outputs.iter().any(|output| is_volatile(&output.expr)) {
        return Ok(None);
    }
    // What the scan would compute of each row is computed of different ones above it.
    let columns: BTreeMap<usize, Column> = outputs
        .iter()
        .flat_map(|output| collect_columns(&output.expr))
        .map(|column| (column.index(), column))
        .collect();
    let own = columns
        .values()
        .map(|column| ProjectionExpr { expr: Arc::new(column.clone()), alias: column.name().to_owned() });
    let Some(input) = read(&scan, own.collect()) else { return Ok(None) };
    let places: BTreeMap<usize, usize> = columns.keys().enumerate().map(|(place, column)| (*column, place)).collect();
    let mut computed = Vec::with_capacity(columns.len() + 1);
    for output in outputs.iter() {
        let place = |column: &Column| Some(Arc::new(Column::new(column.name(), *places.get(&column.index())?)) as _);
        computed.push(ProjectionExpr { expr: substituted(&output.expr, place)?, alias: output.alias.clone() });
    }
    computed.push(ProjectionExpr { expr: Arc::new(Column::new(ROWS, columns.len())), alias: ROWS.to_owned() });
    Ok(Some(Arc::new(ProjectionExec::try_new(computed, input)?)))
}

/// The scan of different rows of these columns.
fn read(scan: &ParquetScan<'_>, outputs: Vec<ProjectionExpr>) -> Option<Arc<dyn ExecutionPlan>> {
    let ParquetScan { config, source } = scan;
    let table = source.table_schema();
    let whole = config.limit.is_none()
        && !source.table_parquet_options().global.pushdown_filters
        && table.virtual_columns().is_empty();
    if !whole {
        return None;
    }
    let file_schema = table.file_schema();
    let fields = outputs.iter().map(|output| {
        let column = output.expr.downcast_ref::<Column>()?;
        file_schema.fields().get(column.index()).map(Arc::clone)
    });
    let fields = fields.collect::<Option<Vec<_>>>().filter(|fields| !fields.is_empty())?;
    let mut room = 0.0;
    for field in &fields {
        room += bits(config, field)?;
    }
    if room > (if fields.len() == 1 { BITS } else { BITS_TOGETHER }) {
        return None;
    }
    let count = Arc::new(Field::new(ROWS, DataType::Int64, false));
    let own = outputs.iter().zip(&fields).map(|(output, field)| field.as_ref().clone().with_name(&output.alias));
    let schema = Arc::new(Schema::new(own.map(Arc::new).chain([Arc::clone(&count)]).collect::<Vec<_>>()));
    let place = table.table_schema().fields().len();
    let mut added = table.table_partition_cols().to_vec();
    added.push(count);
    let table = TableSchemaBuilder::new(Arc::clone(file_schema)).with_table_partition_cols(added).build();
    let last = ProjectionExpr { expr: Arc::new(Column::new(ROWS, place)), alias: ROWS.to_owned() };
    let unknown = Statistics::new_unknown(table.table_schema());
    let read = Read {
        names: fields.iter().map(|field| field.name().clone()).collect(),
        schema,
        file_schema: Arc::clone(file_schema),
        predicate: source.filter(),
    };
    let projection = outputs.into_iter().chain([last]).collect();
    let readers = Arc::clone(source.parquet_file_reader_factory()?);
    let tally = TallySource::new(read, projection, table, readers);
    let files = config.file_groups.iter().map(|group| {
        let plain = |file: &PartitionedFile| PartitionedFile { statistics: None, ordering: None, ..file.clone() };
        FileGroup::new(group.iter().map(plain).collect())
    });
    let config = FileScanConfigBuilder::from(FileScanConfig::clone(config))
        .with_output_ordering(Vec::new())
        .with_source(Arc::new(tally))
        .with_statistics(unknown)
        .with_file_groups(files.collect());
    Some(DataSourceExec::from_data_source(config.build()))
}

/// The bits that a value takes on average; none where a file has the column in another way than by a dictionary.
fn bits(config: &FileScanConfig, field: &Field) -> Option<f64> {
    if !column::is_read(field.data_type()) {
        return None;
    }
    let (mut bytes, mut values) = (0, 0);
    let mut last: Option<&Arc<ParquetMetaData>> = None;
    for file in config.file_groups.iter().flat_map(FileGroup::iter) {
        let Footer(footer) = file.extensions.get::<Footer>()?;
        // The parts of a file follow each other.
        if last.is_some_and(|last| Arc::ptr_eq(last, footer)) {
            continue;
        }
        let read = file.arrow_schema.as_ref()?.field_with_name(field.name()).ok()?;
        let extensions = &file.extensions;
        let is_part =
            extensions.get::<ParquetAccessPlan>().is_some() || extensions.get::<ParquetRowSelection>().is_some();
        if read.data_type() != field.data_type() || is_part {
            return None;
        }
        if footer.row_groups().iter().any(|group| group.num_rows() > MOST_ROWS) {
            return None;
        }
        for block in blocks(footer, field.name())? {
            if !is_by_dictionary(block, field.data_type()) {
                return None;
            }
            bytes += block.uncompressed_size();
            values += block.num_values();
        }
        last = Some(footer);
    }
    Some(bytes as f64 * 8.0 / (values as f64).max(1.0))
}

/// A column's blocks in all row groups of a file; none where it has no such column.
fn blocks<'f>(footer: &'f ParquetMetaData, name: &str) -> Option<impl Iterator<Item = &'f ColumnChunkMetaData>> {
    let place = place(footer, name)?;
    Some(footer.row_groups().iter().filter_map(move |group| group.columns().get(place)))
}

/// Where a column stands among those of a file.
fn place(footer: &ParquetMetaData, name: &str) -> Option<usize> {
    let columns = footer.file_metadata().schema_descr().columns();
    columns.iter().position(|column| matches!(column.path().parts(), [only] if only == name))
}

/// Whether each page is of the dictionary, and values are what they are called.
fn is_by_dictionary(block: &ColumnChunkMetaData, data_type: &DataType) -> bool {
    let about = block.column_descr();
    let kind = match data_type {
        DataType::Int32 => Type::INT32,
        DataType::Int64 => Type::INT64,
        DataType::Float64 => Type::DOUBLE,
        _ => Type::BYTE_ARRAY,
    };
    let is_plain = about.physical_type() == kind && about.max_rep_level() == 0 && about.max_def_level() <= 1;
    let is_number = |encoding: Encoding| matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY);
    let is_numbered = match (block.page_encoding_stats_mask(), block.page_encoding_stats()) {
        (Some(pages), _) => pages.encodings().all(is_number),
        (None, Some(pages)) => {
            pages.iter().all(|page| page.page_type == PageType::DICTIONARY_PAGE || is_number(page.encoding))
        }
        // Levels are in runs as well.
        (None, None) => block.encodings().all(|encoding| is_number(encoding) || encoding == Encoding::RLE),
    };
    is_plain && is_numbered && block.dictionary_page_offset().is_some()
}

#[cfg(test)]
mod tests;
