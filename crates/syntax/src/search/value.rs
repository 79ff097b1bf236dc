//! Words and values of `search`: what ends a bare word, which escapes it knows. `path="C:\\x" user=CASE(Bob)
//! ip=10.0.0.0/8`

use crate::{Code, CompareOp, Diagnostic, SearchValue, Span, Spanned, cursor::Cursor, parser::Place, structure, token};

/// Where a bare word stands, which decides what ends it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// A term or the left side of a comparison: an operator ends it.
    Term,
    /// The right side of a comparison: `url=http://a?b=c` is one.
    Value,
    /// In the list of `IN`: a comma ends it.
    Item,
}

impl Cursor<'_> {
    /// Takes a bare word, escapes undone.
    pub(super) fn search_word(&mut self, role: Role) -> Option<Spanned<String>> {
        self.skip_blanks();
        let start = self.position();
        let (text, length) = word(self.rest(), role);
        if text.starts_with(['“', '”', '„']) {
            let span = Span::new(start, start + length);
            let message = "typographic quotes belong to the text: only plain quotes enclose one";
            let plain = self.rest().get(..length).unwrap_or_default().replace(['“', '”', '„'], "\"");
            self.report(Diagnostic::new(Code::Typography, span, message).edit("with plain quotes", span, plain));
        }
        self.go(start + length);
        (length > 0).then(|| Spanned { span: Span::new(start, start + length), node: text })
    }

    /// Takes a text in double quotes.
    pub(super) fn search_quoted(&mut self) -> Option<Spanned<String>> {
        let text = self.token(token::quoted)?;
        Some(Spanned { span: text.span, node: unescape(text.node) })
    }

    /// Takes the right side of a comparison, or an item of a list.
    pub(super) fn search_value(&mut self, role: Role) -> Option<SearchValue> {
        if let Some(text) = self.search_quoted() {
            return Some(SearchValue::Text { text: text.node, quoted: true });
        }
        if let Some(search) = self.bracket(Place::Bracket) {
            return Some(SearchValue::Subsearch(Box::new(search)));
        }
        let word = self.search_word(role)?;
        if self.peek() == Some('(') {
            match word.node.as_str() {
                "CASE" => return self.directive().map(SearchValue::Case),
                "TERM" => return self.directive().map(SearchValue::Term),
                _ => {}
            }
        }
        Some(SearchValue::Text { text: word.node, quoted: false })
    }

    /// Takes the text in the parentheses of `CASE(…)` and `TERM(…)`.
    pub(super) fn directive(&mut self) -> Option<String> {
        let open = self.symbol("(")?;
        let text = match self.search_quoted() {
            Some(text) => text.node,
            None => {
                let rest = self.rest();
                let length = rest.find(')').unwrap_or(rest.len());
                let text = rest.get(..length).unwrap_or_default().trim_matches(token::is_blank);
                self.go(self.position() + length);
                unescape(text)
            }
        };
        self.close(open);
        Some(text)
    }

    /// Takes a comparison operator.
    pub(super) fn compare_op(&mut self) -> Option<CompareOp> {
        const OPERATORS: &[(&str, CompareOp)] = &[
            ("==", CompareOp::Equal),
            ("=", CompareOp::Equal),
            ("!=", CompareOp::NotEqual),
            ("<=", CompareOp::LessOrEqual),
            ("<", CompareOp::Less),
            (">=", CompareOp::GreaterOrEqual),
            (">", CompareOp::Greater),
        ];
        OPERATORS.iter().find(|(symbol, _)| self.symbol(symbol).is_some()).map(|&(_, op)| op)
    }
}

/// The word at the start, escapes undone, and how long it is as written.
fn word(input: &str, role: Role) -> (String, usize) {
    let mut text = String::new();
    let mut characters = input.char_indices().peekable();
    while let Some((at, next)) = characters.next() {
        let after = characters.peek().map(|&(_, after)| after);
        let ends = match next {
            // The pipe in `$host|s$`, the token of a dashboard, is none.
            '|' => !input.get(at + 1..).is_some_and(structure::is_token_filter),
            '(' | ')' | '[' | ']' | '"' => true,
            '=' | '<' | '>' => role == Role::Term,
            '!' => role == Role::Term && after == Some('='),
            ',' => role == Role::Item || separates(input.get(at..).unwrap_or_default()),
            _ => token::is_blank(next),
        };
        if ends {
            return (text, at);
        }
        match (next, after) {
            // Looked at once: a run of commas is not read again for each of them.
            (',', Some(',')) => {
                text.push(next);
                while let Some((_, comma)) = characters.next_if(|&(_, comma)| comma == ',') {
                    text.push(comma);
                }
            }
            ('\\', Some(escaped @ ('"' | '\\' | '|'))) => {
                text.push(escaped);
                characters.next();
            }
            // Brackets behind a backslash do not begin a subsearch; the backslash stays.
            ('\\', Some(bracket @ ('[' | ']'))) => {
                text.extend([next, bracket]);
                characters.next();
            }
            _ => text.push(next),
        }
    }
    (text, input.len())
}

/// Whether the commas at the start separate words: what follows them is no part of one.
fn separates(text: &str) -> bool {
    let rest = text.trim_start_matches(',');
    rest.is_empty() || rest.starts_with(|next| token::is_blank(next) || "()[]\"".contains(next))
}

/// Undoes the escapes of `search`: `\"`, `\\` and `\|`.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(&next @ ('"' | '\\' | '|'))) => {
                plain.push(next);
                characters.next();
            }
            _ => plain.push(character),
        }
    }
    plain
}
