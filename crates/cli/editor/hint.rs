//! What could come next: the rest of a command's usage behind its name, the arguments of a function behind its parenthesis.

use speleo_functions::{eval, stats};
use speleo_syntax::{TokenKind, tokens};

use super::usage::is_statistical;

/// What could come next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint(pub(crate) String);

/// The hint at the end of a text; elsewhere there is none.
pub(super) fn hint(text: &str, position: usize) -> Option<Hint> {
    if position != text.len() {
        return None;
    }
    let all = tokens(text);
    let mut last = all.iter().rev();
    let token = last.next()?;
    let spec = token.command;
    match token.kind {
        TokenKind::Command if text.ends_with(' ') => {
            let usage = spec?.usage.trim_start_matches("| ");
            usage.split_once(' ').map(|(_, rest)| Hint(rest.to_owned()))
        }
        TokenKind::Bracket('(') if text.ends_with('(') => {
            let function = last.next().filter(|token| token.kind == TokenKind::Function)?;
            let name = text.get(function.span.range())?.to_lowercase();
            let usage = match spec.is_some_and(is_statistical) {
                true => stats::find(&name).map(|(spec, _)| spec.usage),
                false => eval::find(&name).map(|spec| spec.usage),
            };
            usage?.split_once('(').map(|(_, rest)| Hint(rest.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn hints_follow_commands_and_functions() {
        let hint = |text: &str| hint(text, text.len()).map(|hint| hint.0);
        assert!(hint("index=web | dedup ").is_some_and(|hint| hint.starts_with("[<count>] <field>…")));
        assert_eq!(hint("index=web | dedup"), None);
        assert_eq!(hint("| eval a=round(").as_deref(), Some("x, digits)"));
        assert_eq!(hint("index=web dedup "), None);
        assert_eq!(hint("| addinfo "), None);
    }
}
