//! `rest`: lists what the server knows. `| rest /services/saved/searches splunk_server=local | table title search`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print, token};

/// List the indexes, saved searches, lookups or macros.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The endpoint as written, without quotes: `/services/data/indexes`.
    pub endpoint: Spanned<String>,
    /// How many rows at most; none or 0 is all.
    pub count: Option<u64>,
    /// What is handed to the endpoint: `search="disabled=0"`.
    pub arguments: Vec<(String, String)>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["rest"],
    kind: Kind::Generating,
    summary: "lists indexes, saved searches, lookups, macros and data models",
    usage: "| rest <endpoint> [count=<count>] [splunk_server=<text>] [timeout=<seconds>] [strict=<bool>] [<argument>=<value>]…",
    options: &["count", "splunk_server", "splunk_server_group", "strict", "timeout"],
    differs: &[
        "the endpoints tell what speleo has: its indexes, saved searches, lookups, macros and data models; columns that mean nothing here are left out",
        "what speleo has none of, such as users, roles or dashboards, has no rows",
        "`splunk_server`, `splunk_server_group`, `strict` and `timeout` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut endpoint = None;
    let (mut count, mut arguments) = (None, Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "count" => count = Some(cursor.unsigned(&option)),
                "strict" => drop(cursor.boolean(&option)),
                "splunk_server" | "splunk_server_group" | "timeout" => {}
                _ => arguments.push((option.name.node, option.value.node)),
            }
        } else if endpoint.is_none() {
            endpoint = path(cursor);
            if endpoint.is_none() {
                break;
            }
        } else {
            break;
        }
    }
    let Some(endpoint) = endpoint else {
        cursor.missing("an endpoint, such as `/services/data/indexes`");
        return None;
    };
    Some(Command::Rest(Rest { span: cursor.command_span(), endpoint, count, arguments }))
}

/// A path, in quotes or up to a blank.
fn path(cursor: &mut Cursor) -> Option<Spanned<String>> {
    if let Some(text) = cursor.token(token::quoted) {
        return Some(Spanned { span: text.span, node: token::unescape(text.node) });
    }
    let start = cursor.position();
    let rest = cursor.rest();
    let length = rest.find(|next| token::is_blank(next) || matches!(next, '[' | ']' | '(')).unwrap_or(rest.len());
    let node = rest.get(..length).filter(|path| !path.is_empty())?.to_owned();
    cursor.go(start + length);
    Some(Spanned { span: cursor.span_from(start), node })
}

impl Display for Rest {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "rest {}", print::Quoted(&self.endpoint.node))?;
        print::option(out, "count", self.count)?;
        for (name, value) in &self.arguments {
            print::option(out, name, Some(print::Quoted(value)))?;
        }
        Ok(())
    }
}
