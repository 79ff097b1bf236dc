//! Pictures of results: `--plot` in a pipe, and figures as SVG, PNG and HTML.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use quick_xml::{Reader, events::Event};

/// A search over nothing with a fixed time and zone.
fn search(spl: &str, more: &[&str]) -> Output {
    let fixed = ["search", "--now", "1700000000", "--timezone", "Europe/Berlin"];
    Command::new(env!("CARGO_BIN_EXE_speleo"))
        .args([&fixed[..], more, &["--", spl]].concat())
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Three hosts with 1, 2 and 3 events.
const HOSTS: &str = "| makeresults count=6 | streamstats count AS n | eval host=case(n<2, \"a\", n<4, \"b\", true(), \"c\") \
                     | stats count BY host";
/// An event a minute for an hour, up to 23:13 in Berlin.
const EVENTS: &str = "| makeresults count=60 | streamstats count AS n | eval _time=1700000000-60*n, _raw=\"event \".n";

/// Goes through a document, which is XML, and counts its elements.
fn elements(text: &str, name: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let (mut count, mut depth) = (0, 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                depth += 1;
                count += usize::from(tag.name().as_ref() == name);
            }
            Event::Empty(tag) => count += usize::from(tag.name().as_ref() == name),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{text}");
    count
}

/// Width and height of a PNG, by its first chunk.
fn size(path: &Path) -> (u32, u32) {
    let bytes = fs::read(path).unwrap();
    assert_eq!(&bytes[..16], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR");
    assert_eq!(&bytes[bytes.len() - 12..], b"\0\0\0\0IEND\xae\x42\x60\x82");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_pipe_gets_a_picture_of_80_columns_without_colours() {
    let output = search(HOSTS, &["--plot"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(!text.contains('\x1b'), "{text:?}");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let length = |line: &str| line.chars().filter(|c| *c == '█').count();
    assert!(lines.iter().all(|line| line.chars().count() == 80), "{text}");
    // One, two and three thirds.
    assert!(length(lines[3]).abs_diff(3 * length(lines[1])) <= 3, "{text}");
    assert!(length(lines[2]).abs_diff(2 * length(lines[1])) <= 2, "{text}");
    assert!(stderr(&output).starts_with("3 rows, "), "{}", stderr(&output));
}

#[test]
fn a_kind_may_follow_and_a_search_may_too() {
    let by_space = search(EVENTS, &["--plot", "timeline"]);
    assert_eq!(stdout(&by_space), stdout(&search(EVENTS, &["--plot=timeline"])));
    // Events with a time and their text are a timeline without being told.
    assert_eq!(stdout(&by_space), stdout(&search(EVENTS, &["--plot"])));
    assert!(stdout(&by_space).contains("a column is 1 minute"), "{}", stdout(&by_space));
    let output =
        Command::new(env!("CARGO_BIN_EXE_speleo")).args(["--plot", HOSTS]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(stdout(&output), stdout(&search(HOSTS, &["--plot", "bar"])));
    assert_eq!(search(HOSTS, &["--plot=cake"]).status.code(), Some(2));
}

#[test]
fn an_axis_of_time_is_in_the_zone() {
    let output = search(&format!("{EVENTS} | timechart span=10m count"), &["--plot"]);
    let text = stdout(&output);
    // 22:13 UTC is 23:13 in Berlin.
    assert!(text.contains("23:00") && text.contains("Nov 14") && !text.contains("21:50"), "{text}");
}

#[test]
fn without_a_picture_there_is_a_reason_and_nothing_else() {
    let output = search("| makeresults | eval a=\"x\", b=\"y\" | table a b", &["--plot"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    assert!(stderr(&output).contains("none of the columns a, b holds numbers to draw"), "{}", stderr(&output));
    let output = search("| makeresults count=0", &["--plot"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
    assert!(stderr(&output).contains("there are no rows"), "{}", stderr(&output));
    let output = search(HOSTS, &["--plot", "--output", "csv"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn a_figure_goes_to_the_file_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let output = search(HOSTS, &["--out", &path("hosts.svg")]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""), "{}", stderr(&output));
    let svg = fs::read_to_string(path("hosts.svg")).unwrap();
    assert!(svg.starts_with("<svg xmlns="), "{svg}");
    // Three bars with a title each.
    assert_eq!(elements(&svg, "title"), 3, "{svg}");
    assert_eq!(stdout(&search(HOSTS, &["--output", "svg"])), svg);
    search(HOSTS, &["--out", &path("hosts.png")]);
    let (width, height) = size(Path::new(&path("hosts.png")));
    assert_eq!(width, 1800);
    let wanted = svg.split_once("height=\"").unwrap().1.split_once('"').unwrap().0.parse::<f64>().unwrap();
    assert_eq!(height, (2.0 * wanted).round() as u32);
}

#[test]
fn hostile_labels_stay_labels_in_figures() {
    let spl = "| makeresults count=2 | streamstats count AS n \
               | eval x=if(n=1, \"<script>alert(1)</script>&\\\"'\", urldecode(\"%1b%5b2J%00%ef%bf%bf\").\"🦀日本\") | chart sum(n) AS \"<b>\" BY x";
    let svg = stdout(&search(spl, &["--output", "svg"]));
    assert_eq!(elements(&svg, "script"), 0, "{svg}");
    assert!(svg.contains("&lt;script&gt;alert(1)"), "{svg}");
    let html = stdout(&search(spl, &["--output", "html"]));
    assert!(!html.contains("<script") && html.contains("<svg"), "{html}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile.png");
    let output = search(spl, &["--out", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(size(&path).0, 1800);
}

#[test]
fn a_page_has_a_figure_above_its_table_where_the_search_ends_in_a_chart() {
    let page = |spl: &str, more: &[&str]| stdout(&search(spl, &[more, &["--output", "html"]].concat()));
    let chart = page(&format!("{EVENTS} | timechart span=10m count"), &[]);
    let (figure, table) = (chart.find("<svg").unwrap(), chart.find("<table").unwrap());
    assert!(figure < table, "{chart}");
    assert!(!chart.contains("http://") || chart.matches("http").count() == 1, "nothing but the name of SVG: {chart}");
    assert!(!page(HOSTS, &[]).contains("<svg"));
    assert!(page(HOSTS, &["--plot"]).contains("<svg"));
}

#[test]
fn a_figure_has_the_title_of_its_query_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hosts.spl");
    fs::write(&path, format!("```title: Hosts & <friends>```\n{HOSTS}")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .args(["search", "--output", "svg", "-f", path.to_str().unwrap()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let svg = stdout(&output);
    assert_eq!(svg.matches("Hosts &amp; &lt;friends&gt;").count(), 2, "as title and as text: {svg}{}", stderr(&output));
}

#[test]
fn no_rows_are_a_figure_that_says_so() {
    let svg = stdout(&search("| makeresults count=0 | stats count BY host", &["--output", "svg"]));
    assert!(svg.contains(">no results</text>"), "{svg}");
}

#[test]
fn tables_draw_sparklines_and_data_keeps_their_values() {
    let spl = format!("{EVENTS} | stats sparkline(sum(n), 30m) AS course");
    assert!(stdout(&search(&spl, &["--output", "table"])).contains('█'));
    assert!(stdout(&search(&spl, &["--output", "jsonl"])).contains("##__SPARKLINE__##"));
}
