//! `map`: runs a search for each row. `map search="search index=web user=$user$" maxsearches=50`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Run a search for each row; the rows of all are the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The search, with `$field$` in the place of values.
    pub template: Spanned<String>,
    /// How many rows count at most.
    pub max_searches: u64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["map"],
    kind: Kind::Dataset,
    summary: "runs a search for each row",
    usage: "map search=\"<search>\" [maxsearches=<count>]",
    options: &["maxsearches", "search"],
    differs: &["saved searches are not supported", "a row without a value for a token runs no search"],
    parse,
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut template, mut max_searches) = (None, 10);
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "search" => template = Some(joined(cursor, option.value)),
                "maxsearches" => max_searches = cursor.unsigned(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if cursor.peek() == Some('[') && template.is_none() {
            // The older form: the search stands in brackets.
            template = Some(cursor.template());
        } else if template.is_none() {
            let span = cursor.here();
            let message = "`map` with the name of a saved search is not supported yet";
            cursor.fail(Diagnostic::new(Code::UnsupportedForm, span, message).help("`search=\"…\"` holds its text"));
            return None;
        } else {
            break;
        }
    }
    let Some(template) = template else {
        cursor.missing("`search=\"…\"`");
        return None;
    };
    Some(Command::Map(Map { span: cursor.command_span(), template, max_searches }))
}

/// The text with what touches its quotes: `search="… value="x" …"` is one text, as in a shell, and saved searches have it.
fn joined(cursor: &mut Cursor, mut text: Spanned<String>) -> Spanned<String> {
    while cursor.peek().is_some_and(|next| !token::is_blank(next)) {
        let rest = cursor.rest();
        if let Some(piece) = cursor.token(token::quoted) {
            text.node.push_str(&token::unescape(piece.node));
        } else {
            let length = rest.find(|next| next == '"' || token::is_blank(next)).unwrap_or(rest.len());
            text.node.push_str(rest.get(..length).unwrap_or_default());
            cursor.go(cursor.position() + length);
        }
        text.span = cursor.span_from(text.span.start as usize);
    }
    text
}

impl Display for Map {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("map search=")?;
        print::quote(out, &self.template.node)?;
        print::option(out, "maxsearches", (self.max_searches != 10).then_some(self.max_searches))
    }
}
