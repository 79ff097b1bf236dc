//! How events are made from bytes, as `props.conf` says: `LINE_BREAKER = ([\r\n]+)\d{4}-`.
//!
//! None and an empty list mean that nothing sets the key; what then holds is the reader's affair. Regexes are not compiled and
//! time formats not read here. Keys that guess source types or speak of forwarders are absent,
//! and so are those for which nothing is left to do: `LINE_BREAKER_LOOKBEHIND` (no chunks are seen), `MAX_DIFF_SECS_AGO` and
//! `MAX_DIFF_SECS_HENCE` (no time is taken back for the form of the others).

use std::str::FromStr;

use super::{Effective, names, search_time::TransformList};
use crate::conf::{Place, Problem};

/// A key of index time, families such as `SEDCMD-…` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexTimeKey {
    /// Its name.
    pub name: &'static str,
    /// Whether it changes the events of files whose name already tells their structure, such as CSV.
    pub changes_structured: bool,
    /// Whether its value is a regex.
    pub is_regex: bool,
}

/// Every key that the reading of events asks for.
pub const KEYS: [IndexTimeKey; 32] = {
    const fn structured(name: &'static str) -> IndexTimeKey {
        IndexTimeKey { name, changes_structured: true, is_regex: false }
    }
    const fn lines(name: &'static str) -> IndexTimeKey {
        IndexTimeKey { changes_structured: false, ..structured(name) }
    }
    const fn regex(key: IndexTimeKey) -> IndexTimeKey {
        IndexTimeKey { is_regex: true, ..key }
    }
    [
        lines("ANNOTATE_PUNCT"),
        regex(lines("BREAK_ONLY_BEFORE")),
        lines("BREAK_ONLY_BEFORE_DATE"),
        structured("CHARSET"),
        structured("DATETIME_CONFIG"),
        structured("FIELD_DELIMITER"),
        regex(structured("FIELD_HEADER_REGEX")),
        structured("FIELD_NAMES"),
        structured("FIELD_QUOTE"),
        structured("HEADER_FIELD_ACCEPTABLE_SPECIAL_CHARACTERS"),
        structured("HEADER_FIELD_DELIMITER"),
        structured("HEADER_FIELD_LINE_NUMBER"),
        structured("HEADER_FIELD_QUOTE"),
        lines("INDEXED_EXTRACTIONS"),
        structured("JSON_TRIM_BRACES_IN_ARRAY_NAMES"),
        regex(structured("LINE_BREAKER")),
        structured("MAX_DAYS_AGO"),
        structured("MAX_DAYS_HENCE"),
        lines("MAX_EVENTS"),
        structured("MAX_TIMESTAMP_LOOKAHEAD"),
        regex(structured("MISSING_VALUE_REGEX")),
        regex(lines("MUST_BREAK_AFTER")),
        regex(lines("MUST_NOT_BREAK_AFTER")),
        regex(lines("MUST_NOT_BREAK_BEFORE")),
        regex(structured("PREAMBLE_REGEX")),
        lines("SHOULD_LINEMERGE"),
        structured("TIMESTAMP_FIELDS"),
        structured("TIME_FORMAT"),
        regex(structured("TIME_PREFIX")),
        structured("TRUNCATE"),
        structured("TZ"),
        structured("TZ_ALIAS"),
    ]
};

/// The settings that act before an event exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexTime {
    /// `LINE_BREAKER`: the first group of this regex parts events and is dropped.
    pub line_breaker: Option<String>,
    /// `EVENT_BREAKER_ENABLE` and its kin are absent; `SHOULD_LINEMERGE`: whether lines are merged into events.
    pub should_linemerge: Option<bool>,
    /// `BREAK_ONLY_BEFORE`: a regex for lines that begin an event.
    pub break_only_before: Option<String>,
    /// `BREAK_ONLY_BEFORE_DATE`: whether a line with a date begins an event.
    pub break_only_before_date: Option<bool>,
    /// `MUST_BREAK_AFTER`: a regex for lines that end an event.
    pub must_break_after: Option<String>,
    /// `MUST_NOT_BREAK_AFTER`: a regex for lines after which none begins until `MUST_BREAK_AFTER`.
    pub must_not_break_after: Option<String>,
    /// `MUST_NOT_BREAK_BEFORE`: a regex for lines that begin no event.
    pub must_not_break_before: Option<String>,
    /// `MAX_EVENTS`: the most lines of a merged event.
    pub max_events: Option<u64>,
    /// `TRUNCATE`: the most bytes of a line; 0 for no limit.
    pub truncate: Option<u64>,
    /// `TIME_PREFIX`: a regex after which the time stands.
    pub time_prefix: Option<String>,
    /// `TIME_FORMAT`, as for strptime.
    pub time_format: Option<String>,
    /// `MAX_TIMESTAMP_LOOKAHEAD`: characters in which the time must stand; -1 and 0 for no limit.
    pub max_timestamp_lookahead: Option<i64>,
    /// `TZ`: the zone of times that say none.
    pub tz: Option<String>,
    /// `TZ_ALIAS`: pairs of a zone's name in events and what it means.
    pub tz_alias: Vec<(String, String)>,
    /// `DATETIME_CONFIG`: `NONE` and `CURRENT` take no time from events; else a file that is not read.
    pub datetime_config: Option<String>,
    /// `MAX_DAYS_AGO`: how old an event may be.
    pub max_days_ago: Option<u64>,
    /// `MAX_DAYS_HENCE`: how far ahead.
    pub max_days_hence: Option<u64>,
    /// `INDEXED_EXTRACTIONS`: the file has a structure.
    pub indexed_extractions: Option<IndexedExtractions>,
    /// `FIELD_DELIMITER`, as it is written: a character, or a word such as `tab`.
    pub field_delimiter: Option<String>,
    /// `HEADER_FIELD_DELIMITER`
    pub header_field_delimiter: Option<String>,
    /// `FIELD_QUOTE`
    pub field_quote: Option<String>,
    /// `HEADER_FIELD_QUOTE`
    pub header_field_quote: Option<String>,
    /// `HEADER_FIELD_LINE_NUMBER`: the line with the names, from 1; 0 looks for it.
    pub header_field_line_number: Option<u64>,
    /// `FIELD_NAMES`: the names where no line has them.
    pub field_names: Vec<String>,
    /// `TIMESTAMP_FIELDS`: the fields that make up the time.
    pub timestamp_fields: Vec<String>,
    /// `PREAMBLE_REGEX`: a regex for lines at the start that are left out.
    pub preamble_regex: Option<String>,
    /// `FIELD_HEADER_REGEX`: a regex for the line with the names; they follow what it takes.
    pub field_header_regex: Option<String>,
    /// `MISSING_VALUE_REGEX`: a regex for values that mean none.
    pub missing_value_regex: Option<String>,
    /// `JSON_TRIM_BRACES_IN_ARRAY_NAMES`
    pub json_trim_braces: Option<bool>,
    /// `CHARSET`: the encoding of the file, or `AUTO`.
    pub charset: Option<String>,
    /// `sourcetype`, which `[source::…]` stanzas may set.
    pub sourcetype: Option<String>,
    /// `SEDCMD-…`: pairs of a script and its place, in the order in which they run.
    pub seds: Vec<(String, Place)>,
    /// `TRANSFORMS-…`, in the order in which they run; `INGEST_EVAL` stands in the transforms that they name.
    pub transforms: Vec<TransformList>,
}

/// The structure of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexedExtractions {
    /// Values between commas.
    Csv,
    /// Values between tabs.
    Tsv,
    /// Values between vertical bars.
    Psv,
    /// The W3C's extended log format.
    W3c,
    /// JSON objects.
    Json,
    /// `HEC`: JSON with the envelope of the event collector.
    Hec,
    /// Values between something that `FIELD_DELIMITER` names.
    FieldHeader,
}

impl Effective {
    /// The typed view, and what could not be read.
    pub(super) fn read_index_time(&self) -> (IndexTime, Vec<Problem>) {
        let mut problems = Vec::new();
        let text = |key: &str| self.text(key).map(str::to_owned);
        let list = |key: &str| self.text(key).map(names).unwrap_or_default();
        let found = IndexTime {
            line_breaker: text("LINE_BREAKER"),
            should_linemerge: self.flag("SHOULD_LINEMERGE", &mut problems),
            break_only_before: text("BREAK_ONLY_BEFORE"),
            break_only_before_date: self.flag("BREAK_ONLY_BEFORE_DATE", &mut problems),
            must_break_after: text("MUST_BREAK_AFTER"),
            must_not_break_after: text("MUST_NOT_BREAK_AFTER"),
            must_not_break_before: text("MUST_NOT_BREAK_BEFORE"),
            max_events: self.number("MAX_EVENTS", &mut problems),
            truncate: self.number("TRUNCATE", &mut problems),
            time_prefix: text("TIME_PREFIX"),
            time_format: text("TIME_FORMAT"),
            max_timestamp_lookahead: self.number("MAX_TIMESTAMP_LOOKAHEAD", &mut problems),
            tz: text("TZ"),
            tz_alias: self.text("TZ_ALIAS").map(pairs).unwrap_or_default(),
            datetime_config: text("DATETIME_CONFIG"),
            max_days_ago: self.number("MAX_DAYS_AGO", &mut problems),
            max_days_hence: self.number("MAX_DAYS_HENCE", &mut problems),
            indexed_extractions: self.structure(&mut problems),
            field_delimiter: text("FIELD_DELIMITER"),
            header_field_delimiter: text("HEADER_FIELD_DELIMITER"),
            field_quote: text("FIELD_QUOTE"),
            header_field_quote: text("HEADER_FIELD_QUOTE"),
            header_field_line_number: self.number("HEADER_FIELD_LINE_NUMBER", &mut problems),
            field_names: list("FIELD_NAMES"),
            timestamp_fields: list("TIMESTAMP_FIELDS"),
            preamble_regex: text("PREAMBLE_REGEX"),
            field_header_regex: text("FIELD_HEADER_REGEX"),
            missing_value_regex: text("MISSING_VALUE_REGEX"),
            json_trim_braces: self.flag("JSON_TRIM_BRACES_IN_ARRAY_NAMES", &mut problems),
            charset: text("CHARSET"),
            sourcetype: text("sourcetype"),
            seds: self.classes("SEDCMD").map(|(_, setting)| (setting.value.clone(), setting.into())).collect(),
            transforms: self.transform_lists("TRANSFORMS"),
        };
        (found, problems)
    }

    fn number<N: FromStr>(&self, key: &str, problems: &mut Vec<Problem>) -> Option<N> {
        let setting = &self.get(key)?.setting;
        let number = setting.value.parse().ok();
        if number.is_none() {
            problems.push(Problem::new(setting, format!("`{key}` takes a whole number, found `{}`", setting.value)));
        }
        number
    }

    fn structure(&self, problems: &mut Vec<Problem>) -> Option<IndexedExtractions> {
        let setting = &self.get("INDEXED_EXTRACTIONS")?.setting;
        match setting.value.to_ascii_lowercase().as_str() {
            "csv" => Some(IndexedExtractions::Csv),
            "tsv" => Some(IndexedExtractions::Tsv),
            "psv" => Some(IndexedExtractions::Psv),
            "w3c" => Some(IndexedExtractions::W3c),
            "json" => Some(IndexedExtractions::Json),
            "hec" => Some(IndexedExtractions::Hec),
            "field_header" => Some(IndexedExtractions::FieldHeader),
            "none" => None,
            other => {
                let message = format!("`INDEXED_EXTRACTIONS` is one of csv, tsv, psv, w3c, json, hec; found `{other}`");
                problems.push(Problem::new(setting, message));
                None
            }
        }
    }
}

/// Reads `EST=GMT-5, X=UTC`.
fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, zone) = part.split_once('=')?;
        Some((name.trim().to_owned(), zone.trim().to_owned()))
    };
    text.split(',').filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::{conf::Conf, props::Props};

    #[test]
    fn settings_have_their_types() {
        let text = "[s]\nSHOULD_LINEMERGE = false\nMAX_TIMESTAMP_LOOKAHEAD = -1\nTZ_ALIAS = EST=GMT-5, X = UTC\nFIELD_NAMES = ts, \"user name\"\nINDEXED_EXTRACTIONS = CSV\nSEDCMD-b = s/x/y/\nSEDCMD-a = y/abc/ABC/\nTRANSFORMS-t = one,two\n";
        let (props, problems) = Props::from_conf(&Conf::parse(text).0);
        assert!(problems.is_empty(), "{problems:?}");
        let found = props.effective(None, None, Some("s")).index_time();
        assert_eq!((found.should_linemerge, found.max_timestamp_lookahead), (Some(false), Some(-1)));
        assert_eq!(found.tz_alias[1], ("X".to_owned(), "UTC".to_owned()));
        assert_eq!(found.field_names, ["ts", "user name"]);
        assert_eq!(found.indexed_extractions, Some(IndexedExtractions::Csv));
        assert_eq!(found.seds.iter().map(|(sed, _)| sed.as_str()).collect::<Vec<_>>(), ["y/abc/ABC/", "s/x/y/"]);
        assert_eq!(found.transforms[0].transforms, ["one", "two"]);
        assert_eq!(found.truncate, None);
    }
}
