#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::arrow::{
    array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    datatypes::SchemaRef,
};
use unicode_width::UnicodeWidthStr;

use super::{Kind, Size, draw};

const SIZE: Size = Size { width: 40, height: 12 };
/// 2024-06-14 00:00:00 UTC.
const START: i64 = 1_718_323_200;

fn rows(columns: &[(&str, ArrayRef)]) -> (SchemaRef, Vec<RecordBatch>) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, array)| (*name, Arc::clone(array), true)))
            .unwrap();
    (batch.schema(), vec![batch])
}

fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Hours since the start.
fn times(hours: &[i64]) -> ArrayRef {
    let micros = hours.iter().map(|hour| (START + hour * 3600) * 1_000_000);
    Arc::new(TimestampMicrosecondArray::from_iter_values(micros))
}

fn result(kind: Kind, columns: &[(&str, ArrayRef)], colour: bool) -> anyhow::Result<String> {
    let (schema, batches) = rows(columns);
    draw(kind, &schema, &batches, SIZE, colour, Tz::UTC)
}

fn picture(kind: Kind, columns: &[(&str, ArrayRef)]) -> String {
    let text = result(kind, columns, false).unwrap();
    for line in text.lines() {
        assert!(line.width() <= SIZE.width, "{line:?}\n{text}");
        assert!(!line.contains('\x1b'), "{text}");
    }
    text
}

fn reason(kind: Kind, columns: &[(&str, ArrayRef)]) -> String {
    result(kind, columns, false).unwrap_err().to_string()
}

fn count(line: &str, wanted: char) -> usize {
    line.chars().filter(|c| *c == wanted).count()
}

#[test]
fn half_the_value_is_half_the_bar() {
    let text = picture(Kind::Auto, &[("host", texts(&["a", "b", "c"])), ("count", numbers(&[1000, 500, 0]))]);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("host") && lines[0].ends_with("count"), "{text}");
    let full = count(lines[1], '█');
    assert!(full >= 20, "{text}");
    assert!(count(lines[2], '█').abs_diff(full / 2) <= 1, "{text}");
    assert!(lines[1].ends_with("  1,000") && lines[2].ends_with("    500"), "{text}");
    assert_eq!(lines[3].split_whitespace().collect::<Vec<_>>(), ["c", "0"]);
}

#[test]
fn little_is_not_nothing() {
    let text = picture(Kind::Bar, &[("host", texts(&["a", "b"])), ("count", numbers(&[1_000_000, 1]))]);
    assert!(text.lines().nth(2).unwrap().contains('▏'), "{text}");
}

#[test]
fn negative_bars_go_to_the_left_of_zero() {
    let text = picture(Kind::Bar, &[("host", texts(&["up", "down"])), ("change", numbers(&[10, -10]))]);
    let end =
        text.lines().nth(2).unwrap().chars().position(|c| c == '█').unwrap() + count(text.lines().nth(2).unwrap(), '█');
    let start = text.lines().nth(1).unwrap().chars().position(|c| c == '█').unwrap();
    assert_eq!(start, end, "{text}");
    assert!(text.contains("-10"), "{text}");
}

#[test]
fn bars_of_several_series_have_fillings_and_a_legend() {
    let columns = [("h", texts(&["a", "b"])), ("x", numbers(&[4, 2])), ("y", numbers(&[2, 4]))];
    let text = picture(Kind::Bar, &columns);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "█ x  ▓ y");
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(count(lines[1], '█'), count(lines[4], '▓'), "{text}");
    assert!(lines[2].starts_with("   "), "a label stands once: {text}");
    let coloured = result(Kind::Bar, &columns, true).unwrap();
    assert!(coloured.contains("\x1b[38;5;32m") && coloured.contains("\x1b[38;5;166m"), "{coloured:?}");
}

#[test]
fn percent_stands_beside_the_count_it_belongs_to() {
    let percent: ArrayRef = Arc::new(Float64Array::from(vec![75.0, 25.0]));
    let text = picture(Kind::Auto, &[("h", texts(&["a", "b"])), ("count", numbers(&[3, 1])), ("percent", percent)]);
    assert!(text.contains("75.0 %") && text.lines().count() == 3, "{text}");
}

#[test]
fn keys_that_count_together_are_a_label_together() {
    let columns =
        [("host", texts(&["a", "a", "b"])), ("status", numbers(&[200, 404, 200])), ("count", numbers(&[1, 2, 3]))];
    let text = picture(Kind::Auto, &columns);
    assert!(text.contains("a · 200") && text.contains("a · 404") && text.contains("b · 200"), "{text}");
}

#[test]
fn the_greatest_value_of_a_line_is_on_top_and_the_least_at_the_bottom() {
    let text = picture(Kind::Auto, &[("_time", times(&[0, 1, 2])), ("count", numbers(&[0, 100, 0]))]);
    let plot: Vec<_> = text.lines().filter(|line| line.contains(['┤', '│'])).collect();
    let dots = |line: &str| line.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count();
    assert!(plot.first().unwrap().trim_start().starts_with("100 ┤"), "{text}");
    assert!(plot.last().unwrap().trim_start().starts_with("0 ┤"), "{text}");
    // One peak on top, two feet below.
    assert!(dots(plot[0]) <= 4 && dots(plot[0]) > 0, "{text}");
    assert!(plot.last().unwrap().trim_end().width() >= 38, "the line ends at the right: {text}");
    assert!(text.contains("00:00") && text.contains("02:00") && text.contains("Jun 14"), "{text}");
}

#[test]
fn a_missing_value_is_a_gap() {
    let gap: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), Some(5), None, Some(5), Some(5)]));
    let text = picture(Kind::Line, &[("_time", times(&[0, 1, 2, 3, 4])), ("v", gap)]);
    let line = text.lines().find(|line| line.contains('⠒') || line.contains('⠤') || line.contains('⠉')).unwrap();
    let middle = line.trim_end().chars().rev().take(24).collect::<String>();
    assert!(middle.trim().contains("    "), "{text}");
}

#[test]
fn hidden_columns_are_no_series_and_what_is_left_over_comes_last() {
    let columns = [
        ("_time", times(&[0, 1])),
        ("NULL", numbers(&[1, 1])),
        ("OTHER", numbers(&[2, 2])),
        ("web", numbers(&[3, 3])),
        ("_span", numbers(&[3600, 3600])),
        ("_spandays", numbers(&[1, 1])),
    ];
    assert_eq!(picture(Kind::Auto, &columns).lines().next(), Some("● web  ○ OTHER  ■ NULL"));
    let coloured = result(Kind::Auto, &columns, true).unwrap();
    // Greys of the 256 colours.
    assert!(coloured.contains("\x1b[38;5;245m") && coloured.contains("\x1b[38;5;250m"), "{coloured:?}");
}

#[test]
fn more_than_ten_series_are_counted() {
    let names: Vec<String> = (0..13).map(|place| format!("s{place}")).collect();
    let mut columns = vec![("_time", times(&[0, 1]))];
    columns.extend(names.iter().map(|name| (name.as_str(), numbers(&[1, 2]))));
    let text = picture(Kind::Auto, &columns);
    assert!(text.contains("+3 more series"), "{text}");
}

#[test]
fn events_over_time_are_counted_in_bins_of_a_clock() {
    // Two events in the first hour, one in the 24th.
    let columns = [("_time", times(&[23, 0, 0])), ("_raw", texts(&["x", "y", "z"]))];
    let text = picture(Kind::Auto, &columns);
    assert!(text.contains("a column is 1 hour"), "{text}");
    let bottom = text.lines().rfind(|line| line.contains('┤')).unwrap();
    let (_, bars) = bottom.split_once('┤').unwrap();
    assert_eq!(bars.chars().next(), Some('█'), "{text}");
    assert_eq!(bars.chars().nth(23), Some('█'), "{text}");
    assert_eq!(count(bars, '█'), 2, "{text}");
}

#[test]
fn a_histogram_has_round_bins() {
    // 0..=99: ten each.
    let values: Vec<i64> = (0..100).collect();
    let text = picture(Kind::Auto, &[("bytes", numbers(&values))]);
    let top = text.lines().skip(1).find(|line| line.contains('█')).unwrap();
    let (_, bars) = top.split_once(['┤', '│']).unwrap();
    // All bins are alike.
    assert!(bars.trim_end().chars().all(|c| c == '█'), "{text}");
    assert!(text.contains(" 10 ┤"), "{text}");
}

#[test]
fn stacked_columns_add_up() {
    let columns = [("_time", times(&[0, 1])), ("x", numbers(&[2, 0])), ("y", numbers(&[2, 4]))];
    let text = picture(Kind::Column, &columns);
    let plot: Vec<&str> = text.lines().filter_map(|line| line.split_once(['┤', '│'])).map(|(_, bars)| bars).collect();
    let column = |at: usize| plot.iter().filter_map(|line| line.chars().nth(at)).collect::<String>();
    let (first, second) = (column(1), column(plot[0].chars().count() - 2));
    assert_eq!(count(&first, '█'), count(&first, '▓'), "{text}");
    assert_eq!(count(&second, '▓'), plot.len(), "{text}");
}

#[test]
fn columns_below_zero_hang_from_it() {
    let text = picture(Kind::Column, &[("h", texts(&["a", "b"])), ("v", numbers(&[5, -5]))]);
    let plot: Vec<&str> = text.lines().filter_map(|line| line.split_once(['┤', '│'])).map(|(_, bars)| bars).collect();
    let (top, bottom) = (plot.first().unwrap(), plot.last().unwrap());
    assert!(top.starts_with('█') && bottom.starts_with(' ') && bottom.contains('█'), "{text}");
    assert_eq!(count(top, '█'), count(bottom, '█'), "{text}");
}

#[test]
fn what_cannot_be_drawn_is_told() {
    assert_eq!(reason(Kind::Auto, &[("a", numbers(&[]))]), "there are no rows");
    assert_eq!(
        reason(Kind::Auto, &[("a", texts(&["x"])), ("b", texts(&["y"]))]),
        "none of the columns a, b holds numbers to draw"
    );
    assert_eq!(reason(Kind::Auto, &[("count", numbers(&[42]))]), "count is a single value, 42");
    assert_eq!(reason(Kind::Timeline, &[("count", numbers(&[1, 2]))]), "a timeline needs a column _time");
    assert!(reason(Kind::Scatter, &[("a", numbers(&[1, 2]))]).starts_with("a scatter needs two columns"));
}

#[test]
fn hostile_names_and_labels_are_tamed() {
    let long = "x".repeat(5000);
    let labels = ["\x1b[31mred\r\n", "<script>", "🦀🦀🦀 日本語", long.as_str(), ""];
    let text = picture(Kind::Auto, &[("na\x07me", texts(&labels)), ("count", numbers(&[1, 2, 3, 4, 5]))]);
    assert!(text.contains("␛[31mred") && text.contains("<script>") && text.contains("(none)"), "{text}");
    for kind in [Kind::Line, Kind::Area, Kind::Column, Kind::Histogram] {
        picture(kind, &[("name", texts(&labels)), ("count", numbers(&[1, 2, 3, 4, 5]))]);
    }
}

#[test]
fn any_double_can_be_drawn() {
    let values = vec![f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, 0.0, f64::MIN_POSITIVE, -1e-300];
    let extreme: ArrayRef = Arc::new(Float64Array::from(values.clone()));
    let hours: Vec<i64> = (0..values.len() as i64).collect();
    let labels: Vec<String> = hours.iter().map(ToString::to_string).collect();
    let labels = texts(&labels.iter().map(String::as_str).collect::<Vec<_>>());
    for kind in [Kind::Auto, Kind::Line, Kind::Area, Kind::Column, Kind::Bar, Kind::Scatter] {
        picture(kind, &[("_time", times(&hours)), ("v", Arc::clone(&extreme)), ("w", Arc::clone(&extreme))]);
        if kind != Kind::Scatter {
            picture(kind, &[("h", Arc::clone(&labels)), ("v", Arc::clone(&extreme)), ("w", Arc::clone(&extreme))]);
        }
    }
    picture(Kind::Histogram, &[("v", extreme)]);
    let nothing: ArrayRef = Arc::new(Float64Array::from(vec![Some(f64::INFINITY), None]));
    assert_eq!(reason(Kind::Histogram, &[("v", nothing)]), "no column holds numbers");
}

#[test]
fn many_rows_fit_into_the_room() {
    let hours: Vec<i64> = (0..5000).collect();
    for kind in [Kind::Line, Kind::Area, Kind::Column, Kind::Timeline, Kind::Scatter] {
        let text = picture(kind, &[("_time", times(&hours)), ("v", numbers(&hours))]);
        assert!(text.lines().count() <= SIZE.height + 1, "{text}");
    }
    let labels: Vec<String> = hours.iter().map(ToString::to_string).collect();
    let labels = texts(&labels.iter().map(String::as_str).collect::<Vec<_>>());
    let text = picture(Kind::Bar, &[("n", labels), ("v", numbers(&hours))]);
    assert!(text.ends_with("+4960 more rows\n"), "{text}");
}
