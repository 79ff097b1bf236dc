//! `union`: adds the rows of several datasets. `| union [search index=a] [search index=b]`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Search, Span, cursor::Cursor, parser::Place, print};

/// The rows of several datasets, and of the rows that come in where some do.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The datasets.
    pub datasets: Vec<Dataset>,
    /// `maxout=`; Splunk cuts each search there.
    pub max_out: Option<u64>,
}

/// A dataset of `union`.
#[derive(Debug, Clone, PartialEq)]
pub enum Dataset {
    /// `[search …]`.
    Search(Search),
    /// `lookup:users.csv`, `datamodel:Web.Proxy`.
    Named {
        /// The kind in lower case.
        kind: String,
        /// The name.
        name: Field,
    },
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["union"],
    kind: Kind::Generating,
    summary: "adds the rows of several datasets",
    usage: "| union ([<search>] | (lookup|datamodel|savedsearch):<name>)…",
    options: &["maxout", "maxtime", "timeout"],
    differs: &[
        "all rows are added; `maxout` counts only where it is written",
        "`maxtime` and `timeout` are read and have no effect",
    ],
    leads: true,
    takes_searches: true,
    may_write: true,
    parse,
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut datasets, mut max_out) = (Vec::new(), None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if cursor.peek() == Some('[') {
            datasets.push(Dataset::Search(cursor.bracket(Place::Bracket)?));
        } else if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "maxout" => max_out = Some(cursor.unsigned(&option)),
                "maxtime" | "timeout" => drop(cursor.unsigned(&option)),
                _ => cursor.unknown_option(&option),
            }
        } else {
            datasets.push(named(cursor)?);
        }
    }
    if datasets.is_empty() {
        cursor.missing("a dataset, such as a search in brackets");
        return None;
    }
    Some(Command::Union(Union { span: cursor.command_span(), datasets, max_out }))
}

/// `kind:name`.
fn named(cursor: &mut Cursor) -> Option<Dataset> {
    let Some(field) = cursor.field() else {
        cursor.expected("a dataset");
        return None;
    };
    let Some((kind, name)) = field.name.split_once(':') else {
        let diagnostic = Diagnostic::new(Code::Syntax, field.span, "a dataset is written `kind:name`");
        cursor.fail(diagnostic.help("`lookup:users.csv` is one, and so is a search in brackets"));
        return None;
    };
    Some(Dataset::Named { kind: kind.to_lowercase(), name: Field::new(name.trim_matches('"'), field.span) })
}

impl Display for Union {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("union")?;
        print::option(out, "maxout", self.max_out)?;
        for dataset in &self.datasets {
            match dataset {
                Dataset::Search(search) => write!(out, " [{search}]")?,
                Dataset::Named { kind, name } => write!(out, " {kind}:{}", name.name)?,
            }
        }
        Ok(())
    }
}
