//! Where the cursor is: which command, after which words, in the middle of what. `… | lookup users us▮`

use speleo_syntax::{CommandSpec, Token, TokenKind, tokens};

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place<'t> {
    /// Something of the author's own: a comment, a text, a new name.
    Own,
    /// The first words of a search: conditions.
    Start,
    /// The name of a command.
    Command {
        /// Whether it begins a pipeline in brackets.
        bracketed: bool,
    },
    /// The name of a macro.
    Macro,
    /// The value of a field or an option: `name=▮`, `name IN (▮`.
    Value {
        /// The name.
        name: &'t str,
        /// Whether the quote is open already.
        quoted: bool,
    },
    /// Another argument of the command.
    Argument {
        /// The function whose parenthesis is open.
        call: Option<&'t str>,
        /// The last word of the grammar before it, in lower case: `by`.
        keyword: Option<String>,
    },
}

/// The place of the cursor.
#[derive(Clone)]
pub(crate) struct Spot<'t> {
    /// Where the word at the cursor begins.
    pub(crate) start: usize,
    /// The word up to the cursor.
    pub(crate) prefix: &'t str,
    /// What may stand here.
    pub(crate) place: Place<'t>,
    /// The command; none where it is not known.
    pub(crate) command: Option<&'static CommandSpec>,
    /// The pipeline before the command, which the rows at hand come from.
    pub(crate) stage: &'t str,
    /// The words of the command so far, without the one at the cursor.
    pub(crate) words: Vec<(&'t str, TokenKind)>,
    /// The whole text up to the word.
    before: &'t str,
}

impl<'t> Spot<'t> {
    /// Finds out where a byte offset is.
    pub(crate) fn find(text: &'t str, position: usize) -> Self {
        let mut end = position.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text.get(..end).unwrap_or_default();
        let all = tokens(text);
        let (word, start) = word_at_end(text, &all);
        let before: &[Token] = all.get(..all.len() - usize::from(word.is_some())).unwrap_or_default();
        let segment = segment(before);
        let inner = pipeline_start(before);
        let of = |token: &Token| text.get(token.span.range()).unwrap_or_default();
        let words: Vec<(&str, TokenKind)> = segment.iter().map(|token| (of(token), token.kind)).collect();
        let pipe = segment.first().map_or(text.len(), |first| first.span.start as usize);
        let stage_end = before
            .iter()
            .rev()
            .find(|token| token.kind == TokenKind::Pipe && (token.span.start as usize) < pipe)
            .map_or(inner, |pipe| pipe.span.start as usize);
        let stage = text.get(inner..stage_end.max(inner)).unwrap_or_default();
        let prefix = text.get(start..).unwrap_or_default();
        let command = segment.last().and_then(|token| token.command);
        let place = place(&words, before, word);
        let mut spot =
            Spot { start, prefix, place, command, stage, words, before: text.get(..start).unwrap_or_default() };
        spot.narrow();
        spot
    }

    /// The text before the word at the cursor.
    pub(crate) fn segment_before(&self) -> &'t str {
        self.before
    }

    /// In expressions signs end a word; in front of a field they give an order.
    fn narrow(&mut self) {
        let computes = self.command.is_some_and(|spec| spec.name() != "search");
        let is_expression = match &self.place {
            Place::Argument { .. } => true,
            Place::Value { quoted, .. } => !quoted && self.command.is_some_and(super::usage::computes),
            _ => false,
        };
        if !is_expression || !computes {
            return;
        }
        if let Some(sign) = self.prefix.rfind(['+', '-', '*', '/', '%']) {
            self.start += sign + 1;
            self.prefix = self.prefix.get(sign + 1..).unwrap_or_default();
        }
        // Behind a parenthesis or a text a point joins.
        if let Some(rest) = self.prefix.strip_prefix('.') {
            self.start += 1;
            self.prefix = rest;
        }
    }
}

/// The token that is still being written, and where it begins.
fn word_at_end<'a>(text: &str, all: &'a [Token]) -> (Option<&'a Token>, usize) {
    let Some(last) = all.last().filter(|last| last.span.end as usize == text.len()) else { return (None, text.len()) };
    match last.kind {
        TokenKind::Pipe | TokenKind::Bracket(_) | TokenKind::Operator => (None, text.len()),
        TokenKind::Comment | TokenKind::Macro | TokenKind::Text if !last.open => (None, text.len()),
        // What takes their place stands behind the quote.
        TokenKind::Macro | TokenKind::Text => (Some(last), last.span.start as usize + 1),
        _ => (Some(last), last.span.start as usize),
    }
}

/// The tokens since the last pipe or opening bracket of the innermost pipeline.
fn segment(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.kind {
            TokenKind::Bracket(']') => depth += 1,
            TokenKind::Bracket('[') | TokenKind::Pipe if depth == 0 => return tokens.get(at + 1..).unwrap_or_default(),
            TokenKind::Bracket('[') => depth -= 1,
            _ => {}
        }
    }
    tokens
}

/// Where the innermost pipeline begins.
fn pipeline_start(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for token in tokens.iter().rev() {
        match token.kind {
            TokenKind::Bracket(']') => depth += 1,
            TokenKind::Bracket('[') if depth == 0 => return token.span.end as usize,
            TokenKind::Bracket('[') => depth -= 1,
            _ => {}
        }
    }
    0
}

/// What may stand behind the tokens of a segment.
fn place<'t>(words: &[(&'t str, TokenKind)], before: &[Token], word: Option<&Token>) -> Place<'t> {
    let quoted = word.is_some_and(|word| word.kind == TokenKind::Text);
    match word.map(|word| word.kind) {
        Some(TokenKind::Comment) => return Place::Own,
        Some(TokenKind::Macro) => return Place::Macro,
        _ => {}
    }
    let Some((last, kind)) = words.last() else {
        return match before.last().map(|token| token.kind) {
            Some(TokenKind::Pipe) => Place::Command { bracketed: false },
            Some(TokenKind::Bracket('[')) => Place::Command { bracketed: true },
            _ if quoted => Place::Own,
            _ => Place::Start,
        };
    };
    let named = |at: usize| match words.get(at) {
        Some((name, TokenKind::Field | TokenKind::Option | TokenKind::Word | TokenKind::Keyword)) => Some(*name),
        _ => None,
    };
    if let Some(name) = words.len().checked_sub(2).and_then(named)
        && *kind == TokenKind::Operator
        && *last != ","
    {
        return Place::Value { name, quoted };
    }
    let open = open_parenthesis(words);
    let listed = open.and_then(|at| at.checked_sub(2)).filter(|at| {
        words.get(at + 1).is_some_and(|(word, kind)| *kind == TokenKind::Keyword && word.eq_ignore_ascii_case("in"))
    });
    if let Some(name) = listed.and_then(named) {
        return Place::Value { name, quoted };
    }
    if quoted || (*kind == TokenKind::Keyword && last.eq_ignore_ascii_case("as")) {
        return Place::Own;
    }
    let call = open.and_then(|at| at.checked_sub(1)).and_then(|at| match words.get(at) {
        Some((name, TokenKind::Function)) => Some(*name),
        _ => None,
    });
    let is_junction = |word: &str| ["and", "or", "not", "xor", "as"].contains(&word);
    let mut keywords = words.iter().rev().filter(|(_, kind)| *kind == TokenKind::Keyword);
    let keyword = keywords.find_map(|(word, _)| Some(word.to_lowercase()).filter(|word| !is_junction(word)));
    Place::Argument { call, keyword }
}

/// Where the innermost open parenthesis of a segment is.
fn open_parenthesis(words: &[(&str, TokenKind)]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, (_, kind)) in words.iter().enumerate().rev() {
        match kind {
            TokenKind::Bracket(')') => depth += 1,
            TokenKind::Bracket('(') if depth == 0 => return Some(at),
            TokenKind::Bracket('(') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Place, Spot};

    fn check(text: &str, place: &Place<'_>, prefix: &str, stage: &str) {
        let spot = Spot::find(text, text.len());
        assert_eq!((&spot.place, spot.prefix, spot.stage.trim()), (place, prefix, stage), "{text}");
    }

    #[test]
    fn places_are_told_apart() {
        let argument = |call, keyword: Option<&str>| Place::Argument { call, keyword: keyword.map(str::to_owned) };
        check("", &Place::Start, "", "");
        check("in", &Place::Start, "in", "");
        check("index=we", &Place::Value { name: "index", quoted: false }, "we", "");
        check("host=\"a b", &Place::Value { name: "host", quoted: true }, "a b", "");
        check("a status IN (200, 4", &Place::Value { name: "status", quoted: false }, "4", "");
        check("a | sta", &Place::Command { bracketed: false }, "sta", "a");
        check("a [ in", &Place::Command { bracketed: true }, "in", "");
        check("a | stats sum(by", &argument(Some("sum"), None), "by", "a");
        check("a | stats sum(b) as c by h", &argument(None, Some("by")), "h", "a");
        check("a | stats sum(b) as c", &Place::Own, "c", "a");
        check("a | stats count by h | where x>1 and roun", &argument(None, None), "roun", "a | stats count by h");
        check("a | eval b=lower(c).up", &Place::Argument { call: None, keyword: None }, "up", "a");
        check("a | eval b=c+d", &Place::Value { name: "b", quoted: false }, "d", "a");
        check("a | sort -h", &argument(None, None), "h", "a");
        check("a [search b | fields c", &argument(None, None), "c", "search b");
        check("`my", &Place::Macro, "my", "");
        check("```note", &Place::Own, "```note", "");
    }

    #[test]
    fn any_place_of_any_text_is_one() {
        let text = "é `m(\"x\")` | eval a='b c'.\"d\\\"e\" [search x IN (1, \"ü\") | stats count by h] ``` n ``` | foo";
        for position in 0..=text.len() + 2 {
            let spot = Spot::find(text, position);
            assert!(
                text.is_char_boundary(spot.start)
                    && text.get(spot.start..).is_some_and(|rest| rest.starts_with(spot.prefix))
            );
        }
    }
}
