//! The words of a paragraph, each with how it looks, and their way into lines.

use unicode_width::UnicodeWidthStr;

/// A span of code up to this width is never broken.
const WHOLE: usize = 48;

/// How words look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// As the terminal has it.
    Plain,
    /// Bold.
    Strong,
    /// In italics.
    Emphasis,
    /// Code.
    Code,
}

impl Face {
    fn code(self) -> &'static str {
        match self {
            Face::Plain => "",
            Face::Strong => "\x1b[1m",
            Face::Emphasis => "\x1b[3m",
            Face::Code => "\x1b[36m",
        }
    }
}

/// What a paragraph is made of.
#[derive(Debug, Clone)]
enum Piece {
    /// Letters that stay together.
    Word(String, Face),
    /// Where a line may end.
    Space,
    /// Where one does.
    Break,
}

/// A paragraph.
#[derive(Debug, Clone)]
pub(super) struct Inline {
    pieces: Vec<Piece>,
    faces: Vec<Face>,
    colour: bool,
}

impl Inline {
    /// Nothing yet.
    pub(super) fn new(colour: bool) -> Self {
        Self { pieces: Vec::new(), faces: Vec::new(), colour }
    }

    /// Whether there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.iter().all(|piece| !matches!(piece, Piece::Word(..)))
    }

    /// What follows looks so.
    pub(super) fn push_face(&mut self, face: Face) {
        self.faces.push(face);
    }

    /// What follows looks as before.
    pub(super) fn pop_face(&mut self) {
        self.faces.pop();
    }

    /// Makes all plain words bold.
    pub(super) fn strengthen(&mut self) {
        for piece in &mut self.pieces {
            if let Piece::Word(_, face @ Face::Plain) = piece {
                *face = Face::Strong;
            }
        }
    }

    /// Adds text.
    pub(super) fn push(&mut self, text: &str) {
        let face = self.faces.last().copied().unwrap_or(Face::Plain);
        self.words(text, face);
    }

    /// Adds a span of code.
    pub(super) fn push_code(&mut self, code: &str) {
        let code = match (self.colour, code.contains('`')) {
            (true, _) => code.to_owned(),
            (false, true) => format!("`` {code} ``"),
            (false, false) => format!("`{code}`"),
        };
        if code.width() <= WHOLE {
            self.pieces.push(Piece::Word(code, Face::Code));
        } else {
            self.words(&code, Face::Code);
        }
    }

    /// Ends the line.
    pub(super) fn push_break(&mut self) {
        self.pieces.push(Piece::Break);
    }

    fn words(&mut self, text: &str, face: Face) {
        for (place, word) in text.split([' ', '\n']).enumerate() {
            if place > 0 {
                self.pieces.push(Piece::Space);
            }
            if !word.is_empty() {
                self.pieces.push(Piece::Word(word.to_owned(), face));
            }
        }
    }

    /// The width on one line.
    pub(super) fn width(&self) -> usize {
        let wide = |piece: &Piece| match piece {
            Piece::Word(word, _) => word.width(),
            Piece::Space | Piece::Break => 1,
        };
        self.pieces.iter().map(wide).sum()
    }

    /// The lines.
    pub(super) fn wrapped(&self, width: usize) -> Vec<String> {
        self.wrapped_with_widths(width).into_iter().map(|(line, _)| line).collect()
    }

    /// The lines with how wide they look.
    pub(super) fn wrapped_with_widths(&self, width: usize) -> Vec<(String, usize)> {
        let mut lines: Vec<(String, usize)> = vec![(String::new(), 0)];
        // Words without a space between them go to the next line together.
        let mut glued: Vec<(&str, Face)> = Vec::new();
        let mut spaced = false;
        for piece in &self.pieces {
            match piece {
                Piece::Word(word, face) => glued.push((word, *face)),
                Piece::Space => {
                    self.place(&mut lines, &mut glued, spaced, width);
                    spaced = true;
                }
                Piece::Break => {
                    self.place(&mut lines, &mut glued, spaced, width);
                    lines.push((String::new(), 0));
                    spaced = false;
                }
            }
        }
        self.place(&mut lines, &mut glued, spaced, width);
        lines
    }

    fn place(&self, lines: &mut Vec<(String, usize)>, glued: &mut Vec<(&str, Face)>, spaced: bool, width: usize) {
        let needed: usize = glued.iter().map(|(word, _)| word.width()).sum();
        if needed == 0 {
            return;
        }
        if lines.last().is_some_and(|(_, used)| *used > 0 && used + usize::from(spaced) + needed > width) {
            lines.push((String::new(), 0));
        }
        let Some((line, used)) = lines.last_mut() else { return };
        if *used > 0 && spaced {
            line.push(' ');
            *used += 1;
        }
        for (word, face) in glued.drain(..) {
            if self.colour && face != Face::Plain {
                line.push_str(face.code());
                line.push_str(word);
                line.push_str("\x1b[0m");
            } else {
                line.push_str(word);
            }
        }
        *used += needed;
    }
}
