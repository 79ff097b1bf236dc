//! Conditions of `search` as text; groups inside others stand in parentheses, so that nobody has to know that `OR`
//! binds first.

use std::fmt::{self, Display, Formatter};

use super::time_modifier::is_time_modifier;
use crate::{
    CompareOp, Field, SearchExpr, SearchExprKind, SearchValue,
    print::{escape, join, quote},
};

impl Display for SearchExpr {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match &self.kind {
            SearchExprKind::All => Ok(()),
            SearchExprKind::Nothing => out.write_str("NOT ( )"),
            SearchExprKind::And(items) => parts(out, items, " "),
            SearchExprKind::Or(items) => parts(out, items, " OR "),
            SearchExprKind::Not(item) => {
                out.write_str("NOT ")?;
                match item.kind {
                    // `NOT ()` would mean "nothing".
                    SearchExprKind::All => out.write_str("(())"),
                    _ => part(out, item),
                }
            }
            SearchExprKind::Comparison { field, op, value } => {
                left(out, field, *op == CompareOp::Indexed)?;
                write!(out, "{}{value}", op.symbol())
            }
            SearchExprKind::In { field, values, negated } => {
                left(out, field, false)?;
                out.write_str(if *negated { " NOT IN (" } else { " IN (" })?;
                join(out, values, ", ")?;
                out.write_str(")")
            }
            SearchExprKind::Term { text, quoted } => text_of(out, text, *quoted),
            SearchExprKind::TermDirective(text) => write!(out, "TERM({})", directive(text)),
            SearchExprKind::CaseDirective(text) => write!(out, "CASE({})", directive(text)),
            SearchExprKind::TimeModifier { name, op, value } => write!(out, "{name}{}{value}", op.symbol()),
            SearchExprKind::Subsearch(search) => write!(out, "[{}]", bracketed(search)),
            SearchExprKind::Error => out.write_str("()"),
        }
    }
}

impl Display for SearchValue {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            SearchValue::Text { text, quoted } => text_of(out, text, *quoted),
            SearchValue::Case(text) => write!(out, "CASE({})", directive(text)),
            SearchValue::Term(text) => write!(out, "TERM({})", directive(text)),
            SearchValue::Subsearch(search) => write!(out, "[{}]", bracketed(search)),
        }
    }
}

/// In brackets `search` is never implied.
fn bracketed(search: &crate::Search) -> String {
    search.to_string()
}

fn parts(out: &mut Formatter, items: &[SearchExpr], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        // Without the comma the term would be an operator.
        let is_in = matches!(&item.kind, SearchExprKind::Term { text, quoted: false } if text == "IN");
        out.write_str(match index {
            0 => "",
            _ if is_in && separator == " " => ", ",
            _ => separator,
        })?;
        part(out, item)?;
    }
    Ok(())
}

fn part(out: &mut Formatter, item: &SearchExpr) -> fmt::Result {
    match item.kind {
        SearchExprKind::And(_) | SearchExprKind::Or(_) | SearchExprKind::All => write!(out, "({item})"),
        _ => write!(out, "{item}"),
    }
}

/// The left side. A time modifier's name in quotes is a field.
fn left(out: &mut Formatter, field: &Field, indexed: bool) -> fmt::Result {
    let name = &field.name;
    let plain = |next: char| next.is_alphanumeric() || "_.-:{}@/#*$".contains(next);
    let operator = matches!(name.as_str(), "AND" | "OR" | "NOT" | "IN" | "CASE" | "TERM");
    // In `tstats` the condition ends at them.
    let ends = ["by", "groupby"].iter().any(|word| name.eq_ignore_ascii_case(word));
    let bare = !name.is_empty() && name.chars().all(plain) && !operator && !ends && !is_time_modifier(name);
    match indexed {
        true => text_of(out, name, false),
        false if bare => out.write_str(name),
        false => quote(out, name),
    }
}

fn text_of(out: &mut Formatter, text: &str, quoted: bool) -> fmt::Result {
    if quoted {
        return quote(out, text);
    }
    // The backslash before a bracket is part of the text and protects it.
    out.write_str(&escape(text).replace('|', "\\|").replace("\\\\[", "\\[").replace("\\\\]", "\\]"))
}

/// The text in the parentheses of a directive: in quotes where something in it could end it.
fn directive(text: &str) -> String {
    let plain = |next: char| next.is_alphanumeric() || "_.-:/@*=$#%".contains(next);
    if text.chars().all(plain) { text.to_string() } else { format!("\"{}\"", escape(text)) }
}

impl CompareOp {
    /// The operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            CompareOp::Equal => "=",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
            CompareOp::Indexed => "::",
        }
    }
}
