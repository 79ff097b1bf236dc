//! `speleo conf`: the settings that win, where they stand, and what is wrong in conf files.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

fn speleo(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Two apps that disagree.
fn apps() -> tempfile::TempDir {
    folder(&[
        (
            "apps/alpha/default/props.conf",
            "[default]\nCHARSET = UTF-8\n[sshd]\nTZ = UTC\nEVAL-a = 1\n[other]\nTZ = x\n",
        ),
        ("apps/zeta/default/props.conf", "[sshd]\nTZ = CET\n"),
        ("apps/zeta/local/props.conf", "[sshd]\nEVAL-b = one \\\ntwo\n"),
        ("apps/hidden/default/props.conf", "[sshd]\nEVAL-c = 3\n"),
        ("apps/hidden/metadata/default.meta", "[props]\nexport = none\n"),
    ])
}

#[test]
fn a_list_shows_what_wins_for_searches_and_for_reading() {
    let apps = apps();
    let list = |more: &[&str]| {
        stdout(&speleo(apps.path(), &[&["conf", "list", "props", "sshd", "--conf", "apps"], more].concat()))
    };
    assert_eq!(list(&[]), "[sshd]\nCHARSET = UTF-8\nEVAL-a = 1\nEVAL-b = one \\\ntwo\nTZ = CET\n");
    assert_eq!(
        list(&["--context", "index"]),
        "[sshd]\nCHARSET = UTF-8\nEVAL-a = 1\nEVAL-b = one \\\ntwo\nEVAL-c = 3\nTZ = UTC\n"
    );
    assert!(list(&["--app", "alpha"]).contains("TZ = UTC\n"));
    assert!(list(&["--app", "hidden"]).contains("EVAL-c = 3\n"));
    let debug = list(&["--debug"]);
    assert!(debug.lines().any(|line| line == "apps/zeta/default/props.conf:2   TZ = CET"), "{debug}");
    assert!(debug.lines().any(|line| line == "apps/alpha/default/props.conf:5  EVAL-a = 1"), "{debug}");
}

#[test]
fn a_list_as_json_lines_names_file_and_line() {
    let apps = apps();
    let output = speleo(apps.path(), &["conf", "list", "props.conf", "sshd", "--conf", "apps", "--output", "jsonl"]);
    let last: Value = serde_json::from_str(stdout(&output).lines().last().unwrap()).unwrap();
    assert_eq!(
        last,
        json!({"stanza": "sshd", "key": "TZ", "value": "CET", "file": "apps/zeta/default/props.conf", "line": 2})
    );
}

#[test]
fn an_event_chooses_its_stanzas() {
    let conf = folder(&[(
        "c/props.conf",
        "[s]\nTZ = type\nTRUNCATE = 5\n[source::/a/*]\nTZ = pattern\n[source::/b]\nTZ = other\n",
    )]);
    let output =
        speleo(conf.path(), &["conf", "list", "props", "--conf", "c", "--sourcetype", "s", "--source", "/a/x"]);
    assert_eq!(stdout(&output), "[source::/a/*]\nTZ = pattern\n[s]\nTRUNCATE = 5\n");
}

#[test]
fn what_is_not_there_is_an_error() {
    let apps = apps();
    assert_eq!(speleo(apps.path(), &["conf", "list", "nothing", "--conf", "apps"]).status.code(), Some(1));
    assert_eq!(speleo(apps.path(), &["conf", "list", "props", "nobody", "--conf", "apps"]).status.code(), Some(1));
    assert_eq!(speleo(apps.path(), &["conf", "list", "props", "--conf", "nowhere"]).status.code(), Some(1));
    assert_eq!(speleo(apps.path(), &["conf", "list", "props"]).status.code(), Some(2));
}

#[test]
fn a_stanza_and_an_event_do_not_both_choose() {
    let folder = folder(&[("props.conf", "[x]\nKV_MODE = none\n")]);
    let output = speleo(folder.path(), &["conf", "list", "props", "zzz", "--sourcetype", "x", "--conf", "."]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_check_finds_everything_with_its_line() {
    let conf = folder(&[
        (
            "c/props.conf",
            "[s]\nEXTRACT-a = (\nREPORT-b = gone, there\nLOOKUP-c = nobody x\nEVAL-d = 1 +\nTRUNCATE = many\nword\n",
        ),
        ("c/transforms.conf", "[there]\nREGEX = (a\n[l]\nfilename = l.csv\n"),
        ("c/savedsearches.conf", "[s]\nsearch = index=x \\\n| `gone` \\ \n"),
        ("c/inputs.conf", "nothing\n"),
    ]);
    let output = speleo(conf.path(), &["conf", "check", "c", "--output", "jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    let places: Vec<String> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| format!("{}:{}", line["file"].as_str().unwrap(), line["line"]))
        .collect();
    let wanted = [
        "c/inputs.conf:1",
        "c/props.conf:2",
        "c/props.conf:3",
        "c/props.conf:4",
        "c/props.conf:5",
        "c/props.conf:6",
        "c/props.conf:7",
        "c/savedsearches.conf:3",
        "c/savedsearches.conf:3",
        "c/transforms.conf:2",
        "c/transforms.conf:4",
    ];
    assert_eq!(places, wanted);
}

#[test]
fn a_check_of_sound_files_is_silent() {
    let conf = folder(&[
        ("c/props.conf", "[s]\nEXTRACT-a = (?<a>\\d+) in b\nREPORT-b = there\nEVAL-d = lower(a)\n"),
        ("c/transforms.conf", "[there]\nREGEX = (a)\n"),
    ]);
    let output = speleo(conf.path(), &["conf", "check", "c"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn a_search_takes_a_time_range_by_its_name() {
    let app = folder(&[
        ("app/default/times.conf", "[shift]\nlabel = Last shift\nearliest_time = -1d@d\nlatest_time = @d\n"),
        ("speleo.toml", "earliest = \"-1h\"\nlatest = \"now\"\n"),
    ]);
    let range = |name: &str| {
        let spl = "| makeresults | addinfo | eval r=info_min_time.\" \".info_max_time | table r";
        let fixed = ["search", "--now", "1700000000", "--timezone", "UTC", "--conf", "app", "--output", "tsv"];
        speleo(app.path(), &[fixed.as_slice(), &["--time-range", name, "--", spl]].concat())
    };
    let bounds = |name: &str| stdout(&range(name)).lines().nth(1).unwrap_or_default().to_owned();
    // 2023-11-14 22:13:20: whole hours, and the midnight before.
    assert_eq!(bounds("Last 24 hours"), "1699912800 1700000000");
    assert_eq!(bounds("last_24_hours"), bounds("LAST 24 HOURS"));
    assert_eq!(bounds("Last shift"), "1699833600 1699920000");
    let wrong = range("Last 24 ours");
    assert_eq!(wrong.status.code(), Some(1));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("E0305") && told.contains("`Last 24 hours` is one"), "{told}");
}
