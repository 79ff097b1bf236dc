//! The program's contract: exit statuses, what goes to which stream, the forms of rows and of `check`.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

fn speleo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_speleo")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn status(arguments: &[&str]) -> i32 {
    speleo(arguments).status.code().unwrap()
}

/// A search over nothing with a fixed time and zone.
fn search(spl: &str, more: &[&str]) -> Output {
    speleo(&[&["search", "--now", "1700000000", "--timezone", "Europe/Berlin"], more, &["--", spl]].concat())
}

const ROW: &str = "| makeresults | eval n=1.5, whole=2.0*1, t=\"a,b\", m=split(\"x y\", \" \"), gone=null() | table _time n whole t m gone";

#[test]
fn json_lines_are_lossless() {
    let output = search(ROW, &["--output", "jsonl"]);
    assert_eq!(stdout(&output), "{\"_time\":1700000000,\"n\":1.5,\"whole\":2,\"t\":\"a,b\",\"m\":[\"x\",\"y\"]}\n");
    assert_eq!(stderr(&output), "");
    // In a pipe they are the default.
    assert_eq!(stdout(&search(ROW, &[])), stdout(&output));
}

#[test]
fn csv_has_iso_times_and_joins_values_by_newlines() {
    let output = search(ROW, &["--output", "csv"]);
    assert_eq!(stdout(&output), "_time,n,whole,t,m,gone\n2023-11-14T23:13:20.000+01:00,1.5,2,\"a,b\",\"x\ny\",\n");
    let output = search("| makeresults | eval a=1 | table _time a", &["--output", "tsv"]);
    assert_eq!(stdout(&output), "_time\ta\n2023-11-14T23:13:20.000+01:00\t1\n");
}

#[test]
fn tables_show_times_in_the_zone_and_a_footer_beside_the_data() {
    let output = search("| makeresults | eval m=split(\"x y\", \" \"), n=10 | table _time m n", &["--output", "table"]);
    let table = "\
╭─────────────────────┬───┬────╮
│ _time               ┆ m ┆ n  │
╞═════════════════════╪═══╪════╡
│ 2023-11-14 23:13:20 ┆ x ┆ 10 │
│                     ┆ y ┆    │
╰─────────────────────┴───┴────╯
";
    assert_eq!(stdout(&output), table);
    assert!(stderr(&output).starts_with("1 row, 0 events scanned, "), "{}", stderr(&output));
}

#[test]
fn formats_are_for_people() {
    let spl = "| makeresults | eval bytes=1234567 | fieldformat bytes=tostring(bytes, \"commas\") | table bytes";
    assert!(stdout(&search(spl, &["--output", "table"])).contains("1,234,567"));
    assert!(stdout(&search(spl, &["--output", "markdown"])).contains("1,234,567"));
    assert_eq!(stdout(&search(spl, &["--output", "csv"])), "bytes\n1234567\n");
    // Rows that another command makes have other fields.
    let spl = format!("{spl} | stats max(bytes) AS bytes");
    assert!(stdout(&search(&spl, &["--output", "table"])).contains("1234567"));
}

#[test]
fn the_other_forms() {
    let spl = "| makeresults | eval a=\"x|y\", b=2 | table a b";
    assert_eq!(stdout(&search(spl, &["--output", "json"])), "[\n{\"a\":\"x|y\",\"b\":2}\n]\n");
    assert_eq!(stdout(&search(spl, &["--output", "markdown"])), "| a | b |\n| --- | ---: |\n| x\\|y | 2 |\n");
    assert_eq!(stdout(&search(spl, &["--output", "vertical"])), "── row 1 ──\na  x|y\nb  2\n");
    assert_eq!(stdout(&search(spl, &["--output", "raw"])), "a=\"x|y\" b=\"2\"\n");
    assert!(
        stdout(&search("| makeresults | eval a=\"<b>\" | table a", &["--output", "html"])).contains("<td>&lt;b&gt;")
    );
}

#[test]
fn files_take_the_form_that_their_ending_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let spl = "| makeresults | eval a=1 | table a";
    for name in ["a.csv", "a.parquet", "a.arrow", "a.jsonl"] {
        let output = search(spl, &["--out", &path(name)]);
        assert!(output.status.success(), "{name}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
    assert_eq!(fs::read_to_string(path("a.csv")).unwrap(), "a\n1\n");
    assert!(fs::read(path("a.parquet")).unwrap().starts_with(b"PAR1"));
    assert!(fs::read(path("a.arrow")).unwrap().starts_with(b"ARROW1"));
    assert_eq!(search(spl, &["--out", &path("a.what")]).status.code(), Some(2));
    // A failure leaves what was there.
    assert_eq!(search("| makeresults | eval a=1+", &["--out", &path("a.csv")]).status.code(), Some(1));
    assert_eq!(fs::read_to_string(path("a.csv")).unwrap(), "a\n1\n");
}

#[test]
fn exit_statuses() {
    assert_eq!(status(&["search", "| makeresults"]), 0);
    assert_eq!(status(&["search", "| nonsense"]), 1);
    assert_eq!(status(&["search", "--what", "| makeresults"]), 2);
    assert_eq!(status(&["search", "--index", "broken", "| makeresults"]), 2);
    assert_eq!(status(&["search", "--fail-on-empty", "| makeresults | where false()"]), 3);
    assert_eq!(status(&["search", "--fail-on-results", "| makeresults"]), 4);
    assert_eq!(status(&["search", "--fail-on-results", "| makeresults | where false()"]), 0);
    assert_eq!(status(&["search", "--file", "/nowhere/x.spl"]), 1);
    assert_eq!(status(&["serve"]), 2);
}

#[test]
fn a_search_may_come_in_three_ways() {
    let expected = "{\"a\":1}\n";
    let spl = "| makeresults | eval a=1 | table a";
    assert_eq!(stdout(&speleo(&[spl])), expected);
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_speleo")).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(spl.as_bytes()).unwrap();
    assert_eq!(stdout(&child.wait_with_output().unwrap()), expected);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.spl");
    fs::write(&path, format!("```title: One\nmore: kept```\n{}", spl.replace('1', "$n$"))).unwrap();
    assert_eq!(stdout(&speleo(&["search", "--file", path.to_str().unwrap(), "--set", "n=1"])), expected);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .args(["search", "| makeresults count=200000 | eval a=1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()));
}

#[test]
fn errors_point_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.spl");
    fs::write(&path, "```title: Broken```\n| makeresults\n| stat count\n").unwrap();
    let output = speleo(&["search", "--file", path.to_str().unwrap()]);
    assert_eq!(stdout(&output), "");
    let text = stderr(&output);
    assert!(text.starts_with("error[E0201]"), "{text}");
    assert!(text.contains(&format!("{}:3:3", path.display())), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");

    let output = speleo(&["search", "--file", path.to_str().unwrap(), "--error-format", "json"]);
    let object: Value = serde_json::from_str(stderr(&output).lines().next().unwrap()).unwrap();
    assert_eq!((&object["code"], &object["line"], &object["column"]), (&json!("E0201"), &json!(3), &json!(3)));

    let output = speleo(&["search", "--file", path.to_str().unwrap(), "--error-format", "sarif"]);
    let document: Value = serde_json::from_str(&stderr(&output)).unwrap();
    assert_eq!(document["runs"][0]["results"][0]["ruleId"], "E0201");
}

#[test]
fn sarif_has_what_its_schema_requires() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.spl");
    // Two errors, and a warning behind a character of two bytes: columns count characters.
    let text = "```title: é```\n| makeresults | search x=\"é\" or user=x\n| stats count by\n| rename user name\n";
    fs::write(&path, text).unwrap();
    for arguments in [vec!["check"], vec!["search", "--file"]] {
        let arguments = [arguments, vec![path.to_str().unwrap(), "--error-format", "sarif"]].concat();
        let document: Value = serde_json::from_str(&stderr(&speleo(&arguments))).unwrap();
        assert_eq!((&document["version"], &document["runs"].as_array().unwrap().len()), (&json!("2.1.0"), &1));
        let run = &document["runs"][0];
        let driver = &run["tool"]["driver"];
        assert_eq!(driver["name"], "speleo");
        let rules: Vec<&str> =
            driver["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(rules, ["E0100", "E0306", "W0553"]);
        assert!(driver["rules"].as_array().unwrap().iter().all(|rule| rule["fullDescription"]["text"].is_string()));
        // A result names its rule, level, text and place.
        let results: Vec<Value> = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                assert!(!result["message"]["text"].as_str().unwrap().is_empty());
                let place = &result["locations"][0]["physicalLocation"];
                assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("q.spl"));
                json!([result["ruleId"], result["level"], place["region"]])
            })
            .collect();
        let region = |line: u32, from: u32, to: u32| json!({"startLine": line, "startColumn": from, "endLine": line, "endColumn": to});
        assert!(results.contains(&json!(["W0553", "warning", region(2, 30, 32)])), "{results:?}");
        assert!(results.contains(&json!(["E0306", "error", region(3, 3, 17)])), "{results:?}");
        assert!(results.contains(&json!(["E0100", "error", region(4, 15, 19)])), "{results:?}");
    }
}

fn check(path: &Path) -> (Vec<Value>, i32) {
    let output = speleo(&["check", "--output", "jsonl", path.to_str().unwrap()]);
    let lines = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (lines, output.status.code().unwrap())
}

#[test]
fn check_tells_mistakes_from_what_is_missing_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let searches = [
        json!({"id": "fine", "search": "index=x | stats count by host"}),
        json!({"id": 7, "search": "index=x | fit LinearRegression y from z"}),
        json!({"search": "index=x | stats count by"}),
        json!({"id": "macro", "search": "index=x `nowhere`"}),
        json!({"id": "filter", "search": "index=x | `some_detection_filter`"}),
    ];
    fs::write(&path, searches.map(|search| search.to_string()).join("\n")).unwrap();
    let (lines, status) = check(&path);
    let answers: Vec<_> = lines.iter().map(|line| (line["id"].clone(), line["status"].as_str().unwrap())).collect();
    assert_eq!(
        answers,
        [
            (json!("fine"), "ok"),
            (json!(7), "unsupported"),
            (json!(format!("{}:3", path.display())), "invalid"),
            (json!("macro"), "unsupported"),
            (json!("filter"), "ok"),
        ]
    );
    assert_eq!(status, 1);
    assert_eq!(lines[0]["commands"], json!(["search", "stats"]));
    assert_eq!(lines[1]["diagnostics"][0]["code"], "E0401");
    assert_eq!(lines[1]["diagnostics"][0]["severity"], "error");
    assert_eq!(lines[1]["diagnostics"][0]["span"], json!([10, 13]));
}

#[test]
fn check_reads_apps_and_detections() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "app/default/savedsearches.conf",
        "[one]\nsearch = index=x \\\n| `mine`\n\n[two]\nsearch = index=x | nonsense\n",
    );
    write("app/local/savedsearches.conf", "[two]\nsearch = index=x | head\n");
    write("app/default/macros.conf", "[mine]\ndefinition = stats count\n");
    write("detections/d.yml", "name: D\nid: abc\nsearch: |-\n  index=x\n  | head 1\nstatus: production\n");
    let (lines, status) = check(folder.path());
    let answers: Vec<_> =
        lines.iter().map(|line| (line["name"].as_str().unwrap(), line["status"].as_str().unwrap())).collect();
    assert_eq!(answers, [("one", "ok"), ("two", "ok"), ("D", "ok")]);
    assert_eq!(lines[2]["id"], "abc");
    assert_eq!(status, 0);
}

#[test]
fn a_golden_test_that_differs_fails_and_can_be_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.spltest");
    let case = "=== one\nsearch: | makeresults | eval a=1 | table a\n--- rows\na\n2\n\n=== two\nsearch: | nonsense\n--- error\n";
    fs::write(&path, case).unwrap();
    let output = speleo(&["test", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("  - 2\n  + 1\n"), "{}", stdout(&output));
    assert_eq!(status(&["test", "--accept", path.to_str().unwrap()]), 0);
    assert_eq!(status(&["test", path.to_str().unwrap()]), 0);
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .starts_with("=== one\nsearch: | makeresults | eval a=1 | table a\n--- rows\na\n1\n\n=== two\n")
    );
}

#[test]
fn help_knows_commands_functions_and_codes() {
    for topic in ["dedup", "lower", "values", "commands", "functions", "stats-functions", "check", "stores"] {
        let output = speleo(&["help", topic]);
        assert!(output.status.success() && !output.stdout.is_empty(), "{topic}: {}", stderr(&output));
    }
    assert_eq!(status(&["help", "nonsense"]), 2);
    let page = stdout(&speleo(&["help", "mvmap"]));
    assert!(page.contains("mvmap(ports, ports * 10)  →  [220, 800, 4430]"), "{page}");
    assert!(page.contains("The field ports has the values 22, 80, 443."), "{page}");
    let page = stdout(&speleo(&["help", "max"]));
    assert!(page.contains("max (eval function)") && page.contains("max (stats function)"), "{page}");
    let problem = stderr(&speleo(&["help", "strftme"]));
    assert!(problem.contains("the nearest is `strftime`"), "{problem}");
    assert!(stdout(&speleo(&["explain", "E0203"])).contains("E0203"));
    assert_eq!(status(&["explain", "E9999"]), 2);
}

/// Runs `fmt` on a text.
fn format(arguments: &[&str], text: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .arg("fmt")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_bundled_queries_are_in_the_canonical_layout() {
    let output = speleo(&["fmt", "--check", concat!(env!("CARGO_MANIFEST_DIR"), "/queries")]);
    assert_eq!(stdout(&output), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn fmt_changes_files_in_place_and_check_only_tells() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("more")).unwrap();
    fs::write(path("a.spl"), "```title: A```\nindex=a|head   5").unwrap();
    fs::write(path("more/b.spl"), "index=b\n").unwrap();
    fs::write(path("broken.spl"), "index=c \"d | head\n").unwrap();
    fs::write(path("other.txt"), "index=e|head").unwrap();
    let all = folder.path().to_str().unwrap();

    let output = speleo(&["fmt", "--check", all]);
    assert_eq!(output.status.code(), Some(1));
    let told = stdout(&output);
    assert!(told.contains("a.spl\n") && told.contains("+ | head 5") && !told.contains("b.spl"), "{told}");
    assert_eq!(fs::read_to_string(path("a.spl")).unwrap(), "```title: A```\nindex=a|head   5");

    let output = speleo(&["fmt", all]);
    assert_eq!(output.status.code(), Some(1), "the broken file is told");
    assert!(stderr(&output).contains("broken.spl:1:9"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(path("a.spl")).unwrap(), "```title: A```\nindex=a\n| head 5\n");
    assert_eq!(fs::read_to_string(path("broken.spl")).unwrap(), "index=c \"d | head\n");
    assert_eq!(fs::read_to_string(path("other.txt")).unwrap(), "index=e|head");

    fs::remove_file(path("broken.spl")).unwrap();
    assert_eq!(status(&["fmt", "--check", all]), 0);
}

#[test]
fn fmt_reads_standard_input() {
    for arguments in [&["-"][..], &[]] {
        let output = format(arguments, "a|head 5");
        assert_eq!((stdout(&output).as_str(), output.status.code()), ("a\n| head 5\n", Some(0)));
    }
    assert_eq!(format(&["--check"], "a\n| head 5\n").status.code(), Some(0));
    assert_eq!(format(&["--check", "-"], "a|head 5").status.code(), Some(1));
    let output = format(&[], "a | [");
    assert_eq!((stdout(&output).as_str(), output.status.code()), ("", Some(1)));
    assert_eq!(format(&["-", "x.spl"], "").status.code(), Some(2));
}

#[test]
fn earlier_searches_are_those_of_the_shell() {
    let state = tempfile::tempdir().unwrap();
    fs::create_dir(state.path().join("speleo")).unwrap();
    let lines = "{\"started\":1000000,\"search\":\"index=a\",\"earliest\":0,\"rows\":3,\"events\":true,\"scanned\":9}\n\
                 {\"started\":2500000,\"search\":\"| makeresults\",\"rows\":1,\"events\":false,\"scanned\":0}\n";
    fs::write(state.path().join("speleo/searches.jsonl"), lines).unwrap();
    let run = |spl: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
        command.env("XDG_STATE_HOME", state.path()).args(["search", "--output", "csv", "--timezone", "UTC", "--", spl]);
        stdout(&command.stdin(Stdio::null()).output().unwrap())
    };
    assert_eq!(
        run("| history | fields - sid"),
        "_time,api_et,api_lt,event_count,exec_time,is_realtime,result_count,scan_count,search,search_et,search_lt\n\
         1970-01-01T00:00:02.500+00:00,,,0,2,0,1,0,| makeresults,,\n\
         1970-01-01T00:00:01.000+00:00,0,,3,1,0,0,9,index=a,0,\n"
    );
    assert_eq!(run("| history events=t | search index | table _raw"), "_raw\nindex=a\n");
    // A single search leaves no trace.
    assert_eq!(run("| history | stats count"), "count\n2\n");
}

/// A repository of detections: macros and lookups beside them, data elsewhere.
fn detections() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("repo/macros/of_kind.yml", "name: of_kind\narguments:\n- kind\ndefinition: index=main kind=$kind$\n");
    write(
        "repo/lookups/owners.yml",
        "name: owners\nmatch_type:\n- WILDCARD(host)\ncase_sensitive_match: false\nmin_matches: 1\ndefault_match: nobody\n",
    );
    write("repo/lookups/owners.csv", "host,owner\nWEB*,ann\n");
    write(
        "repo/detections/one.yml",
        "name: Odd Process\nsearch: |-\n  `of_kind(proc)`\n  | lookup owners host OUTPUT owner\n  | table host dest user owner\n  \
         | outputlookup owners.csv\n  | `odd_process_filter`\nrba:\n  risk_objects:\n  - field: dest\ntests:\n- name: Positive\n  \
         attack_data:\n  - data: https://example.com/master/datasets/T1/sysmon.log\n    sourcetype: json\n- name: Elsewhere\n  \
         attack_data:\n  - data: https://example.com/none.log\n    sourcetype: json\n",
    );
    write(
        "repo/detections/two.yml",
        "name: Nobody\nsearch: index=main user=nobody\ntests:\n- name: Negative\n  expected_count: 0\n  attack_data:\n  \
         - data: https://example.com/datasets/T1/sysmon.log\n",
    );
    write("repo/detections/untested.yml", "name: Untested\nsearch: index=main\n");
    write(
        "repo/regression/rule/info.yml",
        "rule_metadata:\n- title: A Rule\nregression_tests_info:\n- name: Positive\n  match_count: 2\n  path: events.json\n",
    );
    write("repo/regression/rule/rule.spl", "index=main kind=proc\n");
    let events = "{\"_time\":1,\"kind\":\"proc\",\"host\":\"web1\",\"dest\":\"a\",\"user\":\"x\"}\n{\"_time\":2,\"kind\":\"proc\",\"host\":\"db\",\"dest\":\"b\"}\n";
    write("repo/regression/rule/events.json", events);
    write("data/datasets/T1/sysmon.log", events);
    folder
}

#[test]
fn what_is_wrong_beside_a_detection_fails_its_tests_alone() {
    let folder = detections();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::create_dir_all(at("other/macros")).unwrap();
    fs::write(at("other/macros/bad.yml"), "definition: index=main\n").unwrap();
    fs::write(
        at("other/one.yml"),
        "name: Other\nsearch: index=main\ntests:\n- name: T\n  attack_data:\n  - data: datasets/T1/sysmon.log\n",
    )
    .unwrap();
    let output =
        speleo(&["test", &at("other"), &at("repo/detections/two.yml"), "--data", &at("data"), "--output", "jsonl"]);
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let status = |name: &str| lines.iter().find(|line| line["name"] == name).map(|line| line["status"].clone());
    assert_eq!(status("Nobody: Negative"), Some(json!("passed")), "{lines:?} {}", stderr(&output));
    assert_eq!(output.status.code(), Some(if status("Other: T") == Some(json!("passed")) { 0 } else { 1 }));
    for (arguments, told) in [
        (vec!["test".to_owned(), at("data")], "there are no tests in"),
        (vec!["test".to_owned(), at("repo"), "--data".to_owned(), at("nowhere")], "there is no folder"),
    ] {
        let output = speleo(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}

#[test]
fn tests_of_detections_have_their_own_data_and_lookups() {
    let folder = detections();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let output =
        speleo(&["test", &at("repo"), "--data", &at("data"), "--output", "jsonl", "--junit", &at("junit.xml")]);
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap();
    let positive = of("Odd Process: Positive");
    assert_eq!((&positive["status"], &positive["rows"]), (&json!("passed"), &json!(2)));
    assert_eq!(positive["coverage"], json!({"host": 2, "dest": 2, "user": 1, "owner": 2}));
    assert_eq!(of("Nobody: Negative")["status"], "passed");
    assert_eq!(of("A Rule: Positive")["status"], "passed");
    let missing = of("Odd Process: Elsewhere");
    assert_eq!(missing["status"], "error");
    let message = missing["message"].as_str().unwrap();
    assert!(message.contains("one.yml:18: there is no file `https://example.com/none.log`"), "{message}");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).starts_with("3 passed, 1 failed, 1 detections without tests"), "{}", stderr(&output));
    // What a test writes is gone, and the repository is as it was.
    assert_eq!(fs::read_to_string(at("repo/lookups/owners.csv")).unwrap(), "host,owner\nWEB*,ann\n");
    let junit = fs::read_to_string(at("junit.xml")).unwrap();
    assert!(junit.contains("tests=\"4\" skipped=\"0\" failures=\"0\" errors=\"1\""), "{junit}");
}

#[test]
fn a_detection_that_cannot_be_read_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.yml");
    fs::write(&path, "name: Bad\nsearch: x\ntests:\n- name: y\n  attack_data: 5\n").unwrap();
    let output = speleo(&["test", path.to_str().unwrap()]);
    assert!(stdout(&output).contains("bad.yml:5: expected sequence start"), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(1));
}
