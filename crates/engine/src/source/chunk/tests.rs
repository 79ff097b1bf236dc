#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

fn file(folder: &tempfile::TempDir, bytes: &[u8], format: Format) -> DataFile {
    let path = folder.path().join("data");
    std::fs::write(&path, bytes).unwrap();
    let size = bytes.len() as u64;
    DataFile { path, shown: "data".to_owned(), format, size, ..DataFile::default() }
}

fn events(file: &DataFile, range: Option<Range<u64>>, most: usize) -> Vec<(u64, String)> {
    let mut chunks = Chunks::open(file, range, most).unwrap();
    let mut found = Vec::new();
    while let Some(chunk) = chunks.next().unwrap() {
        assert!(chunk.events.len() <= most && !chunk.events.is_empty());
        for range in chunk.events {
            let text = String::from_utf8_lossy(chunk.event(range)).into_owned();
            found.push((chunk.offset + range.start as u64, text));
        }
    }
    found
}

fn texts(bytes: &[u8], format: Format) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, bytes, format);
    let all = events(&file, None, 100);
    assert_eq!(all, events(&file, None, 1));
    all.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn lines_lose_marks_ends_and_blanks() {
    assert_eq!(texts(b"\xef\xbb\xbfa\r\n\n  \nb \nc", Format::Raw), ["a", "b ", "c"]);
    assert!(texts(b"", Format::Raw).is_empty());
    assert!(texts(b"\n\n", Format::Raw).is_empty());
    assert!(texts(b"\xef\xbb\xbf", Format::Raw).is_empty());
}

#[test]
fn records_keep_quoted_line_ends() {
    let csv = Format::Csv { delimiter: b',' };
    assert_eq!(texts(b"a,b\n\"x\ny\",\"\"\"\n\"\nc,d", csv), ["a,b", "\"x\ny\",\"\"\"\n\"", "c,d"]);
}

#[test]
fn documents_are_found_in_arrays_and_rows() {
    let text = b" [ {\"a\": \"}\\\"\"},\n{\"b\": {\"c\": [1]}} ]{\"d\":1}\nnoise\n{\"cut\": ";
    let expected = ["{\"a\": \"}\\\"\"}", "{\"b\": {\"c\": [1]}}", "{\"d\":1}", "noise", "{\"cut\": "];
    assert_eq!(texts(text, Format::JsonDocuments), expected);
}

#[test]
fn ranges_share_the_lines_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, b"first\nsecond\n\nthird line\nfourth", Format::JsonLines);
    let whole = events(&file, None, 3);
    for cut in 0..=file.size {
        let mut parts = events(&file, Some(0..cut), 3);
        parts.extend(events(&file, Some(cut..file.size), 3));
        assert_eq!(parts, whole, "cut at {cut}");
    }
}

#[test]
fn lines_longer_than_a_step_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(3 * STEP);
    let file = file(&folder, format!("a\n{long}\nb\n").as_bytes(), Format::Raw);
    let lengths: Vec<usize> = events(&file, None, 10).iter().map(|(_, text)| text.len()).collect();
    assert_eq!(lengths, [1, 3 * STEP, 1]);
}

#[test]
fn lines_are_numbered() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, b"a\n\nb\nc\nd\n", Format::Raw);
    let mut chunks = Chunks::open(&file, None, 2).unwrap();
    let mut numbers = Vec::new();
    while let Some(chunk) = chunks.next().unwrap() {
        numbers.extend(chunk.events.iter().map(|range| chunk.line(range)));
    }
    assert_eq!(numbers, [1, 3, 4, 5]);
}

#[test]
fn an_envelope_of_records_is_no_event() {
    let text = b"{ \"Records\": [{\"a\": 1}, {\"b\": [{}]}] }\n";
    assert_eq!(texts(text, Format::JsonDocuments), ["{\"a\": 1}", "{\"b\": [{}]}"]);
}

#[test]
fn an_event_without_an_end_is_cut_and_the_rest_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("a\n{}\nb\n", "x".repeat(LONGEST + 3 * STEP));
    let file = file(&folder, text.as_bytes(), Format::Raw);
    let lengths: Vec<usize> = events(&file, None, 10).iter().map(|(_, text)| text.len()).collect();
    assert_eq!(lengths, [1, LONGEST, 1]);
    let mut chunks = Chunks::open(&file, None, 10).unwrap();
    let mut cuts = Vec::new();
    while chunks.next().unwrap().is_some() {
        cuts.extend(chunks.take_cuts());
    }
    assert_eq!(cuts, [2]);
}
