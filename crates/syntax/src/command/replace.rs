//! `replace`: whole values by others. `replace 127.0.0.1 WITH localhost, "*.corp" WITH "*" IN host, dest`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Replace whole values of fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Replace {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What is replaced, and by what; `*` stands for any text on both sides.
    pub pairs: Vec<(String, String)>,
    /// The fields; empty means all of the result.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["replace"],
    kind: Kind::Streaming,
    summary: "replaces values by others",
    usage: "replace <value> WITH <value>[, …] [IN <field>…]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut pairs, mut fields) = (Vec::new(), Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if !pairs.is_empty() && cursor.keyword("in").is_some() {
            fields = cursor.fields(&[]);
            if fields.is_empty() {
                cursor.expected("a field after `IN`");
                return None;
            }
            break;
        }
        let from = value(cursor)?;
        if cursor.keyword("with").is_none() {
            cursor.expected("`WITH` and what replaces it");
            return None;
        }
        let to = value(cursor)?;
        let stars = |text: &str| text.matches('*').count();
        if stars(&to.node) > 0 && stars(&to.node) != stars(&from.node) {
            let error =
                Diagnostic::new(Code::BadValue, from.span.to(to.span), "both sides need the same number of `*`");
            cursor.fail(error.help("each `*` behind `WITH` stands for what the one in its place took"));
            return None;
        }
        pairs.push((from.node, to.node));
    }
    if pairs.is_empty() {
        cursor.missing("a value, `WITH` and another one");
        return None;
    }
    Some(Command::Replace(Replace { span: cursor.command_span(), pairs, fields }))
}

/// A value in quotes, or up to a blank or comma.
fn value(cursor: &mut Cursor) -> Option<Spanned<String>> {
    if let Some(text) = cursor.token(token::quoted) {
        return Some(Spanned { span: text.span, node: token::unescape(text.node) });
    }
    cursor.skip_blanks();
    let start = cursor.position();
    let rest = cursor.rest();
    let length = rest.find(|next| token::is_blank(next) || next == ',').unwrap_or(rest.len());
    match rest.get(..length).filter(|value| !value.is_empty() && !value.starts_with('[')) {
        Some(value) => {
            cursor.go(start + length);
            Some(Spanned { span: cursor.span_from(start), node: value.to_owned() })
        }
        None => {
            cursor.expected("a value");
            None
        }
    }
}

impl Display for Replace {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("replace")?;
        for (index, (from, to)) in self.pairs.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma} {} WITH {}", print::Quoted(from), print::Quoted(to))?;
        }
        out.write_str(if self.fields.is_empty() { "" } else { " IN " })?;
        print::join(out, &self.fields, ", ")
    }
}
