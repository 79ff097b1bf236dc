//! What the layout sees of a search: commands, their words, what stands in parentheses and brackets.
//! `a (b OR c) [search d | fields e]` is a word, a group and a pipeline.
//!
//! Invariant: the parts in their order, with a blank where one is noted, are the text that was read, save for what
//! [`blank`] changes.

use std::borrow::Cow;

use super::{
    Freedom, blank,
    lexer::{self, Kind, Token},
};
use crate::{CommandSpec, command, parser, token};

/// Commands with pipes between them.
pub(super) struct Pipeline<'a> {
    pub(super) segments: Vec<Segment<'a>>,
}

/// One command, or conditions where `search` is implied.
pub(super) struct Segment<'a> {
    /// Whether a pipe stands before it.
    pub(super) piped: bool,
    /// Whether an empty line stands before the pipe.
    pub(super) gap: bool,
    /// Whether the pipe stands right behind another one: `||` may be meant as an operator.
    pub(super) doubled: bool,
    pub(super) grammar: Grammar,
    pub(super) nodes: Vec<Node<'a>>,
}

/// What decides where lines may break and which blanks are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    /// Conditions: `a=1 (b OR c)`.
    Search,
    /// The values of `IN ( … )`.
    Values,
    /// Assignments and conditions of `eval` and `where`.
    Expression,
    /// `count AS n, sum(x) BY host`.
    Aggregates,
    /// Fields, each with another name perhaps.
    Fields,
    /// Options, and whatever a command takes.
    Other,
}

/// A piece of a command and what stands before it.
pub(super) struct Node<'a> {
    pub(super) space: bool,
    /// Line breaks before it, as written; they only count for comments.
    pub(super) breaks: usize,
    pub(super) part: Part<'a>,
}

/// What a piece is.
pub(super) enum Part<'a> {
    /// Something that is never taken apart.
    Text(Cow<'a, str>),
    Macro(&'a str),
    Comma,
    Comment {
        text: &'a str,
        /// Whether the line ended behind it.
        ends_line: bool,
    },
    Group(Vec<Node<'a>>, Grammar),
    Search(Pipeline<'a>),
}

impl Node<'_> {
    /// The text of a plain piece.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.part {
            Part::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is that word, in any case.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        self.text().is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
    }

    /// Whether it is something in brackets, which may go over several lines.
    pub(super) fn opens(&self) -> bool {
        matches!(self.part, Part::Group(..) | Part::Search(_))
    }

    pub(super) fn is_comment(&self) -> bool {
        matches!(self.part, Part::Comment { .. })
    }
}

/// Reads a text whose quotes and brackets match.
pub(super) fn read(text: &str, freedom: Freedom) -> Pipeline<'_> {
    let tokens = lexer::tokens(text);
    let partners = partners(&tokens);
    let reader = Reader { text, tokens: &tokens, partners: &partners };
    reader.pipeline(0, tokens.len(), true, freedom)
}

/// For each opening piece, the closing one. Parentheses without a partner in their command have none.
fn partners(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut partners = vec![None; tokens.len()];
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open(bracket) => open.push((at, bracket)),
            Kind::Close(')') => {
                if let Some((start, _)) = open.pop_if(|(_, bracket)| *bracket == '(')
                    && let Some(partner) = partners.get_mut(start)
                {
                    *partner = Some(at);
                }
            }
            Kind::Close(_) | Kind::Pipe => {
                while open.pop_if(|(_, bracket)| *bracket == '(').is_some() {}
                if token.kind != Kind::Pipe
                    && let Some((start, _)) = open.pop()
                    && let Some(partner) = partners.get_mut(start)
                {
                    *partner = Some(at);
                }
            }
            _ => {}
        }
    }
    partners
}

struct Reader<'a, 'b> {
    text: &'a str,
    tokens: &'b [Token<'a>],
    partners: &'b [Option<usize>],
}

impl<'a> Reader<'a, '_> {
    fn pipeline(&self, from: usize, to: usize, top: bool, freedom: Freedom) -> Pipeline<'a> {
        let mut segments = Vec::new();
        let (mut at, mut start, mut pipe) = (from, from, None::<&Token>);
        loop {
            let token = self.tokens.get(at).filter(|_| at < to);
            if token.is_none_or(|token| token.kind == Kind::Pipe) {
                // Nothing stands before a leading pipe.
                if at > start || pipe.is_some() {
                    segments.push(self.segment(start, at, pipe, top, freedom));
                }
                (start, pipe) = (at + 1, token);
            }
            if token.is_none() {
                return Pipeline { segments };
            }
            at = self.partners.get(at).copied().flatten().unwrap_or(at) + 1;
        }
    }

    fn segment(&self, from: usize, to: usize, pipe: Option<&Token>, top: bool, freedom: Freedom) -> Segment<'a> {
        let tokens = self.tokens.get(from..to).unwrap_or_default();
        let first = tokens.iter().find(|token| token.kind != Kind::Comment);
        let word = first.filter(|token| token.kind == Kind::Word).map(|token| token.text.to_lowercase());
        let command = word.as_deref().and_then(|word| {
            let here = pipe.is_some() || !top || word == "search";
            command::find(word).filter(|_| here)
        });
        let name = command.map_or("", |spec| spec.name());
        let (grammar, freedom) = match name {
            // A macro, or what no grammar is known of.
            "" if pipe.is_some() => (Grammar::Other, freedom),
            "" | "search" => (Grammar::Search, freedom),
            "eval" | "where" => (Grammar::Expression, freedom),
            "stats" | "eventstats" | "streamstats" | "chart" | "timechart" | "tstats" | "top" | "rare" => {
                (Grammar::Aggregates, freedom)
            }
            "table" | "fields" | "rename" | "dedup" | "lookup" | "sort" | "fillnull" | "filldown" => {
                (Grammar::Fields, freedom)
            }
            // The tree holds their arguments as they are written.
            _ if parser::holds_text(name) => (Grammar::Other, Freedom::Places),
            _ => (Grammar::Other, freedom),
        };
        // Whatever touches the name: `foreach~ a [ … ]` has a template too.
        let bare = word.as_deref().map(|word| word.split(|next| !token::is_name(next)).next().unwrap_or_default());
        let template = matches!(bare.and_then(command::find).map(CommandSpec::name), Some("foreach" | "map"));
        let mut nodes = self.nodes(from, to, grammar, &Context { freedom, template, name });
        if let Some(first) = nodes.first_mut() {
            first.space = false;
        }
        if freedom == Freedom::Canonical && command.is_some() {
            blank::lower_name(&mut nodes);
        }
        let before = from.checked_sub(2).and_then(|before| self.tokens.get(before));
        let doubled =
            pipe.zip(before).is_some_and(|(pipe, before)| before.kind == Kind::Pipe && before.end() == pipe.start);
        Segment { piped: pipe.is_some(), gap: pipe.is_some_and(|pipe| pipe.breaks > 1), doubled, grammar, nodes }
    }

    fn nodes(&self, from: usize, to: usize, grammar: Grammar, context: &Context) -> Vec<Node<'a>> {
        let canonical = context.freedom == Freedom::Canonical;
        let mut nodes: Vec<Node> = Vec::new();
        // The conditions of `tstats` are those of `search`.
        let mut here = grammar;
        let mut at = from;
        while let Some(token) = self.tokens.get(at).filter(|_| at < to) {
            let partner = self.partners.get(at).copied().flatten();
            let slice = |end: usize| {
                let end = self.tokens.get(end).map_or(self.text.len(), Token::end);
                self.text.get(token.start..end).unwrap_or_default()
            };
            let part = match (token.kind, partner) {
                (Kind::Comment, _) => {
                    let ends_line = self.tokens.get(at + 1).is_none_or(|next| next.breaks > 0);
                    Part::Comment { text: token.text, ends_line }
                }
                (Kind::Macro, _) => Part::Macro(token.text),
                (Kind::Comma, _) => Part::Comma,
                (Kind::Open('['), Some(partner)) if context.template => {
                    let text = slice(partner);
                    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                    Part::Text(Cow::Owned(format!("[{}]", inner.trim_matches(crate::token::is_blank))))
                }
                (Kind::Open('['), Some(partner)) => {
                    Part::Search(self.pipeline(at + 1, partner, false, context.freedom))
                }
                (Kind::Open(_), Some(partner)) => {
                    let inner = if here == Grammar::Aggregates && self.is_named_eval(at, partner) {
                        Some(Grammar::Expression)
                    } else {
                        blank::inside(here, &nodes, token.space)
                    };
                    match inner.filter(|_| canonical) {
                        Some(inner) => Part::Group(self.nodes(at + 1, partner, inner, context), inner),
                        None => Part::Text(Cow::Borrowed(slice(partner))),
                    }
                }
                _ => Part::Text(Cow::Borrowed(token.text)),
            };
            if grammar == Grammar::Aggregates && token.space && context.name == "tstats" {
                match token.text.to_ascii_lowercase().as_str() {
                    "where" => here = Grammar::Search,
                    "by" | "groupby" => here = Grammar::Aggregates,
                    _ => {}
                }
            }
            if canonical && here == Grammar::Expression && token.kind == Kind::Word {
                blank::split_operators(token.text, token, &mut nodes);
            } else {
                nodes.push(Node { space: token.space, breaks: token.breaks, part });
            }
            at = partner.unwrap_or(at) + 1;
        }
        if canonical {
            blank::settle(&mut nodes, grammar);
        }
        nodes
    }
}

impl Reader<'_, '_> {
    /// Whether the parentheses hold `eval(…)` and a name follows: without one the text itself is the column's name.
    fn is_named_eval(&self, open: usize, close: usize) -> bool {
        let is = |at: usize, word: &str| self.tokens.get(at).is_some_and(|token| token.text.eq_ignore_ascii_case(word));
        is(open + 1, "eval") && is(open + 2, "(") && is(close + 1, "as")
    }
}

/// What holds for a whole command.
struct Context<'a> {
    freedom: Freedom,
    /// Whether its brackets hold a template.
    template: bool,
    name: &'a str,
}
