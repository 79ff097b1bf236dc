//! The language server, spoken to by a client as an editor would: handshake, texts, diagnostics, questions, bad manners.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "lsp/client.rs"]
mod client;
#[path = "helpers/project.rs"]
mod project;

use std::fs;

use client::Client;
use project::Project;
use serde_json::{Value, json};

const UNSAVED: &str = "untitled:Untitled-1";

/// A project with a macro, a lookup, a saved search and a data model.
fn hunting() -> Project {
    let project = Project::new(
        "lookups = \"lookups\"\nconf = [\"conf\"]\ntimezone = \"UTC\"\nnow = \"1700000000\"\n[indexes]\nweb = \"web.json\"\n",
    );
    for folder in ["lookups", "conf", "queries"] {
        fs::create_dir(project.at(folder)).unwrap();
    }
    fs::write(project.at("web.json"), "{\"_time\": 1700000000, \"host\": \"a\"}\n").unwrap();
    fs::write(project.at("lookups/users.csv"), "user,team\nanna,soc\n").unwrap();
    fs::write(
        project.at("conf/macros.conf"),
        "# of all teams\n[errors(1)]\nargs = host\ndefinition = index=web host=$host$ status>=500\n",
    )
    .unwrap();
    fs::write(project.at("queries/logins.spl"), "```title: Logins by country```\nindex=web\n").unwrap();
    project
}

fn uri(project: &Project, name: &str) -> String {
    format!("file://{}", fs::canonicalize(project.at("")).unwrap().join(name).display())
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect()
}

fn range(from: (u64, u64), to: (u64, u64)) -> Value {
    json!({"start": {"line": from.0, "character": from.1}, "end": {"line": to.0, "character": to.1}})
}

#[test]
fn a_conversation_has_a_beginning_and_an_end() {
    let (client, capabilities) = Client::greet(json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}}));
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(client.leave(), 0);
    let (client, capabilities) = Client::greet(json!({}));
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    // A client that goes without a word leaves a server that ends, and says that this was not the way.
    assert_eq!(client.end(), 1);
}

#[test]
fn bad_manners_are_answered_and_survived() {
    let mut client = Client::start(&["--stdio"]);
    let id = client.request("textDocument/hover", json!({}));
    assert_eq!(client.response(id)["error"]["code"], -32002);
    client.raw("Content-Length: 5\r\n\r\n{nope");
    assert_eq!(client.wait(|message| message["id"].is_null())["error"]["code"], -32700);
    client.send(&json!({"jsonrpc": "2.0", "id": 77}));
    assert_eq!(client.wait(|message| message["id"] == 77)["error"]["code"], -32600);
    client.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    client.tell("initialized", json!({}));
    client.tell("$/unknown", json!({"a": 1}));
    for (method, params, code) in [
        ("textDocument/unknown", json!({}), -32601),
        ("textDocument/hover", json!({"position": 7}), -32602),
        (
            "textDocument/hover",
            json!({"textDocument": {"uri": "file:///not/open.spl"}, "position": {"line": 0, "character": 0}}),
            -32602,
        ),
        ("initialize", json!({"capabilities": {}}), -32600),
    ] {
        let id = client.request(method, params);
        assert_eq!(client.response(id)["error"]["code"], code, "{method}");
    }
    // A change of a file that is not open, places beyond the text, and a range that runs backwards.
    client.change("file:///not/open.spl", 2, json!([{"text": "x"}]));
    client.open(UNSAVED, "index=web");
    client.change(UNSAVED, 2, json!([{"range": range((9, 9), (0, 9)), "text": " | stats count"}]));
    assert_eq!(client.diagnostics(UNSAVED, 2), Vec::<Value>::new());
    // Beyond the text is its end, where a word may end.
    assert_eq!(client.at("textDocument/hover", UNSAVED, 99, 99)["range"], range((0, 18), (0, 23)));
    assert_eq!(client.leave(), 0);
}

#[test]
fn problems_are_shown_while_a_search_is_written() {
    let (mut client, _) = Client::greet(json!({}));
    client.open(UNSAVED, "index=web\n| eval x=\"𝄞\" | statz count\n");
    let found = client.diagnostics(UNSAVED, 1);
    assert_eq!(codes(&found), ["E0201"]);
    // 𝄞 is two units of UTF-16.
    assert_eq!(found[0]["range"], range((1, 16), (1, 21)));
    assert_eq!((&found[0]["severity"], &found[0]["source"]), (&json!(1), &json!("speleo")));

    let context = json!({"diagnostics": []});
    let params = json!({"textDocument": {"uri": UNSAVED}, "range": range((1, 18), (1, 18)), "context": context});
    let actions = client.ask("textDocument/codeAction", params.clone());
    assert_eq!(actions.as_array().unwrap().len(), 1);
    assert_eq!((&actions[0]["kind"], &actions[0]["isPreferred"]), (&json!("quickfix"), &json!(true)));
    let edit = &actions[0]["edit"]["changes"][UNSAVED][0];
    assert_eq!(edit, &json!({"range": range((1, 16), (1, 21)), "newText": "stats"}));
    // Who asks for refactorings alone gets none.
    let mut other = params;
    other["context"]["only"] = json!(["refactor"]);
    assert_eq!(client.ask("textDocument/codeAction", other), json!([]));

    client.change(UNSAVED, 2, json!([{"range": edit["range"], "text": edit["newText"]}]));
    assert_eq!(codes(&client.diagnostics(UNSAVED, 2)), Vec::<&str>::new());
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": UNSAVED}}));
    client.wait(|message| message["params"]["diagnostics"] == json!([]) && message["params"]["version"].is_null());
    assert_eq!(client.leave(), 0);
}

#[test]
fn only_the_last_of_many_changes_is_told_of() {
    let (mut client, _) = Client::greet(json!({}));
    client.open(UNSAVED, "");
    for version in 2..40 {
        client.change(UNSAVED, version, json!([{"range": range((0, 0), (0, 0)), "text": "x"}]));
    }
    client.change(UNSAVED, 40, json!([{"text": "index=web | stats count by"}]));
    assert_eq!(codes(&client.diagnostics(UNSAVED, 40)), ["E0306"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn names_are_explained_where_they_stand() {
    let project = hunting();
    let (mut client, _) = Client::greet(json!({}));
    let file = uri(&project, "queries/a.spl");
    client.open(&file, "index=web earliest=-1h@h `errors(\"a\")`\n| lookup users.csv user\n| stats dc(user), perc95(x) by host\n| eval a=round(x, 2)\n| tstats count from datamodel=Web.Web");
    let mut check = |line, character, parts: &[&str]| {
        let hover = client.at("textDocument/hover", &file, line, character);
        let text = hover["contents"]["value"].as_str().unwrap_or_default().to_owned();
        for part in parts {
            assert!(text.contains(part), "{line}:{character} lacks {part}: {text}");
        }
    };
    check(0, 7, &["**web**: index of this project"]);
    // An hour before 2023-11-14 22:13:20, at the start of its hour.
    check(0, 21, &["2023-11-14 21:00:00 UTC", "1699995600"]);
    check(0, 28, &["**errors(1)**: macro (host)", "status>=500", "macros.conf:2"]);
    check(1, 4, &["**lookup**: command"]);
    check(1, 12, &["users.csv", "columns: `user`, `team`"]);
    check(2, 10, &["stats function", "dc(field)"]);
    check(2, 20, &["stats function"]);
    check(3, 11, &["**round**: eval function", "round(x"]);
    check(4, 32, &["**Web**: data model"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn definitions_are_found_and_read_again_when_they_change() {
    let project = hunting();
    let (mut client, _) = Client::greet(json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}}));
    let asked = client.wait(|message| message["method"] == "client/registerCapability");
    client.send(&json!({"jsonrpc": "2.0", "id": asked["id"], "result": null}));
    let file = uri(&project, "queries/a.spl");
    client.open(&file, "`errors(a)` | lookup users.csv user | append [| savedsearch \"Logins by country\"] | `later`");
    assert_eq!(codes(&client.diagnostics(&file, 1)), ["E0204"]);
    let mut definition = |character| {
        let place = client.at("textDocument/definition", &file, 0, character);
        (place["uri"].as_str().unwrap_or_default().to_owned(), place["range"]["start"]["line"].as_u64())
    };
    assert_eq!(definition(3), (uri(&project, "conf/macros.conf"), Some(1)));
    assert_eq!(definition(22), (uri(&project, "lookups/users.csv"), Some(0)));
    assert_eq!(definition(68), (uri(&project, "queries/logins.spl"), Some(0)));
    assert_eq!(definition(87), (String::new(), None));

    let macros = fs::read_to_string(project.at("conf/macros.conf")).unwrap();
    fs::write(project.at("conf/macros.conf"), format!("{macros}\n[later]\ndefinition = head 5\n")).unwrap();
    let changes = json!([{"uri": uri(&project, "conf/macros.conf"), "type": 2}]);
    client.tell("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    assert_eq!(codes(&client.diagnostics(&file, 1)), Vec::<&str>::new());
    let place = client.at("textDocument/definition", &file, 0, 87);
    assert_eq!(place["range"]["start"]["line"], 5);
    assert_eq!(client.leave(), 0);
}

#[test]
fn layout_keeps_the_leading_comment() {
    let (mut client, _) = Client::greet(json!({}));
    let text = "```title: A\nearliest: -1d```\nindex=web|STATS   count by host|where count>5\n";
    client.open(UNSAVED, text);
    let options = json!({"tabSize": 4, "insertSpaces": true});
    let params = json!({"textDocument": {"uri": UNSAVED}, "options": options});
    let edits = client.ask("textDocument/formatting", params.clone());
    let formatted = edits[0]["newText"].as_str().unwrap();
    assert!(formatted.starts_with("```title: A\nearliest: -1d```\nindex=web\n| stats count BY host\n"), "{formatted}");
    // What is formatted stays.
    client.change(UNSAVED, 2, json!([{"text": formatted}]));
    assert_eq!(client.ask("textDocument/formatting", params.clone()), json!([]));
    // A part that is formatted leaves the rest.
    client.change(UNSAVED, 3, json!([{"text": "index=web\n| STATS count\n| head   5\n"}]));
    let mut part = params.clone();
    part["range"] = range((1, 0), (1, 5));
    let edits = client.ask("textDocument/rangeFormatting", part);
    assert_eq!(edits, json!([{"range": range((1, 0), (2, 0)), "newText": "| stats count\n"}]));
    // What has no layout is left alone: a diagnostic says why.
    client.change(UNSAVED, 4, json!([{"text": "index=web | eval x=\"a"}]));
    assert_eq!(client.ask("textDocument/formatting", params), Value::Null);
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_search_has_a_shape_and_colours() {
    let (mut client, capabilities) = Client::greet(json!({}));
    client.open(UNSAVED, "```title: A\ntags: b```\nindex=web\n    [search a\n    | table b]\n| stats\n    count\n");
    let about = json!({"textDocument": {"uri": UNSAVED}});
    let symbols = client.ask("textDocument/documentSymbol", about.clone());
    let names = |symbols: &Value| -> Vec<String> {
        symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&symbols), ["search", "stats"]);
    assert_eq!(names(&symbols[0]["children"]), ["search", "table"]);
    assert_eq!(symbols[1]["range"], range((5, 2), (6, 9)));
    assert_eq!(symbols[1]["selectionRange"], range((5, 2), (5, 7)));

    let folds = client.ask("textDocument/foldingRange", about.clone());
    let lines: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert!(lines.contains(&(0, 1)) && lines.contains(&(2, 4)) && lines.contains(&(5, 6)), "{lines:?}");

    let legend = capabilities["semanticTokensProvider"]["legend"]["tokenTypes"].as_array().unwrap().clone();
    let data = client.ask("textDocument/semanticTokens/full", about)["data"].as_array().unwrap().clone();
    let numbers: Vec<u64> = data.iter().map(|number| number.as_u64().unwrap()).collect();
    let mut place = (0, 0);
    let mut seen = Vec::new();
    for token in numbers.chunks(5) {
        place = if token[0] == 0 { (place.0, place.1 + token[1]) } else { (place.0 + token[0], token[1]) };
        seen.push((place, token[2], legend[usize::try_from(token[3]).unwrap()].as_str().unwrap().to_owned()));
    }
    let has = |line, start, length, kind: &str| {
        assert!(seen.contains(&((line, start), length, kind.to_owned())), "{kind} at {line}:{start}: {seen:?}");
    };
    // A comment of two lines is two tokens.
    has(0, 0, 11, "comment");
    has(1, 0, 10, "comment");
    has(5, 2, 5, "keyword");
    has(5, 0, 1, "operator");
    assert_eq!(client.leave(), 0);
}

#[test]
fn calls_show_their_arguments() {
    let project = hunting();
    let (mut client, _) = Client::greet(json!({}));
    let file = uri(&project, "a.spl");
    client.open(&file, "index=web | eval a=round(x, \n| stats perc95(\n| `errors(");
    let help = client.at("textDocument/signatureHelp", &file, 0, 28);
    let label = help["signatures"][0]["label"].as_str().unwrap();
    assert!(label.starts_with("round("), "{label}");
    assert_eq!(help["activeParameter"], 1);
    let help = client.at("textDocument/signatureHelp", &file, 1, 15);
    assert!(help["signatures"][0]["label"].as_str().unwrap().starts_with("perc"), "{help}");
    let help = client.at("textDocument/signatureHelp", &file, 2, 10);
    assert_eq!(help["signatures"][0]["label"], "errors(host)");
    assert_eq!(client.at("textDocument/signatureHelp", &file, 0, 5), Value::Null);
    assert_eq!(client.leave(), 0);
}

#[test]
fn names_are_offered_where_they_fit() {
    let project = hunting();
    let (mut client, _) = Client::greet(json!({}));
    let file = uri(&project, "a.spl");
    client.open(&file, "index=w\n| sta\n| inputlookup us\n| eval a=rou");
    let mut offered = |line, character| {
        let list = client.at("textDocument/completion", &file, line, character);
        let items = list["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .map(|item| (item["textEdit"]["newText"].as_str().unwrap().to_owned(), item["textEdit"]["range"].clone()))
            .collect::<Vec<_>>()
    };
    assert!(offered(0, 7).contains(&("web".to_owned(), range((0, 6), (0, 7)))));
    let commands = offered(1, 5);
    assert!(commands.iter().any(|(name, _)| name.trim_end() == "stats"), "{commands:?}");
    assert!(!commands.iter().any(|(name, _)| name.starts_with("head")), "{commands:?}");
    assert!(offered(2, 16).contains(&("users.csv".to_owned(), range((2, 14), (2, 16)))));
    assert!(offered(3, 12).iter().any(|(name, _)| name.starts_with("round")));
    assert_eq!(client.leave(), 0);
}

#[test]
fn searches_in_conf_and_golden_files_have_places_there() {
    let project = hunting();
    let (mut client, _) = Client::greet(json!({}));
    let conf = uri(&project, "conf/savedsearches.conf");
    client.open(&conf, "[Logins]\nsearch = index=web \\\n| statz count\ncron_schedule = often\n");
    let found = client.diagnostics(&conf, 1);
    let place = |code: &str| found.iter().find(|one| one["code"] == code).map(|one| one["range"].clone());
    assert_eq!(place("E0201"), Some(range((2, 2), (2, 7))));
    assert_eq!(place("E0504").map(|range| range["start"]["line"].clone()), Some(json!(3)), "{found:?}");
    // A file of macros holds pieces of searches, which cannot be checked.
    let macros = uri(&project, "conf/macros.conf");
    client.open(&macros, "[pieces]\ndefinition = statz count\nno setting\n");
    assert_eq!(client.diagnostics(&macros, 1).len(), 1);
    let hover = client.at("textDocument/hover", &conf, 1, 16);
    assert_eq!(hover["range"], range((1, 15), (1, 18)));
    let golden = uri(&project, "a.spltest");
    client.open(
        &golden,
        "=== one\nsearch: index=web | head limit=ten\n--- rows\na\n=== two\nsearch: | nope\n--- error\nerror[E0201]\n",
    );
    assert_eq!(codes(&client.diagnostics(&golden, 1)), ["E0302"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn conf_files_of_an_app_see_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let local = root.join("apps/mine/local");
    fs::create_dir_all(&local).unwrap();
    fs::write(local.join("macros.conf"), "[own]\ndefinition = index=web\n").unwrap();
    let search = "[Own]\nsearch = `own` | stats count\n";
    fs::write(local.join("savedsearches.conf"), search).unwrap();
    let uri = format!("file://{}", local.join("savedsearches.conf").display());
    let (mut client, _) = Client::greet(json!({}));
    // Without a project.
    client.open(&uri, search);
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    assert_eq!(client.leave(), 0);
    // In a project of several apps, of which this one shares nothing.
    fs::create_dir_all(root.join("apps/mine/metadata")).unwrap();
    fs::write(root.join("apps/mine/metadata/local.meta"), "[]\nexport = none\n").unwrap();
    fs::create_dir_all(root.join("apps/other/default")).unwrap();
    fs::write(root.join("apps/other/default/macros.conf"), "[other]\ndefinition = index=web\n").unwrap();
    fs::write(root.join("speleo.toml"), "conf = [\"apps\"]\n").unwrap();
    let (mut client, _) = Client::greet(json!({}));
    client.open(&uri, search);
    assert_eq!(client.diagnostics(&uri, 1), Vec::<Value>::new());
    let place = client.at("textDocument/definition", &uri, 1, 11);
    assert!(place["uri"].as_str().unwrap().ends_with("apps/mine/local/macros.conf"), "{place}");
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_cancelled_request_is_answered_once() {
    let (mut client, _) = Client::greet(json!({}));
    client.open(UNSAVED, "index=web");
    let params = json!({"textDocument": {"uri": UNSAVED}, "position": {"line": 0, "character": 1}});
    let id = client.request("textDocument/hover", params);
    client.tell("$/cancelRequest", json!({"id": id}));
    // Either it was done already, or it was cancelled.
    let response = client.response(id);
    assert!(response.get("result").is_some() || response["error"]["code"] == -32800, "{response}");
    // A cancellation of what nobody asked is passed over.
    client.tell("$/cancelRequest", json!({"id": 4711}));
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_slow_check_keeps_nobody_waiting() {
    let (mut client, _) = Client::greet(json!({}));
    client.open(UNSAVED, "index=web | stats count");
    client.diagnostics(UNSAVED, 1);
    let long = "untitled:long";
    let stages: String = (0..400).map(|n| format!("\n| eval a{n}=if(len(b)>{n}, round(c, 2), lower(\"x\"))")).collect();
    client.open(long, &format!("index=web{stages}"));
    // More than the pause before a check: it is under way.
    std::thread::sleep(std::time::Duration::from_millis(100));
    let hover = client.at("textDocument/hover", UNSAVED, 0, 13);
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("**stats**"));
    client.change(long, 2, json!([{"range": range((0, 9), (400, 99)), "text": ""}]));
    assert!(!client.has_heard("textDocument/publishDiagnostics", long), "the check was too fast to tell");
    // What the first check found is about another text, and is not told.
    assert_eq!(client.diagnostics(long, 2), Vec::<Value>::new());
    assert!(!client.has_heard("textDocument/publishDiagnostics", long));
    assert_eq!(client.leave(), 0);
}
