//! The commands of a text as it is being written: where each begins and ends, and which one a place is in.
//! `index=web [search a | table b] | stats count` has four stages, two of them within the first.
//!
//! The tree is not asked: it knows what macros stand for, not where they stand, and has no place for what is half written.

use speleo_syntax::{CommandSpec, Piece, PieceKind, Span, command::find, pieces};

/// A text and its pieces.
#[derive(Clone)]
pub(super) struct Pipeline<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// All pieces.
    pub(super) pieces: Vec<Piece>,
    /// The commands in the order in which they begin.
    pub(super) stages: Vec<Stage>,
}

/// A command and its arguments.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    /// The pipe before it.
    pub(super) pipe: Option<Span>,
    /// From its first piece to its last, brackets included.
    pub(super) span: Span,
    /// The first word, where a command's name belongs.
    pub(super) name: Option<Span>,
    /// The command; none where `search` is implied, and where there is no such command.
    pub(super) spec: Option<&'static CommandSpec>,
    /// How many brackets are around it.
    pub(super) depth: usize,
    /// The stage whose bracket it is in.
    pub(super) parent: Option<usize>,
}

impl<'a> Pipeline<'a> {
    /// Takes a text apart.
    pub(super) fn of(text: &'a str) -> Self {
        let pieces = pieces(text);
        let stages = stages(text, &pieces);
        Self { text, pieces, stages }
    }

    /// The text of a span.
    pub(super) fn at(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The innermost stage that an offset is in, or that ends before it.
    pub(super) fn stage(&self, offset: usize) -> Option<&Stage> {
        let before = |stage: &&Stage| stage.span.range().start <= offset;
        let holds = |stage: &&Stage| stage.span.range().end >= offset;
        let holding =
            self.stages.iter().filter(before).filter(holds).max_by_key(|stage| (stage.depth, stage.span.start));
        holding.or_else(|| self.stages.iter().filter(before).max_by_key(|stage| stage.span.end))
    }

    /// The piece at an offset: the one that begins there or goes on, else the one that ends there; of two that meet, the
    /// one that has a name.
    pub(super) fn piece(&self, offset: usize) -> Option<usize> {
        let named = |piece: &Piece| matches!(piece.kind, PieceKind::Word | PieceKind::Quoted | PieceKind::Macro);
        let within = self.pieces.iter().position(|piece| piece.span.range().contains(&offset));
        let ending = || self.pieces.iter().position(|piece| piece.span.range().end == offset);
        let is_named = |place: &usize| self.pieces.get(*place).is_some_and(named);
        within.filter(is_named).or_else(|| ending().filter(is_named)).or(within)
    }
}

fn stages(text: &str, pieces: &[Piece]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    // Of each open bracket and the text itself: the stage that is being read, and the pipe before the next one.
    let mut open: Vec<(Option<usize>, Option<Span>)> = vec![(None, None)];
    for piece in pieces {
        let depth = open.len() - 1;
        match piece.kind {
            PieceKind::Pipe => {
                if let Some(last) = open.last_mut() {
                    *last = (None, Some(piece.span));
                }
                continue;
            }
            // What says what a file is belongs to no command.
            PieceKind::Comment if open.last().is_some_and(|(current, _)| current.is_none()) => continue,
            PieceKind::Close(']') if depth > 0 => drop(open.pop()),
            _ => {}
        }
        if open.last().is_some_and(|(current, _)| current.is_none()) {
            let parent = open.len().checked_sub(2).and_then(|above| open.get(above)).and_then(|(current, _)| *current);
            let depth = open.len() - 1;
            let place = stages.len();
            if let Some((current, pipe)) = open.last_mut() {
                *current = Some(place);
                stages.push(begin(text, piece, *pipe, depth, parent));
            }
        }
        // A bracket within a command belongs to all commands around it.
        for place in open.iter().filter_map(|(current, _)| *current) {
            if let Some(stage) = stages.get_mut(place) {
                stage.span = stage.span.to(piece.span);
            }
        }
        if piece.kind == PieceKind::Open('[') {
            open.push((None, None));
        }
    }
    stages
}

fn begin(text: &str, piece: &Piece, pipe: Option<Span>, depth: usize, parent: Option<usize>) -> Stage {
    let word = Some(piece).filter(|piece| piece.kind == PieceKind::Word).map(|piece| piece.span);
    let found = word.and_then(|span| find(&text.get(span.range()).unwrap_or_default().to_ascii_lowercase()));
    // At the start of the text conditions of `search` stand, whatever their first word is.
    let is_named =
        pipe.is_some() || (found.is_some() && (depth > 0 || found.is_some_and(|spec| spec.name() == "search")));
    Stage { pipe, span: piece.span, name: word.filter(|_| is_named), spec: found.filter(|_| is_named), depth, parent }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> Vec<(usize, &str, &str)> {
        let pipeline = Pipeline::of(text);
        let name = |stage: &Stage| stage.spec.map_or("", |spec| spec.name());
        pipeline.stages.iter().map(|stage| (stage.depth, name(stage), pipeline.at(stage.span))).collect()
    }

    #[test]
    fn brackets_hold_stages_of_their_own() {
        let text = "```title: a | b```\nindex=web [search a | TABLE b] c | `m(x)` | stats count by \"x|y\" | nope";
        assert_eq!(
            shown(text),
            [
                (0, "", "index=web [search a | TABLE b] c"),
                (1, "search", "search a"),
                (1, "table", "TABLE b"),
                (0, "", "`m(x)`"),
                (0, "stats", "stats count by \"x|y\""),
                (0, "", "nope"),
            ]
        );
    }

    #[test]
    fn half_written_text_has_stages_too() {
        assert_eq!(
            shown("stats count | eval a=[ | \"x"),
            [(0, "", "stats count"), (0, "eval", "eval a=[ | \"x"), (1, "", "\"x")]
        );
        assert!(shown(" ]]| |").len() <= 3);
        let pipeline = Pipeline::of("index=a | stats  ");
        assert_eq!(pipeline.stage(17).unwrap().spec.unwrap().name(), "stats");
    }
}
