//! `join`: adds the fields of another search's rows with equal values. `join type=left user [search index=hr]`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Search, Span, cursor::Cursor, parser::Place, print};

/// Join rows with those of another search.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether rows without a partner stay.
    pub outer: bool,
    /// How many partners a row has at most; 0 is all.
    pub max: u64,
    /// Whether the other search's values replace those of fields of one name.
    pub overwrite: bool,
    /// Whether the partner's time counts too: `Some(true)` takes earlier ones, `Some(false)` later ones.
    pub earlier: Option<bool>,
    /// What has to be equal; none means all fields that both sides have.
    pub keys: JoinKeys,
    /// The other search.
    pub search: Search,
}

/// What has to be equal.
#[derive(Debug, Clone, PartialEq)]
pub enum JoinKeys {
    /// Fields with one name on both sides.
    Fields(Vec<Field>),
    /// `left=L right=R where L.a = R.b`.
    Where {
        /// The left side's name.
        left: String,
        /// The right side's name.
        right: String,
        /// The fields that are equal, without the names of the sides.
        pairs: Vec<(Field, Field)>,
    },
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["join"],
    kind: Kind::Dataset,
    summary: "adds the fields of another search's rows with equal values",
    usage: "join [type=inner|left|outer] [max=<count>] [overwrite=<bool>] [<field>… | left=<name> right=<name> where <name>.<field> = <name>.<field>…] [<search>]",
    options: &["earlier", "left", "max", "overwrite", "right", "type", "usetime"],
    differs: &["all rows of the other search take part", "the sides of `left=` and `right=` are searches only"],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut outer, mut max, mut has_max, mut overwrite, mut use_time, mut earlier) =
        (false, 1, false, true, false, true);
    let (mut left, mut right, mut pairs) = (None, None, Vec::new());
    let (mut fields, mut search) = (Vec::new(), None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if cursor.peek() == Some('[') && search.is_none() {
            search = cursor.bracket(Place::Bracket);
        } else if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "earlier" => earlier = cursor.boolean(&option),
                "left" => left = Some(option.value.node),
                "max" => (max, has_max) = (cursor.unsigned(&option), true),
                "overwrite" => overwrite = cursor.boolean(&option),
                "right" => right = Some(option.value.node),
                "type" => outer = kind(cursor, &option.value.node, option.value.span),
                "usetime" => use_time = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
        } else if left.is_some() && cursor.keyword("where").is_some() {
            while let Some(pair) = pair(cursor) {
                pairs.push(pair);
            }
        } else if let Some(field) = cursor.field() {
            fields.push(field);
        } else {
            break;
        }
    }
    let Some(search) = search else {
        cursor.missing_search();
        return None;
    };
    let keys = match (left, right) {
        (Some(left), Some(right)) => {
            let pairs = pairs.into_iter().filter_map(|(a, b)| sided(cursor, &left, &right, a, b)).collect();
            JoinKeys::Where { left, right, pairs }
        }
        (None, None) => JoinKeys::Fields(fields),
        _ => {
            cursor.missing("both `left=` and `right=`");
            return None;
        }
    };
    if !has_max {
        let (name, help) = (cursor.command_span(), "`max=0` keeps all, `max=1` says that one is meant");
        let name = Span { end: name.start.saturating_add(4), ..name };
        let message = "`join` takes one matching row for each row, whatever the others hold";
        let after = Span { start: name.end, ..name };
        cursor.report(Diagnostic::new(Code::JoinMax, name, message).edit(help, after, " max=0"));
    }
    let earlier = use_time.then_some(earlier);
    Some(Command::Join(Join { span: cursor.command_span(), outer, max, overwrite, earlier, keys, search }))
}

/// Whether rows without a partner stay.
fn kind(cursor: &mut Cursor, text: &str, span: Span) -> bool {
    match text.to_lowercase().as_str() {
        "inner" => false,
        "left" | "outer" => true,
        _ => {
            let message = format!("`type` takes `inner`, `left` or `outer`, not `{text}`");
            cursor.report(Diagnostic::new(Code::BadValue, span, message));
            false
        }
    }
}

/// `L.a = R.b`.
fn pair(cursor: &mut Cursor) -> Option<(Field, Field)> {
    cursor.skip_separators();
    let start = cursor.position();
    cursor.keyword("and");
    let first = cursor.field();
    let (Some(first), Some(_)) = (first, cursor.symbol("=")) else {
        cursor.go(start);
        return None;
    };
    let second = cursor.field();
    if second.is_none() {
        cursor.expected("a field of the other side");
    }
    Some((first, second?))
}

/// The two fields without the names of their sides, the left one first.
fn sided(cursor: &mut Cursor, left: &str, right: &str, a: Field, b: Field) -> Option<(Field, Field)> {
    let of = |field: &Field, side: &str| {
        let name = field.name.strip_prefix(side)?.strip_prefix('.')?;
        Some(Field::new(name, field.span))
    };
    let found = match (of(&a, left), of(&b, right)) {
        (Some(a), Some(b)) => Some((a, b)),
        _ => of(&b, left).zip(of(&a, right)),
    };
    if found.is_none() {
        let message = format!("one side of the comparison begins with `{left}.`, the other with `{right}.`");
        cursor.report(Diagnostic::new(Code::BadValue, a.span.to(b.span), message));
    }
    found
}

impl Display for Join {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("join")?;
        if self.outer {
            out.write_str(" type=left")?;
        }
        if self.max != 1 {
            write!(out, " max={}", self.max)?;
        }
        if !self.overwrite {
            out.write_str(" overwrite=false")?;
        }
        if let Some(earlier) = self.earlier {
            write!(out, " usetime=true earlier={earlier}")?;
        }
        match &self.keys {
            JoinKeys::Fields(fields) if fields.is_empty() => {}
            JoinKeys::Fields(fields) => {
                out.write_str(" ")?;
                print::join(out, fields, ", ")?;
            }
            JoinKeys::Where { left, right, pairs } => {
                write!(out, " left={left} right={right} where")?;
                for (a, b) in pairs {
                    let side = |side: &str, field: &Field| Field::new(format!("{side}.{}", field.name), field.span);
                    write!(out, " {} = {}", side(left, a), side(right, b))?;
                }
            }
        }
        write!(out, " [{}]", self.search)
    }
}
