//! What holds for any bytes that are read as events. The unit tests of `speleo-engine` call the same function.
//!
//! The first line says how: the number of a setting, and a text that stands where the setting takes a regex.

use speleo_engine::events_of;

/// Settings with `@` for a text of the input.
const SETTINGS: &[&str] = &[
    "TRUNCATE = 0",
    "TRUNCATE = 7",
    "LINE_BREAKER = @",
    "SHOULD_LINEMERGE = true\nBREAK_ONLY_BEFORE_DATE = true\nMAX_EVENTS = 3",
    "BREAK_ONLY_BEFORE = @\nMUST_NOT_BREAK_AFTER = \\{$\nMUST_BREAK_AFTER = ^\\}",
    "TIME_PREFIX = @\nTIME_FORMAT = %d/%b/%Y:%H:%M:%S %z",
    "TIME_FORMAT = @\nTZ_ALIAS = EST=GMT+10:00",
    "INDEXED_EXTRACTIONS = csv\nFIELD_DELIMITER = @",
    "INDEXED_EXTRACTIONS = tsv\nFIELD_HEADER_REGEX = @\nPREAMBLE_REGEX = ^#",
    "INDEXED_EXTRACTIONS = w3c",
    "INDEXED_EXTRACTIONS = json",
    "SEDCMD-a = @",
    "TRANSFORMS-a = t",
    "CHARSET = UTF-16LE",
    "CHARSET = SHIFT_JIS\nTRUNCATE = 3",
    "CHARSET = AUTO\nLINE_BREAKER = (?=@)",
];

/// Whatever stands there: events in the order of the file, none longer than what was read, and no panic.
pub(crate) fn line_breaker(bytes: &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head);
    let (number, text) = head.split_once(' ').unwrap_or((&head, ""));
    let number = number.parse::<usize>().unwrap_or(number.len());
    let Some(setting) = SETTINGS.get(number % SETTINGS.len()) else { return };
    let props = setting.replace('@', &text.replace('\r', ""));
    let transforms = format!("[t]\nREGEX = {text}\nFORMAT = x$1::$2 y::$0\nREPEAT_MATCH = true\nWRITE_META = true\n");
    let events = events_of(&props, &transforms, rest);
    // No encoding makes more than three bytes of one.
    let most = rest.len().saturating_mul(3).saturating_add(3);
    let mut last = None;
    for (offset, raw) in &events {
        assert!(last.is_none_or(|last| last < *offset), "{props:?}: {events:?}");
        assert!(setting.contains("SEDCMD") || raw.len() <= most, "{props:?}: {raw:?}");
        assert!(!raw.trim_ascii().is_empty() || setting.contains("SEDCMD"), "{props:?}: {events:?}");
        last = Some(*offset);
    }
}
