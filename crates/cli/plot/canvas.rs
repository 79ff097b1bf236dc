//! A canvas of braille: each character has two dots across and four down.

/// Dots, and whose they are.
pub(super) struct Canvas {
    width: usize,
    dots: Vec<u8>,
    owners: Vec<usize>,
    marks: Vec<Option<char>>,
}

/// The bit of a dot in the braille block of Unicode, by row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

impl Canvas {
    /// An empty canvas of so many characters.
    pub(super) fn new(width: usize, height: usize) -> Self {
        let size = width * height;
        Self { width, dots: vec![0; size], owners: vec![0; size], marks: vec![None; size] }
    }

    /// Dots across.
    pub(super) fn across(&self) -> usize {
        self.width * 2
    }

    /// Sets a dot; the last owner of a character gives its colour.
    pub(super) fn dot(&mut self, x: usize, y: usize, owner: usize) {
        if x >= self.across() {
            return;
        }
        let place = y / 4 * self.width + x / 2;
        let bit = BITS.get(y % 4).and_then(|row| row.get(x % 2)).copied().unwrap_or(0);
        if let (Some(dots), Some(owned)) = (self.dots.get_mut(place), self.owners.get_mut(place)) {
            *dots |= bit;
            *owned = owner;
        }
    }

    /// Sets the dots between two of them, both included.
    pub(super) fn line(&mut self, (x0, y0): (usize, usize), (x1, y1): (usize, usize), owner: usize) {
        let steps = x0.abs_diff(x1).max(y0.abs_diff(y1)).max(1);
        let between = |from: usize, to: usize, step: usize| {
            let part = step as f64 / steps as f64;
            (from as f64 + (to as f64 - from as f64) * part).round() as usize
        };
        for step in 0..=steps {
            self.dot(between(x0, x1, step), between(y0, y1, step), owner);
        }
    }

    /// Puts a character over the dots around one.
    pub(super) fn mark(&mut self, x: usize, y: usize, owner: usize, mark: char) {
        let place = y / 4 * self.width + x / 2;
        if let (Some(there), Some(owned)) = (self.marks.get_mut(place), self.owners.get_mut(place)) {
            *there = Some(mark);
            *owned = owner;
        }
    }

    /// A row of characters, each with its owner where it is not blank.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = (char, Option<usize>)> {
        let places = row * self.width..(row + 1) * self.width;
        places.map(|place| {
            let owner = self.owners.get(place).copied();
            match (self.marks.get(place), self.dots.get(place)) {
                (Some(Some(mark)), _) => (*mark, owner),
                (_, Some(0) | None) => (' ', None),
                (_, Some(dots)) => (char::from_u32(0x2800 + u32::from(*dots)).unwrap_or('⣿'), owner),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Canvas;

    fn drawn(canvas: &Canvas) -> String {
        canvas.row(0).map(|(c, _)| c).collect()
    }

    #[test]
    fn a_line_has_a_dot_in_each_column_it_crosses() {
        let mut canvas = Canvas::new(2, 1);
        canvas.line((0, 3), (3, 0), 0);
        // From the lower left to the upper right: dots 7 and 6, then 2 and 4.
        assert_eq!(drawn(&canvas), "⡠⠊");
        let mut canvas = Canvas::new(2, 1);
        canvas.line((0, 0), (3, 0), 0);
        assert_eq!(drawn(&canvas), "⠉⠉");
    }

    #[test]
    fn what_is_outside_is_not_drawn() {
        let mut canvas = Canvas::new(1, 1);
        canvas.dot(2, 0, 0);
        canvas.dot(0, 4, 0);
        assert_eq!(drawn(&canvas), " ");
    }
}
