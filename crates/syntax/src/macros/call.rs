//! What stands between backticks: a name and arguments. `` `m(a, "b, c")` ``

use crate::token;

/// A macro call, taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) args: Vec<String>,
}

/// Takes the text between the backticks apart; none where there is no name.
pub(super) fn read(text: &str) -> Option<Call> {
    let text = text.trim();
    let (name, args) = match text.split_once('(') {
        Some((name, rest)) => (name.trim_end(), split(rest.strip_suffix(')')?)),
        None => (text, Vec::new()),
    };
    let valid = |next: char| token::is_name(next) || matches!(next, '-' | '.' | ':');
    (!name.is_empty() && name.chars().all(valid)).then(|| Call { name: name.to_string(), args })
}

/// The arguments: commas separate them outside quotes and parentheses.
fn split(text: &str) -> Vec<String> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    let mut args = Vec::new();
    let (mut depth, mut quoted, mut escaped, mut start) = (0_usize, false, false, 0);
    for (at, next) in text.char_indices() {
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                args.push(argument(text.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    args.push(argument(text.get(start..).unwrap_or_default()));
    args
}

/// An argument without the blanks and the quotes around it; `\"` inside quotes is a quote.
fn argument(text: &str) -> String {
    let text = text.trim();
    match token::quoted(text) {
        Ok(("", inner)) if text.len() >= 2 && text.ends_with('"') => inner.replace("\\\"", "\""),
        _ => text.to_string(),
    }
}

/// The arguments in the order of their names, where each is given by name: `m(user="a", limit=5)`.
pub(super) fn by_name(names: &[String], args: Vec<String>) -> Vec<String> {
    let given: Vec<(&str, &str)> = args
        .iter()
        .filter_map(|arg| arg.split_once('='))
        .map(|(name, value)| (name.trim(), value))
        .filter(|(name, _)| names.iter().any(|known| known == name))
        .collect();
    let ordered: Option<Vec<String>> = names
        .iter()
        .map(|name| given.iter().find(|(known, _)| known == name).map(|(_, value)| argument(value)))
        .collect();
    match ordered {
        Some(ordered) if given.len() == args.len() && names.len() == args.len() => ordered,
        _ => args,
    }
}

/// Puts the arguments in for `$name$`, all at once: an argument that holds `$other$` keeps it.
pub(super) fn substitute(definition: &str, names: &[String], args: &[String]) -> String {
    let mut text = String::with_capacity(definition.len());
    let mut rest = definition;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        let found = names.iter().zip(args).find_map(|(name, arg)| {
            let tail = after.strip_prefix(name.as_str())?.strip_prefix('$')?;
            Some((arg, tail))
        });
        match found {
            Some((arg, tail)) => {
                text.push_str(arg);
                rest = tail;
            }
            None => {
                text.push('$');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::{Call, by_name, read, substitute};

    fn check(text: &str, name: &str, args: &[&str]) {
        let args = args.iter().map(ToString::to_string).collect();
        assert_eq!(read(text), Some(Call { name: name.to_string(), args }), "{text}");
    }

    #[test]
    fn arguments_end_at_top_level_commas() {
        check("recent", "recent", &[]);
        check("recent()", "recent", &[]);
        check("m(a, b)", "m", &["a", "b"]);
        check(r#"m("a, b",c)"#, "m", &["a, b", "c"]);
        check("m(f(a,b), c)", "m", &["f(a,b)", "c"]);
        check(r#"m("He said \"hi\"")"#, "m", &[r#"He said "hi""#]);
        check(r#"m(x="a,b")"#, "m", &[r#"x="a,b""#]);
    }

    #[test]
    fn what_has_no_name_is_no_call() {
        for text in ["", "  ", "(a)", "m(a", "two words"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn arguments_may_have_names() {
        let names = ["a".to_string(), "b".to_string()];
        let order = |args: [&str; 2]| by_name(&names, args.map(str::to_string).to_vec());
        assert_eq!(order([r#"b="x y""#, "a=1"]), ["1", "x y"]);
        assert_eq!(order(["a=1", "c=2"]), ["a=1", "c=2"]);
        assert_eq!(order(["a=1", "a=2"]), ["a=1", "a=2"]);
    }

    #[test]
    fn arguments_are_put_in_at_once() {
        let names = ["a".to_string(), "b".to_string()];
        let args = ["$b$".to_string(), "2".to_string()];
        assert_eq!(substitute("$a$+$b$+$c$ 5$", &names, &args), "$b$+2+$c$ 5$");
    }
}
