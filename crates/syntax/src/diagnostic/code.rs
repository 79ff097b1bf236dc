//! The numbers of diagnostics, each with the page that `speleo explain` prints. `speleo explain E0203`
//!
//! A page says what the code means, shows a text that has it, and what to write instead.

use super::Severity;

/// One row per code: the only list of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident;)+) => {
        /// The number of a diagnostic. E01 syntax, E02 names and fields, E03 types and arguments, E04 valid SPL that is
        /// not supported here, E05 data and files, W05 limits and traps, E09 a bug of speleo's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The printed form, such as `E0203`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// The page that `speleo explain` prints: meaning, example, what to write instead.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n",)+),)+ }
            }

            pub(super) fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// Meaning: The text does not follow the grammar of the command.
    ///
    /// Example: … | rename a b
    ///
    /// Instead: … | rename a AS b
    ///
    /// `speleo help COMMAND` shows how it is written.
    Syntax = "E0100", Error;
    /// Meaning: A quote, a backtick or a comment is opened and never closed; what follows cannot be told from it.
    ///
    /// Example: … | eval x="abc
    ///
    /// Instead: … | eval x="abc"
    ///
    /// Inside double quotes a quote is written `\"`.
    UnbalancedQuote = "E0101", Error;
    /// Meaning: A bracket or parenthesis has no partner.
    ///
    /// Example: index=web (status=404 OR status=500
    ///
    /// Instead: index=web (status=404 OR status=500)
    ///
    /// Brackets inside quotes do not count; outside, `\[` is a plain bracket.
    UnbalancedBracket = "E0102", Error;
    /// Meaning: There is no search text, or nothing between two pipes.
    ///
    /// Example: index=web | | stats count
    ///
    /// Instead: index=web | stats count
    EmptySearch = "E0103", Error;
    /// Meaning: Brackets, parentheses, macros, conditions or commands are nested too deeply or too many; macros
    /// may also call each other in a circle. Limits keep every search plannable.
    ///
    /// Example: `loop` where the macro's definition is: a `loop`
    ///
    /// Instead: a macro that does not call itself
    ///
    /// Long lists of values belong into a lookup table.
    TooDeep = "E0104", Error;
    /// Meaning: A regular expression, or the script of `rex mode=sed`, cannot be read; `rex` also needs a group
    /// with a name.
    ///
    /// Example: … | rex "user=(\w+)"
    ///
    /// Instead: `… | rex "user=(?<user>\w+)"`
    Regex = "E0105", Error;
    /// Meaning: A command that makes rows stands after a pipe, or a command that needs rows stands first.
    ///
    /// Example: index=web | makeresults
    ///
    /// Instead: index=web | append [| makeresults]
    Position = "E0106", Error;

    /// Meaning: No command of that name exists; one of nearly that name does.
    ///
    /// Example: … | stat count
    ///
    /// Instead: … | stats count
    ///
    /// Conditions after a pipe need the command `search` or `where`.
    UnknownCommand = "E0201", Error;
    /// Meaning: No eval function of that name exists.
    ///
    /// Example: … | eval x=lowr(user)
    ///
    /// Instead: … | eval x=lower(user)
    ///
    /// `speleo help functions` lists them.
    UnknownFunction = "E0202", Error;
    /// Meaning: No stats function of that name exists.
    ///
    /// Example: … | stats cuont(user)
    ///
    /// Instead: … | stats count(user)
    ///
    /// An eval function needs `eval`: `stats max(eval(len(user)))`.
    UnknownAggregate = "E0203", Error;
    /// Meaning: The macro is not defined, or not with that number of arguments.
    ///
    /// Example: `recnt(7)`
    ///
    /// Instead: `recent(7)`
    ///
    /// Macros come from `--macros FILE`, `--conf DIR` and `speleo.toml`.
    UnknownMacro = "E0204", Error;
    /// Meaning: The lookup table or definition does not exist. Tables are named, never given by a path.
    ///
    /// Example: | inputlookup ../users.csv
    ///
    /// Instead: | inputlookup users.csv
    ///
    /// Tables come from the folder that `--lookups DIR` or `speleo.toml` names, definitions from transforms.conf.
    UnknownLookup = "E0205", Error;
    /// Meaning: The index is not known.
    ///
    /// Example: index=wbe
    ///
    /// Instead: index=web
    ///
    /// `--index NAME=PATH` serves files as an index; `speleo.toml` names others.
    UnknownIndex = "E0206", Error;
    /// Meaning: The data model or its dataset does not exist.
    ///
    /// Example: | tstats count from datamodel=Wbe
    ///
    /// Instead: | tstats count from datamodel=Web
    ///
    /// Models are JSON files in the folder that `--datamodels DIR` or `speleo.toml` names.
    UnknownDataModel = "E0207", Error;
    /// Meaning: No saved search has that name.
    ///
    /// Example: | savedsearch "Logins by cuontry"
    ///
    /// Instead: | savedsearch "Logins by country"
    ///
    /// Saved searches are the files below `queries` beside `speleo.toml`, by file name or title, and the stanzas of
    /// savedsearches.conf.
    UnknownSavedSearch = "E0209", Error;
    /// Meaning: No transaction type has that name.
    ///
    /// Example: … | transaction name=sesion
    ///
    /// Instead: … | transaction name=session
    ///
    /// Types are the stanzas of transactiontypes.conf, in a folder that `--conf DIR` or `speleo.toml` names.
    UnknownTransactionType = "E0210", Error;
    /// Meaning: No field of that name exists in the source; it is null in every row. A field of nearly that name
    /// does exist.
    ///
    /// Example: … | where usr="anna"
    ///
    /// Instead: … | where user="anna"
    UnknownField = "W0208", Warning;
    /// Meaning: No event type has that name: the condition is true for no event, and with `!=` or `NOT` for all.
    ///
    /// Example: index=web eventtype=failre
    ///
    /// Instead: index=web eventtype=failure
    ///
    /// Event types are the stanzas of eventtypes.conf, in a folder that `--conf DIR` or `speleo.toml` names.
    UnknownEventType = "W0211", Warning;

    /// Meaning: The command has no such option.
    ///
    /// Example: … | dedup keep=2 host
    ///
    /// Instead: … | dedup 2 host
    ///
    /// `speleo help COMMAND` lists the options.
    UnknownOption = "E0301", Error;
    /// Meaning: An option or argument has a value of the wrong kind, or two columns would get one name.
    ///
    /// Example: … | head limit=ten
    ///
    /// Instead: … | head limit=10
    BadValue = "E0302", Error;
    /// Meaning: A function is called with the wrong number of arguments.
    ///
    /// Example: … | eval x=if(a=1, "yes")
    ///
    /// Instead: … | eval x=if(a=1, "yes", "no")
    Arity = "E0303", Error;
    /// Meaning: An operator or function is given a kind of value that it does not take.
    ///
    /// Example: … | eval found=like(user, "a%")
    ///
    /// Instead: … | eval found=if(like(user, "a%"), 1, 0)
    Type = "E0304", Error;
    /// Meaning: A time or time modifier cannot be read.
    ///
    /// Example: index=web earliest=yesterday
    ///
    /// Instead: index=web earliest=-1d@d latest=@d
    ///
    /// Times are written `now`, `-1d@d`, `1700000000` or `12/31/2024:23:59:59`.
    Time = "E0305", Error;
    /// Meaning: A needed argument is missing.
    ///
    /// Example: … | stats count by
    ///
    /// Instead: … | stats count by host
    MissingArgument = "E0306", Error;

    /// Meaning: The command is valid SPL that speleo cannot run yet. Splunk would run the search.
    ///
    /// Example: … | fit LinearRegression y from x
    ///
    /// Instead: a command that `speleo help commands` lists as supported
    UnsupportedCommand = "E0401", Error;
    /// Meaning: The function is valid SPL that speleo cannot run yet. Splunk would run the search.
    ///
    /// Example: … | stats rate_avg(packets)
    ///
    /// Instead: a function that `speleo help functions` lists
    UnsupportedFunction = "E0402", Error;
    /// Meaning: The option or form is valid SPL that speleo cannot run yet. Splunk would run the search, perhaps
    /// after a dashboard has put a value for its token.
    ///
    /// Example: | loadjob 1700000000.17
    ///
    /// Instead: | loadjob savedsearch="admin:search:Logins by country"
    ///
    /// `--set name=value` gives a token `$name$` its value.
    UnsupportedForm = "E0403", Error;
    /// Meaning: SPL has no command of that name, and none of a similar one. Splunk runs it where an app adds it.
    ///
    /// Example: … | virustotal field=hash
    ///
    /// Instead: a lookup table with the app's answers, and `… | lookup virustotal.csv hash`
    ///
    /// A name that is close to one of SPL's is a slip, and E0201 says which is meant.
    AppCommand = "E0404", Error;
    /// Meaning: The rows of the lookup come from a program of an app (`external_cmd` in transforms.conf). No programs are run.
    ///
    /// Example: … | lookup whois host OUTPUT owner
    ///
    /// Instead: a CSV file of the program's answers, and `filename` in the lookup's stanza in place of `external_cmd`
    ScriptedLookup = "E0405", Error;

    /// Meaning: A file or folder cannot be read or written: it is missing, damaged, or not allowed.
    ///
    /// Example: --index web=missing.jsonl
    ///
    /// Instead: --index web=data/web.jsonl
    ///
    /// A lookup table that could not be written whole is left as it was.
    File = "E0501", Error;
    /// Meaning: Data cannot be decoded; the message names the file and, where it has lines, the line.
    ///
    /// Example: a CSV file whose line 3 has two cells where the header has three
    ///
    /// Instead: a cell for each column of the header; empty cells are fine
    Data = "E0502", Error;
    /// Meaning: Lines of a data file could not be read. They are counted and left out, the others are used.
    ///
    /// Example: {"user": "anna",
    ///
    /// Instead: {"user": "anna"}
    SkippedLines = "W0503", Warning;
    /// Meaning: A knowledge object (macro, lookup definition, data model) cannot be read.
    ///
    /// Example: a macros.conf with a line that is no `key = value`
    ///
    /// Instead: definition = index=web
    Knowledge = "E0504", Error;
    /// Meaning: The memory limit was reached.
    ///
    /// Example: … | stats values(_raw) by session
    ///
    /// Instead: … | stats count by session
    ///
    /// `--memory-limit` raises the limit; fewer groups or fields need less.
    Resources = "E0505", Error;
    /// Meaning: The query was cancelled, by Ctrl-C or because the reader went away. Nothing was written.
    ///
    /// Example: Ctrl-C while a search runs
    ///
    /// Instead: the search once more, with a shorter time range
    Cancelled = "E0506", Error;
    /// Meaning: `require` found no rows.
    ///
    /// Example: | inputlookup users.csv | where false() | require
    ///
    /// Instead: | inputlookup users.csv | require
    NoRows = "E0507", Error;
    /// Meaning: In Splunk the command acts on something that is not there here: a mail server, an alert action, users,
    /// dashboards. Rows pass as if it had acted.
    ///
    /// Example: … | sendemail to="soc@example.com"
    ///
    /// Instead: `speleo search --output csv … | mail soc@example.com`
    NotDone = "W0508", Warning;

    /// Meaning: Splunk would have cut the result in silence here: a subsearch at 10,000 rows, `append` at 50,000.
    /// speleo does not.
    ///
    /// Example: index=web [search index=hosts | fields host]
    ///
    /// Instead: `--splunk-limits` to get Splunk's answer
    SplunkLimit = "W0551", Note;
    /// Meaning: `OR` binds tighter than `AND` in `search`: `a AND b OR c` means `a AND (b OR c)`. In `where` and
    /// `eval` it is the other way round.
    ///
    /// Example: index=web status=404 AND user=a OR user=b
    ///
    /// Instead: index=web status=404 AND (user=a OR user=b)
    OrBeforeAnd = "W0552", Warning;
    /// Meaning: A lower-case `or`, `and`, `not` or `in` in `search` is a word to look for.
    ///
    /// Example: index=web error or warning
    ///
    /// Instead: index=web error OR warning
    LowerCaseOperator = "W0553", Warning;
    /// Meaning: `sort desc x` sorts by a field called `desc`, then by `x`.
    ///
    /// Example: … | sort desc count
    ///
    /// Instead: … | sort - count
    SortDesc = "W0554", Warning;
    /// Meaning: A wildcard in `where` or `eval` is an ordinary character: only values with a star in them are
    /// equal.
    ///
    /// Example: … | where host="web*"
    ///
    /// Instead: … | where like(host, "web%")
    WildcardInEval = "W0555", Warning;
    /// Meaning: A blank is missing between two aggregations, so that the second became part of a name.
    ///
    /// Example: … | stats min(t) AS firstvalues(user)
    ///
    /// Instead: … | stats min(t) AS first values(user)
    MissingBlank = "W0556", Warning;
    /// Meaning: A no-break space was read as a blank. Text copied from web pages often has them; inside quotes
    /// they stay.
    ///
    /// Example: a no-break space between `index=web` and `status=404`
    ///
    /// Instead: index=web status=404
    NoBreakSpace = "W0557", Note;
    /// Meaning: A macro that names a filter is not defined. Published detections end in one that lets every row
    /// pass, and so does this one.
    ///
    /// Example: … | `brute_force_filter`
    ///
    /// Instead: a definition of it in macros.conf, such as: definition = search NOT user=scanner
    FilterMacro = "W0558", Note;
    /// Meaning: `summariesonly=true` reads only the summaries that `speleo accelerate` made of a data model; how much of
    /// the data they cover is told. Without a summary there are no rows, and with `--ignore-summariesonly` all events are
    /// read. The same code tells of summaries that are not used because definitions changed.
    ///
    /// Example: | tstats summariesonly=true count from datamodel=Web
    ///
    /// Instead: | tstats count from datamodel=Web
    SummariesOnly = "W0559", Note;
    /// Meaning: A quoted number is compared as text: `"10"` comes before `"9"`.
    ///
    /// Example: … | where bytes > "1000"
    ///
    /// Instead: … | where bytes > 1000
    QuotedNumber = "W0560", Warning;
    /// Meaning: A search begins with the name of a command and no pipe: the name is a term to look for.
    ///
    /// Example: makeresults count=5
    ///
    /// Instead: | makeresults count=5
    MissingPipe = "W0561", Warning;
    /// Meaning: The text goes on with the rows of another search, as the panels of a dashboard do with their base search.
    /// It is checked as that; to run, it needs the other search before it.
    ///
    /// Example: stats count by host
    ///
    /// Instead: index=web | stats count by host
    PostProcess = "W0562", Note;
    /// Meaning: A list of `IN` has no values, as the macro of an app that nobody has filled in: the condition is true for
    /// no event.
    ///
    /// Example: index=web NOT src IN ()
    ///
    /// Instead: index=web NOT src IN (10.0.0.0/8)
    EmptyList = "W0563", Warning;
    /// Meaning: A real-time window would be kept open by Splunk. Stored data is read once: `rt-5m` means the last five
    /// minutes before the search starts.
    ///
    /// Example: index=web earliest=rt-5m latest=rt
    ///
    /// Instead: index=web earliest=-5m latest=now
    RealTime = "W0564", Note;
    /// Meaning: Without `max`, `join` takes the first matching row of the search in brackets and drops the others.
    ///
    /// Example: index=web | join user [search index=logins]
    ///
    /// Instead: index=web | join max=0 user [search index=logins]
    JoinMax = "W0565", Warning;
    /// Meaning: Typographic quotes and dashes are ordinary characters. Text copied from documents often has them.
    ///
    /// Example: index=web user=“anna”
    ///
    /// Instead: index=web user="anna"
    Typography = "W0566", Warning;
    /// Meaning: Two texts are compared, which is the same for all rows. In `where` and `eval` double quotes enclose a text,
    /// never the name of a field.
    ///
    /// Example: … | where "user"="anna"
    ///
    /// Instead: … | where user="anna"
    ///
    /// A name with blanks or dots stands in single quotes: `where 'user name'="anna"`.
    TextsCompared = "W0567", Warning;
    /// Meaning: The right side of a comparison in `search` is always a text, here one that is also the name of a field.
    ///
    /// Example: index=web user=host
    ///
    /// Instead: index=web | where user=host
    ///
    /// Quotes around the text say that it is meant: `user="host"`.
    FieldAsText = "W0568", Note;
    /// Meaning: The time range ends before it begins, or when it begins: no event lies in it.
    ///
    /// Example: index=web earliest=-1h latest=-2h
    ///
    /// Instead: index=web earliest=-2h latest=-1h
    EmptyRange = "W0569", Warning;
    /// Meaning: What `erex` learnt from its examples: the regular expression, or that there is none.
    ///
    /// Example: index=web | erex port examples="80, 443"
    ///
    /// Instead: index=web | rex "port=(?<port>\d+)"
    Learnt = "W0570", Note;
    /// Meaning: Something changes nothing, and Splunk passes over it: an assignment that is not there, an option that `sort`
    /// does not have.
    ///
    /// Example: | makeresults | eval a=1, , b=2
    ///
    /// Instead: | makeresults | eval a=1, b=2
    Superfluous = "W0571", Warning;

    /// Meaning: A bug of speleo's: this must not happen, whatever the search is.
    ///
    /// Example: any search
    ///
    /// Instead: a report with the search, its message and `speleo --version`
    Bug = "E0901", Error;
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn every_page_says_what_it_means_shows_it_and_what_to_write_instead() {
        for code in Code::ALL {
            for part in [" Meaning: ", " Example: ", " Instead: "] {
                assert_eq!(code.page().matches(part).count(), 1, "{part} of {}", code.text());
            }
        }
    }
}
