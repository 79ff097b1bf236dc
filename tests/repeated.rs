//! Texts that a Parquet file repeats are numbers on their way; searches give the rows that they give of the same events as lines.

#![allow(clippy::unwrap_used)]

#[path = "helpers/project.rs"]
mod project;

use std::{fmt::Write, fs};

use project::{Project, stderr};

/// The events: texts in few and in many forms, some of them missing, in three files whose texts differ.
const EVENTS: usize = 30_000;

/// Searches whose keys, conditions, functions and joins are over such texts.
const SEARCHES: &[&str] = &[
    "stats count BY host",
    "stats count sum(bytes) avg(bytes) BY user | sort user",
    "stats count BY host action status | sort host action status",
    "stats count dc(user) AS users dc(host) AS hosts",
    "stats dc(user) AS d values(action) AS v mode(action) AS m list(empty) AS l BY host",
    "stats latest(bytes) AS l earliest(action) AS e first(user) AS f BY host",
    "stats latest(user) AS u latest(session) AS s BY action",
    "search host=WEB1* | stats count BY host",
    "search action=blocked status>300 | stats count sum(bytes)",
    "search action!=blocked | stats count",
    "search NOT action=blocked | stats count",
    "search session=S7007 | table host user action bytes",
    "search session=s700* | stats count BY host",
    "search host IN (web1, \"WEB2*\", other) | stats count BY host",
    "where isnull(host) OR host=\"web3\" | stats count BY status",
    "where like(user, \"%7\") AND match(host, \"[13]$\") | stats count BY user host | stats count sum(count)",
    "eval site=upper(host).\"-\".action | stats count BY site",
    "eval h=coalesce(host, \"none\"), l=len(host) | stats count BY h l | sort h l",
    "eval kind=case(action=\"blocked\", \"bad\", status>=500, \"broken\", isnull(host), null(), true(), \"good\") | stats count BY kind",
    "eval kind=if(bytes>500, \"large\", \"small\") | stats count BY kind host | sort kind host",
    "eval n=tonumber(substr(host, 4)) | stats count BY n | sort n",
    "rex field=host \"(?<letters>[a-z]+)(?<digits>\\d+)\" | stats count BY letters digits | sort digits",
    "rex field=session \"^s(?<n>\\d+)\" | search n=*777 host=WEB1* status=404 | table host session n",
    "fillnull value=none session | rex field=session \"(?<n>\\d+)$\" | search n=777* status!=200 | stats count values(n) AS n BY host",
    "rex field=session \"s(?<n>\\d+)\" | search n!=*777 | stats count",
    "fillnull value=missing host | stats count BY host",
    "chart count OVER host BY status",
    "chart count OVER status BY action",
    "timechart span=1h count BY action",
    "bin span=1h _time | stats count BY _time host | stats count sum(count)",
    "dedup host | table _time host user",
    "dedup host action sortby -bytes | table host action bytes",
    "dedup 3 action | table action session",
    "dedup host action | stats count dc(host) AS hosts BY action",
    "dedup host action | where host!=\"web3\" | stats count",
    "dedup user | stats sum(bytes) AS bytes count BY action",
    "eventstats avg(bytes) AS a dc(user) AS users values(host) AS hosts | where bytes>1.9*a | stats count values(users) AS users first(hosts) AS hosts",
    "stats dc(session)",
    "sort 10 -status -_time | table status _time session",
    "sort 10 status bytes | table status bytes session",
    "eval d=strftime(_time, \"%F %H\") | stats count BY d",
    "top limit=5 user",
    "rare limit=3 host",
    "eventstats avg(bytes) AS a count AS c BY host | where bytes>1.9*a | stats count sum(c)",
    "streamstats count AS n BY host | where n=100 | table host session",
    "head 7 | table _time host session",
    "sort 5 -bytes session | table bytes session host",
    "sort host -session | head 20 | table host session",
    "lookup names.csv user OUTPUT team floor | stats count BY team floor | sort team floor",
    "lookup names.csv user OUTPUT team | where isnull(team) | stats count dc(user)",
    "lookup many.csv user OUTPUT badge | stats count BY badge",
    "lookup folded user OUTPUT team | stats count BY team",
    "join type=left user [search index=%s action=blocked | stats count AS blocked BY user] | stats count sum(blocked)",
    "join host [search index=%s | stats max(bytes) AS most BY host] | where bytes=most | stats count BY host",
    "search [search index=%s action=blocked | dedup user | head 5 | fields user] | stats count BY user",
    "table host user | dedup user | stats count",
    "mvcombine delim=\",\" user | stats count",
    "makemv delim=\"e\" host | stats count BY host",
    "transaction session | stats count avg(eventcount)",
    "search status=500 | append [search index=%s status=404] | stats count",
    "search status=500 | append [search index=%s status=404 host=web1*] | stats count BY status",
    "stats count(host) AS h count(eval(status=404)) AS missing count BY action",
    "stats count(host) AS h count(empty) AS e count",
    "where status>300 AND isnotnull(host) | eval kind=if(status=404, action, null()) | stats count count(kind) BY host",
    "stats min(status) max(status) dc(action) AS d values(host) AS v",
    "stats estdc(action) AS d count BY status",
    "stats values(action) AS v dc(status) AS d BY host",
    "lookup names.csv user OUTPUT team | stats count count(team) AS with_team BY team",
    "lookup many.csv user OUTPUT badge | stats count",
    "eventstats count dc(status) AS n BY user | where n>2 AND count<120 | stats count max(count) BY host",
    "eventstats count(host) AS c values(action) AS v BY host action | stats count BY c v",
    "eventstats dc(action) AS d count AS n | stats count sum(n) BY status d",
    "eventstats max(status) AS m BY host | where status=m | stats count BY host",
    "eval r=random() | stats count(r)",
    "head 1000 | stats count BY host",
    "search host=nothing | stats count",
];

fn event(number: usize) -> String {
    // Large factors without a common one, so that fields do not follow each other.
    let draw = |factor: usize, below: usize| (number * factor + number / 7) % below;
    // Each file has texts that the others have not.
    let part = number * 3 / EVENTS;
    let mut line = format!("{{\"_time\":{}", 1_700_000_000 + number);
    if draw(7_919, 20) != 0 {
        write!(line, ",\"host\":\"web{}\"", draw(104_729, 8) + part).unwrap();
    }
    write!(line, ",\"user\":\"user{}\"", draw(1_299_709, 200) + part * 50).unwrap();
    let action = ["allowed", "blocked", "Blocked", "dropped"][draw(15_485_863, 4)];
    write!(line, ",\"action\":\"{action}\",\"status\":{}", [200, 404, 500][draw(32_452_843, 3)]).unwrap();
    write!(line, ",\"bytes\":{},\"session\":\"s{number}\"}}", draw(49_979_687, 1_000)).unwrap();
    line
}

fn world() -> Project {
    let project = Project::new("timezone = \"UTC\"\n");
    let lines: Vec<String> = (0..EVENTS).map(event).collect();
    fs::create_dir(project.at("columns")).unwrap();
    fs::write(project.at("lines.jsonl"), lines.join("\n")).unwrap();
    for (place, part) in lines.chunks(EVENTS / 3).enumerate() {
        let name = format!("part{place}.jsonl");
        fs::write(project.at(&name), part.join("\n")).unwrap();
        let (index, out) = (format!("part={name}"), format!("columns/{place}.parquet"));
        let search = "index=part | sort 0 _time | table _time host user action status bytes session";
        let output = project.speleo(&["search", "--index", &index, "--out", &out, search]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    fs::create_dir(project.at("lookups")).unwrap();
    let names = (0..250).map(|user| format!("user{user},team{},{}\n", user % 9, user % 4));
    fs::write(project.at("lookups/names.csv"), format!("user,team,floor\n{}", names.collect::<String>())).unwrap();
    // Two rows for each user.
    let many = (0..400).map(|row| format!("user{},badge{}\n", row % 200, row % 17));
    fs::write(project.at("lookups/many.csv"), format!("user,badge\n{}", many.collect::<String>())).unwrap();
    let folded = (0..250).map(|user| format!("USER{user},team{}\n", user % 9));
    fs::write(project.at("lookups/folded.csv"), format!("user,team\n{}", folded.collect::<String>())).unwrap();
    fs::create_dir(project.at("conf")).unwrap();
    let conf = "[folded]\nfilename = folded.csv\ncase_sensitive_match = false\n";
    fs::write(project.at("conf/transforms.conf"), conf).unwrap();
    project
}

#[test]
fn columns_give_what_lines_give() {
    let project = world();
    let run = |index: &str, files: &str, search: &str| {
        let setting = format!("{index}={files}");
        let search = format!("index={index} | {}", search.replace("%s", index));
        let arguments =
            ["search", "--output", "jsonl", "--conf", "conf", "--lookups", "lookups", "--index", &setting, &search];
        let output = project.speleo(&arguments);
        assert!(output.status.success(), "{search}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    for search in SEARCHES {
        let (lines, columns) = (run("lines", "lines.jsonl", search), run("columns", "columns/*.parquet", search));
        assert!(!lines.is_empty(), "{search}");
        assert_eq!(columns, lines, "{search}");
    }
}

#[test]
fn the_columns_are_repeated_texts() {
    let project = world();
    let search = "index=columns | stats count BY action";
    let arguments = ["explain", "--section", "physical", "--index", "columns=columns/*.parquet", search];
    let plan = String::from_utf8(project.speleo(&arguments).stdout).unwrap();
    assert!(plan.contains("PartialExec"), "{plan}");
}

/// Counts do not look at each row of columns that are kept as dictionaries, whatever stands between; sums do.
#[test]
fn different_rows_are_counted() {
    let project = world();
    let counted = [
        "stats count BY action",
        "search action=b* status!=404 | stats count",
        "eval kind=if(status=404, action, null()) | stats count(kind) BY action",
        "search status=500 | append [search index=columns status=404] | stats count",
        "lookup names.csv user OUTPUT team | stats count BY team",
        "stats values(action) dc(action) BY status",
        "eventstats count dc(status) AS n BY action | where n>1 | stats count max(count) BY action",
        "eventstats dc(action) AS n | stats count BY status n",
    ];
    let each = [
        "stats count sum(status) BY action",
        "stats list(action) BY host",
        "eval r=random() | stats count BY r",
        "stats count BY session",
        "eventstats avg(status) AS a BY action | stats count BY a",
        "eventstats count BY action | table action count",
    ];
    for (searches, is_counted) in [(&counted[..], true), (&each[..], false)] {
        for search in searches {
            let search = format!("index=columns | {search}");
            let index = "columns=columns/*.parquet";
            let arguments = ["explain", "--section", "physical", "--lookups", "lookups", "--index", index, &search];
            let plan = String::from_utf8(project.speleo(&arguments).stdout).unwrap();
            assert_eq!(plan.contains("different rows"), is_counted, "{search}:\n{plan}");
        }
    }
}

/// A scan that filters compares columns with values before it looks for patterns, these before it asks what most rows meet, and for a
/// text before an expression whose group has to hold it.
#[test]
fn what_few_rows_have_is_asked_first() {
    let project = world();
    let asked = |search: &str| {
        let search = format!("index=columns | {search} | table user session bytes n");
        let arguments = ["explain", "--section", "physical", "--index", "columns=columns/*.parquet", &search];
        let plan = String::from_utf8(project.speleo(&arguments).stdout).unwrap();
        let (_, condition) = plan.split_once("predicate=").unwrap();
        condition.lines().next().unwrap().to_owned()
    };
    let check = |search: &str, order: &[&str]| {
        let condition = asked(search);
        let places: Vec<_> = order.iter().map(|part| condition.find(part).ok_or(part)).collect();
        assert!(places.iter().all(Result::is_ok) && places.is_sorted(), "{search}: {condition}");
    };
    check("search action!=dropped session=s777* user=user1*", &["user1*", "s777*", "dropped"]);
    check("search status!=404 session=s777* status>200", &["> 200", "s777*", "!= 404"]);
    check(
        "rex field=session \"s(?<n>\\d+)\" | search user!=user1* n=*777",
        &[", *777*)", "spl_rex", ", *777)", "user1*"],
    );
    // The text stands in each of the pieces around it.
    check(
        "rex field=session \"s(?<m>\\d+)\" | rex field=m \"(?<n>7\\d*)\" | search n=7*777*",
        &[", *7*777*)", "spl_rex"],
    );
}
