//! A search as an outline for people: a command an entry, with its arguments by name; brackets below their command.
//! `index=web [| inputlookup bad.csv] | stats count AS n BY host` has `stats` with `aggregates: count AS n` and `by: host`.
//!
//! The names of arguments are those of the tree's structs, read from their `Debug` text: no second table of 140 commands has to
//! be kept. Expressions and conditions are shown as the text at their place.

mod tree;

use self::tree::{Value, read};
use crate::{Command, Search, Span};

/// A command of an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// `3`; within the brackets of the third command `3.1`, `3.2`, also where it has several brackets.
    pub number: String,
    /// How many brackets it stands in.
    pub depth: usize,
    /// The command's name, in lower case.
    pub name: String,
    /// Where it stands, without the pipe.
    pub span: Span,
    /// Its text, on one line.
    pub text: String,
    /// What is set, in the order of the command's grammar.
    pub arguments: Vec<Argument>,
    /// Which bracket of its command it belongs to, from 0; 0 outside.
    pub bracket: usize,
    /// What [`identity`] gives for the command.
    identity: String,
}

/// An argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// What it is.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

impl Outline {
    /// Whether this is the command of that identity.
    pub fn is(&self, identity: &str) -> bool {
        self.identity == identity
    }
}

/// What tells a command from all others of its search.
pub fn identity(command: &Command) -> String {
    format!("{command:?}")
}

/// The commands of a search in the order in which they are written, those of a bracket after the command that it belongs to.
pub fn outline(search: &Search, text: &str) -> Vec<Outline> {
    let whole = format!("{search:?}");
    let mut found = Vec::new();
    if let Some(value) = read(&whole) {
        let mut count = 0;
        commands(&value, &Place { text, above: "", depth: 0, bracket: 0 }, &mut count, &mut found);
    }
    found
}

/// Where a pipeline stands.
struct Place<'a> {
    text: &'a str,
    /// The number of the command that it belongs to, with a point.
    above: &'a str,
    depth: usize,
    bracket: usize,
}

/// Adds the commands of a pipeline; `count` goes on over the brackets of one command.
fn commands(pipeline: &Value, place: &Place, count: &mut usize, found: &mut Vec<Outline>) {
    let Some(Value::List(list)) = pipeline.field("commands") else { return };
    for command in list {
        let Value::Tuple { name: variant, items, source } = command else { continue };
        let Some(fields @ Value::Struct { .. }) = items.first() else { continue };
        let span = fields.span().unwrap_or_default();
        *count += 1;
        let number = format!("{}{count}", place.above);
        let text = one_line(place.text.get(span.range()).unwrap_or_default());
        let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let name = if *variant == "Search" { "search".to_owned() } else { word.to_lowercase() };
        found.push(Outline {
            depth: place.depth,
            name,
            span,
            text,
            arguments: arguments(fields, place.text),
            bracket: place.bracket,
            identity: (*source).to_owned(),
            number: number.clone(),
        });
        let mut brackets = Vec::new();
        fields.each_field(&mut |_, value| value.pipelines(&mut brackets));
        let (above, mut inner) = (format!("{number}."), 0);
        for (bracket, pipeline) in brackets.into_iter().enumerate() {
            let place = Place { text: place.text, above: &above, depth: place.depth + 1, bracket };
            commands(pipeline, &place, &mut inner, found);
        }
    }
}

fn arguments(command: &Value, text: &str) -> Vec<Argument> {
    let mut found = Vec::new();
    command.each_field(&mut |name, value| {
        // Whether the word `search` was written is nothing that a search asks for.
        if name == "implied" {
            return;
        }
        let values = match value {
            Value::List(items) => items.iter().filter_map(|item| shown(item, text)).collect(),
            value => shown(value, text).into_iter().collect::<Vec<_>>(),
        };
        if !values.is_empty() {
            found.push(Argument { name: name.replace('_', " "), values });
        }
    });
    found
}

/// A value as people read it; none where nothing is set.
fn shown(value: &Value, text: &str) -> Option<String> {
    let join = |items: &[Value], between: &str| {
        let items: Vec<String> = items.iter().filter_map(|item| shown(item, text)).collect();
        (!items.is_empty()).then(|| items.join(between))
    };
    match value {
        Value::Word("None" | "false" | "()") => None,
        Value::Word(word) if word.starts_with(|c: char| c.is_ascii_uppercase()) => Some(word.to_lowercase()),
        Value::Word(word) => Some((*word).to_owned()),
        Value::Text(own) if own.is_empty() || own.contains(char::is_whitespace) => Some(format!("\"{own}\"")),
        Value::Text(own) => Some(own.clone()),
        Value::List(items) => join(items, ", "),
        Value::Tuple { items, .. } => join(items, " "),
        Value::Struct { name: "Span" | "Search", .. } => None,
        Value::Struct { name: "Field", .. } => value.field("name").and_then(|name| shown(name, text)),
        Value::Struct { .. } => match value.span().and_then(|span| text.get(span.range())) {
            Some(own) if !own.is_empty() => Some(one_line(own)),
            _ => {
                let mut parts = Vec::new();
                value
                    .each_field(&mut |name, value| parts.extend(shown(value, text).map(|own| format!("{name}={own}"))));
                (!parts.is_empty()).then(|| parts.join(" "))
            }
        },
    }
}

/// The text with runs of blanks and line breaks outside quotes as one blank.
fn one_line(text: &str) -> String {
    let (mut line, mut quoted, mut escaped, mut blank) = (String::with_capacity(text.len()), false, false, false);
    for c in text.trim().chars() {
        if !quoted && c.is_whitespace() {
            blank = true;
            continue;
        }
        if std::mem::take(&mut blank) {
            line.push(' ');
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        // A line break in quotes would break the line all the same.
        line.push(if c == '\n' { '␊' } else { c });
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::parse;

    fn drawn(text: &str) -> Vec<String> {
        let (search, problems) = parse(text);
        assert!(problems.is_empty(), "{problems:?}");
        let line = |command: Outline| {
            let arguments = command.arguments.iter().map(|one| format!(" {}: {}", one.name, one.values.join(" / ")));
            format!("{} {}{}", command.number, command.name, arguments.collect::<String>())
        };
        outline(&search, text).into_iter().map(line).collect()
    }

    #[test]
    fn arguments_have_the_names_of_the_tree_and_the_text_of_the_search() {
        assert_eq!(
            drawn("index=web  status>399 | stats count AS n, dc(\"a  b\") BY host | eval x=if(n > 1,\n 2, 3) | head 5"),
            [
                "1 search expr: index=web status>399",
                "2 stats aggregates: count AS n / dc(\"a  b\") by: host",
                "3 eval assignments: x=if(n > 1, 2, 3)",
                "4 head limit: 5",
            ]
        );
    }

    #[test]
    fn brackets_stand_below_their_command() {
        let lines = drawn("index=web [| inputlookup a.csv | table x] [search y=1] | append [| makeresults]");
        let starts: Vec<&str> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(starts, ["1", "1.1", "1.2", "1.3", "2", "2.1"]);
        assert!(lines[3].starts_with("1.3 search"), "{lines:?}");
        assert!(lines[5].starts_with("2.1 makeresults"), "{lines:?}");
    }

    #[test]
    fn a_command_is_found_again() {
        let text = "a=1 | append [search b=2 | dedup x] | dedup x";
        let (search, _) = parse(text);
        let outline = outline(&search, text);
        let Command::Append(append) = &search.commands[1] else { unreachable!() };
        let of = |command: &Command| outline.iter().position(|one| one.is(&identity(command)));
        assert_eq!(of(&append.search.commands[1]), Some(3));
        assert_eq!(of(&search.commands[2]), Some(4));
    }
}
