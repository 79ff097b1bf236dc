//! `return`: turns rows into the text of a search condition, by fields. `return 3 ip`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print, token};

/// Turn the first rows into one row with the field `search`.
#[derive(Debug, Clone, PartialEq)]
pub struct Return {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows.
    pub count: u64,
    /// What to return of each.
    pub items: Vec<ReturnItem>,
}

/// One item of `return`.
#[derive(Debug, Clone, PartialEq)]
pub enum ReturnItem {
    /// `field`: `field="value"`.
    Field(Field),
    /// `alias=field`: `alias="value"`.
    Alias(Field, Field),
    /// `$field`: the bare value.
    Value(Field),
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["return"],
    kind: Kind::Transforming,
    summary: "turns rows into the text of a search condition, by fields",
    usage: "return [<count>] <field>|<alias>=<field>|$<field>…",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut count = 1;
    let start = cursor.position();
    if let Some(number) = cursor.token(token::integer).and_then(|number| number.node.parse().ok()) {
        let ends = cursor.rest().is_empty() || cursor.rest().starts_with(token::is_blank);
        if ends {
            count = number;
        } else {
            cursor.go(start);
        }
    }
    let mut items = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        items.push(item(cursor)?);
    }
    if items.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::Return(Return { span: cursor.command_span(), count, items }))
}

fn item(cursor: &mut Cursor) -> Option<ReturnItem> {
    let value = cursor.symbol("$").is_some();
    if value {
        // In a dashboard a single `$` would begin a token, so people write two.
        cursor.symbol("$");
    }
    let Some(first) = cursor.field() else {
        cursor.expected("a field");
        return None;
    };
    if value {
        return Some(ReturnItem::Value(first));
    }
    if cursor.symbol("=").is_none() {
        return Some(ReturnItem::Field(first));
    }
    match cursor.field() {
        Some(field) => Some(ReturnItem::Alias(first, field)),
        None => {
            cursor.expected("a field after `=`");
            None
        }
    }
}

impl Display for Return {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("return ")?;
        if self.count != 1 {
            write!(out, "{} ", self.count)?;
        }
        print::join(out, &self.items, " ")
    }
}

impl Display for ReturnItem {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            ReturnItem::Field(field) => write!(out, "{field}"),
            ReturnItem::Alias(alias, field) => write!(out, "{alias}={field}"),
            ReturnItem::Value(field) => write!(out, "${field}"),
        }
    }
}
