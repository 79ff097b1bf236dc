//! What is set for all runs: `config.toml`, the environment, the project, the command line, in their order.

#![allow(clippy::unwrap_used)]

#[path = "helpers/project.rs"]
mod project;

use std::fs;

use project::{Project, stderr};

/// The day and hour of an instant, as a zone has it.
const SEARCH: &str = "| makeresults | eval t=strftime(0, \"%H\") | table t";

struct Setup {
    project: Project,
}

impl Setup {
    fn new(toml: &str, config: &str) -> Self {
        let project = Project::new(toml);
        fs::write(project.at("config.toml"), config).unwrap();
        Self { project }
    }

    /// Standard output of a run with variables, or what went wrong.
    fn run(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Result<String, String> {
        let mut command = self.project.command(arguments);
        command.env("SPELEO_CONFIG", self.project.at("config.toml")).envs(variables.iter().copied());
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() { Ok(text) } else { Err(stderr(&output)) }
    }
}

#[test]
fn the_nearer_place_wins() {
    let csv = |hour: &str| Ok(format!("t\n{hour}\n"));
    let file = "timezone = \"Asia/Tokyo\"\noutput = \"csv\"\n";
    let setup = Setup::new("", file);
    assert_eq!(setup.run(&[], &["search", SEARCH]), csv("09"));
    let setup = Setup::new("timezone = \"Asia/Kolkata\"\n", file);
    assert_eq!(setup.run(&[], &["search", SEARCH]), csv("05"));
    let variable = [("SPELEO_TIMEZONE", "Asia/Dubai")];
    assert_eq!(setup.run(&variable, &["search", SEARCH]), csv("04"));
    assert_eq!(setup.run(&variable, &["search", "--timezone", "UTC", SEARCH]), csv("00"));
}

#[test]
fn origins_are_told() {
    let setup = Setup::new("# zone\ntimezone = \"UTC\"\n", "limit = 5\n");
    let shown = setup.run(&[("SPELEO_OUTPUT", "csv")], &["config", "show", "--origin"]).unwrap();
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("timezone").ends_with("speleo.toml:2"), "{shown}");
    assert!(line("limit").contains(" 5 ") && line("limit").ends_with("config.toml:1"), "{shown}");
    assert!(line("output").ends_with("$SPELEO_OUTPUT"), "{shown}");
    assert!(line("geoip").ends_with("default"), "{shown}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (file, said) in [
        ("\ntimezon = \"UTC\"\n", "config.toml:2: there is no key `timezon`; the nearest is `timezone`"),
        ("limit = [1]\n", "config.toml:1: `limit` is a text, a number"),
        ("output = \"xml\"\n", "config.toml:1: `output` cannot be `xml`"),
        ("limit = \n", "config.toml:1: "),
        ("limit = \"many\"\n", "config.toml:1: `limit` cannot be `many`: "),
        ("\nmemory_limit = \"much\"\n", "config.toml:2: `memory_limit` cannot be `much`: expected a size"),
        ("no_pager = \"1\"\n", "config.toml:1: `no_pager` cannot be `1`: expected true, false"),
    ] {
        let error = Setup::new("", file).run(&[], &["search", SEARCH]).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_file_s_ending_wins_over_the_form_of_all_runs() {
    let setup = Setup::new("", "output = \"table\"\n");
    setup.run(&[], &["search", "--out", "t.csv", "| makeresults | eval t=1 | table t"]).unwrap();
    assert_eq!(fs::read_to_string(setup.project.at("t.csv")).unwrap(), "t\n1\n");
}

#[test]
fn other_commands_keep_their_own_forms() {
    let setup = Setup::new("", "output = \"csv\"\n");
    fs::write(setup.project.at("a.spl"), "| makeresults\n").unwrap();
    assert!(setup.run(&[], &["check", "a.spl"]).is_ok());
}
