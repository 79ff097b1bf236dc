//! The canonical layout: what it looks like, what it leaves alone, and that it keeps what a search means.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use speleo_syntax::{Code, NoMacros, expand, format, parse, print};

/// Compares the layout of `text` with `expected`, which begins with a line break and is its own layout.
fn check(text: &str, expected: &str) {
    let expected = expected.strip_prefix('\n').unwrap_or(expected);
    assert_eq!(format(text).unwrap(), expected, "{text}");
    assert_eq!(format(expected).unwrap(), expected, "the layout is not its own layout");
}

#[test]
fn a_command_stands_on_a_line() {
    check(
        "index=web|STATS  count by host\n\t| where count>10| table host,count",
        "
index=web
| stats count BY host
| where count > 10
| table host, count",
    );
    check("  |   makeresults ", "| makeresults");
    check("search index=web", "search index=web");
    check("error", "error");
    check("", "");
}

#[test]
fn blanks_have_one_form_where_the_grammar_is_known() {
    check(
        "a | eval x=if( b=1 and not isnull(c),d , e ),y =x.\"s\" | where x in(1,2)or y like \"z%\"",
        "
a
| eval x = if(b = 1 AND NOT isnull(c), d, e), y = x.\"s\"
| where x IN (1, 2) OR y LIKE \"z%\"",
    );
    check(
        "a NOT(b=1 OR c IN(1,2 , \"3\"))OR d=\"e  f\"",
        "
a NOT (b=1 OR c IN (1, 2, \"3\")) OR d=\"e  f\"",
    );
    check(
        "a | rename b as c,d as \"e  f\" | lookup l k output v",
        "a\n| rename b AS c, d AS \"e  f\"\n| lookup l k OUTPUT v",
    );
    check("a | timechart span=1h count as n,avg(x) by host", "a\n| timechart span=1h count AS n, avg(x) BY host");
}

#[test]
fn what_may_mean_something_stays() {
    // Lower-case words of `search` are terms, commas are part of values, and the text of an eval names a column.
    check("a or b,c x=1,2", "a or b,c x=1,2");
    check("a | makemv delim=, b | fillnull value=, c", "a\n| makemv delim=, b\n| fillnull value=, c");
    check("a | stats count(eval(x=1)) sum( y )", "a\n| stats count(eval(x=1)) sum( y )");
    check("TERM( a.b ) CASE(x)", "TERM( a.b ) CASE(x)");
    check("path=C:\\\\x\\|y \\[z\\]", "path=C:\\\\x\\|y \\[z\\]");
    check("x=don't | where 'a  b'=\"c  d\"", "x=don't\n| where 'a  b' = \"c  d\"");
}

#[test]
fn short_subsearches_stay_on_the_line() {
    check(
        "index=a [ search index=b|fields c ] | append [|inputlookup d ]",
        "
index=a [search index=b | fields c]
| append [| inputlookup d]",
    );
}

#[test]
fn long_subsearches_are_indented() {
    check(
        "index=mail NOT [ | inputlookup whitelist_of_senders.csv | where expires>now() | fields sender recipient message_subject] sender=\"*\" \
         | join type=left max=0 sender [search index=people department=* | eval sender=lower(mail) | append [search index=guests] | fields sender department]",
        "
index=mail NOT [
    | inputlookup whitelist_of_senders.csv
    | where expires > now()
    | fields sender recipient message_subject
] sender=\"*\"
| join type=left max=0 sender [
    search index=people department=*
    | eval sender = lower(mail)
    | append [search index=guests]
    | fields sender department
]",
    );
}

#[test]
fn subsearches_nest() {
    check(
        "| append [search index=first_of_many_indexes | join host [search index=second_of_many_indexes status=active | stats latest(owner) as owner latest(site) as site by host]]",
        "
| append [
    search index=first_of_many_indexes
    | join host [
        search index=second_of_many_indexes status=active
        | stats latest(owner) AS owner latest(site) AS site BY host
    ]
]",
    );
}

#[test]
fn several_assignments_take_a_line_each() {
    check(
        "a | eval first_of_the_names=lower(some_field_name), second_of_the_names=upper(some_field_name), third=1",
        "
a
| eval
    first_of_the_names = lower(some_field_name),
    second_of_the_names = upper(some_field_name),
    third = 1",
    );
}

#[test]
fn case_has_a_pair_a_line() {
    check(
        "a | eval severity=case(score>=90 AND asset=\"server\", \"critical\", score>=70, \"high\", score>=40, \"medium\", true(), \"low\")",
        "
a
| eval severity = case(
    score >= 90 AND asset = \"server\", \"critical\",
    score >= 70, \"high\",
    score >= 40, \"medium\",
    true(), \"low\"
)",
    );
}

#[test]
fn if_has_an_argument_a_line() {
    check(
        "a | eval action=if((vendor_action=\"Message done done\") OR (vendor_action LIKE \"%released\"), \"Delivered\", \"Not Delivered\")",
        "
a
| eval action = if(
    (vendor_action = \"Message done done\") OR (vendor_action LIKE \"%released\"),
    \"Delivered\",
    \"Not Delivered\"
)",
    );
}

#[test]
fn lines_break_before_the_loosest_operator() {
    check(
        "a | where (status_of_request=404 OR status_of_request=500) AND method_of_request=\"POST\" AND NOT match(user_agent, \"bot\")",
        "
a
| where (status_of_request = 404 OR status_of_request = 500)
    AND method_of_request = \"POST\"
    AND NOT match(user_agent, \"bot\")",
    );
    check(
        "a | eval message=\"The host \" + upper(host_name) + \" has sent \" + tostring(number_of_bytes) + \" bytes to \" + dest",
        "
a
| eval message = \"The host \"
    + upper(host_name)
    + \" has sent \"
    + tostring(number_of_bytes)
    + \" bytes to \"
    + dest",
    );
}

#[test]
fn long_conditions_are_filled() {
    check(
        "index=windows sourcetype=XmlWinEventLog EventCode=1 (Image=\"*\\\\powershell.exe\" OR Image=\"*\\\\pwsh.exe\") CommandLine=\"*-enc*\" user!=SYSTEM",
        "
index=windows sourcetype=XmlWinEventLog EventCode=1
    (Image=\"*\\\\powershell.exe\" OR Image=\"*\\\\pwsh.exe\") CommandLine=\"*-enc*\" user!=SYSTEM",
    );
    check(
        "process_name IN (\"arp.exe\", \"at.exe\", \"bcdedit.exe\", \"certutil.exe\", \"cmdkey.exe\", \"dsquery.exe\", \"ipconfig.exe\")",
        "
process_name IN (
    \"arp.exe\", \"at.exe\", \"bcdedit.exe\", \"certutil.exe\", \"cmdkey.exe\", \"dsquery.exe\", \"ipconfig.exe\"
)",
    );
}

#[test]
fn many_aggregations_take_a_line_each() {
    check(
        "a | stats count as events, dc(recipient) as recipients values(attachment) as attachment latest(_time) as _time by sender, domain",
        "
a
| stats
    count AS events,
    dc(recipient) AS recipients
    values(attachment) AS attachment
    latest(_time) AS _time
    BY sender, domain",
    );
    check(
        "| tstats summariesonly=t `flag` count min(_time) as firstTime from datamodel=Endpoint.Processes where Processes.process_name=cmd.exe by Processes.dest Processes.user",
        "
| tstats summariesonly=t `flag`
    count
    min(_time) AS firstTime
    FROM datamodel=Endpoint.Processes
    WHERE Processes.process_name=cmd.exe
    BY Processes.dest Processes.user",
    );
    check(
        "a | stats sum(eval(if(like(vendor_action, \"%released\") AND action!=\"blocked\" AND size>1000, size, 0))) AS released by host",
        "
a
| stats
    sum(
        eval(if(like(vendor_action, \"%released\") AND action != \"blocked\" AND size > 1000, size, 0))
    ) AS released
    BY host",
    );
}

#[test]
fn long_lists_are_wrapped() {
    check(
        "a | table _time, sender_of_the_message, recipient_of_the_message, message_subject, attachment, vendor_action, size",
        "
a
| table _time, sender_of_the_message, recipient_of_the_message, message_subject, attachment,
    vendor_action, size",
    );
    check(
        "a | rename Authentication.signature_id as signature, Authentication.action as action, Authentication.user as user",
        "
a
| rename
    Authentication.signature_id AS signature,
    Authentication.action AS action,
    Authentication.user AS user",
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "```title: Errors\nearliest: -1d```\nindex=web ```all of them```\n\n   ```count them\n  by host```\n| stats count ```not dc``` by host | where ```many``` count>10 ```ten```",
        "
```title: Errors
earliest: -1d```
index=web ```all of them```

```count them
  by host```
| stats count ```not dc``` BY host
| where ```many``` count > 10 ```ten```",
    );
    check(
        "```first``` ```second``` | makeresults | ```third``` head 1",
        "```first```\n```second```\n| makeresults\n| ```third``` head 1",
    );
    check(
        "a | eval b=1, ```the first```\n c=2 ```the second```\n| append [search d ```e```\n | head 1]",
        "
a
| eval
    b = 1, ```the first```
    c = 2 ```the second```
| append [
    search d ```e```
    | head 1
]",
    );
    check(
        "a\n(b=1 ```one```\nOR\n```two```\nb=2)",
        "
a (
    b=1 ```one```
    OR
    ```two```
    b=2
)",
    );
}

#[test]
fn empty_lines_between_commands_stay() {
    check("a\n\n\n\n| head 1\n| stats count\n\n", "a\n\n| head 1\n| stats count");
}

#[test]
fn macros_stay_as_they_are_written() {
    check(
        "`index( \"a  b\" , c|d )`  x=`v`  | `half` ,z|eval y=`m(1,2)`+1 |`whole`",
        "
`index( \"a  b\" , c|d )` x=`v`
| `half` ,z
| eval y=`m(1,2)`+1
| `whole`",
    );
    check("`comment(\"a | b\")` index=a|`x`", "`comment(\"a | b\")` index=a\n| `x`");
}

#[test]
fn tokens_stay() {
    check(
        "index=$index$ user=$user|s$  | where n>$limit$ | timechart span=$span$ count by $split$",
        "
index=$index$ user=$user|s$
| where n > $limit$
| timechart span=$span$ count BY $split$",
    );
}

#[test]
fn templates_stay() {
    check(
        "a | foreach total_* [ eval <<FIELD>>='<<FIELD>>'+1|where x ] | map [search x=$a$|head 1] maxsearches=5",
        "
a
| foreach total_* [eval <<FIELD>>='<<FIELD>>'+1|where x]
| map [search x=$a$|head 1] maxsearches=5",
    );
}

#[test]
fn no_break_spaces_become_blanks() {
    check("a\u{a0}|\u{a0}head 1 | search b=\"c\u{a0}d\"", "a\n| head 1\n| search b=\"c\u{a0}d\"");
}

#[test]
fn what_cannot_be_taken_apart_is_refused() {
    let refused = |text: &str, code: Code| {
        let found = format(text).unwrap_err();
        assert_eq!(found.iter().map(|found| found.code).collect::<Vec<_>>(), [code], "{text}");
    };
    refused("a \"b | head", Code::UnbalancedQuote);
    refused("a ```b | head", Code::UnbalancedQuote);
    refused("a `b | head", Code::UnbalancedQuote);
    refused("a [search b | head", Code::UnbalancedBracket);
    refused("a ] | head", Code::UnbalancedBracket);
    refused(&"(".repeat(1000), Code::TooDeep);
}

#[test]
fn mistakes_that_hide_no_pipe_are_laid_out() {
    check("a|statz count by( b|head", "a\n| statz count by( b\n| head");
    check("a||head 1|", "a\n|| head 1\n|");
    check("a| |head 1|", "a\n|\n| head 1\n|");
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

/// The searches of all golden tests and all bundled queries.
fn searches() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tests = Vec::new();
    files(&root.join("tests"), "spltest", &mut tests);
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
    let is_search = |line: &&str| line.starts_with("search: ");
    let mut searches: Vec<String> = tests
        .iter()
        .flat_map(|path| read(path).lines().filter(is_search).map(|line| line[8..].to_owned()).collect::<Vec<_>>())
        .collect();
    let mut queries = Vec::new();
    files(&root.join("queries"), "spl", &mut queries);
    searches.extend(queries.iter().map(read));
    searches
}

#[test]
fn every_search_keeps_its_tree() {
    let searches = searches();
    assert!(searches.len() > 500, "{}", searches.len());
    let tree = |text: &str| {
        let (expansion, _) = expand(text, &NoMacros);
        let (search, found) = parse(&expansion.text);
        (print(&search), found.into_iter().map(|found| found.code).collect::<Vec<_>>())
    };
    for text in searches {
        let Ok(formatted) = format(&text) else { continue };
        assert_eq!(format(&formatted).as_ref(), Ok(&formatted), "{text}");
        assert_eq!(tree(&text), tree(&formatted), "{text}\n{formatted}");
    }
}

#[test]
fn names_keep_their_blanks() {
    check("| eval a='x\ty', b=\"p  \".'q  \"r  s\" t'", "| eval a = 'x\ty', b = \"p  \".'q  \"r  s\" t'");
}
