//! Files cut into stretches of row groups, where the first rows of an order are wanted. `index=web user=eve | head 100`
//!
//! The cores of a scan take files from one list. Where the values of a file go up or down, it is put on that list in stretches, the
//! most promising first. As one piece for each core one of them would begin in its middle, and read what another finds to come too
//! late.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{ColumnStatistics, Result, ScalarValue, Statistics, stats::Precision},
    datasource::{
        listing::{FileRange, PartitionedFile},
        physical_plan::{FileGroup, FileScanConfig},
    },
    parquet::{arrow::arrow_reader::statistics::StatisticsConverter, file::metadata::ParquetMetaData},
    physical_expr::{PhysicalExpr, expressions::Column},
};

/// A file becomes so many stretches at most: each is opened by itself.
const MOST: usize = 128;

/// What a file's footer says, kept with the file.
#[derive(Debug, Clone)]
pub(crate) struct Footer(pub(crate) Arc<ParquetMetaData>);

/// A stretch of row groups.
struct Stretch {
    /// Where its first row group begins.
    start: i64,
    rows: usize,
    least: Option<ScalarValue>,
    most: Option<ScalarValue>,
}

/// The groups of files of a scan in stretches, each with what its row groups say of a column.
///
/// # Errors
/// Where a footer's statistics cannot be read.
pub(super) fn cut(config: &FileScanConfig, key: &Arc<dyn PhysicalExpr>, descending: bool) -> Result<Vec<FileGroup>> {
    let whole = || Ok(config.file_groups.clone());
    // Several files come in an order of their own.
    let mut parts = config.file_groups.iter().flat_map(FileGroup::iter);
    let (Some(column), Some(first)) = (key.downcast_ref::<Column>(), parts.next()) else { return whole() };
    let Some(Footer(footer)) = first.extensions.get::<Footer>() else { return whole() };
    if parts.any(|part| part.object_meta.location != first.object_meta.location) {
        return whole();
    }
    let schema = config.file_schema();
    let stretches = stretches(footer, column, schema)?;
    let Some(goes_up) = direction(&stretches) else { return whole() };
    let mut files = Vec::new();
    for file in config.file_groups.iter().flat_map(FileGroup::iter) {
        files.extend(cut_file(file, &stretches, column, schema));
    }
    if goes_up == descending {
        files.reverse();
    }
    let each = files.len().div_ceil(config.file_groups.len()).max(1);
    let groups: Vec<FileGroup> = files.chunks(each).map(|files| FileGroup::new(files.to_vec())).collect();
    if groups.len() == config.file_groups.len() { Ok(groups) } else { whole() }
}

/// Whether the stretches go up; none where they go neither way, and no order of them is better than another.
fn direction(stretches: &[Stretch]) -> Option<bool> {
    let all = |is_next: &dyn Fn(&Stretch, &Stretch) -> Option<bool>| {
        let mut pairs = stretches.iter().zip(stretches.iter().skip(1));
        pairs.all(|(one, next)| is_next(one, next) == Some(true))
    };
    let goes_up = |one: &Stretch, next: &Stretch| Some(one.most.as_ref()? <= next.least.as_ref()?);
    match stretches.len() < 2 {
        true => None,
        false if all(&goes_up) => Some(true),
        false if all(&|one, next| goes_up(next, one)) => Some(false),
        false => None,
    }
}

/// The stretches of a file, or of the part of it that is to be read.
fn cut_file(
    file: &PartitionedFile,
    stretches: &[Stretch],
    column: &Column,
    schema: &SchemaRef,
) -> Vec<PartitionedFile> {
    let (start, end) = match &file.range {
        Some(range) => (range.start, range.end),
        None => (0, i64::try_from(file.object_meta.size).unwrap_or(i64::MAX)),
    };
    let own: Vec<&Stretch> = stretches.iter().filter(|one| (start..end).contains(&one.start)).collect();
    let ends = own.iter().skip(1).map(|next| next.start).chain([end]);
    let files = own.iter().zip(ends).enumerate().map(|(place, (stretch, end))| {
        let mut part = file.clone();
        // Row groups belong to the range in which they begin: nothing lies between two.
        let start = if place == 0 { start } else { stretch.start };
        part.range = Some(FileRange { start, end });
        part.with_statistics(Arc::new(stretch.statistics(column, schema)))
    });
    let files: Vec<_> = files.collect();
    if files.is_empty() { vec![file.clone()] } else { files }
}

/// The row groups of a file in stretches of as many each.
fn stretches(footer: &ParquetMetaData, column: &Column, schema: &SchemaRef) -> Result<Vec<Stretch>> {
    let groups = footer.row_groups();
    let converter = StatisticsConverter::try_new(column.name(), schema, footer.file_metadata().schema_descr())?;
    let (least, most) = (converter.row_group_mins(groups)?, converter.row_group_maxes(groups)?);
    let each = groups.len().div_ceil(MOST).max(1);
    let mut stretches: Vec<Stretch> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let value =
            |values| ScalarValue::try_from_array(values, place).map(|value| (!value.is_null()).then_some(value));
        let (least, most, rows) = (value(&least)?, value(&most)?, usize::try_from(group.num_rows()).unwrap_or(0));
        match stretches.last_mut() {
            Some(stretch) if place % each != 0 => {
                stretch.rows += rows;
                stretch.least = extreme(stretch.least.take(), least, Ordering::Less);
                stretch.most = extreme(stretch.most.take(), most, Ordering::Greater);
            }
            _ => {
                let Some(first) = group.columns().first() else { return Ok(Vec::new()) };
                let start = first.dictionary_page_offset().unwrap_or_else(|| first.data_page_offset());
                stretches.push(Stretch { start, rows, least, most });
            }
        }
    }
    Ok(stretches)
}

/// The one of two values that compares to the other in this way; none where one is not known.
fn extreme(one: Option<ScalarValue>, other: Option<ScalarValue>, wins: Ordering) -> Option<ScalarValue> {
    let (one, other) = (one?, other?);
    Some(if one.partial_cmp(&other)? == wins { one } else { other })
}

impl Stretch {
    fn statistics(&self, column: &Column, schema: &SchemaRef) -> Statistics {
        let known = |value: &Option<ScalarValue>| value.clone().map_or(Precision::Absent, Precision::Exact);
        let mut statistics = Statistics::new_unknown(schema).with_num_rows(Precision::Exact(self.rows));
        if let Some(own) = statistics.column_statistics.get_mut(column.index()) {
            *own = ColumnStatistics {
                min_value: known(&self.least),
                max_value: known(&self.most),
                ..ColumnStatistics::new_unknown()
            };
        }
        statistics
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::{
        arrow::{
            array::{ArrayRef, Int64Array, RecordBatch},
            datatypes::{DataType, Field, Schema},
        },
        parquet::{
            arrow::ArrowWriter,
            file::{metadata::ParquetMetaDataReader, properties::WriterProperties},
        },
    };

    use super::*;

    /// The footer of a file of ten row groups with these values.
    fn footer(value: impl Fn(i64) -> i64) -> (Arc<ParquetMetaData>, SchemaRef, u64) {
        let schema = Arc::new(Schema::new(vec![Field::new("t", DataType::Int64, true)]));
        let column: ArrayRef = Arc::new((0..1_000).map(|row| Some(value(row))).collect::<Int64Array>());
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap();
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, Arc::clone(&schema), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        let footer = ParquetMetaDataReader::new().parse_and_finish(&bytes::Bytes::from(bytes.clone())).unwrap();
        (Arc::new(footer), schema, bytes.len() as u64)
    }

    #[test]
    fn values_go_up_or_down_or_neither_way() {
        let goes = |value: fn(i64) -> i64| {
            let (footer, schema, _) = footer(value);
            direction(&stretches(&footer, &Column::new("t", 0), &schema).unwrap())
        };
        assert_eq!(goes(|row| row), Some(true));
        assert_eq!(goes(|row| -row), Some(false));
        assert_eq!(goes(|row| row * 7_919 % 1_000), None);
    }

    /// Parts of a file that were cut before: every row group begins in one range, which says what it has.
    #[test]
    fn a_row_group_is_in_one_stretch() {
        let (footer, schema, size) = footer(|row| row);
        let column = Column::new("t", 0);
        let stretches = stretches(&footer, &column, &schema).unwrap();
        let middle = size as i64 / 3;
        let parts = [(0, middle), (middle, size as i64)].map(|(start, end)| {
            let file = PartitionedFile::new("events.parquet", size).with_range(start, end);
            cut_file(&file, &stretches, &column, &schema)
        });
        let files: Vec<PartitionedFile> = parts.into_iter().flatten().collect();
        assert_eq!(files.len(), 10);
        for (place, group) in footer.row_groups().iter().enumerate() {
            let first = group.column(0);
            let start = first.dictionary_page_offset().unwrap_or_else(|| first.data_page_offset());
            let own: Vec<&PartitionedFile> = files
                .iter()
                .filter(|file| file.range.as_ref().is_some_and(|range| (range.start..range.end).contains(&start)))
                .collect();
            let [own] = own.as_slice() else { unreachable!("row group {place} is in {} ranges", own.len()) };
            let known = &own.statistics.as_ref().unwrap().column_statistics[0];
            let least = i64::try_from(place).unwrap() * 100;
            assert_eq!(known.min_value, Precision::Exact(ScalarValue::Int64(Some(least))));
            assert_eq!(known.max_value, Precision::Exact(ScalarValue::Int64(Some(least + 99))));
        }
    }
}
