//! `xpath`: values at an XPath of an XML text. `xpath outfield=name field=xml "//user[@id='3']/name"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print, token};

/// Take values out of XML.
#[derive(Debug, Clone, PartialEq)]
pub struct XPath {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the text; `_raw` where none is written.
    pub field: Option<Field>,
    /// The field for the values; `xpath` where none is written.
    pub output: Option<Field>,
    /// The path.
    pub path: Spanned<String>,
    /// What a row without a value at the path gets.
    pub default: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["xpath"],
    kind: Kind::Streaming,
    summary: "takes values out of XML by a path",
    usage: "xpath [field=<field>] [outfield=<field>] \"<path>\" [default=<text>]",
    options: &["default", "field", "outfield"],
    differs: &[
        "paths are made of `/ // . .. * @name text() |` and conditions of positions, values, `and`, `or`, `not()`, `contains()`, \
         `starts-with()`, `name()` and `local-name()`; there are no other axes or functions",
        "a declaration or a document type before the first element does no harm",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut field, mut output, mut path, mut default) = (None, None, None, None);
    while !cursor.at_end() {
        if let Some(quoted) = path.is_none().then(|| cursor.token(token::quoted)).flatten() {
            path = Some(Spanned { span: quoted.span, node: token::unescape(quoted.node) });
        } else if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "field" => field = Some(option.field()),
                "outfield" => output = Some(option.field()),
                "default" => default = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
        } else if path.is_none() {
            // A path without quotes ends at a blank.
            let start = cursor.position();
            let length = cursor.rest().find(token::is_blank).unwrap_or(cursor.rest().len());
            let node = cursor.rest().get(..length).unwrap_or_default().to_owned();
            cursor.go(start + length);
            path = Some(Spanned { span: cursor.span_from(start), node });
        } else {
            break;
        }
    }
    let Some(path) = path else {
        cursor.missing("a path in quotes");
        return None;
    };
    Some(Command::XPath(XPath { span: cursor.command_span(), field, output, path, default }))
}

impl Display for XPath {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("xpath")?;
        print::option(out, "field", self.field.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "outfield", self.output.as_ref().map(|field| print::Quoted(&field.name)))?;
        write!(out, " {}", print::Quoted(&self.path.node))?;
        print::option(out, "default", self.default.as_deref().map(print::Quoted))
    }
}
