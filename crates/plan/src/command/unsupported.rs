//! The meaning of commands that have no plan yet: an error with their name, never a silent pass. `relevancy`
//!
//! Hints to Splunk's scheduler and marks for its display change no rows: these pass on what comes in.

use speleo_syntax::{Code, Diagnostic, command::unsupported::Unsupported};

use crate::{
    Result,
    command::rows_or_none,
    lower::{Context, Lower},
    relation::Relation,
};

/// Commands without an effect on rows.
const HINTS: [&str; 6] = ["highlight", "iconify", "localop", "noop", "prjob", "redistribute"];

impl Lower for Unsupported {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let name = self.name.node.to_lowercase();
        if HINTS.contains(&name.as_str()) {
            return rows_or_none(input);
        }
        let error = Diagnostic::new(Code::UnsupportedCommand, self.name.span, format!("`{name}` is not supported yet"));
        let error = error.label("valid SPL that has no plan here");
        Err(match advice(&name) {
            Some(advice) => error.help(advice).into(),
            None => error.into(),
        })
    }
}

/// What does nearly the same.
fn advice(name: &str) -> Option<&'static str> {
    Some(match name {
        "abstract" => "`eval _raw=substr(_raw, 1, 500)` shortens events",
        "bucketdir" | "folderize" => "`rex` takes the folder out of a path, and `stats sum(…) BY folder` adds up",
        "findkeywords" | "findtypes" | "typelearner" => "`cluster showcount=t` finds groups of similar events",
        "geom" | "geomfilter" => "no map is drawn here; `lookup` and `stats count BY` tell how much each region has",
        "kvform" => "no form files exist here; `rex` and `extract` take fields out of a text",
        "overlap" => {
            "`sort info_min_time | streamstats current=f last(info_max_time) AS before` finds gaps and overlaps"
        }
        "pivot" => "`tstats … FROM datamodel=…` and `chart` make the same tables",
        "relevancy" => "`eval relevancy=if(searchmatch(\"…\"), 1, 0)` tells which events match",
        "scrub" => "`rex mode=sed` and the digests of `eval` replace what is private",
        "searchtxn" => "a `search` and a `transaction` with the options of the transaction type do the same",
        _ => return None,
    })
}
