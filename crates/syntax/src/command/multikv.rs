//! `multikv`: makes a row of each line of a text table. `multikv fields pid command filter root`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// A row for each line of the table in `_raw`, with a field for each of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct MultiKv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The columns that become fields; none means all.
    pub fields: Vec<Field>,
    /// Texts of which a line must hold one; none means that every line counts.
    pub filter: Vec<String>,
    /// Whether the event's other fields come along.
    pub copy_attributes: bool,
    /// The number of the header's line, from 1 on.
    pub header_line: Option<u64>,
    /// Whether there is no header: columns are `Column_1` and so on.
    pub no_header: bool,
    /// Whether the event itself goes away.
    pub remove_original: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["multikv"],
    kind: Kind::Streaming,
    summary: "makes a row of each line of a text table",
    usage: "multikv [copyattrs=<bool>] [forceheader=<line>] [noheader=<bool>] [rmorig=<bool>] [fields <field>…] [filter <text>…]",
    options: &["conf", "copyattrs", "forceheader", "multitable", "noheader", "rmorig"],
    differs: &[
        "columns are separated by blanks; a header's place does not count",
        "an event holds one table",
        "`conf` is not supported",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut multikv = MultiKv {
        span: cursor.command_span(),
        fields: Vec::new(),
        filter: Vec::new(),
        copy_attributes: true,
        header_line: None,
        no_header: false,
        remove_original: true,
    };
    let mut in_filter = false;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "copyattrs" => multikv.copy_attributes = cursor.boolean(&option),
                "forceheader" => multikv.header_line = Some(cursor.unsigned(&option)),
                "multitable" => drop(cursor.boolean(&option)),
                "noheader" => multikv.no_header = cursor.boolean(&option),
                "rmorig" => multikv.remove_original = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if cursor.keyword("fields").is_some() {
            in_filter = false;
        } else if cursor.keyword("filter").is_some() {
            in_filter = true;
        } else if let Some(field) = cursor.field() {
            if in_filter { multikv.filter.push(field.name) } else { multikv.fields.push(field) }
        } else {
            break;
        }
    }
    Some(Command::MultiKv(multikv))
}

impl Display for MultiKv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("multikv")?;
        if !self.copy_attributes {
            out.write_str(" copyattrs=false")?;
        }
        print::option(out, "forceheader", self.header_line)?;
        print::flag(out, "noheader", self.no_header)?;
        if !self.remove_original {
            out.write_str(" rmorig=false")?;
        }
        if !self.fields.is_empty() {
            out.write_str(" fields ")?;
            print::join(out, &self.fields, ", ")?;
        }
        if !self.filter.is_empty() {
            out.write_str(" filter")?;
            for text in &self.filter {
                out.write_str(" ")?;
                print::quote(out, text)?;
            }
        }
        Ok(())
    }
}
