//! What the hands of Splunk's users type: `search '…' -maxout 100 -earliest_time -24h -output csv`.
//!
//! Splunk's options of `search` become those of this program before they are read. Its other options are refused like any that
//! does not exist. The numbers that Splunk takes where nothing is said, such as 100 rows, are not taken over.

use std::ffi::OsString;

/// Splunk's options with one dash, and what they are called here.
const OPTIONS: [(&str, &str); 5] = [
    ("-maxout", "--limit"),
    ("-earliest_time", "--earliest"),
    ("-latest_time", "--latest"),
    ("-app", "--app"),
    ("-output", "--output"),
];
/// Splunk's forms of rows that have another name here.
const FORMATS: [(&str, &str); 2] = [("rawdata", "raw"), ("json", "splunk-json")];

/// The arguments with Splunk's options of `search` replaced.
pub(super) fn translate(args: Vec<OsString>) -> Vec<OsString> {
    if args.get(1).is_none_or(|command| command != "search") {
        return args;
    }
    let mut translated: Vec<OsString> = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            translated.push(arg);
            break;
        }
        let option = OPTIONS.iter().find(|(splunk, _)| arg == *splunk);
        let Some((splunk, own)) = option else {
            translated.push(arg);
            continue;
        };
        translated.push((*own).into());
        let Some(value) = args.next() else { break };
        let format = FORMATS.iter().find(|(name, _)| *splunk == "-output" && value == *name);
        translated.push(format.map_or(value, |(_, own)| (*own).into()));
    }
    translated.extend(args);
    translated
}

#[cfg(test)]
mod tests {
    use super::translate;

    fn check(args: &[&str], expected: &[&str]) {
        assert_eq!(translate(args.iter().map(Into::into).collect()), expected);
    }

    #[test]
    fn options_with_one_dash_become_our_own() {
        check(
            &["speleo", "search", "index=web", "-maxout", "100", "-earliest_time", "-24h", "-latest_time", "now"],
            &["speleo", "search", "index=web", "--limit", "100", "--earliest", "-24h", "--latest", "now"],
        );
        check(&["speleo", "search", "x", "-output", "rawdata"], &["speleo", "search", "x", "--output", "raw"]);
        check(&["speleo", "search", "x", "-output", "json"], &["speleo", "search", "x", "--output", "splunk-json"]);
        check(&["speleo", "search", "x", "-output", "csv"], &["speleo", "search", "x", "--output", "csv"]);
    }

    #[test]
    fn all_else_stays() {
        check(&["speleo", "search", "-o", "json", "x"], &["speleo", "search", "-o", "json", "x"]);
        check(&["speleo", "search", "--", "-maxout", "5"], &["speleo", "search", "--", "-maxout", "5"]);
        check(&["speleo", "run", "-maxout", "5"], &["speleo", "run", "-maxout", "5"]);
        // What is missing is for the reader of options to say.
        check(&["speleo", "search", "-maxout"], &["speleo", "search", "--limit"]);
    }
}
