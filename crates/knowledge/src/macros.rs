//! Search macros, as `macros.conf` defines them.
//!
//! ```text
//! [errors(1)]
//! args = host
//! definition = index=web host="$host$" status>=500
//! ```
//!
//! Putting arguments into a definition is the parser's work: it keeps the source map.

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

/// A search macro.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Macro {
    /// The name without the number of arguments.
    pub name: String,
    /// Argument names.
    pub args: Vec<String>,
    /// The text that takes the place of the call; `$arg$` stands for an argument.
    pub definition: String,
    /// Whether the definition is an eval expression whose result is the text.
    pub is_eval: bool,
    /// An eval expression that must hold for the arguments.
    pub validation: Option<String>,
    /// What to say when it does not.
    pub error_message: Option<String>,
}

impl Macro {
    /// The key under which it is found: `name`, or `name(2)` with two arguments.
    pub fn key(&self) -> String {
        key(&self.name, self.args.len())
    }
}

/// The key of a macro of that name and number of arguments.
pub fn key(name: &str, arguments: usize) -> String {
    if arguments == 0 { name.to_owned() } else { format!("{name}({arguments})") }
}

/// The key of a stanza's macro, whatever blanks the name is written with.
pub fn key_of(stanza: &str) -> String {
    split(stanza).map_or_else(|| stanza.to_owned(), |(name, arguments)| key(name, arguments))
}

/// The macros of a `macros.conf`; those that cannot be used are reported and left out.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, Macro>, Vec<Problem>) {
    let mut macros = IndexMap::new();
    let mut problems = Vec::new();
    for (stanza_name, stanza) in &conf.stanzas {
        if conf.flag(stanza, "disabled", &mut problems) == Some(true) {
            continue;
        }
        let Some((name, arity)) = split(stanza_name) else {
            problems.push(Problem::new(stanza, format!("`{stanza_name}` is not a macro's name or `name(number)`")));
            continue;
        };
        let Some(definition) = conf.text(stanza, "definition") else {
            problems.push(Problem::new(stanza, format!("the macro `{stanza_name}` has no definition")));
            continue;
        };
        let args = arguments(conf.text(stanza, "args").unwrap_or_default());
        if let Err(message) = check_arguments(&args, arity) {
            problems.push(Problem::new(stanza, format!("the macro `{stanza_name}` {message}")));
            continue;
        }
        let text = |key: &str| conf.text(stanza, key).filter(|text| !text.is_empty()).map(str::to_owned);
        let found = Macro {
            name: name.to_owned(),
            args,
            definition: definition.to_owned(),
            is_eval: conf.flag(stanza, "iseval", &mut problems).unwrap_or(false),
            validation: text("validation"),
            error_message: text("errormsg"),
        };
        macros.insert(found.key(), found);
    }
    (macros, problems)
}

fn split(stanza: &str) -> Option<(&str, usize)> {
    let (name, arity) = match stanza.split_once('(') {
        None => (stanza, 0),
        Some((name, rest)) => (name, rest.strip_suffix(')')?.trim().parse().ok()?),
    };
    let name = name.trim();
    (!name.is_empty() && !name.contains([' ', '`'])).then_some((name, arity))
}

fn arguments(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn check_arguments(args: &[String], arity: usize) -> Result<(), String> {
    if args.len() != arity {
        return Err(format!("takes {arity} arguments by its name and {} by `args`", args.len()));
    }
    for (place, name) in args.iter().enumerate() {
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
            return Err(format!("has an argument `{name}`; only letters, digits, `_` and `-` are allowed"));
        }
        if args.iter().take(place).any(|earlier| earlier == name) {
            return Err(format!("has two arguments `{name}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn read(text: &str) -> (IndexMap<String, Macro>, Vec<usize>) {
        let (macros, problems) = from_conf(&Conf::parse(text).0);
        (macros, problems.into_iter().map(|problem| problem.line).collect())
    }

    #[test]
    fn overloads_are_told_apart_by_their_arguments() {
        let (macros, problems) = read(
            "[m]\ndefinition = a\n[m(2)]\nargs = x , y-1\ndefinition = $x$ $y-1$\niseval = 0\n[n]\ndefinition =\n",
        );
        assert!(problems.is_empty());
        assert_eq!(macros.keys().collect::<Vec<_>>(), ["m", "m(2)", "n"]);
        assert_eq!(macros["m(2)"].args, ["x", "y-1"]);
        assert_eq!(macros["m(2)"].definition, "$x$ $y-1$");
        assert_eq!(macros["n"].definition, "");
    }

    #[test]
    fn validation_and_eval_are_kept() {
        let (macros, _) = read(
            "[m(1)]\nargs = n\ndefinition = \"head \" . $n$\niseval = true\nvalidation = isnum($n$)\nerrormsg = a number, please\n",
        );
        let found = &macros["m(1)"];
        assert!(found.is_eval);
        assert_eq!(found.validation.as_deref(), Some("isnum($n$)"));
        assert_eq!(found.error_message.as_deref(), Some("a number, please"));
    }

    #[test]
    fn broken_macros_are_reported_and_left_out() {
        let (macros, problems) = read(
            "[a(2)]\nargs = x\ndefinition = 1\n[b]\nargs = x\ndefinition = 1\n[c(2)]\nargs = x, x\ndefinition = 1\n\
             [d(1)]\nargs = a b\ndefinition = 1\n[e]\n[f(x)]\ndefinition = 1\n[g]\ndefinition = 1\ndisabled = 1\n",
        );
        assert!(macros.is_empty());
        assert_eq!(problems, [1, 4, 7, 10, 13, 14]);
    }
}
