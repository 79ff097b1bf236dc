//! Which words stand in each block of a file's rows: a search for a rare one reads the blocks that may hold it.
//!
//! Each block has one of Parquet's bloom filters (split blocks of 32 bytes, XXH64). They lie in the Parquet file between its
//! columns and its footer, where other readers pass over them; the log says at which places. What a word is, is not known here.

use std::{collections::HashMap, fmt, ops::Range};

use deltalake_core::{
    Path,
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, RecordBatch},
        datatypes::{DataType, Int64Type},
    },
    parquet::bloom_filter::Sbbf,
};
use object_store::{ObjectStore, ObjectStoreExt};
use twox_hash::XxHash64;

use crate::{DAY, IN_RAW, INDEXED, IndexError, Problem, RAW, SEQUENCE, STRUCTURED, TIME, error::Result};

/// The key of the tag that tells where filters are.
const TAG: &str = "speleo.words";
/// Rows of a block: some pages.
const BLOCK_ROWS: usize = 32 * 1024;
/// Smaller files are read as fast as their filters.
const SMALL: usize = 256 << 10;
/// How often a filter says that a word may be there which is not.
const FALSE_POSITIVES: f64 = 0.02;
/// Bytes of a filter at most while words are added: then it is folded to what it needs.
const MOST_BYTES: usize = 1 << 20;
/// Bytes of columns for each byte of a filter to begin with: small filters stay in the cache of a core.
const SHARE: usize = 16;

/// What words are.
pub trait Words: Send + Sync + fmt::Debug {
    /// A name for the rule: filters that were made by another are of no use.
    fn rule(&self) -> &'static str;

    /// Calls `keep` for each word of a value; the same word may come again.
    fn each(&self, text: &str, keep: &mut dyn FnMut(&[u8]));
}

/// The filters of a file, one for each block.
pub(crate) struct Filters {
    rule: &'static str,
    bytes: Vec<Vec<u8>>,
}

impl Filters {
    /// The filters of events that make a file of so many bytes; none where they do not pay.
    pub(crate) fn of(events: &RecordBatch, words: &dyn Words, size: usize) -> Result<Option<Self>> {
        if size < SMALL {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        for start in (0..events.num_rows()).step_by(BLOCK_ROWS) {
            let block = events.slice(start, BLOCK_ROWS.min(events.num_rows() - start));
            let mut filter = Vec::new();
            block_filter(&block, words).write(&mut filter).map_err(IndexError::events)?;
            bytes.push(filter);
        }
        Ok(Some(Self { rule: words.rule(), bytes }))
    }

    /// Their bytes, one behind the other.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.iter().map(Vec::as_slice)
    }

    /// The tag that tells of them, where they begin at this place of a file.
    pub(crate) fn tag(&self, place: usize) -> (String, Option<String>) {
        let mut text = format!("{} {BLOCK_ROWS} {place}", self.rule);
        self.bytes.iter().for_each(|filter| text.push_str(&format!(" {}", filter.len())));
        (TAG.to_owned(), Some(text))
    }
}

fn block_filter(events: &RecordBatch, words: &dyn Words) -> Sbbf {
    let bytes = events.columns().iter().map(bytes_of_texts).sum::<usize>() / SHARE;
    let bytes = bytes.next_power_of_two().clamp(1024, MOST_BYTES);
    let mut filter = Sbbf::new_with_num_of_bytes(bytes);
    // Most words of a block come again and again.
    let mut words_seen = Recent::new();
    let mut add = |text: &str| {
        words.each(text, &mut |word| {
            if words_seen.is_new(word) {
                filter.insert(word);
            }
        });
    };
    let written = are_written(events);
    for (field, column) in events.schema().fields().iter().zip(events.columns()) {
        if [TIME, SEQUENCE, INDEXED, STRUCTURED, DAY].contains(&field.name().as_str()) {
            continue;
        }
        let name = field.name().as_str();
        // Lists may hold numbers that are written otherwise in the event.
        let is_said =
            ["host", "source", "sourcetype"].contains(&name) || matches!(column.data_type(), DataType::List(_));
        if name == RAW {
            each_text(column, &mut add);
        } else if is_said || !written {
            let mut last = String::new();
            let mut add_new = |text: &str| {
                if last != text || text.is_empty() {
                    last.clear();
                    last.push_str(text);
                    add(text);
                }
            };
            each_text(column, &mut add_new);
        }
    }
    filter.fold_to_target_fpp(FALSE_POSITIVES);
    filter
}

/// Whether the values of all these events stand in `_raw`.
fn are_written(events: &RecordBatch) -> bool {
    let flags = events.column_by_name(STRUCTURED).and_then(|flags| flags.as_primitive_opt::<Int64Type>());
    flags.is_some_and(|flags| flags.iter().all(|flag| flag == Some(IN_RAW)))
}

/// The words that came last, one for each of some places: most come again soon, and one that is forgotten is only added twice.
struct Recent(Vec<Key>);

/// What a word of 16 bytes or less is: its first bytes and its last, which may be the same ones, and how many there are. Of a longer one
/// the hash that a filter knows it by: two of the same hash are the same to it.
type Key = (u64, u64, usize);

impl Recent {
    const PLACES: usize = 2048;
    /// The seed that Parquet's bloom filters hash with.
    const SEED: u64 = 0;

    fn new() -> Self {
        Self(vec![(0, 0, 0); Self::PLACES])
    }

    fn is_new(&mut self, word: &[u8]) -> bool {
        let key = Self::key(word);
        // Multiplications carry every bit upwards.
        let mixed = (key.0 ^ key.1.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = usize::try_from(mixed >> 40).unwrap_or(0) % Self::PLACES;
        // The empty word is that of a place that was not used.
        self.0.get_mut(place).is_none_or(|known| std::mem::replace(known, key) != key || word.is_empty())
    }

    fn key(word: &[u8]) -> Key {
        let length = word.len();
        if length > 16 {
            return (XxHash64::oneshot(Self::SEED, word), 0, usize::MAX);
        }
        if let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk::<8>()) {
            return (u64::from_le_bytes(*first), u64::from_le_bytes(*last), length);
        }
        if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
            return (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)), length);
        }
        (word.iter().fold(0, |key, byte| key << 8 | u64::from(*byte)), 0, length)
    }
}

/// How many bytes the texts of a column have; of numbers about as many.
fn bytes_of_texts(column: &ArrayRef) -> usize {
    match column.data_type() {
        DataType::Utf8 => {
            let offsets = column.as_string::<i32>().value_offsets();
            offsets.first().zip(offsets.last()).map_or(0, |(first, last)| usize::try_from(last - first).unwrap_or(0))
        }
        DataType::List(_) => bytes_of_texts(&elements(column.as_list())),
        _ => column.len() * 8,
    }
}

/// The values of lists: a part of a column shares all values with the whole.
fn elements(lists: &ListArray) -> ArrayRef {
    let ends = lists.value_offsets().first().zip(lists.value_offsets().last());
    let place = |offset: i32| usize::try_from(offset).unwrap_or(0);
    let (first, last) = ends.map_or((0, 0), |(first, last)| (place(*first), place(*last)));
    lists.values().slice(first, last - first)
}

/// Calls `visit` for the texts of a column; whole numbers are texts, others are none.
fn each_text(column: &ArrayRef, visit: &mut dyn FnMut(&str)) {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().flatten().for_each(visit),
        DataType::List(_) => each_text(&elements(column.as_list()), visit),
        DataType::Int64 => {
            let mut text = String::new();
            for number in column.as_primitive::<Int64Type>().iter().flatten() {
                use fmt::Write;
                text.clear();
                // Writing to a text cannot fail.
                let _ = write!(text, "{number}");
                visit(&text);
            }
        }
        _ => {}
    }
}

/// Where the filters of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordFilters {
    /// The rule by which words were found.
    pub rule: String,
    /// Rows of a block; the last one may have fewer.
    pub rows: usize,
    places: Vec<Range<u64>>,
}

/// The filters of a file as they were read.
#[derive(Debug)]
pub struct Blocks {
    filters: Vec<Sbbf>,
}

impl WordFilters {
    /// What a file's tags tell; none where they do not.
    pub(crate) fn of(tags: &HashMap<String, Option<String>>) -> Option<Self> {
        let mut parts = tags.get(TAG)?.as_deref()?.split(' ');
        let rule = parts.next()?.to_owned();
        let rows = parts.next()?.parse().ok().filter(|rows| *rows > 0)?;
        let mut place: u64 = parts.next()?.parse().ok()?;
        let mut places = Vec::new();
        for length in parts {
            let end = place.checked_add(length.parse().ok()?)?;
            places.push(place..end);
            place = end;
        }
        Some(Self { rule, rows, places })
    }

    /// Their bytes.
    pub fn bytes(&self) -> u64 {
        self.places.iter().map(|place| place.end - place.start).sum()
    }

    /// Reads them from the store of their index.
    ///
    /// # Errors
    /// Where the file cannot be read, or something else is at the place.
    pub async fn read(&self, store: &dyn ObjectStore, file: &Path) -> Result<Blocks> {
        let (Some(first), Some(last)) = (self.places.first(), self.places.last()) else {
            return Ok(Blocks { filters: Vec::new() });
        };
        let bytes = store.get_range(file, first.start..last.end).await?;
        let damaged = |reason: &dyn fmt::Display| {
            IndexError::new(Problem::Damaged, format!("the words of `{file}` cannot be read: {reason}"))
        };
        let mut filters = Vec::with_capacity(self.places.len());
        for place in &self.places {
            let within = |place: u64| usize::try_from(place - first.start).unwrap_or(usize::MAX);
            let bytes =
                bytes.get(within(place.start)..within(place.end)).ok_or_else(|| damaged(&"the file is short"))?;
            filters.push(Sbbf::from_bytes(bytes).map_err(|error| damaged(&error))?);
        }
        Ok(Blocks { filters })
    }
}

impl Blocks {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.filters.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// Whether a block may hold a word; one that is not known may hold any.
    pub fn may_hold(&self, block: usize, word: &[u8]) -> bool {
        self.filters.get(block).is_none_or(|filter| filter.check(word))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use std::sync::Arc;

    use deltalake_core::{
        arrow::array::{Int64Array, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray},
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
    };

    use super::*;
    use crate::Index;

    /// Words are what stands between blanks.
    #[derive(Debug)]
    struct Blanks;

    impl Words for Blanks {
        fn rule(&self) -> &'static str {
            "blanks"
        }

        fn each(&self, text: &str, keep: &mut dyn FnMut(&[u8])) {
            text.split(' ').for_each(|word| keep(word.as_bytes()));
        }
    }

    const ROWS: i64 = 3 * BLOCK_ROWS as i64 / 2;

    /// Events from new to old: the place of each stands in a word and in a number.
    fn events() -> RecordBatch {
        let times = TimestampMicrosecondArray::from_iter_values((0..ROWS).rev()).with_timezone("UTC");
        let raws = StringArray::from_iter_values((0..ROWS).map(|row| format!("all word{row} {}", row.pow(3))));
        let numbers = Int64Array::from_iter_values((0..ROWS).map(|row| 1_000_000 + row));
        RecordBatch::try_from_iter([
            (TIME, Arc::new(times) as ArrayRef),
            (RAW, Arc::new(raws)),
            ("number", Arc::new(numbers)),
        ])
        .unwrap()
    }

    #[tokio::test]
    async fn a_block_tells_which_words_it_may_hold() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::create(&folder.path().to_string_lossy()).await.unwrap();
        let mut index = index.with_words(Arc::new(Blanks));
        index.append(&[events()], &[]).await.unwrap();
        let parts = index.parts().unwrap();
        let filters = parts[0].words.as_ref().unwrap();
        assert_eq!((filters.rule.as_str(), filters.rows), ("blanks", BLOCK_ROWS));
        let blocks = filters.read(index.store().as_ref(), &parts[0].path).await.unwrap();
        assert_eq!(blocks.len(), 2);
        let mut wrong = 0;
        for row in (0..ROWS).step_by(101) {
            let own = row as usize / BLOCK_ROWS;
            for word in [format!("word{row}"), (1_000_000 + row).to_string()] {
                assert!(blocks.may_hold(own, word.as_bytes()), "{word}");
                wrong += usize::from(blocks.may_hold(1 - own, word.as_bytes()));
            }
        }
        assert!(wrong < 60, "of 972 words {wrong} may be in the other block, where two in a hundred were asked for");
        assert!(blocks.may_hold(0, b"all") && blocks.may_hold(1, b"all"));
        // The file is a Parquet file like any other.
        let bytes = index.store().get(&parts[0].path).await.unwrap().bytes().await.unwrap();
        let rows = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
        assert_eq!(rows.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), ROWS as usize);
    }

    #[test]
    fn a_block_has_the_values_of_its_own_lists() {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for row in 0..ROWS {
            lists.append_value([Some(format!("first{row}")), None, Some(format!("second{row}"))]);
        }
        let events = RecordBatch::try_from_iter([("tags", Arc::new(lists.finish()) as ArrayRef)]).unwrap();
        let start = BLOCK_ROWS;
        let filter = block_filter(&events.slice(start, events.num_rows() - start), &Blanks);
        let held = |rows: std::ops::Range<usize>, name: &str| {
            rows.filter(|row| filter.check(format!("{name}{row}").as_bytes())).count()
        };
        for name in ["first", "second"] {
            assert_eq!(held(start..events.num_rows(), name), events.num_rows() - start);
            assert!(held(0..1000, name) < 60, "two in a hundred were asked for");
        }
    }

    #[tokio::test]
    async fn small_files_have_no_filters() {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::create(&folder.path().to_string_lossy()).await.unwrap();
        let mut index = index.with_words(Arc::new(Blanks));
        index.append(&[events().slice(0, 100)], &[]).await.unwrap();
        assert!(index.parts().unwrap()[0].words.is_none());
    }

    #[test]
    fn a_word_is_new_unless_it_came_before() {
        let mut recent = Recent::new();
        let words = [
            "",
            "a",
            "b",
            "aa",
            "abc",
            "abcd",
            "abcde",
            "abcdefgh",
            "abcdefghi",
            "abcdefgh_abcdefgh",
            "abcdefgh.abcdefgh",
        ];
        for word in words {
            assert!(recent.is_new(word.as_bytes()), "{word}");
            assert_eq!(recent.is_new(word.as_bytes()), word.is_empty(), "{word}");
        }
        let long = |middle: char| format!("0123456{middle}89abcdef");
        assert!(recent.is_new(long('x').as_bytes()) && recent.is_new(long('y').as_bytes()));
    }

    #[test]
    fn what_no_tag_is_tells_of_no_filters() {
        let filters = |text: &str| WordFilters::of(&HashMap::from([(TAG.to_owned(), Some(text.to_owned()))]));
        assert_eq!(filters("r 10 4 5 6").map(|filters| filters.places), Some(vec![4..9, 9..15]));
        assert_eq!(filters("r 10 4").map(|filters| filters.bytes()), Some(0));
        for wrong in ["", "r", "r 0 4 5", "r x 4 5", "r 10 4 x", "r 10 18446744073709551615 5"] {
            assert_eq!(filters(wrong), None, "{wrong}");
        }
    }
}
