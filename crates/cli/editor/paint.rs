//! A search in colours, for terminals. An unknown command is red while it is typed, unless it may become one.

use std::{fmt::Write, ops::Range};

use speleo_syntax::{COMMANDS, TokenKind, tokens};

/// What ends a colour.
const PLAIN: &str = "\x1b[0m";

/// The text with colours; `marked` places stand out.
pub(crate) fn paint(text: &str, marked: &[Range<usize>]) -> String {
    let mut painted = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for token in tokens(text) {
        let range = token.span.range();
        let word = text.get(range.clone()).unwrap_or_default();
        painted.push_str(text.get(at..range.start).unwrap_or_default());
        at = range.end;
        let colour = match token.kind {
            _ if marked.contains(&range) => "\x1b[1;7m",
            TokenKind::UnknownCommand if range.end == text.len() && may_become_a_command(word) => "",
            kind => colour(kind),
        };
        // Writing to a text cannot fail.
        let _ = if colour.is_empty() { painted.write_str(word) } else { write!(painted, "{colour}{word}{PLAIN}") };
    }
    painted.push_str(text.get(at..).unwrap_or_default());
    painted
}

fn colour(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Pipe => "\x1b[1m",
        TokenKind::Command => "\x1b[1;34m",
        TokenKind::UnknownCommand => "\x1b[4;31m",
        TokenKind::Function => "\x1b[36m",
        TokenKind::Keyword => "\x1b[35m",
        TokenKind::Option => "\x1b[33m",
        TokenKind::Text => "\x1b[32m",
        TokenKind::Number => "\x1b[36m",
        TokenKind::Macro => "\x1b[1;35m",
        TokenKind::Comment => "\x1b[2m",
        TokenKind::Bracket(_) | TokenKind::Field | TokenKind::Operator | TokenKind::Word => "",
    }
}

fn may_become_a_command(word: &str) -> bool {
    let word = word.to_lowercase();
    COMMANDS.iter().flat_map(|spec| spec.names).any(|name| name.starts_with(&word))
}

/// The bracket at the cursor, or before it, and its partner.
pub(super) fn brackets(text: &str, position: usize) -> Option<[Range<usize>; 2]> {
    let all = tokens(text);
    let at = |place: usize| {
        let is_bracket = |kind: TokenKind| matches!(kind, TokenKind::Bracket(_));
        all.iter().position(|token| token.span.start as usize == place && is_bracket(token.kind))
    };
    let own = at(position).or_else(|| position.checked_sub(1).and_then(at))?;
    let TokenKind::Bracket(sign) = all.get(own)?.kind else { return None };
    let (partner, forward) = match sign {
        '(' => (')', true),
        '[' => (']', true),
        ')' => ('(', false),
        _ => ('[', false),
    };
    let mut depth = 0_usize;
    let mut is_partner = |place: &usize| {
        match all.get(*place).map(|token| token.kind) {
            Some(TokenKind::Bracket(other)) if other == sign => depth += 1,
            Some(TokenKind::Bracket(other)) if other == partner => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    let found = if forward { (own..all.len()).find(&mut is_partner) } else { (0..=own).rev().find(&mut is_partner) }?;
    Some([all.get(own)?.span.range(), all.get(found)?.span.range()])
}

#[cfg(test)]
mod tests {
    use super::{brackets, paint};

    #[test]
    fn unknown_commands_stand_out_once_they_cannot_become_one() {
        assert!(!paint("a | sta", &[]).contains("31m"));
        assert!(paint("a | stax", &[]).contains("31mstax"));
        assert!(paint("a | sta ", &[]).contains("31msta"));
    }

    #[test]
    fn paint_keeps_the_text() {
        let text = " a | eval é=\"ü\" ```x``` `m` [b] ";
        let plain: String = paint(text, &[])
            .split('\x1b')
            .enumerate()
            .map(|(n, part)| match part.split_once('m') {
                Some((_, rest)) if n > 0 => rest.to_owned(),
                _ => part.to_owned(),
            })
            .collect();
        assert_eq!(plain, text);
    }

    #[test]
    fn brackets_have_partners() {
        assert_eq!(brackets("| eval a=f((b))", 10), Some([10..11, 14..15]));
        assert_eq!(brackets("| eval a=f((b))", 15), Some([14..15, 10..11]));
        assert_eq!(brackets("x (", 2), None);
        assert_eq!(brackets("x", 0), None);
    }
}
