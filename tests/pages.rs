//! The pages of the codes: each example gives its code, and what the page puts in its place does not.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use speleo_syntax::Code;

/// Codes whose examples are no searches: files, limits, what happens while a search runs.
const NO_SEARCH: &[Code] = &[
    Code::File,
    Code::Data,
    Code::SkippedLines,
    Code::Knowledge,
    Code::Resources,
    Code::Cancelled,
    Code::SplunkLimit,
    Code::NoBreakSpace,
    Code::Bug,
];

/// Codes whose advice is a sentence, not a search.
const NO_REPLACEMENT: &[Code] = &[
    Code::NotDone,
    Code::TooDeep,
    Code::UnsupportedCommand,
    Code::UnsupportedFunction,
    Code::AppCommand,
    Code::ScriptedLookup,
    Code::FilterMacro,
];

const EVENTS: &str = "\
{\"_time\": 1699999000, \"host\": \"web1\", \"user\": \"anna\", \"status\": 404, \"bytes\": 1200, \"a\": 1, \"b\": 2, \"t\": 3, \"count\": 1, \"src\": \"10.0.0.1\"}
{\"_time\": 1699998000, \"host\": \"web2\", \"user\": \"bob\", \"status\": 200, \"bytes\": 300, \"a\": 1, \"b\": 2, \"t\": 3, \"count\": 2, \"src\": \"10.0.0.2\"}
";

const MACROS: &str = "\
[loop]
definition = a `loop`
[recent(1)]
args = days
definition = earliest=-$days$d
";

const SAVED: &str = "\
[Logins by country]
search = index=logins | stats count BY src
";

const TRANSACTIONS: &str = "\
[session]
fields = user
";

const EVENT_TYPES: &str = "\
[failure]
search = status>=400
";

const SCRIPTED: &str = "\
[whois]
external_cmd = whois.py host owner
fields_list = host, owner
";

const MODEL: &str = r#"{"modelName": "Web", "displayName": "Web", "objects": [{"objectName": "Web", "displayName": "Web",
"parentName": "BaseEvent", "fields": [], "calculations": [], "constraints": [{"search": "index=web"}]}]}"#;

/// The text behind `part` on the page, up to the next paragraph.
fn part(code: Code, part: &str) -> String {
    let page = code.page();
    let text = page.split(&format!(" {part}: ")).nth(1).unwrap_or_else(|| panic!("{}: no {part}", code.text()));
    let text = text.split("\n\n").next().unwrap().split("\n \n").next().unwrap().trim();
    let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A search that a page shows: `…` stands for events, and backticks around all of it for code.
fn search(text: &str) -> String {
    let whole = text.strip_prefix('`').and_then(|text| text.strip_suffix('`')).filter(|text| text.contains(['|', ' ']));
    let text = whole.filter(|text| !text.contains('`')).unwrap_or(text);
    text.replacen('…', "index=web", 1)
}

/// The codes of what a search reports; a post-process search is one to `check` only.
fn codes(folder: &Path, spl: &str, code: Code) -> Vec<String> {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    if code == Code::PostProcess {
        fs::write(folder.join("panel.spl"), spl).unwrap();
        return reported(&["check", &path("panel.spl")]);
    }
    let web = format!("web={}", path("web.jsonl"));
    let (macros, lookups, models) = (path("macros.conf"), path("lookups"), path("models"));
    reported(
        &[
            ["search", "--index", &web, "--index", &web.replacen("web", "logins", 1), "--macros", &macros].as_slice(),
            &["--conf", &path("conf"), "--lookups", &lookups, "--datamodels", &models, "--output", "jsonl", "--", spl],
        ]
        .concat(),
    )
}

fn reported(arguments: &[&str]) -> Vec<String> {
    let (command, rest) = arguments.split_first().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .args([command, "--error-format", "json"])
        .args(rest)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let found = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    found.filter_map(|object| object["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn each_example_gives_its_code_and_its_replacement_does_not() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("web.jsonl"), EVENTS).unwrap();
    fs::write(folder.path().join("macros.conf"), MACROS).unwrap();
    for (name, file, text) in [
        ("lookups", "users.csv", "user,team\nanna,red\n"),
        ("models", "Web.json", MODEL),
        ("conf", "savedsearches.conf", SAVED),
        ("conf", "transactiontypes.conf", TRANSACTIONS),
        ("conf", "eventtypes.conf", EVENT_TYPES),
        ("conf", "transforms.conf", SCRIPTED),
    ] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join(file), text).unwrap();
    }
    let mut wrong = Vec::new();
    for &code in Code::ALL.iter().filter(|code| !NO_SEARCH.contains(code)) {
        let example = search(part(code, "Example").split(" where the macro").next().unwrap());
        let found = codes(folder.path(), &example, code);
        if !found.iter().any(|found| found == code.text()) {
            wrong.push(format!("{}: `{example}` gives {found:?}", code.text()));
        }
        if NO_REPLACEMENT.contains(&code) {
            continue;
        }
        let instead = search(&part(code, "Instead"));
        let found = codes(folder.path(), &instead, code);
        if found.iter().any(|found| found == code.text() || found.starts_with('E')) {
            wrong.push(format!("{}: instead `{instead}` gives {found:?}", code.text()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
