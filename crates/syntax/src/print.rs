//! Tree to text: the canonical form on one line, such that reading it gives the same tree.

use std::fmt::{self, Display, Formatter};

use crate::{Command, Field, Search, clause::field_list};

/// The search on one line.
pub fn print(search: &Search) -> String {
    search.to_string()
}

impl Display for Search {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        for (index, command) in self.commands.iter().enumerate() {
            let implied = index == 0 && matches!(command, Command::Search(_));
            out.write_str(match (index, implied) {
                (0, true) => "",
                (0, false) => "| ",
                _ => " | ",
            })?;
            write!(out, "{command}")?;
        }
        Ok(())
    }
}

/// A text in double quotes.
pub(crate) fn quote(out: &mut Formatter, text: &str) -> fmt::Result {
    write!(out, "\"{}\"", escape(text))
}

/// A text with the two escapes of quoted texts.
pub(crate) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A field outside expressions: in double quotes where it needs them.
impl Display for Field {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        if field_list::is_bare(&self.name) { out.write_str(&self.name) } else { quote(out, &self.name) }
    }
}

/// Items with a separator between them.
pub(crate) fn join<T: Display>(out: &mut Formatter, items: &[T], separator: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        out.write_str(if index == 0 { "" } else { separator })?;
        write!(out, "{item}")?;
    }
    Ok(())
}

/// ` BY a, b`, or nothing.
pub(crate) fn by(out: &mut Formatter, fields: &[Field]) -> fmt::Result {
    if fields.is_empty() {
        return Ok(());
    }
    out.write_str(" BY ")?;
    join(out, fields, ", ")
}

/// ` name=value` where there is a value.
pub(crate) fn option<T: Display>(out: &mut Formatter, name: &str, value: Option<T>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(out, " {name}={value}"))
}

/// ` name=true` where it is set.
pub(crate) fn flag(out: &mut Formatter, name: &str, value: bool) -> fmt::Result {
    if value { write!(out, " {name}=true") } else { Ok(()) }
}

/// ` (condition)` where there is one.
pub(crate) fn group<T: Display>(out: &mut Formatter, condition: Option<&T>) -> fmt::Result {
    condition.map_or(Ok(()), |condition| write!(out, " ({condition})"))
}

/// A text as the value of an option.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        quote(out, self.0)
    }
}
