//! `rename`: renames columns. `rename All_Traffic.* AS *`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, nearest, token};

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
    parse,
    ..CommandSpec::NEW
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
        // An old spelling of `AS` that apps still use.
        let arrow = cursor.symbol("->").is_some();
        let Some(new) = (if arrow { cursor.field() } else { cursor.alias() }) else {
            let span = cursor.here();
            let message = format!("expected `AS` and the new name, found {}", cursor.found());
            let diagnostic = Diagnostic::new(Code::Syntax, span, message);
            let before = Span { end: span.start, ..span };
            let slip = cursor.field().filter(|word| nearest::nearest(&word.name, ["as"].into_iter()).is_some());
            let named = slip.is_some() || cursor.position() > span.start as usize;
            cursor.skip_blanks();
            let goes_on = cursor.rest().starts_with(|next: char| token::is_name(next) || next == '"');
            cursor.fail(match slip.filter(|_| goes_on) {
                Some(word) => diagnostic.edit("`AS` is meant", word.span, "AS"),
                None if named => diagnostic.edit("`AS` is missing", before, "AS "),
                None => diagnostic,
            });
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

/// Each `*` of the old name hands its text to one of the new name. Where the old name has none, those of the new one are
/// text.
fn check_wildcards(cursor: &mut Cursor, old: &Field, new: &Field) {
    let stars = old.name.matches('*').count();
    if stars > 0 && stars != new.name.matches('*').count() {
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
