//! `map`: runs a search for each row. `map search="search index=web user=$user$" maxsearches=50`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Run a search for each row; the rows of all are the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The search, with `$field$` in the place of values.
    pub template: Spanned<String>,
    /// Whether the template is the name of a saved search that holds it.
    pub is_saved: bool,
    /// How many rows count at most.
    pub max_searches: u64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["map"],
    kind: Kind::Dataset,
    summary: "runs a search for each row",
    usage: "map (search=\"<search>\" | <saved search>) [maxsearches=<count>]",
    options: &["maxsearches", "search"],
    differs: &["a row without a value for a token runs no search"],
    takes_searches: true,
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut template, mut is_saved, mut max_searches) = (None, false, 10);
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
            let Some(name) = cursor.field() else { break };
            template = Some(Spanned { span: name.span, node: name.name });
            is_saved = true;
        } else {
            break;
        }
    }
    let Some(template) = template else {
        cursor.missing("`search=\"…\"`");
        return None;
    };
    Some(Command::Map(Map { span: cursor.command_span(), template, is_saved, max_searches }))
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
        out.write_str(if self.is_saved { "map " } else { "map search=" })?;
        print::quote(out, &self.template.node)?;
        print::option(out, "maxsearches", (self.max_searches != 10).then_some(self.max_searches))
    }
}
