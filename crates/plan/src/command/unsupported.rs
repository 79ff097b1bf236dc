//! The meaning of commands that have no plan: an error with their name and what to use instead, never a silent pass. `fit`

use speleo_syntax::{Code, Diagnostic, command::unsupported::Unsupported};

use crate::{
    Result,
    lower::{Context, Lower},
    relation::Relation,
};

/// Commands that need a Splunk server or an app's program, and what does their work here.
const INSTEAD: &[(&str, &str)] = &[
    ("apply", "models of the machine learning toolkit cannot be read; `eval` and `lookup` apply rules and tables"),
    ("audit", "there are no signed audit events; `search` reads audit logs as any others"),
    ("copyresults", "`outputlookup` keeps rows, `inputlookup` reads them"),
    ("crawl", "`--index NAME=FOLDER` reads a folder of files"),
    ("dbxquery", "an export of the table as CSV or Parquet can be read by `--index` or `inputlookup`"),
    ("delete", "files are read as they are and never changed; `where NOT …` leaves events out"),
    ("entitymerge", "`stats values(*) AS * BY entity` merges the rows of an entity"),
    ("file", "`--index NAME=FILE` reads a file"),
    ("fit", "models are trained outside; `lookup` applies their results"),
    ("input", "`--index NAME=PATH` and `speleo.toml` say what is read"),
    ("inputintelligence", "`inputlookup` reads threat lists that are CSV files"),
    ("inputxml", "`xpath` and `xmlkv` read XML in events"),
    ("outputtelemetry", "nothing is sent to anybody"),
    ("rtorder", "stored data is read once; `sort - _time` orders it"),
    ("runshellscript", "no programs are run; a program can read `speleo search --output jsonl`"),
    ("score", "`stats` and `eval` compute measures from predictions"),
    ("script", "no programs are run; a program can read `speleo search --output jsonl`"),
    ("snowevent", "a program can read `speleo search --output jsonl` and create the event"),
    ("snowincident", "a program can read `speleo search --output jsonl` and create the incident"),
    ("summarize", "`collect` writes a summary, `tstats` and `stats` compute it"),
    ("summary", "models of the machine learning toolkit cannot be read"),
];

/// Commands that could run here and do not yet, and what does nearly the same.
const NEARLY: &[(&str, &str)] =
    &[("typelearner", "`findtypes useraw` suggests event types; Splunk gave `typelearner` up for it")];

impl Lower for Unsupported {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let name = self.name.node.as_str();
        let advice =
            |table: &[(&str, &'static str)]| table.iter().find(|(known, _)| *known == name).map(|(_, help)| *help);
        let error = |text: String| Diagnostic::new(Code::UnsupportedCommand, self.name.span, text).named(name);
        if let Some(instead) = advice(INSTEAD) {
            let error = error(format!("`{name}` cannot run here")).label("needs a Splunk server or an app");
            return Err(error.help(instead).into());
        }
        let error = error(format!("`{name}` is not supported yet")).label("valid SPL that has no plan here");
        Err(match advice(NEARLY) {
            Some(nearly) => error.help(nearly).into(),
            None => error.into(),
        })
    }
}
