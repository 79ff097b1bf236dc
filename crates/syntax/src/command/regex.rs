//! `regex`: keeps rows by a regular expression. `regex email_dns_name!="^\d+$"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Keep rows whose field matches, or with `!=` does not match. A missing field is kept by `!=`.
#[derive(Debug, Clone, PartialEq)]
pub struct Regex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field; `_raw` where none is written.
    pub field: Option<Field>,
    /// Whether `!=` is written.
    pub negated: bool,
    /// The pattern, quotes and the two escapes undone.
    pub pattern: Spanned<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["regex"],
    kind: Kind::Streaming,
    summary: "keeps rows by a regular expression",
    usage: "regex [<field>=|<field>!=]<pattern>",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (field, negated) = left_side(cursor);
    let Some(pattern) = cursor.pattern() else {
        cursor.missing("a regular expression");
        return None;
    };
    Some(Command::Regex(Regex { span: cursor.command_span(), field, negated, pattern }))
}

/// `field=` or `field!=`, if it is there.
fn left_side(cursor: &mut Cursor) -> (Option<Field>, bool) {
    let start = cursor.position();
    let field = if cursor.rest().trim_start_matches(token::is_blank).starts_with('"') {
        cursor.token(token::quoted).map(|name| Field::new(token::unescape(name.node), name.span))
    } else {
        cursor.skip_blanks();
        let from = cursor.position();
        let rest = cursor.rest();
        let length = rest.find(|next| token::is_blank(next) || "=!\"".contains(next)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default().to_string();
        cursor.go(from + length);
        (length > 0).then(|| Field::new(name, Span::new(from, from + length)))
    };
    if field.is_some() && cursor.symbol("!=").is_some() {
        return (field, true);
    }
    if field.is_some() && (cursor.symbol("==").is_some() || cursor.symbol("=").is_some()) {
        return (field, false);
    }
    cursor.go(start);
    (None, false)
}

impl Cursor<'_> {
    /// Takes a regular expression: a text in quotes, or what is left up to a blank.
    pub(crate) fn pattern(&mut self) -> Option<Spanned<String>> {
        if let Some(text) = self.token(token::quoted) {
            return Some(Spanned { span: text.span, node: token::unescape(text.node) });
        }
        self.skip_blanks();
        let start = self.position();
        let rest = self.rest();
        let length = rest.find(token::is_blank).unwrap_or(rest.len());
        let pattern = rest.get(..length).unwrap_or_default().to_string();
        self.go(start + length);
        (length > 0).then(|| Spanned { span: Span::new(start, start + length), node: pattern })
    }
}

impl Display for Regex {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("regex ")?;
        if let Some(field) = &self.field {
            write!(out, "{field}{}", if self.negated { "!=" } else { "=" })?;
        }
        print::quote(out, &self.pattern.node)
    }
}
