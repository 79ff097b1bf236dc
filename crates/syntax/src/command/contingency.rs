//! `contingency`: counts combinations of two fields as a table. `contingency maxrows=5 host status`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Count combinations of two fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Contingency {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field of the rows.
    pub row: Field,
    /// The field of the columns.
    pub column: Field,
    /// Which values have a row.
    pub rows: Cover,
    /// Which values have a column.
    pub columns: Cover,
    /// Whether there are sums.
    pub totals: bool,
    /// The name of the row and the column of sums.
    pub total_text: String,
}

/// Which of the most frequent values are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cover {
    /// How many at most; 0 is all.
    pub most: u64,
    /// The share of rows, 0 to 1, that they need to cover.
    pub share: f64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["contingency", "counttable", "ctable"],
    kind: Kind::Transforming,
    summary: "counts combinations of two fields as a table",
    usage: "contingency [maxrows=<count>] [maxcols=<count>] [minrowcover=<share>] [mincolcover=<share>] [usetotal=<bool>] [totalstr=<text>] <row> <column>",
    options: &["maxcols", "maxrows", "mincolcover", "minrowcover", "totalstr", "usetotal"],
    differs: &["sums are those of the rows and columns that are shown"],
    parse,
    ..CommandSpec::NEW
};

const USUAL: Cover = Cover { most: 1000, share: 1.0 };

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut fields = Vec::new();
    let (mut rows, mut columns, mut totals, mut total_text) = (USUAL, USUAL, true, "TOTAL".to_owned());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            if fields.len() == 2 {
                cursor.expected("an option or the end: there are two fields");
                return None;
            }
            fields.push(cursor.field()?);
            continue;
        };
        match option.name.node.as_str() {
            "maxcols" => columns.most = cursor.unsigned(&option),
            "maxrows" => rows.most = cursor.unsigned(&option),
            "mincolcover" => columns.share = share(cursor, &option),
            "minrowcover" => rows.share = share(cursor, &option),
            "totalstr" => total_text = option.value.node,
            "usetotal" => totals = cursor.boolean(&option),
            _ => cursor.unknown_option(&option),
        }
    }
    let mut fields = fields.into_iter();
    let (Some(row), Some(column)) = (fields.next(), fields.next()) else {
        cursor.missing("two fields: that of the rows and that of the columns");
        return None;
    };
    let span = cursor.command_span();
    Some(Command::Contingency(Contingency { span, row, column, rows, columns, totals, total_text }))
}

/// A number from 0 to 1.
pub(super) fn share(cursor: &mut Cursor, option: &Choice) -> f64 {
    let number = cursor.number(option);
    if !(0.0..=1.0).contains(&number) {
        super::outlier::bad(cursor, option, "a number from 0 to 1");
    }
    number.clamp(0.0, 1.0)
}

impl Display for Contingency {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("contingency")?;
        for (most, share, cover) in [("maxrows", "minrowcover", self.rows), ("maxcols", "mincolcover", self.columns)] {
            print::option(out, most, (cover.most != USUAL.most).then_some(cover.most))?;
            print::option(out, share, (cover.share < 1.0).then_some(cover.share))?;
        }
        if !self.totals {
            out.write_str(" usetotal=false")?;
        }
        print::option(out, "totalstr", (self.total_text != "TOTAL").then_some(print::Quoted(&self.total_text)))?;
        write!(out, " {} {}", self.row, self.column)
    }
}
