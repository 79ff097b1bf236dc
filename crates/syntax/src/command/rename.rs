//! `rename`: renames columns. `rename All_Traffic.* AS *`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor};

/// Rename columns, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Rename {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Old and new names, with the same number of wildcards.
    pub pairs: Vec<(Field, Field)>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["rename"],
    kind: Kind::Streaming,
    summary: "renames columns",
    usage: "rename <field> AS <field>[, <field> AS <field>]…",
    options: &[],
    differs: &[],
    parse,
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut pairs = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(old) = cursor.field() else {
            cursor.expected("a field");
            return None;
        };
        let Some(new) = cursor.alias() else {
            cursor.expected("`AS` and the new name");
            return None;
        };
        check_wildcards(cursor, &old, &new);
        pairs.push((old, new));
    }
    if pairs.is_empty() {
        cursor.missing("`field AS field`");
        return None;
    }
    Some(Command::Rename(Rename { span: cursor.command_span(), pairs }))
}

/// Each `*` of the old name hands its text to one of the new name.
fn check_wildcards(cursor: &mut Cursor, old: &Field, new: &Field) {
    if old.name.matches('*').count() != new.name.matches('*').count() {
        let message = "both names need the same number of `*`";
        cursor.report(Diagnostic::new(Code::BadValue, new.span, message).also(old.span, "the old name"));
    }
}

impl Display for Rename {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("rename ")?;
        for (index, (old, new)) in self.pairs.iter().enumerate() {
            write!(out, "{}{old} AS {new}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
