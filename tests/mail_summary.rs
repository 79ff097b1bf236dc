//! From the gateway's log to phishing: the bundled search makes the mail summary of `data/mail.log`, and whoever asks it gets what
//! the demo's own summary says, which was written from the messages and not from the log.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::{Map, Value};

const NOW: &str = "1718379000";

type Row = Map<String, Value>;

fn speleo(arguments: &[&str], more: &[&Path]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(arguments).args(more).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The rows of a query file or, where it is none, of a search.
fn rows(project: &Path, query: &str) -> Vec<Row> {
    // Any zone but the log's: what the lines mean must not hang on where they are read.
    let world = ["search", "--now", NOW, "--timezone", "America/New_York", "--output", "jsonl"];
    let path = project.join(query);
    let project = format!("--project={}", project.display());
    let text = if query.ends_with(".spl") {
        speleo(&[&world[..], &[&project, "--file"]].concat(), &[&path])
    } else {
        speleo(&[&world[..], &[&project, "--", query]].concat(), &[])
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A demo, and the same with a summary that is a folder in which nothing has been collected.
fn projects(folder: &Path) -> (std::path::PathBuf, std::path::PathBuf) {
    let (direct, stitched) = (folder.join("direct"), folder.join("stitched"));
    for project in [&direct, &stitched] {
        speleo(&["demo", "--now", NOW, "--output", "jsonl"], &[project]);
    }
    fs::remove_file(stitched.join("data/summary_esa.ndjson")).unwrap();
    fs::create_dir(stitched.join("data/summary_esa")).unwrap();
    fs::write(stitched.join("data/summary_esa/first.ndjson"), "").unwrap();
    let settings = fs::read_to_string(stitched.join("speleo.toml")).unwrap();
    let changed = settings.replace("data/summary_esa.ndjson", "data/summary_esa");
    assert_ne!(settings, changed);
    fs::write(stitched.join("speleo.toml"), changed).unwrap();
    (direct, stitched)
}

/// A value as text, several of them in order; a row has no field that is empty in one summary and absent in the other.
fn texts(value: &Value) -> Vec<String> {
    let mut texts: Vec<String> = match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    };
    texts.sort();
    texts
}

fn plain(rows: &[Row]) -> BTreeSet<BTreeMap<&str, Vec<String>>> {
    rows.iter().map(|row| row.iter().map(|(name, value)| (name.as_str(), texts(value))).collect()).collect()
}

fn values(rows: &[Row], field: &str) -> BTreeSet<String> {
    rows.iter().filter_map(|row| row.get(field)).flat_map(texts).collect()
}

#[test]
fn the_log_says_what_the_messages_say() {
    let folder = tempfile::tempdir().unwrap();
    let (direct, stitched) = projects(folder.path());
    let written = rows(&stitched, "queries/reports/mail_summary.spl");

    // All of every message, those with odd lives and those of the gateway's own among them.
    let fields = "index=summary_esa | table _time orig_host internal_message_id time_start sender recipient message_subject \
                  attachment attachment_type email_dns_name message_size vendor_action";
    let (truth, found) = (rows(&direct, fields), rows(&stitched, fields));
    assert_eq!((found.len(), written.len()), (truth.len(), truth.len()));
    assert!(truth.len() > 6_000);
    let (truth, found) = (plain(&truth), plain(&found));
    let odd: Vec<_> = truth.symmetric_difference(&found).take(6).collect();
    assert!(odd.is_empty(), "{odd:#?}");

    // What the generator planted.
    let planted: [(&str, &str, &[&str]); 5] = [
        ("queries/phishing/raw_ip.spl", "email_dns_name", &["192.0.2.77", "198.51.100.140", "203.0.113.90"]),
        ("queries/phishing/attachment.spl", "attachment", &["invoice_48213.docm", "salary.xlsm", "scan.pdf.exe"]),
        ("queries/phishing/spoofed.spl", "subject", &["Quick request", "Updated bank details"]),
        (
            "queries/phishing/blocked_tld.spl",
            "sender",
            &["help@quotadesk.xyz", "track@depotnotice.top", "voice@pbxmail.click"],
        ),
        ("queries/phishing/new_sender.spl", "sender", &["rewards@bonus-points.example", "survey@staff-survey.example"]),
    ];
    for (query, field, expected) in planted {
        let found = rows(&stitched, query);
        let expected: BTreeSet<String> = expected.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(values(&found, field), expected, "{query}");
        assert_eq!(plain(&found), plain(&rows(&direct, query)), "{query}");
    }
    for metric in fs::read_dir(stitched.join("queries/metrics")).unwrap() {
        let query = format!("queries/metrics/{}", metric.unwrap().file_name().to_string_lossy());
        let found = rows(&stitched, &query);
        assert!(!found.is_empty(), "{query}");
        assert_eq!(plain(&found), plain(&rows(&direct, &query)), "{query}");
    }
}
