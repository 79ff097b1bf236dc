//! `speleo port`: what becomes of an app and of a repository of detections, and that the report says what running shows.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn speleo(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_speleo")).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/port").join(name)
}

/// Ports into a new folder and reads the report.
fn port(app: &Path) -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    let output = speleo(&["port", app.to_str().unwrap(), "-o", folder.path().to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = serde_json::from_str(&fs::read_to_string(folder.path().join("port.json")).unwrap()).unwrap();
    (folder, report)
}

/// A folder of files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Name, status, and what is needed, of each search.
fn statuses(report: &Value) -> BTreeMap<String, String> {
    let searches = report["searches"].as_array().unwrap().iter();
    searches
        .map(|one| {
            let needs = one["needs"].as_array().unwrap().iter();
            let needs: Vec<String> = needs
                .map(|need| match need["kind"].as_str().unwrap() {
                    "correction" => " correction".to_owned(),
                    kind => format!(" {kind} {}", need["name"].as_str().unwrap()),
                })
                .collect();
            (
                one["name"].as_str().unwrap().to_owned(),
                format!("{}{}", one["status"].as_str().unwrap(), needs.join(",")),
            )
        })
        .collect()
}

#[test]
fn each_search_has_its_status() {
    let (_, report) = port(&own("app"));
    let wanted = [
        ("Broken line", "runs"),
        ("Chosen", "runs with a note"),
        ("From a saved search", "runs"),
        ("Hosts by count", "runs"),
        ("Known lookup", "runs"),
        ("Lost", "needs saved search Nobody wrote this"),
        ("Needs a command", "needs command ourcommand"),
        ("Needs a correction", "needs correction"),
        ("Needs a data model", "needs data model Parking"),
        ("Needs a lookup", "needs lookup owners"),
        ("Needs a macro", "needs macro who"),
        ("Needs a macro and a lookup", "needs lookup owners, macro who"),
        ("Needs a program", "needs scripted lookup asks"),
        ("Needs a saved search", "needs saved search Nobody wrote this either"),
        ("Needs a time", "needs correction"),
        ("Needs a transaction type", "needs transaction type visit"),
        ("Needs an object of a data model", "needs data model Web.Bicycles"),
        ("Needs two macros", "needs macro when, macro who"),
        ("Quotes names", "runs"),
        ("Server errors", "runs with a note"),
        ("Status", "runs"),
    ];
    let wanted: BTreeMap<_, _> =
        wanted.into_iter().map(|(name, status)| (name.to_owned(), status.to_owned())).collect();
    assert_eq!(statuses(&report), wanted);
    let missing = report["missing"].as_array().unwrap();
    let who = missing.iter().find(|one| one["name"] == "who").unwrap();
    assert_eq!((who["unblocks"].as_u64(), who["named_by"].as_u64()), (Some(1), Some(3)));
    let when = missing.iter().position(|one| one["name"] == "when").unwrap();
    assert!(missing.iter().position(|one| one["name"] == "owners").unwrap() < when, "what unblocks more comes first");
    let types = report["unknown_source_types"].as_array().unwrap();
    assert_eq!(types.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(), ["other"]);
}

#[test]
fn traps_are_found_with_their_lines() {
    let (_, report) = port(&own("app"));
    let traps = report["traps"].as_array().unwrap().iter();
    let mut found: Vec<String> =
        traps.map(|trap| format!("{}:{}", trap["from"]["file"].as_str().unwrap(), trap["from"]["line"])).collect();
    found.dedup();
    for place in [
        "default/props.conf:3",
        "default/props.conf:5",
        "default/props.conf:6",
        "default/props.conf:7",
        "default/savedsearches.conf:11",
        "default/savedsearches.conf:29",
        "default/savedsearches.conf:32",
        "default/savedsearches.conf:33",
    ] {
        assert!(found.iter().any(|one| one == place), "{place} is missing in {found:?}");
    }
    assert!(!found.iter().any(|one| one == "default/props.conf:2" || one == "default/props.conf:4"), "{found:?}");
    let left: Vec<String> = report["left_behind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| left["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(left, ["ourcommand", "asks", "ourcommand.py"]);
}

#[test]
fn checking_and_running_the_project_agree_with_the_report() {
    let (folder, report) = port(&own("app"));
    let queries = folder.path().join("queries");
    let project = folder.path().to_str().unwrap();
    let data = folder.path().join("web.jsonl");
    fs::write(&data, "{\"_time\": 1700000000, \"host\": \"a\", \"status\": \"500\"}\n").unwrap();
    let index = format!("web={}", data.display());
    let output = speleo(&["check", "--project", project, queries.to_str().unwrap(), "--output", "jsonl"]);
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), report["searches"].as_array().unwrap().len());
    for search in report["searches"].as_array().unwrap() {
        let file = folder.path().join(search["query"].as_str().unwrap());
        let runs = search["status"].as_str().unwrap().starts_with("runs");
        let id = format!("{}:1", file.display());
        let checked = lines.iter().find(|line| line["id"] == id.as_str()).unwrap();
        if runs {
            assert_eq!(checked["status"], "ok", "{search}");
        }
        // The note on a token without a value says how to give it one.
        let notes = search["notes"].as_array().unwrap().iter().filter_map(|note| note.as_str()?.strip_prefix("`$"));
        let tokens: Vec<String> =
            notes.filter_map(|note| Some(format!("--set={}=*", note.split_once("$` has no value")?.0))).collect();
        let mut arguments = vec!["run", "--project", project, "--index", &index, "--now", "1700000100"];
        arguments.extend(tokens.iter().map(String::as_str));
        arguments.push(file.to_str().unwrap());
        let run = speleo(&arguments);
        assert_eq!(run.status.success(), runs, "{search}\n{}", stderr(&run));
    }
}

#[test]
fn a_panel_is_written_out_with_its_base_and_its_tokens() {
    let (folder, _) = port(&own("app"));
    let text = fs::read_to_string(folder.path().join("queries/dashboards/overview/status.spl")).unwrap();
    assert_eq!(
        text,
        "```title: Status\nearliest: -7d\nsource: default/data/ui/views/overview.xml:15```\n\
         index=web host=*\n| stats count by status | where count > 0\n"
    );
    let text = fs::read_to_string(folder.path().join("queries/hosts_by_count.spl")).unwrap();
    assert!(text.starts_with("```title: Hosts by count\ndescription: Counts events. '''Not a comment.'''\n"), "{text}");
    assert!(text.contains("\nis_scheduled: 0\nschedule: 0 6 * * *\nearliest: -1d@d\nlatest: now\n"), "{text}");
    let text = fs::read_to_string(folder.path().join("queries/known_lookup.spl")).unwrap();
    assert!(text.contains("description: Said in local.\n"), "{text}");
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "x").unwrap();
    let (app, out) = (own("app"), folder.path().to_str().unwrap());
    let app = app.to_str().unwrap();
    let output = speleo(&["port", app, "-o", out]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(speleo(&["port", app, "-o", out, "--force"]).status.success());
    assert_eq!(fs::read_to_string(folder.path().join("mine")).unwrap(), "x");
}

#[test]
fn what_an_earlier_port_wrote_goes_unless_it_was_changed() {
    let app = folder(&[
        ("default/savedsearches.conf", "[Old]\nsearch = index=a\n[Edited]\nsearch = index=b\n[Both]\nsearch = `m`\n"),
        ("default/macros.conf", "[m]\ndefinition = index=c\n"),
        (
            "default/data/ui/views/v.xml",
            "<form><row><table><search><query>index=d</query></search></table></row></form>",
        ),
        ("lookups/gone.csv", "a\n1\n"),
    ]);
    let (project, _) = port(app.path());
    let at = |name: &str| project.path().join(name);
    assert!(at("queries/old.spl").is_file() && at("queries/dashboards/v/table.spl").is_file());
    fs::write(at("queries/edited.spl"), "index=b | head 1").unwrap();
    fs::write(at("queries/mine.spl"), "index=mine").unwrap();
    let settings = fs::read_to_string(at("speleo.toml")).unwrap() + "web = \"data/web*\"\n";
    fs::write(at("speleo.toml"), &settings).unwrap();
    for name in ["default/macros.conf", "default/data/ui/views/v.xml", "lookups/gone.csv"] {
        fs::remove_file(app.path().join(name)).unwrap();
    }
    fs::write(app.path().join("default/savedsearches.conf"), "[Both]\nsearch = `m`\n").unwrap();
    // Twice: what is kept stays known as written by a port.
    for _ in 0..2 {
        let output = speleo(&["port", app.path().to_str().unwrap(), "-o", at("").to_str().unwrap(), "--force"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let report: Value = serde_json::from_str(&fs::read_to_string(at("port.json")).unwrap()).unwrap();
        // The macro of the earlier port must not make it run.
        assert_eq!(statuses(&report), BTreeMap::from([("Both".to_owned(), "needs macro m".to_owned())]));
        assert_eq!(report["kept"], serde_json::json!(["queries/edited.spl", "speleo.toml"]));
        for gone in ["queries/old.spl", "queries/dashboards", "lookups/gone.csv", "conf/default"] {
            assert!(!at(gone).exists(), "{gone}");
        }
        assert_eq!(fs::read_to_string(at("queries/edited.spl")).unwrap(), "index=b | head 1");
        assert!(at("queries/mine.spl").is_file());
        assert_eq!(fs::read_to_string(at("speleo.toml")).unwrap(), settings);
    }
}

#[test]
fn a_list_of_written_files_cannot_lead_out() {
    let app = folder(&[("default/savedsearches.conf", "[a]\nsearch = index=a\n")]);
    let all = folder(&[("out/x", ""), ("victim", "")]);
    // The checksum of an empty file is 0.
    let list = format!("{{\"written\": {{\"../victim\": 0, \"{}\": 0}}}}", all.path().join("victim").display());
    fs::write(all.path().join("out/port.json"), list).unwrap();
    let out = all.path().join("out");
    let output = speleo(&["port", app.path().to_str().unwrap(), "-o", out.to_str().unwrap(), "--force"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(all.path().join("victim").is_file() && out.join("x").is_file());
}

#[test]
fn several_apps_are_one_project_and_share_what_they_export() {
    let search =
        |text: &str| format!("[Same]\nsearch = index=web {text}\n[{}]\nsearch = | savedsearch Same\n", "Runs same");
    let etc = folder(&[
        ("etc/apps/base/default/macros.conf", "[shared]\ndefinition = host=a\n[private]\ndefinition = host=b\n"),
        (
            "etc/apps/base/metadata/default.meta",
            "[macros/shared]\nexport = system\n[lookups]\nexport = system\n[transforms]\nexport = system\n",
        ),
        ("etc/apps/base/default/transforms.conf", "[teams]\nfilename = teams.csv\n"),
        ("etc/apps/base/lookups/teams.csv", "host,team\na,red\n"),
        ("etc/apps/base/default/savedsearches.conf", &search("`private` | stats count")),
        (
            "etc/apps/user/default/savedsearches.conf",
            &(search("`shared` | lookup teams host OUTPUT team | table team")
                + "[Private]\nsearch = index=web `private`\n[System]\nsearch = index=web `everywhere`\n"),
        ),
        ("etc/apps/off/default/app.conf", "[install]\nstate = disabled\n"),
        ("etc/apps/off/default/savedsearches.conf", "[Off]\nsearch = index=web\n"),
        ("etc/system/local/macros.conf", "[everywhere]\ndefinition = host=*\n"),
        ("etc/users/ann/user/local/savedsearches.conf", "[Mine]\nsearch = index=web\n"),
    ]);
    let (project, report) = port(etc.path());
    let of = |app: &str| {
        let searches = report["searches"].as_array().unwrap().iter().filter(|one| one["app"] == app);
        statuses(&serde_json::json!({ "searches": searches.collect::<Vec<_>>() }))
    };
    let list = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect()
    };
    assert_eq!(of("base"), list(&[("Runs same", "runs"), ("Same", "runs")]));
    let user = [("Private", "needs macro private"), ("Runs same", "runs"), ("Same", "runs"), ("System", "runs")];
    assert_eq!(of("user"), list(&user));
    assert_eq!(report["apps"]["user"], serde_json::json!({"runs": 3, "runs_with_a_note": 0, "needs": 1}));
    let left: Vec<&str> =
        report["left_behind"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(left, ["app that is disabled", "searches of a user"]);
    assert_eq!(report["searches"][0]["from"]["file"], "etc/apps/base/default/savedsearches.conf");

    // Each file knows its app: checking and running agree with the report.
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    let output = speleo(&["check", "--project", &at(""), &at("queries"), "--output", "jsonl"]);
    let bad = stdout(&output).lines().filter(|line| !line.contains("\"status\":\"ok\"")).count();
    assert_eq!(bad, 1, "{}", stdout(&output));
    fs::write(project.path().join("web.jsonl"), "{\"_time\": 1, \"host\": \"a\"}\n{\"_time\": 2, \"host\": \"b\"}\n")
        .unwrap();
    for (file, rows) in
        [("user/same", "team\nred\n"), ("user/runs_same", "team\nred\n"), ("base/runs_same", "count\n1\n")]
    {
        let index = format!("web={}", at("web.jsonl"));
        let file = at(&format!("queries/{file}.spl"));
        let output = speleo(&["run", "--project", &at(""), "--index", &index, "--output", "csv", &file]);
        assert_eq!(stdout(&output).replace('\r', ""), rows, "{file}: {}", stderr(&output));
    }
}

#[test]
fn what_is_ported_is_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("app/default")).unwrap();
    fs::create_dir_all(at("app/lookups")).unwrap();
    fs::write(at("app/default/savedsearches.conf"), "[s]\nsearch = index=a\n").unwrap();
    fs::write(at("app/lookups/t.csv"), "a\n1\n").unwrap();
    for out in ["app", "app/new/deep", "app/default"] {
        let output = speleo(&["port", at("app").to_str().unwrap(), "-o", at(out).to_str().unwrap(), "--force"]);
        assert!(stderr(&output).contains("is within what is ported"), "{out}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(1), "{out}");
    }
    assert_eq!(fs::read_to_string(at("app/lookups/t.csv")).unwrap(), "a\n1\n");
    assert!(!at("app/new").exists() && !at("app/speleo.toml").exists());
}

#[test]
fn a_view_of_local_stands_in_place_of_the_default_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join("app").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let view = |query: &str| {
        format!(
            "<dashboard><row><table><search base=\"gone\"><query>{query}</query></search></table></row></dashboard>"
        )
    };
    write("default/data/ui/views/v.xml", &view("stats count"));
    write("local/data/ui/views/v.xml", &view("stats count by host"));
    let (project, report) = port(&folder.path().join("app"));
    let searches = report["searches"].as_array().unwrap();
    assert_eq!(searches.len(), 1, "{report}");
    let text = fs::read_to_string(project.path().join(searches[0]["query"].as_str().unwrap())).unwrap();
    assert!(text.contains("stats count by host"), "{text}");
    // What it goes on with is not there: it must not run as words to search for.
    let status = statuses(&report);
    assert!(status.values().all(|status| status.contains("base search")), "{status:?}");
}

#[test]
fn an_archive_gives_what_its_folder_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.spl");
    let file = fs::File::create(&path).unwrap();
    let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    builder.append_dir_all("app", own("app")).unwrap();
    builder.into_inner().unwrap().finish().unwrap();
    assert_eq!(port(&path).1, port(&own("app")).1);
}

#[test]
fn archives_that_lead_out_write_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("../../evil.conf", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let out = folder.path().join("out");
    let output = speleo(&["port", path.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("leads out of its folder"), "{}", stderr(&output));
    assert!(!out.exists());
}

#[test]
fn detections_bring_their_macros_and_lookups() {
    let (folder, report) = port(&own("content"));
    assert_eq!(statuses(&report), BTreeMap::from([("Many Errors - Web".to_owned(), "runs".to_owned())]));
    assert_eq!(report["searches"][0]["from"]["line"], 7);
    assert_eq!(report["not_read"][0]["from"]["file"], "detections/web/broken.yml");
    let macros = fs::read_to_string(folder.path().join("conf/default/macros.conf")).unwrap();
    assert!(macros.contains("[first(1)]\nargs = n\ndefinition = head $n$\n"), "{macros}");
    assert!(macros.contains("[many_errors___web_filter]\ndefinition = search *\n"), "{macros}");
    let transforms = fs::read_to_string(folder.path().join("conf/default/transforms.conf")).unwrap();
    assert_eq!(transforms, "[teams]\nfilename = teams.csv\ndefault_match = none\nmin_matches = 1\n\n");
}
