#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use std::ops::Range;

use super::*;
use crate::source::files::{DataFile, Format};

fn found(file: &DataFile, range: Option<Range<u64>>, most: usize, seek: &Seek) -> Vec<(u64, String)> {
    let mut chunks = Chunks::open(file, range, most).unwrap();
    let mut found = Vec::new();
    while let Some(chunk) = chunks.next_with(seek).unwrap() {
        assert!(chunk.events.len() <= most);
        for range in chunk.events {
            let text = String::from_utf8_lossy(chunk.event(range)).into_owned();
            found.push((chunk.offset + range.start as u64, text));
        }
    }
    found
}

#[test]
fn the_lines_are_found_however_the_file_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let text = "a needle\n\nhay\r\nNEEDLE in it\r\nneedless\n needle \nlast needle";
    std::fs::write(&path, text).unwrap();
    let size = text.len() as u64;
    let file = DataFile { path, shown: "data".to_owned(), format: Format::Raw, size, ..DataFile::default() };
    let seek = Seek::new(&[vec![("needle", "term")]]).unwrap();
    let expected = ["a needle", "NEEDLE in it", " needle ", "last needle"];
    let expected: Vec<(u64, String)> =
        expected.iter().map(|line| (text.find(line).unwrap() as u64, (*line).to_owned())).collect();
    for most in [1, 2, 100] {
        assert_eq!(found(&file, None, most, &seek), expected);
        for cut in 0..=size {
            let mut parts = found(&file, Some(0..cut), most, &seek);
            parts.extend(found(&file, Some(cut..size), most, &seek));
            assert_eq!(parts, expected, "cut at {cut}, {most} at a time");
        }
    }
}

#[test]
fn long_lines_are_read_on_and_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let hay = "hay ".repeat(super::super::STEP);
    let long = "x".repeat(crate::event::LONGEST + 3 * super::super::STEP);
    let text = format!("{hay}needle\n{long} needle\nneedle {long}\nneedle\n");
    std::fs::write(&path, &text).unwrap();
    let size = text.len() as u64;
    let file = DataFile { path, shown: "data".to_owned(), format: Format::Raw, size, ..DataFile::default() };
    let seek = Seek::new(&[vec![("needle", "term")]]).unwrap();
    let lengths: Vec<usize> = found(&file, None, 10, &seek).iter().map(|(_, line)| line.len()).collect();
    assert_eq!(lengths, [hay.len() + 6, crate::event::LONGEST, 6]);
}
