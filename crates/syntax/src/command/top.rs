//! `top`: counts the most or least frequent values (`top`, `rare`). `top limit=5 user BY host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print, token};

/// The most frequent, or for `rare` the least frequent, combinations of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether it is `rare`.
    pub rare: bool,
    /// How many; 0 is all.
    pub limit: u64,
    /// The fields.
    pub fields: Vec<Field>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// `countfield=`.
    pub count_field: String,
    /// `percentfield=`.
    pub percent_field: String,
    /// `showcount=`.
    pub show_count: bool,
    /// `showperc=`.
    pub show_percent: bool,
    /// `useother=`.
    pub use_other: bool,
    /// `otherstr=`.
    pub other_text: String,
}

const OPTIONS: &[&str] = &["countfield", "limit", "otherstr", "percentfield", "showcount", "showperc", "useother"];

/// The row of `top` in the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["top"],
    kind: Kind::Transforming,
    summary: "counts the most frequent values",
    usage: "top [<count>] <field>… [BY <field>…]",
    options: OPTIONS,
    parse: parse_top,
    ..CommandSpec::NEW
};

/// The row of `rare` in the table of commands.
pub(crate) const RARE: CommandSpec = CommandSpec {
    names: &["rare"],
    kind: Kind::Transforming,
    summary: "counts the least frequent values",
    usage: "rare [<count>] <field>… [BY <field>…]",
    options: OPTIONS,
    parse: parse_rare,
    ..CommandSpec::NEW
};

fn parse_top(cursor: &mut Cursor) -> Option<Command> {
    parse(cursor, false)
}

fn parse_rare(cursor: &mut Cursor) -> Option<Command> {
    parse(cursor, true)
}

fn parse(cursor: &mut Cursor, rare: bool) -> Option<Command> {
    let mut top = Top {
        span: cursor.command_span(),
        rare,
        limit: 10,
        fields: Vec::new(),
        by: Vec::new(),
        count_field: "count".to_string(),
        percent_field: "percent".to_string(),
        show_count: true,
        show_percent: true,
        use_other: false,
        other_text: "OTHER".to_string(),
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            top.set(cursor, &option);
        } else if top.fields.is_empty()
            && let Some(count) = cursor.token(token::integer)
        {
            top.limit = count.node.parse().unwrap_or(u64::MAX);
        } else if !top.fields.is_empty() && cursor.keyword("by").is_some() {
            top.by = super::stats::by(cursor, |cursor, option| top.set(cursor, option));
        } else if let Some(field) = cursor.field() {
            top.fields.push(field);
        } else {
            cursor.expected("a field");
            return None;
        }
    }
    if top.fields.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::Top(top))
}

impl Top {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "countfield" => self.count_field = option.value.node.clone(),
            "limit" => self.limit = cursor.unsigned(option),
            "otherstr" => self.other_text = option.value.node.clone(),
            "percentfield" => self.percent_field = option.value.node.clone(),
            "showcount" => self.show_count = cursor.boolean(option),
            "showperc" => self.show_percent = cursor.boolean(option),
            "useother" => self.use_other = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Top {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let text = |value: &'_ str, default: &str| (value != default).then(|| format!("\"{}\"", print::escape(value)));
        out.write_str(if self.rare { "rare" } else { "top" })?;
        print::option(out, "limit", Some(self.limit).filter(|&limit| limit != 10))?;
        print::option(out, "countfield", text(&self.count_field, "count"))?;
        print::option(out, "percentfield", text(&self.percent_field, "percent"))?;
        print::option(out, "showcount", Some(false).filter(|_| !self.show_count))?;
        print::option(out, "showperc", Some(false).filter(|_| !self.show_percent))?;
        print::flag(out, "useother", self.use_other)?;
        print::option(out, "otherstr", text(&self.other_text, "OTHER"))?;
        out.write_str(" ")?;
        print::join(out, &self.fields, ", ")?;
        print::by(out, &self.by)
    }
}
