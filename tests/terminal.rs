//! Sessions at a terminal, as people have them: typing, completing, cancelling, pasting, resizing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

#[path = "helpers/project.rs"]
mod project;
#[path = "helpers/terminal.rs"]
mod terminal;

use std::{
    fmt::Write,
    fs,
    time::{Duration, Instant},
};

use project::Project;
use terminal::{Terminal, key};

const SIZE: (u16, u16) = (40, 100);
/// What people do not type in; on a busy machine a stage takes as long.
const AHEAD: Duration = Duration::from_secs(3);

/// A project with an index, a macro, a lookup, a saved search.
fn project() -> Project {
    let project = Project::new(
        "lookups = \"lookups\"\nmacros = [\"macros.conf\"]\ntimezone = \"UTC\"\n[indexes]\nweb = \"web.ndjson\"\n",
    );
    let mut events = String::new();
    for (n, (host, status)) in [("alpha", 200), ("beta", 404), ("alpha", 500), ("gamma", 200)].iter().enumerate() {
        let _ = writeln!(
            events,
            r#"{{"_time": {}, "host": "{host}", "status": {status}, "user": "user{n}", "bytes": {}}}"#,
            1_700_000_000 + n * 60,
            n * 100
        );
    }
    fs::write(project.at("web.ndjson"), events).unwrap();
    fs::write(
        project.at("macros.conf"),
        "[errors(1)]\nargs = least\ndefinition = status>=$least$\n[quiet]\ndefinition = NOT host=alpha\n",
    )
    .unwrap();
    fs::create_dir(project.at("lookups")).unwrap();
    fs::write(project.at("lookups/people.csv"), "user,department\nuser0,sales\nuser1,research\n").unwrap();
    project
}

/// The shell in a project of its own, at its first prompt.
fn shell() -> (Project, tempfile::TempDir, Terminal) {
    let project = project();
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::open(&project.at(""), home.path(), &[], SIZE);
    terminal.prompt();
    (project, home, terminal)
}

#[test]
fn the_prompt_shows_project_index_and_time_range() {
    let (project, _home, mut terminal) = shell();
    let name = project.at("").canonicalize().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    terminal.see(&format!("{name} web all time |>"));
    terminal.line(":time -24h@h now").see("web -24h@h..now |>");
    terminal.line(":time Last 7 days").see("web Last 7 days |>");
    terminal.line(":time").until("all time again", |screen| screen.trim_end().ends_with("web all time |>"));
}

#[test]
fn a_search_gives_a_table_and_a_footer() {
    let (_project, _home, mut terminal) = shell();
    terminal.line("index=web | stats count by host").see("3 rows").see("│ alpha").prompt();
    let text = terminal.text();
    assert!(text.contains("│ host  ┆ count │"), "{text}");
    assert!(text.contains("4 events scanned"), "{text}");
    // Numbers stand to the right.
    assert!(text.contains("│ alpha ┆     2 │"), "{text}");
}

#[test]
fn commands_complete_with_a_line_of_help() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=web | strea").keys(key::TAB).see("| streamstats ");
    terminal.clear().keys("index=web | ded").keys(key::TAB).see("| dedup ").see("[<count>] <field>…");
    terminal.clear().keys("index=web | ev").keys(key::TAB);
    terminal.see("eval ").see("eventstats").see("adds");
}

#[test]
fn names_of_the_world_complete() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=w").keys(key::TAB).see("index=web");
    terminal.clear().keys("index=web `err").keys(key::TAB).see("`errors(");
    terminal.clear().keys("index=web | lookup peo").keys(key::TAB).see("lookup people.csv");
    // The table is looked at while one types.
    terminal.keys(" dep");
    terminal.tab_until("people.csv department");
    terminal.clear().keys("| tstats count from datamodel=Network_T").keys(key::TAB).see("datamodel=Network_Traffic");
    terminal.keys(" by All_Traffic.de").keys(key::TAB).see("by All_Traffic.dest");
    terminal.clear().keys("index=web earliest=-24").keys(key::TAB).see("earliest=-24h");
}

#[test]
fn fields_of_the_stage_at_hand_complete() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=web | stats sum(bytes) as volume by host | where vol");
    // The stage is looked at while one types.
    terminal.tab_until("| where volume");
    terminal.clear().keys("index=web | dedup us").tab_until("| dedup user");
    terminal.clear().keys("index=web host=al").tab_until("host=alpha");
    // A field that the stage took away is none.
    terminal.clear().keys("index=web | stats count by host | where byte");
    std::thread::sleep(AHEAD);
    terminal.keys(key::TAB).keys("!").see("where byte!");
}

#[test]
fn options_and_functions_complete_with_their_arguments() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=web | dedup host keepem").keys(key::TAB).see("keepempty=");
    terminal.keys("tr").keys(key::TAB).see("keepempty=true");
    terminal.clear().keys("index=web | eval a=mvzi").keys(key::TAB).see("a=mvzip(").see("mvzip(x, y");
    terminal.clear().keys("index=web | stats stdevp").keys(key::TAB).see("stats stdevp(");
    terminal.clear().keys("index=web | join type=ou").keys(key::TAB).see("type=outer");
}

#[test]
fn unknown_commands_are_marked_while_typing() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=web | sta").see("| sta");
    assert_eq!(terminal.colour_of("sta"), vt100::Color::Default);
    terminal.keys("tz ").see("| statz");
    assert_eq!(terminal.colour_of("statz"), vt100::Color::Idx(1));
    terminal.keys("\x7f\x7f").keys("s ").see("| stats");
    assert_eq!(terminal.colour_of("stats"), vt100::Color::Idx(4));
}

#[test]
fn the_past_is_hinted_and_searched_and_outlives_the_shell() {
    let (project, home, mut terminal) = shell();
    terminal.line("index=web | stats count by status").see("3 rows").prompt();
    terminal.keys("index=web | st").see("| stats count by status");
    terminal
        .keys(key::RIGHT)
        .keys(key::ENTER)
        .until("two footers", |screen| screen.matches("3 rows").count() == 2)
        .prompt();
    terminal.keys(key::CTRL_D).end();
    let mut again = Terminal::open(&project.at(""), home.path(), &[], SIZE);
    again.prompt().keys(key::UP).see("stats count by status").clear();
    again.keys(key::CTRL_R).keys("by sta").see("index=web | stats count by status").clear();
    again.line(":history").until("the line with its time", |screen| {
        screen
            .lines()
            .any(|line| line.starts_with("    1  20") && line.ends_with("  index=web | stats count by status"))
    });
    again
        .line(":history 1")
        .until("the line at the prompt", |screen| screen.trim_end().ends_with("|> index=web | stats count by status"));
}

#[test]
fn a_search_goes_on_in_the_next_line_while_something_is_open() {
    let (_project, _home, mut terminal) = shell();
    terminal.line("index=web |").line("stats count").see("1 row").prompt();
    terminal.line("index=web | eval a=\"x").line("y\" | table a").see("4 rows").prompt();
    terminal.keys("index=web").keys(key::ALT_ENTER).line("| head 2").see("2 rows").prompt();
}

#[test]
fn a_pasted_search_of_many_lines_runs_once() {
    let (_project, _home, mut terminal) = shell();
    let mut text = "index=web\n| eval n=0".to_owned();
    for n in 1..=197 {
        let _ = write!(text, "\n| eval n=n+{n}");
    }
    text.push_str("\n| stats max(n) as total");
    assert_eq!(text.lines().count(), 200);
    terminal.paste(&text).see("total").keys(key::ENTER);
    // 1 + … + 197.
    terminal.see("19503").see("1 row,").prompt();
}

#[test]
fn ctrl_c_clears_the_line_and_a_second_one_leaves() {
    let (_project, _home, mut terminal) = shell();
    terminal.keys("index=web | sta").see("| sta").clear().keys("index=we").see("index=we").clear();
    terminal.line("index=web | stats count").see("1 row").prompt();
    terminal.keys(key::CTRL_C).see("Ctrl-C again").keys(key::CTRL_C);
    assert!(terminal.end().success());
}

/// A search that takes far longer than anybody waits.
const ENDLESS: &str = "| makeresults count=50000000 | eval a=sha512(md5(\"x\".random())) | stats dc(a)";

/// Whether it is the line of progress, `... 3.1 s`. A line that is being typed may end in ` s` too, at the beginning of `| stats`.
fn is_progress(line: &str) -> bool {
    line.strip_suffix(" s").is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
}

/// Whether a search is under way: Ctrl-C before is a key of the line, and ends nothing.
fn is_running(screen: &str) -> bool {
    screen.trim_end().lines().last().is_some_and(is_progress)
}

#[test]
fn ctrl_c_cancels_a_search_and_keeps_the_shell() {
    let (_project, _home, mut terminal) = shell();
    terminal.line(ENDLESS).until("the line of progress", is_running);
    let start = Instant::now();
    terminal.keys(key::CTRL_C).see("cancelled").prompt();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    terminal.line("index=web | stats count").see("1 row").prompt();
}

#[test]
fn mistakes_are_shown_with_a_caret_and_the_shell_goes_on() {
    let (_project, _home, mut terminal) = shell();
    terminal
        .line("index=web | statz count")
        .see("error[E0201]")
        .see("^^^^^")
        .see("the nearest name is `stats`")
        .see("`speleo help E0201` says more")
        .prompt();
    terminal.line(":modes csv").see("there is no `:modes`; the nearest is `:mode`").prompt();
    terminal.line(":time nonsense").see("error").prompt();
    terminal.line("index=web | stats count").see("1 row").prompt();
}

#[test]
fn the_window_s_size_is_followed() {
    let (_project, _home, mut terminal) = shell();
    let search =
        "| makeresults | eval a=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", b=a, c=a | table a b c";
    terminal.line(search).see("1 row").prompt();
    terminal
        .resize(40, 60)
        .line(":again")
        .until("another footer", |screen| screen.matches("1 row,").count() >= 2)
        .prompt();
    let text = terminal.text();
    let widest = text.lines().rev().take_while(|line| !line.contains(":again")).map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|widest| widest <= 60), "{text}");
}

#[test]
fn rows_take_the_form_that_was_asked_for() {
    let (project, _home, mut terminal) = shell();
    terminal.line(":mode csv").line("index=web | stats count by host").see("alpha,2").prompt();
    terminal.line(":mode").line(":out counts.csv").line("index=web | stats count by status").prompt();
    terminal.line(":out").line("index=web | stats count").see("1 row").prompt();
    assert_eq!(fs::read_to_string(project.at("counts.csv")).unwrap(), "status,count\n200,2\n404,1\n500,1\n");
    terminal.line(":mode xml").see("there is no mode `xml`").prompt();
    terminal.line(":mode png").see("binary output does not go to a terminal").prompt();
}

#[test]
fn searches_are_saved_opened_and_edited() {
    let project = project();
    let home = tempfile::tempdir().unwrap();
    let script = project.at("editor.sh");
    fs::write(&script, "#!/bin/sh\nsed -i 's/count/dc(user) as people/' \"$1\"\n").unwrap();
    let editor = format!("sh {}", script.display());
    let variables = [("EDITOR", editor.as_str())];
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_speleo"), &project.at(""), home.path(), &[], &variables, SIZE);
    terminal.prompt().line("index=web | stats count by host").see("3 rows").prompt();
    terminal.line(":save hosts Hosts").see("saved as hosts.spl").prompt();
    assert_eq!(
        fs::read_to_string(project.at("hosts.spl")).unwrap(),
        "```\ntitle: Hosts\n```\nindex=web | stats count by host\n"
    );
    terminal.line(":save hosts").see("hosts.spl exists").prompt();
    terminal
        .line(":open hosts.spl")
        .see("title: Hosts")
        .keys(key::ENTER)
        .until("rows again", |screen| screen.matches("3 rows").count() == 2)
        .prompt();
    terminal
        .line("index=web | stats count by host")
        .until("more rows", |screen| screen.matches("3 rows").count() == 3)
        .prompt();
    terminal.line(":edit").see("stats dc(user) as people by host").keys(key::ENTER).see("people │").prompt();
}

#[test]
fn a_data_file_opens_as_an_index() {
    let (project, _home, mut terminal) = shell();
    fs::write(project.at("flows.csv"), "src,bytes\na,1\nb,2\n").unwrap();
    terminal
        .line(":open flows.csv")
        .until("the index at the prompt", |screen| screen.trim_end().ends_with("|> index=flows"));
    terminal.line("| stats sum(bytes) as sum").see("│   3 │").prompt();
    terminal.line(":indexes").see("flows").see("1 file, 18 bytes").prompt();
}

#[test]
fn what_there_is_is_listed() {
    let (_project, _home, mut terminal) = shell();
    terminal.line(":macros").see("errors(least)").prompt();
    terminal.line(":macros errors").see("status>=$least$").prompt();
    terminal.line(":lookups").see("people.csv").prompt();
    terminal.line(":lookups people.csv").see("research").prompt();
    terminal.line(":datamodel Network_Traffic.All_Traffic").see("All_Traffic.src_ip").prompt();
    terminal.line("index=web | stats count").prompt();
    terminal.line(":fields index=web").see("host").see("alpha (2)").prompt();
    terminal.line(":fields index=web | statz").see("error[E0201]").prompt();
    terminal.line(":set limit 2").line("index=web").see("2 of 4 rows").prompt();
    terminal.line(":set limt").see("the nearest is `limit`").prompt();
    terminal.line(":help").see(":watch [SPAN]").prompt();
    terminal.line(":help dedup").see("Usage").prompt();
}

#[test]
fn a_search_is_watched_until_ctrl_c() {
    let (project, _home, mut terminal) = shell();
    terminal.line("index=web | stats count").see("1 row").prompt();
    terminal.line(":watch 1s").see("every 1s").see("4 │");
    let more = fs::read_to_string(project.at("web.ndjson")).unwrap();
    fs::write(project.at("web.ndjson"), format!("{more}{more}")).unwrap();
    terminal.see("8 │").keys(key::CTRL_C).prompt();
    terminal.line("index=web | stats count").see("1 row").prompt();
}

#[test]
fn no_color_means_none() {
    let project = project();
    let home = tempfile::tempdir().unwrap();
    let variables = [("NO_COLOR", "1")];
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_speleo"), &project.at(""), home.path(), &[], &variables, SIZE);
    terminal.prompt().line("index=web | stats count by host | statz").see("E0201").prompt();
    terminal.line("index=web | stats count by host").see("3 rows").prompt();
    let written = terminal.written();
    let colours = written.match_indices("\x1b[").filter(|(at, _)| {
        let rest = &written[at + 2..];
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';')).unwrap_or(0);
        rest[end..].starts_with('m') && !matches!(&rest[..end], "" | "0")
    });
    assert_eq!(colours.count(), 0, "{written:?}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let project = project();
    let home = tempfile::tempdir().unwrap();
    let line = format!(
        "{} search -o csv '| makeresults count=2000000 | table _time' | head -n 2; echo \"status ${{PIPESTATUS[0]}}\"",
        env!("CARGO_BIN_EXE_speleo")
    );
    let mut terminal = Terminal::run("bash", &project.at(""), home.path(), &["-c", &line], &[], SIZE);
    terminal.see("status 0");
    assert!(!terminal.text().contains("error"), "{}", terminal.text());
}

/// The shell with variables of its own, at its first prompt.
fn shell_with(variables: &[(&str, &str)]) -> (Project, tempfile::TempDir, Terminal) {
    let project = project();
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_speleo"), &project.at(""), home.path(), &[], variables, SIZE);
    terminal.prompt();
    (project, home, terminal)
}

/// Ten million rows.
const MANY: &str = "| makeresults count=10000000 | streamstats count AS n | table n";

#[cfg(target_os = "linux")]
#[test]
fn ten_million_rows_take_little_memory() {
    let (_project, _home, mut terminal) = shell_with(&[("SPELEO_PAGER", "cat")]);
    terminal.line(MANY).see("rows shown").prompt();
    let peak = terminal.peak_memory();
    assert!(peak < 600_000, "{peak} kB");
    // The last row that is shown.
    assert!(terminal.text().contains("│ 100 │"), "{}", terminal.text());
}

#[test]
fn a_pager_that_is_left_ends_the_search() {
    let (_project, _home, mut terminal) = shell_with(&[("SPELEO_PAGER", "head -n 5")]);
    terminal.line(MANY).see("│    2 │").prompt();
    let text = terminal.text();
    assert!(!text.contains("│    3 │") && !text.contains("error"), "{text}");
    terminal.line("index=web | stats count").see("1 row").prompt();
}

#[test]
fn how_far_a_search_is_is_shown_and_gone() {
    let (_project, _home, mut terminal) = shell();
    terminal.line(ENDLESS).until("the line of progress", is_running);
    terminal.keys(key::CTRL_C).see("cancelled").prompt();
    let text = terminal.text();
    assert!(!text.lines().any(is_progress), "{text}");
}

#[test]
fn rows_become_pictures_and_searches_are_inspected() {
    let (_project, _home, mut terminal) = shell();
    terminal.line(":plot").see("there are no rows yet").prompt();
    terminal.line("index=web | stats count by host | sort -count host").see("3 rows").prompt();
    // Of two, one and one the first bar is twice as long.
    terminal.line(":plot bar").see("█").prompt();
    let text = terminal.text();
    let length = |host: &str| {
        let line = text.lines().rev().find(|line| line.starts_with(host)).unwrap();
        line.chars().filter(|c| *c == '█').count()
    };
    let (two, one) = (length("alpha"), length("beta"));
    assert!(one > 0 && (2 * one).abs_diff(two) <= 1, "{text}");
    terminal.line(":plot pie").see("there is no picture `pie`").prompt();
    terminal.line(":explain").see("Logical plan").prompt();
    terminal.line(":inspect").see("Operators").see("#2 stats").see("4 events scanned").prompt();
}

/// A project with 500 indexes, 2,000 macros and an index of 5,000 fields.
fn large_project() -> Project {
    let mut toml = "macros = [\"macros.conf\"]\n[indexes]\n".to_owned();
    for n in 0..500 {
        let _ = writeln!(toml, "index{n:03} = \"wide.ndjson\"");
    }
    let project = Project::new(&toml);
    let mut macros = String::new();
    for n in 0..2_000 {
        let _ = write!(macros, "[macro{n:04}]\ndefinition = index=index000 field{n:04}=*\n");
    }
    fs::write(project.at("macros.conf"), macros).unwrap();
    let mut event = "{\"_time\": 1700000000".to_owned();
    for n in 0..5_000 {
        let _ = write!(event, ", \"field{n:04}\": {n}");
    }
    event.push_str("}\n");
    fs::write(project.at("wide.ndjson"), event).unwrap();
    project
}

/// What a key may take. The bound is that of a release build; others, and busy machines, are given more.
fn bound(release: Duration) -> Duration {
    if cfg!(debug_assertions) { release * 40 } else { release }
}

#[test]
fn keys_do_not_wait_in_a_large_project() {
    let project = large_project();
    let home = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let mut terminal = Terminal::open(&project.at(""), home.path(), &[], SIZE);
    terminal.prompt();
    let first = start.elapsed();
    assert!(first < bound(Duration::from_millis(100)), "the first prompt took {first:?}");
    let mut typed = String::new();
    let mut slowest = Duration::ZERO;
    for key in "index=index007 | stats sum(field0001) as total by field0002 | where total>1 ".chars() {
        typed.push(key);
        let start = Instant::now();
        terminal.keys(&key.to_string()).until("the key", |screen| screen.contains(typed.trim_end()));
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < bound(Duration::from_millis(16)), "a key took {slowest:?}");
    // A field of thousands.
    terminal.clear().keys("index=index007 | dedup field123");
    terminal.tab_until("field1230").see("field1239");
    terminal.clear().keys("index=index0 `macro199");
    let start = Instant::now();
    terminal.keys(key::TAB).see("macro1999");
    let listed = start.elapsed();
    assert!(listed < bound(Duration::from_millis(16)), "the list took {listed:?}");
}
