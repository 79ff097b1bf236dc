//! Summaries of data models from the command line, and what becomes of them when a program is killed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "helpers/kill.rs"]
mod kill;
#[path = "helpers/project.rs"]
mod project;

use std::fs;

use kill::{kill_often, time};
use project::{Project, stderr};
use serde_json::json;

/// The indexes: files of each make a part of a summary that comes in at once.
const INDEXES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A project with a data model `Shop` over these.
fn project() -> Project {
    let mut toml = "timezone = \"UTC\"\ndatamodels = [\"models\"]\n[indexes]\n".to_owned();
    INDEXES.iter().for_each(|index| toml.push_str(&format!("{index} = \"{index}\"\n")));
    let project = Project::new(&toml);
    for index in INDEXES {
        fs::create_dir_all(project.at(index)).unwrap();
        file(&project, &format!("{index}/empty"), 0, 0);
    }
    fs::create_dir_all(project.at("models")).unwrap();
    let model = json!({"modelName": "Shop", "objects": [
        {"objectName": "Orders", "parentName": "BaseEvent", "constraints": [{"search": "index=*"}],
         "fields": [{"fieldName": "n", "type": "number"}, {"fieldName": "user", "type": "string"}]},
        {"objectName": "Large", "parentName": "Orders", "constraints": [{"search": "n>10"}], "fields": []},
    ]});
    fs::write(project.at("models/Shop.json"), model.to_string()).unwrap();
    project
}

/// A file with events whose field `n` begins at a number.
fn file(project: &Project, name: &str, first: usize, lines: usize) {
    let event = |n: usize| format!("{{\"_time\":{},\"n\":{n},\"user\":\"u{}\"}}\n", 1_700_000_000 + n, n % 7);
    fs::write(project.at(&format!("{name}.ndjson")), (first..first + lines).map(event).collect::<String>()).unwrap();
}

#[test]
fn a_summary_is_made_shown_and_deleted() {
    let project = project();
    file(&project, "a/a", 0, 30);
    let output = project.speleo(&["accelerate", "Shop"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).starts_with("Shop.Orders: 30 rows of 7 files; "), "{}", stderr(&output));
    file(&project, "b/b", 30, 5);
    let status = String::from_utf8(project.speleo(&["accelerate", "--status"]).stdout).unwrap();
    let line: Vec<&str> = status.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(line[..5], ["Shop", "Orders", "30", "7", "1"], "{status}");
    assert_eq!(line.last(), Some(&"current"), "{status}");
    let output = project.speleo(&["search", "| tstats summariesonly=t count FROM datamodel=Shop.Large"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "{\"count\":19}");
    assert!(
        stderr(&output).contains("warning[W0559]: the summary of `Orders` covers 7 of 8 files"),
        "{}",
        stderr(&output)
    );
    assert_eq!(project.row("| tstats count FROM datamodel=Shop.Large")["count"], 24);
    let again = project.speleo(&["accelerate", "Shop.Orders"]);
    assert!(stderr(&again).starts_with("Shop.Orders: 5 rows of 1 files, 7 known; "), "{}", stderr(&again));
    let explained = project.speleo(&["explain", "| tstats count FROM datamodel=Shop.Large"]);
    assert!(String::from_utf8_lossy(&explained.stdout).contains("summary of Orders"));

    assert_eq!(project.speleo(&["accelerate", "--drop"]).status.code(), Some(2), "nothing is named");
    assert!(stderr(&project.speleo(&["accelerate", "--drop", "Shop"])).starts_with("1 summaries deleted"));
    let only = "| tstats summariesonly=t count FROM datamodel=Shop";
    let output = project.speleo(&["search", only]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "{\"count\":0}");
    assert!(stderr(&output).contains("warning[W0559]: the summary of the data model `Shop` does not exist"));
    let output = project.speleo(&["search", "--ignore-summariesonly", only]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "{\"count\":35}");
    let output = project.speleo(&["accelerate", "Shp"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no data model is called `Shp`"), "{}", stderr(&output));
}

#[test]
fn whenever_a_program_is_killed_answers_stay_right() {
    let (project, timed) = (project(), project());
    let fill = |project: &Project| {
        for (number, index) in INDEXES.iter().enumerate() {
            file(project, &format!("{index}/one"), number * 2_000, 1_000);
            file(project, &format!("{index}/two"), number * 2_000 + 1_000, 1_000);
        }
    };
    fill(&project);
    fill(&timed);
    let takes = time(&timed, &["accelerate", "Shop"]);
    let search = "| tstats count dc(Orders.n) AS n sum(Orders.n) AS s FROM datamodel=Shop";
    let all = 12_000;
    let sum = (0..all).sum::<usize>();
    let check = || {
        let row = project.row(search);
        assert_eq!(row, json!({"count": all, "n": all, "s": sum}));
        let only = project.row(&search.replace("tstats", "tstats summariesonly=t"));
        assert_eq!(only["count"], only["n"], "a row is there twice");
    };
    kill_often(&project, &["accelerate", "Shop"], takes, |was_alive| {
        check();
        if !was_alive {
            // What is there must go and come again while programs are killed.
            fill(&project);
        }
    });
    assert!(project.speleo(&["accelerate", "Shop"]).status.success());
    assert_eq!(project.row(&search.replace("tstats", "tstats summariesonly=t"))["count"], all);
    check();
}
