//! A column of a row group as its dictionary and the number of each row's value in it. `status`: `[200, 404]` and `0 0 1 0 …`

use std::{io, sync::Arc};

use bytes::{Buf, Bytes, buf};
use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray},
        datatypes::DataType,
    },
    common::Result,
    parquet::{
        basic::Encoding,
        column::page::{Page, PageReader},
        errors,
        file::{
            metadata::ColumnChunkMetaData,
            reader::{ChunkReader, Length},
            serialized_reader::SerializedPageReader,
        },
    },
};

use super::hybrid::{are_ones, broken, count, no_value, unpack};
use crate::dictionary::repeated_text;

/// The values of a column in a row group.
pub(super) struct Column {
    /// The different values; not null.
    pub(super) dictionary: ArrayRef,
    /// For each row the place of its value in the dictionary; the dictionary's length where it has none. A damaged file may
    /// have larger ones: see [`Self::check`].
    pub(super) numbers: Vec<u32>,
}

impl Column {
    /// Reads a column of `rows` rows from its bytes in the file, of which all pages are of a dictionary. Its numbers take the room
    /// of others.
    ///
    /// # Errors
    /// Where the bytes are not such a column.
    pub(super) fn read(block: Block<'_>, mut numbers: Vec<u32>) -> Result<Self> {
        let (rows, has_nulls) = (block.rows, block.has_nulls());
        numbers.resize(rows, 0);
        let mut left = numbers.as_mut_slice();
        let dictionary = block.read(|page, size| {
            let own = left.split_off_mut(..page.num_values() as usize);
            fill(own.ok_or_else(|| broken("more values than its row group has rows"))?, page, has_nulls, size)
        })?;
        Ok(Self { dictionary, numbers })
    }

    /// # Errors
    /// Where a number is that of no value.
    pub(super) fn check(&self) -> Result<()> {
        let most = self.numbers.iter().fold(0, |most, number| most.max(*number));
        if most as usize > self.dictionary.len() { Err(no_value()) } else { Ok(()) }
    }
}

/// The bytes of a column of a row group.
pub(super) struct Block<'f> {
    pub(super) about: &'f ColumnChunkMetaData,
    pub(super) bytes: Bytes,
    pub(super) data_type: &'f DataType,
    pub(super) rows: usize,
}

impl Block<'_> {
    fn has_nulls(&self) -> bool {
        self.about.column_descr().max_def_level() > 0
    }

    /// The different values, and how often each comes; the last count is that of rows without a value.
    ///
    /// # Errors
    /// Where the bytes are not a column of which all pages are of a dictionary.
    pub(super) fn counted(self) -> Result<(ArrayRef, Vec<u32>)> {
        let has_nulls = self.has_nulls();
        let mut counts: Vec<u32> = Vec::new();
        let dictionary = self.read(|page, size| {
            counts.resize(size + 1, 0);
            let rows = page.num_values() as usize;
            let (levels, values) = parts(page, has_nulls)?;
            if !has_nulls || are_ones(levels, rows) {
                let (width, packed) = packed(values);
                return count(packed, width, rows, &mut counts);
            }
            let mut numbers = vec![0; rows];
            fill(&mut numbers, page, has_nulls, size)?;
            for number in numbers {
                *counts.get_mut(number as usize).ok_or_else(no_value)? += 1;
            }
            Ok(())
        })?;
        counts.resize(dictionary.len() + 1, 0);
        Ok((dictionary, counts))
    }

    /// Goes through the pages, each with the length of the dictionary; gives that.
    fn read(self, mut each: impl FnMut(&Page, usize) -> Result<()>) -> Result<ArrayRef> {
        let Self { about, bytes, data_type, rows } = self;
        let (start, _) = about.byte_range();
        let mut pages = SerializedPageReader::new(Arc::new(Piece { start, bytes }), about, rows, None)?;
        let mut dictionary: Option<ArrayRef> = None;
        let mut left = rows;
        while let Some(page) = pages.get_next_page()? {
            match (&page, &dictionary) {
                (Page::DictionaryPage { buf, num_values, .. }, None) => {
                    dictionary = Some(values(buf, *num_values as usize, data_type)?);
                }
                (Page::DataPage { .. } | Page::DataPageV2 { .. }, Some(dictionary)) => {
                    let more = || broken("more values than its row group has rows");
                    left = left.checked_sub(page.num_values() as usize).ok_or_else(more)?;
                    each(&page, dictionary.len())?;
                }
                _ => return Err(broken("no dictionary, or several")),
            }
        }
        match dictionary {
            Some(_) if left > 0 => Err(broken("fewer values than its row group has rows")),
            Some(dictionary) => Ok(dictionary),
            None => Err(broken("no dictionary")),
        }
    }
}

/// What a page says of which rows have a value, and the numbers of those that have.
fn parts(page: &Page, has_nulls: bool) -> Result<(&[u8], &[u8])> {
    if !matches!(page.encoding(), Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) {
        return Err(broken("values beside its dictionary"));
    }
    let cut = || broken("a page that is cut off");
    match page {
        Page::DataPage { buf, .. } if has_nulls => {
            let (length, rest) = buf.split_first_chunk().ok_or_else(cut)?;
            rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(cut)
        }
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let (_, rest) = buf.split_at_checked(*rep_levels_byte_len as usize).ok_or_else(cut)?;
            rest.split_at_checked(*def_levels_byte_len as usize).ok_or_else(cut)
        }
        _ => Ok((&[], page.buffer().as_ref())),
    }
}

/// Fills a list with the numbers of a page.
fn fill(numbers: &mut [u32], page: &Page, has_nulls: bool, size: usize) -> Result<()> {
    let (levels, values) = parts(page, has_nulls)?;
    if !has_nulls || are_ones(levels, numbers.len()) {
        return numbers_of(values, numbers);
    }
    // Whether each row has a value, and then its number.
    unpack(levels, 1, numbers)?;
    let mut own = vec![0; numbers.iter().filter(|is_there| **is_there == 1).count()];
    numbers_of(values, &mut own)?;
    let none = u32::try_from(size).map_err(|_| broken("too large a dictionary"))?;
    let mut own = own.into_iter();
    numbers.iter_mut().for_each(|row| *row = if *row == 1 { own.next().unwrap_or(none) } else { none });
    Ok(())
}

/// How many bits each of the numbers of a page has, which its first byte says, and they; a page of none is empty.
fn packed(values: &[u8]) -> (u8, &[u8]) {
    values.split_first().map_or((0, values), |(width, packed)| (*width, packed))
}

/// Fills a list with the numbers of a page's values.
fn numbers_of(values: &[u8], numbers: &mut [u32]) -> Result<()> {
    let (width, packed) = packed(values);
    unpack(packed, width, numbers)
}

/// The values of a dictionary, one after the other.
fn values(bytes: &[u8], count: usize, data_type: &DataType) -> Result<ArrayRef> {
    let values: ArrayRef = match data_type {
        DataType::Int32 => Arc::new(fixed(bytes).map(i32::from_le_bytes).collect::<Int32Array>()),
        DataType::Int64 => Arc::new(fixed(bytes).map(i64::from_le_bytes).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(fixed(bytes).map(f64::from_le_bytes).collect::<Float64Array>()),
        _ => Arc::new(texts(bytes, count)?),
    };
    if values.len() == count { Ok(values) } else { Err(broken("a dictionary of another length")) }
}

fn fixed<const SIZE: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; SIZE]> {
    bytes.chunks_exact(SIZE).filter_map(|bytes| bytes.first_chunk().copied())
}

fn texts(mut bytes: &[u8], count: usize) -> Result<StringArray> {
    // Each has four bytes for its length: a damaged count asks for no more room.
    let mut texts = Vec::with_capacity(count.min(bytes.len() / 4));
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let cut = || broken("a text that is cut off");
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(cut)?;
        texts.push(std::str::from_utf8(text).map_err(|_| broken("a text that is not UTF-8"))?);
        bytes = rest;
    }
    Ok(StringArray::from_iter_values(texts))
}

/// Whether dictionaries of such a column are read here.
pub(super) fn is_read(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int32 | DataType::Int64 | DataType::Float64 | DataType::Utf8)
        || *data_type == repeated_text()
}

/// The bytes of a column at their place in the file.
struct Piece {
    start: u64,
    bytes: Bytes,
}

impl Piece {
    fn from(&self, start: u64) -> errors::Result<Bytes> {
        let place = start.checked_sub(self.start).and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|place| *place <= self.bytes.len());
        place
            .map(|place| self.bytes.slice(place..))
            .ok_or_else(|| errors::ParquetError::EOF("a column has a page outside of it".to_owned()))
    }
}

impl Length for Piece {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Piece {
    type T = buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> errors::Result<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> errors::Result<Bytes> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(bytes.slice(..length))
    }
}
