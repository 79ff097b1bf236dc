//! Whether a search goes on in the next line.

use speleo_syntax::{TokenKind, tokens};

/// Whether a quote, bracket, macro or comment is open, or a pipe ends the text. An empty last line ends everything, so that a
/// mistake cannot trap its author.
pub(crate) fn is_open(text: &str) -> bool {
    if text.starts_with(':') || text.ends_with('\n') {
        return false;
    }
    let all = tokens(text);
    let depth = all.iter().fold(0_i64, |depth, token| match token.kind {
        TokenKind::Bracket('(' | '[') => depth + 1,
        TokenKind::Bracket(_) => depth - 1,
        _ => depth,
    });
    let ends_with_pipe = all.last().is_some_and(|token| token.kind == TokenKind::Pipe);
    depth > 0 || ends_with_pipe || all.iter().any(|token| token.open)
}

#[cfg(test)]
mod tests {
    use super::is_open;

    #[test]
    fn a_search_goes_on_while_something_is_open() {
        for open in [
            "index=web |",
            "stats count(eval(x=1)",
            "search [ inputlookup a",
            "where x=\"a|b",
            "eval a=\"\\\"",
            "`m(1",
            "```note",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "index=web",
            "where x=\"(\"",
            "stats count(x)",
            "`m(\"|\")`",
            "```a|``` index=x",
            ":mode |",
            "index=web |\n",
            "a)",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
