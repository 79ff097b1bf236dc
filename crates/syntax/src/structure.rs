//! The outer structure of a text: quotes, brackets, pipes. `a "x | y" [search b | c] | d` has two segments.
//!
//! Parentheses only count for the nesting limit here; whether they match is for the grammars to say.

use crate::{Code, Diagnostic, Span, cursor};

/// What matters for the outer structure.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Quote,
    Open(char),
    Close(char),
    Pipe,
}

/// The marks of a text with their places; what is quoted or escaped is left out. A quote that is never closed comes
/// as [`Mark::Quote`].
fn marks(text: &str) -> impl Iterator<Item = (usize, Mark)> + '_ {
    let mut characters = text.char_indices();
    std::iter::from_fn(move || {
        while let Some((at, character)) = characters.next() {
            let mark = match character {
                '\\' => {
                    let mut ahead = characters.clone();
                    if matches!(ahead.next(), Some((_, '"' | '|' | '[' | ']' | '\\'))) {
                        characters = ahead;
                    }
                    continue;
                }
                '"' => {
                    let mut closed = false;
                    while let Some((_, inner)) = characters.next() {
                        match inner {
                            '\\' => drop(characters.next()),
                            '"' => {
                                closed = true;
                                break;
                            }
                            _ => {}
                        }
                    }
                    if closed {
                        continue;
                    }
                    Mark::Quote
                }
                '(' | '[' => Mark::Open(character),
                ')' | ']' => Mark::Close(character),
                '|' if is_token_filter(characters.as_str()) => continue,
                '|' => Mark::Pipe,
                _ => continue,
            };
            return Some((at, mark));
        }
        None
    })
}

/// Whether a pipe followed by this text belongs to a token of a dashboard, `$host|s$`.
pub(crate) fn is_token_filter(text: &str) -> bool {
    text.starts_with(['h', 'n', 's', 'u']) && text.get(1..).is_some_and(|tail| tail.starts_with('$'))
}

/// Whether a part of a text can be taken out without taking a quote or a bracket from its partner, and holds no pipe.
pub(crate) fn is_whole(text: &str) -> bool {
    let mut open = 0_usize;
    for (_, mark) in marks(text) {
        match mark {
            Mark::Quote | Mark::Pipe => return false,
            Mark::Open('[') => open += 1,
            Mark::Close(']') => match open.checked_sub(1) {
                Some(rest) => open = rest,
                None => return false,
            },
            Mark::Open(_) | Mark::Close(_) => {}
        }
    }
    open == 0
}

/// Reports quotes and brackets without a partner, and nesting that is too deep.
pub(crate) fn check(text: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut brackets: Vec<usize> = Vec::new();
    // Of each bracket: how many parentheses are open within it, and the first one that closes none of them.
    let mut inside: Vec<(usize, Option<usize>)> = Vec::new();
    let mut depth = 0_usize;
    for (at, mark) in marks(text) {
        let span = Span::new(at, at + 1);
        match mark {
            Mark::Quote => {
                diagnostics.push(
                    Diagnostic::new(Code::UnbalancedQuote, span, "the quote is never closed").label("opened here"),
                );
                return diagnostics;
            }
            Mark::Open(character) => {
                depth += 1;
                if depth > cursor::MAX_DEPTH {
                    return vec![cursor::too_deep(span)];
                }
                if character == '[' {
                    brackets.push(at);
                    inside.push((0, None));
                } else if let Some((open, _)) = inside.last_mut() {
                    *open += 1;
                }
            }
            Mark::Close(character) => {
                depth = depth.saturating_sub(1);
                if character == ']' {
                    inside.pop();
                    if brackets.pop().is_none() {
                        let message = "the bracket closes nothing";
                        diagnostics.push(Diagnostic::new(Code::UnbalancedBracket, span, message));
                    }
                } else if let Some((open, stray)) = inside.last_mut() {
                    match open.checked_sub(1) {
                        Some(left) => *open = left,
                        None => *stray = stray.or(Some(at)),
                    }
                }
            }
            Mark::Pipe => {}
        }
    }
    for (at, (_, stray)) in brackets.into_iter().zip(inside) {
        let message = "the bracket is never closed";
        let diagnostic = Diagnostic::new(Code::UnbalancedBracket, Span::new(at, at + 1), message).label("opened here");
        diagnostics.push(match stray {
            Some(at) => {
                let span = Span::new(at, at + 1);
                diagnostic.also(span, "closes no parenthesis").edit("a bracket closes a bracket", span, "]")
            }
            None => diagnostic,
        });
    }
    diagnostics
}

/// Whether the text closes as many parentheses as it opens.
pub(crate) fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i64;
    for (_, mark) in marks(text) {
        match mark {
            Mark::Open('(') => depth += 1,
            Mark::Close(')') => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// The places of the segments between top-level pipes in `start..end`.
pub(crate) fn segments(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let mut segments = Vec::new();
    let mut depth = 0_usize;
    let mut begin = start;
    for (at, mark) in marks(text.get(start..end).unwrap_or_default()) {
        match mark {
            Mark::Open('[') => depth += 1,
            Mark::Close(']') => depth = depth.saturating_sub(1),
            Mark::Pipe if depth == 0 => {
                segments.push((begin, start + at));
                begin = start + at + 1;
            }
            _ => {}
        }
    }
    segments.push((begin, end));
    segments
}

/// Where the bracket at the start of `text` is closed, or the end.
pub(crate) fn partner(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, mark) in marks(text) {
        match mark {
            Mark::Open('[') => depth += 1,
            Mark::Close(']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Where the next bracket opens.
pub(crate) fn next_bracket(text: &str) -> Option<usize> {
    marks(text).find(|&(_, mark)| mark == Mark::Open('[')).map(|(at, _)| at)
}
