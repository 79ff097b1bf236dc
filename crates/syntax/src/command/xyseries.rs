//! `xyseries`: turns rows into a table with one column per value. `xyseries _time host count`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Turn rows of three fields and more into a table.
#[derive(Debug, Clone, PartialEq)]
pub struct XySeries {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that names the rows.
    pub row: Field,
    /// The field that names the columns.
    pub column: Field,
    /// The fields that hold the cells.
    pub values: Vec<Field>,
    /// Whether the rows come in groups already, and keep their order.
    pub grouped: bool,
    /// What stands between a field's name and a value, where there are several fields.
    pub separator: Option<String>,
    /// The form of such names: `$AGG$` and `$VAL$` stand for the two.
    pub format: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["xyseries", "maketable"],
    kind: Kind::Transforming,
    summary: "turns rows into a table with one column per value",
    usage: "xyseries [grouped=<bool>] [sep=<text>] [format=<text>] <row> <column> <value>…",
    options: &["format", "grouped", "sep"],
    differs: &["with `grouped` rows of one name are one row, also where others stand between them"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut grouped, mut separator, mut format, mut fields) = (false, None, None, Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "format" => format = Some(option.value.node),
                "grouped" => grouped = cursor.boolean(&option),
                "sep" => separator = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            fields.push(field);
        } else {
            break;
        }
    }
    let mut fields = fields.into_iter();
    let (Some(row), Some(column)) = (fields.next(), fields.next()) else {
        cursor.missing("three fields: those of the rows, the columns and the values");
        return None;
    };
    let values: Vec<Field> = fields.collect();
    if values.is_empty() {
        cursor.missing("a third field, for the values");
        return None;
    }
    let span = cursor.command_span();
    Some(Command::XySeries(XySeries { span, row, column, values, grouped, separator, format }))
}

impl Display for XySeries {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("xyseries")?;
        print::flag(out, "grouped", self.grouped)?;
        print::option(out, "sep", self.separator.as_deref().map(print::Quoted))?;
        print::option(out, "format", self.format.as_deref().map(print::Quoted))?;
        write!(out, " {} {} ", self.row, self.column)?;
        print::join(out, &self.values, " ")
    }
}
