//! `dedup`: keeps the first events of each combination of values. `dedup 2 host user sortby -_time`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::SortKey, cursor::Cursor, print, token};

/// Keep the first `count` events of each combination of field values.
#[derive(Debug, Clone, PartialEq)]
pub struct Dedup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many events of each to keep.
    pub count: u64,
    /// The fields.
    pub fields: Vec<Field>,
    /// Whether no row is removed but only the values.
    pub keep_events: bool,
    /// Whether rows without one of the fields stay.
    pub keep_empty: bool,
    /// Whether only neighbours count.
    pub consecutive: bool,
    /// The order to bring rows into first.
    pub sort_by: Vec<SortKey>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["dedup"],
    kind: Kind::Centralized,
    summary: "keeps the first events of each combination of values",
    usage: "dedup [<count>] <field>… [keepevents=<bool>] [keepempty=<bool>] [consecutive=<bool>] [sortby [+|-]<field>…]",
    options: &["consecutive", "keepempty", "keepevents"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut dedup = Dedup {
        span: cursor.command_span(),
        count: 1,
        fields: Vec::new(),
        keep_events: false,
        keep_empty: false,
        consecutive: false,
        sort_by: Vec::new(),
    };
    if let Some(count) = cursor.token(token::integer) {
        match count.node.parse() {
            Ok(count) if count > 0 => dedup.count = count,
            _ => {
                cursor.go(count.span.start as usize);
                cursor.expected("a count from 1 up");
                return None;
            }
        }
    }
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "consecutive" => dedup.consecutive = cursor.boolean(&option),
                "keepempty" => dedup.keep_empty = cursor.boolean(&option),
                "keepevents" => dedup.keep_events = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if cursor.keyword("sortby").is_some() {
            dedup.sort_by = sort_by(cursor)?;
        } else if let Some(field) = cursor.field() {
            dedup.fields.push(field);
        } else {
            cursor.expected("a field");
            return None;
        }
    }
    if dedup.fields.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::Dedup(dedup))
}

fn sort_by(cursor: &mut Cursor) -> Option<Vec<SortKey>> {
    let mut keys = Vec::new();
    loop {
        cursor.skip_separators();
        let start = cursor.position();
        let option = cursor.option().is_some();
        cursor.go(start);
        if cursor.at_end() || option {
            break;
        }
        keys.push(cursor.sort_key()?);
    }
    if keys.is_empty() {
        cursor.missing("a field after `sortby`");
        return None;
    }
    Some(keys)
}

impl Display for Dedup {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("dedup ")?;
        if self.count != 1 {
            write!(out, "{} ", self.count)?;
        }
        print::join(out, &self.fields, ", ")?;
        print::flag(out, "keepevents", self.keep_events)?;
        print::flag(out, "keepempty", self.keep_empty)?;
        print::flag(out, "consecutive", self.consecutive)?;
        if !self.sort_by.is_empty() {
            out.write_str(" sortby ")?;
            print::join(out, &self.sort_by, ", ")?;
        }
        Ok(())
    }
}
