//! Names and values as a search spells them: with the quotes that their place asks for. `"a b"`, `'a b'`

use speleo_syntax::CommandSpec;

/// What stands between quotes.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Whether a name or a value needs no quotes in commands.
fn is_plain(name: &str) -> bool {
    let is_part = |next: char| next.is_alphanumeric() || matches!(next, '_' | '.' | '-' | ':' | '{' | '}' | '@' | '/');
    !name.is_empty() && name.chars().all(is_part)
}

/// A name as commands take it.
pub(super) fn quoted_if_needed(name: &str) -> String {
    if is_plain(name) { name.to_owned() } else { format!("\"{}\"", escaped(name)) }
}

/// A field as expressions take it.
pub(super) fn in_expression(name: &str) -> String {
    let is_part = |next: char| next.is_alphanumeric() || next == '_';
    let is_bare = name.chars().all(is_part) && !name.starts_with(|first: char| first.is_ascii_digit());
    if is_bare { name.to_owned() } else { format!("'{name}'") }
}

/// A value: bare in conditions where it can be, quoted in expressions unless it is a number.
pub(super) fn value_text(value: &str, command: Option<&'static CommandSpec>) -> String {
    let is_condition = command.is_none_or(|spec| spec.name() == "search");
    let is_bare = if is_condition { is_plain(value) } else { value.parse::<f64>().is_ok() };
    if is_bare { value.to_owned() } else { format!("\"{}\"", escaped(value)) }
}
