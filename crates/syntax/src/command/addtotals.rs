//! `addtotals` and `addcoltotals`: sums of rows and of columns. `addtotals col=true labelfield=host fieldname=sum bytes_*`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Add the sum of its numbers to each row, and a row with the sums of columns.
#[derive(Debug, Clone, PartialEq)]
pub struct AddTotals {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether each row gets its sum.
    pub row: bool,
    /// Whether a row with the sums of columns comes last.
    pub col: bool,
    /// The field that names the row of sums.
    pub label_field: Option<Field>,
    /// What it is called.
    pub label: Option<String>,
    /// The field with the sum of each row.
    pub field_name: Option<Field>,
    /// The fields that are summed, wildcards allowed; empty means all of the result.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["addtotals"],
    kind: Kind::Streaming,
    summary: "adds the sum of its numbers to each row",
    usage: "addtotals [row=<bool>] [col=<bool>] [labelfield=<field>] [label=<text>] [fieldname=<field>] [<field>…]",
    options: &["col", "fieldname", "label", "labelfield", "row"],
    parse: |cursor| parse(cursor, true),
    ..CommandSpec::NEW
};

/// The row of `addcoltotals`.
pub(crate) const COLUMNS: CommandSpec = CommandSpec {
    names: &["addcoltotals"],
    kind: Kind::Transforming,
    summary: "adds a row with the sum of each column",
    usage: "addcoltotals [labelfield=<field>] [label=<text>] [<field>…]",
    options: &["label", "labelfield"],
    parse: |cursor| parse(cursor, false),
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor, row: bool) -> Option<Command> {
    let mut totals = AddTotals {
        span: cursor.command_span(),
        row,
        col: !row,
        label_field: None,
        label: None,
        field_name: None,
        fields: Vec::new(),
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "row" if row => totals.row = cursor.boolean(&option),
                "col" if row => totals.col = cursor.boolean(&option),
                "fieldname" if row => totals.field_name = Some(option.field()),
                "labelfield" => totals.label_field = Some(option.field()),
                "label" => totals.label = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            totals.fields.push(field);
        } else {
            cursor.expected("a field");
            return None;
        }
    }
    Some(Command::AddTotals(totals))
}

impl Display for AddTotals {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        if self.col && !self.row && self.field_name.is_none() {
            out.write_str("addcoltotals")?;
        } else {
            out.write_str("addtotals")?;
            print::option(out, "row", (!self.row).then_some(false))?;
            print::flag(out, "col", self.col)?;
            print::option(out, "fieldname", self.field_name.as_ref().map(|field| print::Quoted(&field.name)))?;
        }
        print::option(out, "labelfield", self.label_field.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "label", self.label.as_deref().map(print::Quoted))?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, ", ")
    }
}
