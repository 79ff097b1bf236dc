//! `explain` and `inspect`: the parts of an explanation, which command each operator works for, and that nothing is written.

#![allow(clippy::unwrap_used)]

#[path = "helpers/project.rs"]
mod project;

use std::fs;

use serde_json::{Value, json};

use self::project::{Project, rows, stderr};

/// A search with a macro, a bracket, a lookup and `stats`, a command a line.
const SEARCH: &str = "\
`bad(300)` [| inputlookup owners.csv | where crit=1 | fields host]
| lookup owners.csv host OUTPUT owner
| eval kb=bytes/1024
| stats count AS n sum(kb) AS kb BY owner
| where n > 10
| sort - kb";

fn world() -> Project {
    let project = Project::new("");
    let event = |n: u64| {
        let event =
            json!({"_time": 1_700_000_000 + n, "host": format!("h{}", n % 7), "status": 200 + n % 5 * 50, "bytes": n});
        format!("{event}\n")
    };
    fs::write(project.at("web.jsonl"), (0..700).map(event).collect::<String>()).unwrap();
    fs::create_dir(project.at("lookups")).unwrap();
    fs::write(project.at("lookups/owners.csv"), "host,owner,crit\nh1,ann,1\nh2,bob,0\nh3,cy,1\n").unwrap();
    let macros = "[bad(1)]\nargs = n\ndefinition = status>=$n$ `web`\n[web]\ndefinition = index=web\n";
    fs::write(project.at("macros.conf"), macros).unwrap();
    project
}

/// What a run of the program in the world prints.
fn told(project: &Project, arguments: &[&str]) -> String {
    let options = ["--index", "web=web.jsonl", "--lookups", "lookups", "--macros", "macros.conf", "--timezone", "UTC"];
    let output = project.speleo(&[&arguments[..1], &options, &arguments[1..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn object(project: &Project, arguments: &[&str]) -> Value {
    serde_json::from_str(&told(project, arguments)).unwrap()
}

/// The operators of a plan, what reads before what is read.
fn operators(plan: &Value) -> Vec<&Value> {
    let below = plan["inputs"].as_array().unwrap().iter().flat_map(operators);
    [plan].into_iter().chain(below).collect()
}

/// The numbers of the commands of all operators of a plan with that name whose details hold a text.
fn commands_of(plan: &Value, operator: &str, details: &str) -> Vec<Value> {
    let is_wanted = |node: &&Value| {
        node["operator"].as_str().unwrap().contains(operator) && node["details"].as_str().unwrap().contains(details)
    };
    operators(plan).into_iter().filter(is_wanted).map(|node| node["commands"].clone()).collect()
}

#[test]
fn every_part_is_there() {
    let project = world();
    let text = told(&project, &["explain", SEARCH]);
    let titles =
        ["Search\n", "Macros\n", "Steps\n", "Logical plan\n", "Optimized plan\n", "Physical plan\n", "Scans\n"];
    for title in titles {
        assert!(text.contains(title), "{title}: {text}");
    }
    // The tree has a command a line, those of the bracket below theirs.
    assert!(text.contains("  ├─ #1.1 inputlookup"), "{text}");
    assert!(text.contains("  └─ #1.3 fields"), "{text}");
    assert!(text.contains("aggregates: count AS n, sum(kb) AS kb  by: owner"), "{text}");
    assert!(text.contains("`bad(300)` gives status>=300 index=web"), "{text}");
    assert!(text.contains("└─ `web` gives index=web"), "{text}");
    assert!(text.contains("#1 search (line 1)  2 rows"), "{text}");
    // One part alone.
    let tree = told(&project, &["explain", "--section", "tree", SEARCH]);
    assert!(tree.starts_with("Search\n") && !tree.contains("Steps"), "{tree}");
}

#[test]
fn json_has_the_same_parts() {
    let project = world();
    let whole = object(&project, &["explain", "--output", "json", SEARCH]);
    let keys: Vec<&str> = whole.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["commands", "expanded", "macros", "steps", "logical", "optimized", "physical", "scans", "sql"]);
    let stats = &whole["commands"][6];
    assert_eq!((&stats["number"], &stats["name"], &stats["line"]), (&json!("4"), &json!("stats"), &json!(4)));
    assert_eq!(stats["arguments"], json!({"aggregates": ["count AS n", "sum(kb) AS kb"], "by": ["owner"]}));
    assert_eq!(whole["macros"][0]["name"], "bad");
    assert_eq!(whole["steps"][0]["command"], "1");
    let part = object(&project, &["explain", "--output", "json", "--section", "scan", SEARCH]);
    assert_eq!(part.as_object().unwrap().keys().collect::<Vec<_>>(), ["scans"]);
}

#[test]
fn operators_are_of_the_commands_that_need_them() {
    let project = world();
    let plan = &object(&project, &["explain", "--output", "json", "--section", "physical", SEARCH])["physical"];
    let sums = commands_of(plan, "RadixExec", "sum(kb)");
    assert!(!sums.is_empty() && sums.iter().all(|own| *own == json!(["4"])), "{sums:?}");
    assert_eq!(commands_of(plan, "BroadcastExec", ""), [json!(["2"])]);
    assert_eq!(commands_of(plan, "FilterExec", "> 10"), [json!(["5"])]);
    assert_eq!(commands_of(plan, "DataSourceExec", "web.jsonl"), [json!(["1"])]);
    // The rows are sorted at the end, and by what the last command says.
    assert_eq!(commands_of(plan, "SortExec", "kb@")[0], json!(["6"]));
    let step = &object(&project, &["explain", "--output", "json", "--section", "steps", SEARCH])["steps"][0];
    assert_eq!(commands_of(&step["logical"], "Filter", "crit"), [json!(["1.2"])]);
}

#[test]
fn commands_of_one_kind_are_told_apart() {
    let project = world();
    let physical = |search: &str| {
        object(&project, &["explain", "--output", "json", "--section", "physical", search])["physical"].clone()
    };
    // The condition of `where` goes down to the scan, which then works for both.
    let plan = physical("index=web | eval big=bytes*2 | where big>100 | table host big");
    assert_eq!(commands_of(&plan, "DataSourceExec", ""), [json!(["1", "3"])], "{plan:#}");
    // Two aggregations of one search.
    let plan = physical("index=web | stats sum(bytes) AS b BY host status | stats max(b) AS b BY host");
    assert!(commands_of(&plan, "RadixExec", "sum").iter().all(|own| *own == json!(["2"])), "{plan:#}");
    assert!(commands_of(&plan, "RadixExec", "max").iter().all(|own| *own == json!(["3"])), "{plan:#}");
    // The same work in two branches.
    let plan = physical(
        "index=web | stats sum(bytes) AS b BY host | append [search index=web | stats sum(bytes) AS b BY host]",
    );
    let sums = commands_of(&plan, "RadixExec", "sum");
    assert_eq!((sums.first(), sums.last()), (Some(&json!(["2"])), Some(&json!(["3.2"]))), "{plan:#}");
    let unions = [commands_of(&plan, "UnionExec", ""), commands_of(&plan, "InterleaveExec", "")].concat();
    assert_eq!(unions, [json!(["3"])]);
    // Events come newest first: the order is the search's.
    let plan = physical("index=web | where bytes>5");
    assert_eq!(commands_of(&plan, "SortExec", "")[0], json!(["1"]), "{plan:#}");
}

#[test]
fn an_inspected_search_gives_the_rows_that_it_gives() {
    let project = world();
    let inspected = object(&project, &["inspect", "--output", "json", SEARCH]);
    let options = ["search", "--index", "web=web.jsonl", "--lookups", "lookups", "--macros", "macros.conf", SEARCH];
    let answer = rows(&project.speleo(&options));
    assert_eq!(answer.len(), 2);
    assert_eq!(inspected["operators"]["rows"], json!(answer.len()));
    assert_eq!(inspected["totals"]["rows"], json!(answer.len()));
    assert_eq!(inspected["totals"]["events"], json!(700));
    // 2 of 7 hosts with 3 of 5 statuses: 120 of 700 events pass.
    let of_scan = inspected["scans"].as_array().unwrap().iter().find(|scan| scan["read"]["events"] == 700).unwrap();
    assert_eq!(of_scan["read"]["rows"], json!(120), "{of_scan:#}");
    let shares: f64 = operators(&inspected["operators"]).iter().map(|node| node["share"].as_f64().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-6, "{shares}");
    assert_eq!(inspected["steps"][0]["totals"]["rows"], json!(2));
    let text = told(&project, &["inspect", SEARCH]);
    for title in ["Operators\n", "Commands\n", "Scans\n", "Steps\n", "Totals\n"] {
        assert!(text.contains(title), "{title}: {text}");
    }
    assert!(text.contains("700 events scanned"), "{text}");
    // The older name.
    assert!(told(&project, &["explain", "analyze", SEARCH]).contains("700 events scanned"));
}

#[test]
fn a_table_over_time_reads_events_once() {
    let project = world();
    // The bins are those from the first event to the last, and `OTHER` has the counts of the hosts that are not kept.
    for search in ["index=web | timechart span=1h count", "index=web | timechart span=1h limit=1 count BY host"] {
        let inspected = object(&project, &["inspect", "--output", "json", search]);
        let steps = inspected["steps"].as_array().unwrap().iter();
        let events = |inspected: &Value| inspected["totals"]["events"].as_u64().unwrap();
        assert_eq!(steps.map(events).sum::<u64>() + events(&inspected), 700, "{search}: {inspected:#}");
    }
}

#[test]
fn nothing_is_written() {
    let project = world();
    for command in ["explain", "inspect"] {
        told(&project, &[command, "index=web | stats count BY host | outputlookup out.csv"]);
        assert!(!project.at("lookups/out.csv").exists(), "{command}");
    }
}

#[test]
fn sql_is_shown_or_what_it_lacks() {
    let project = world();
    let sql =
        |search: &str| object(&project, &["explain", "--output", "json", "--section", "sql", search])["sql"].clone();
    let plain = sql("index=web bytes>5 | stats count AS n");
    let statement = plain["statement"].as_str().unwrap();
    assert!(statement.contains("SELECT") && statement.to_lowercase().contains("count("), "{statement}");
    assert_eq!(plain["own_functions"], json!([]), "{plain}");
    let own = sql("index=web host=h* | stats dc(host) AS n");
    assert!(own["own_functions"].as_array().unwrap().contains(&json!("spl_dc")), "{own}");
}
