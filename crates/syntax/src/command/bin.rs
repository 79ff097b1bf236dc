//! `bin`: puts numbers or times into bins. `bin _time span=5m AS slot`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::BinSpan, cursor::Cursor, option::Choice, print};

/// Replace the values of a field by the bins that they fall into.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// The field that gets the bin.
    pub alias: Option<Field>,
    /// `span=`.
    pub width: Option<BinSpan>,
    /// `minspan=`.
    pub min_span: Option<BinSpan>,
    /// `bins=`: how many at most.
    pub bins: Option<u64>,
    /// `start=`.
    pub start: Option<f64>,
    /// `end=`.
    pub end: Option<f64>,
    /// `aligntime=`.
    pub align_time: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["bin", "bucket", "discretize"],
    kind: Kind::Streaming,
    summary: "puts numbers or times into bins",
    usage: "bin [span=<span>] [bins=<count>] [minspan=<span>] [start=<number>] [end=<number>] [aligntime=<time>] <field> [AS <name>]",
    options: &["aligntime", "bins", "end", "minspan", "span", "start"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut bin = Bin {
        span: cursor.command_span(),
        field: Field::new("", Span::default()),
        alias: None,
        width: None,
        min_span: None,
        bins: None,
        start: None,
        end: None,
        align_time: None,
    };
    let mut field = None;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            bin.set(cursor, &option);
        } else if field.is_none() {
            field = cursor.field();
            if field.is_none() {
                cursor.expected("a field");
            }
        } else if let Some(alias) = cursor.alias() {
            bin.alias = Some(alias);
        } else {
            break;
        }
    }
    let Some(field) = field else {
        cursor.missing("a field");
        return None;
    };
    Some(Command::Bin(Bin { field, ..bin }))
}

impl Bin {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "aligntime" => self.align_time = Some(option.value.node.clone()),
            "bins" => self.bins = Some(cursor.at_least(option, 2)),
            "end" => self.end = Some(cursor.number(option)),
            "minspan" => self.min_span = cursor.bin_span(option),
            "span" => self.width = cursor.bin_span(option),
            "start" => self.start = Some(cursor.number(option)),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Bin {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("bin")?;
        print::option(out, "span", self.width.as_ref())?;
        print::option(out, "minspan", self.min_span.as_ref())?;
        print::option(out, "bins", self.bins)?;
        print::option(out, "start", self.start)?;
        print::option(out, "end", self.end)?;
        print::option(out, "aligntime", self.align_time.as_deref().map(print::Quoted))?;
        write!(out, " {}", self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))
    }
}
