//! `makeresults`: makes rows from nothing. `| makeresults count=3`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Make rows with only `_time`, or rows from inline data.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeResults {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many.
    pub count: u64,
    /// Whether the metadata fields are added.
    pub annotate: bool,
    /// `format=` and `data=`.
    pub data: Option<(DataFormat, Spanned<String>)>,
}

/// How inline data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// A header line and rows.
    Csv,
    /// An array of objects.
    Json,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["makeresults"],
    kind: Kind::Generating,
    summary: "makes rows from nothing or from inline data",
    usage: "makeresults [count=<number>] [annotate=<bool>] [format=csv|json data=<text>]",
    options: &["annotate", "count", "data", "format", "splunk_server", "splunk_server_group"],
    differs: &["`splunk_server` and `splunk_server_group` are read and have no effect"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut count, mut annotate, mut format, mut data) = (1, false, None, None);
    // Published searches write a bare number, and Splunk takes them.
    if let Some(number) = cursor.token(token::integer) {
        count = number.node.parse().unwrap_or(count);
        cursor.skip_separators();
    }
    while let Some(option) = cursor.option() {
        match option.name.node.as_str() {
            "annotate" => annotate = cursor.boolean(&option),
            "count" => count = cursor.unsigned(&option),
            "data" => data = Some(option.value),
            "format" => match option.value.node.to_lowercase().as_str() {
                "csv" => format = Some(DataFormat::Csv),
                "json" => format = Some(DataFormat::Json),
                _ => {
                    let message = format!("`format` takes `csv` or `json`, not `{}`", option.value.node);
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                }
            },
            "splunk_server" | "splunk_server_group" => {}
            _ => cursor.unknown_option(&option),
        }
        cursor.skip_separators();
    }
    let data = match (format, data) {
        (Some(format), Some(data)) => Some((format, data)),
        (None, Some(data)) => {
            let message = "`data` needs `format=csv` or `format=json`";
            cursor.report(Diagnostic::new(Code::MissingArgument, data.span, message));
            None
        }
        (Some(_), None) => {
            cursor.missing("`data=` with `format=`");
            None
        }
        (None, None) => None,
    };
    Some(Command::MakeResults(MakeResults { span: cursor.command_span(), count, annotate, data }))
}

impl Display for MakeResults {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("makeresults")?;
        print::option(out, "count", Some(self.count).filter(|&count| count != 1))?;
        print::flag(out, "annotate", self.annotate)?;
        let Some((format, data)) = &self.data else { return Ok(()) };
        let format = match format {
            DataFormat::Csv => "csv",
            DataFormat::Json => "json",
        };
        write!(out, " format={format} data={}", print::Quoted(&data.node))
    }
}
