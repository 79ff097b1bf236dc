#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use quick_xml::{Reader, events::Event};

use super::Figure;
use crate::plot::Kind;

fn numbers(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn times(hours: &[i64]) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(hours.iter().map(|hour| hour * 3_600_000_000)))
}

fn figure(kind: Kind, title: &str, columns: &[(&str, ArrayRef)]) -> Figure {
    let columns = columns.iter().map(|(name, array)| (*name, Arc::clone(array), true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    Figure::new(kind, &batch.schema(), &[batch], Tz::UTC, title).unwrap()
}

/// The texts of a figure, which is XML.
fn texts_of(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let (mut texts, mut depth) = (Vec::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                depth += 1;
                assert_ne!(tag.name().as_ref(), "script");
                assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{tag:?}");
                texts.push(String::new());
            }
            Event::Text(text) => texts.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(name) => {
                let character = match &*name {
                    "lt" => "<".to_owned(),
                    "gt" => ">".to_owned(),
                    "amp" => "&".to_owned(),
                    "quot" => "\"".to_owned(),
                    "#39" => "'".to_owned(),
                    other => panic!("the entity {other}"),
                };
                texts.last_mut().unwrap().push_str(&character);
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The attribute of the element that shows this title.
fn width_of_bar(svg: &str, title: &str) -> f64 {
    let line = svg.lines().find(|line| line.contains(title) || line.ends_with(title)).unwrap();
    let (_, points) = line.split_once("points=\"").unwrap();
    let xs: Vec<f64> = points
        .split('"')
        .next()
        .unwrap()
        .split(' ')
        .map(|point| point.split_once(',').unwrap().0.parse().unwrap())
        .collect();
    xs[1] - xs[0]
}

#[test]
fn bars_have_lengths_labels_values_and_titles() {
    let figure = figure(Kind::Auto, "Hosts", &[("host", texts(&["web", "mail"])), ("count", numbers(&[3000, 1500]))]);
    let svg = figure.svg();
    let texts = texts_of(&svg);
    for wanted in ["Hosts", "web", "mail", "3,000", "1,500", "host", "count", "web\ncount: 3,000"] {
        assert!(texts.iter().any(|text| text == wanted), "{wanted}: {texts:?}");
    }
    let (long, short) = (width_of_bar(&svg, "<title>web"), width_of_bar(&svg, "<title>mail"));
    assert!((long - 2.0 * short).abs() < 0.1, "{long} {short}");
}

#[test]
fn hostile_texts_stay_texts() {
    let long = "y".repeat(10_000);
    let labels = ["<script>alert(1)</script>", "\x1b[2J\u{0}\u{fffe}", "🦀 & \"日本\" '", long.as_str()];
    for kind in [Kind::Bar, Kind::Column, Kind::Line, Kind::Area] {
        let columns =
            [("</svg>", texts(&labels)), ("]]>\u{7}", numbers(&[1, 2, 3, 4])), ("<b", numbers(&[4, 3, 2, 1]))];
        let figure = figure(kind, "</title><script>", &columns);
        let texts = texts_of(&figure.svg());
        assert!(texts.iter().any(|text| text == "</title><script>"), "{texts:?}");
        assert!(figure.png().unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}

#[test]
fn any_double_is_somewhere_in_the_figure() {
    let values: ArrayRef = Arc::new(Float64Array::from(vec![f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, 0.0, 1e-300]));
    for kind in [Kind::Bar, Kind::Column, Kind::Line, Kind::Area, Kind::Scatter, Kind::Timeline] {
        let columns = [("_time", times(&[0, 1, 2, 3, 4, 5])), ("v", Arc::clone(&values)), ("w", Arc::clone(&values))];
        let figure = figure(kind, "", &columns);
        let svg = figure.svg();
        texts_of(&svg);
        assert!(!svg.contains("NaN") && !svg.contains("inf,") && !svg.contains(",inf"), "{kind:?}: {svg}");
        figure.png().unwrap();
    }
}

#[test]
fn pixels_are_where_the_shapes_are() {
    use super::{
        colour::Colour,
        scene::{Anchor, Scene},
    };
    let mut scene = Scene::new("", 10.0, 10.0);
    scene.fill_box((0.0, 0.0), (5.0, 10.0), Colour(0, 0, 0), String::new());
    scene.line((5.0, 8.0), (10.0, 8.0), Colour(200, 0, 0), 2.0);
    scene.text((5.0, 6.0), 6.0, Anchor::Start, Colour(0, 0, 200), "I");
    let pixels = super::png::pixels(&scene);
    let at = |x: usize, y: usize| &pixels[(y * 20 + x) * 3..(y * 20 + x) * 3 + 3];
    assert_eq!(at(0, 0), [0, 0, 0]);
    assert_eq!(at(9, 19), [0, 0, 0]);
    assert_eq!(at(10, 0), [255, 255, 255]);
    assert_eq!(at(15, 16), [200, 0, 0]);
    assert_eq!(at(15, 19), [255, 255, 255]);
    assert!((10..20).any(|x| at(x, 8)[2] > at(x, 8)[0]), "a blue letter");
}

#[test]
fn no_rows_are_a_figure_that_says_so() {
    let figure = figure(Kind::Auto, "Nothing new", &[("count", numbers(&[]))]);
    assert!(texts_of(&figure.svg()).contains(&"no results".to_owned()));
}
