//! `analyzefields`: tells how well each numeric field predicts another. `analyzefields classfield=is_attack`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Tell how well fields predict a class.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalyzeFields {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the class, one of two values.
    pub class: Field,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["analyzefields", "af"],
    kind: Kind::Transforming,
    summary: "tells how well each numeric field predicts another",
    usage: "analyzefields classfield=<field>",
    options: &["classfield"],
    differs: &["the prediction is the best threshold of the numbers"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut class = None;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        match cursor.option() {
            Some(option) if option.name.node == "classfield" => class = Some(option.field()),
            Some(option) => cursor.unknown_option(&option),
            None => {
                cursor.expected("`classfield=` and a field");
                return None;
            }
        }
    }
    let Some(class) = class else {
        cursor.missing("`classfield=` and a field");
        return None;
    };
    Some(Command::AnalyzeFields(AnalyzeFields { span: cursor.command_span(), class }))
}

impl Display for AnalyzeFields {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "analyzefields classfield={}", print::Quoted(&self.class.name))
    }
}
