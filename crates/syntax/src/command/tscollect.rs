//! `tscollect`: keeps rows under a name for `tstats`. `index=web | tscollect namespace=web_stats`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print};

/// Write the rows to a namespace that `tstats … FROM` reads.
#[derive(Debug, Clone, PartialEq)]
pub struct TsCollect {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The namespace.
    pub namespace: Spanned<String>,
    /// Whether texts are written in lower case.
    pub squash_case: bool,
    /// Whether the rows are passed on.
    pub keep_results: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["tscollect"],
    kind: Kind::Centralized,
    summary: "keeps rows under a name for tstats",
    usage: "tscollect namespace=<name> [squashcase=<bool>] [keepresults=<bool>]",
    options: &["keepresults", "namespace", "squashcase"],
    differs: &[
        "a namespace is an index: a JSON lines file, or a folder in which the file is `<namespace>-collected.ndjson`",
        "`namespace` must be given",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (span, mut namespace, mut squash_case, mut keep_results) = (cursor.command_span(), None, false, false);
    let understood = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "namespace" => namespace = Some(option.value.clone()),
        "squashcase" => squash_case = cursor.boolean(option),
        "keepresults" => keep_results = cursor.boolean(option),
        _ => cursor.unknown_option(option),
    });
    if !understood {
        return None;
    }
    let Some(namespace) = namespace else {
        cursor.missing("`namespace=<name>`");
        return None;
    };
    Some(Command::TsCollect(TsCollect { span, namespace, squash_case, keep_results }))
}

impl Display for TsCollect {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("tscollect")?;
        print::option(out, "namespace", Some(print::Quoted(&self.namespace.node)))?;
        print::flag(out, "squashcase", self.squash_case)?;
        print::flag(out, "keepresults", self.keep_results)
    }
}
