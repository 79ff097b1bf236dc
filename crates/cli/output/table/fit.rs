//! Which columns of a table have room, and how much: `fit(&columns, Some(80))`; and texts cut or wrapped to a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Below this many characters a column says nothing.
const NARROWEST: usize = 8;

/// A column as far as widths go.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Its name as shown.
    pub(super) name: String,
    /// How wide its widest line is.
    pub(super) width: usize,
    /// Whether its cells are numbers.
    pub(super) is_number: bool,
    /// Whether a row has a value in it.
    pub(super) has_values: bool,
}

/// The columns that have room.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fitted {
    /// Their places.
    pub(super) places: Vec<usize>,
    /// Their widths.
    pub(super) widths: Vec<usize>,
}

impl Column {
    /// A column without rows.
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), width: name.width(), is_number: false, has_values: false }
    }

    /// Half a number or half a time says something else than the whole.
    pub(super) fn is_whole(&self) -> bool {
        self.is_number || self.name == "_time"
    }

    /// The least width at which it is of use. Whoever looks at events wants to read them.
    fn least(&self, room: usize) -> usize {
        match self.name.as_str() {
            "_raw" => self.width.min((room / 2).max(NARROWEST)),
            _ if self.is_whole() => self.width,
            _ => self.width.min(NARROWEST),
        }
    }
}

/// Takes room from the widest columns until all fit. Where that is not enough, columns are left out: first those without a
/// value, then from the end; the first one stays.
pub(super) fn fit(columns: &[Column], room: Option<usize>) -> Fitted {
    let all: Vec<usize> = (0..columns.len()).collect();
    let natural = |places: &[usize]| places.iter().filter_map(|place| Some(columns.get(*place)?.width)).collect();
    let Some(room) = room else { return Fitted { widths: natural(&all), places: all } };
    // A border and two blanks a column, and one more border; the column that stands for others is one wide.
    let available = |count: usize| {
        let (borders, ellipsis) = (3 * count + 1, if count < columns.len() { 4 } else { 0 });
        room.saturating_sub(borders + ellipsis)
    };
    let least =
        |places: &[usize]| -> usize { places.iter().filter_map(|place| Some(columns.get(*place)?.least(room))).sum() };
    let mut places = all;
    while places.len() > 1 && least(&places) > available(places.len()) {
        let has_none = |place: &usize| columns.get(*place).is_some_and(|column| !column.has_values);
        let rest = places.get(1..).unwrap_or_default();
        let out = rest.iter().rposition(has_none).map_or(places.len() - 1, |place| place + 1);
        places.remove(out);
    }
    let available = available(places.len());
    let mut widths: Vec<usize> = natural(&places);
    let floors: Vec<usize> = places
        .iter()
        .filter_map(|place| columns.get(*place))
        .map(|column| if least(&places) <= available { column.least(room) } else { 1 })
        .collect();
    // The largest cap that fits; narrower columns keep their width.
    let capped = |cap: usize| widths.iter().zip(&floors).map(move |(width, floor)| (*width).min(cap.max(*floor)));
    let widest = widths.iter().copied().max().unwrap_or(0);
    let (mut low, mut high) = (1, widest.max(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if capped(middle).sum::<usize>() <= available { low = middle } else { high = middle - 1 }
    }
    let capped: Vec<usize> = capped(low).collect();
    let mut left = available.saturating_sub(capped.iter().sum());
    for (width, capped) in widths.iter_mut().zip(capped) {
        // What the division leaves goes to the first columns, a character each.
        let extra = usize::from(left > 0 && *width > capped && capped == low);
        left -= extra;
        *width = capped + extra;
    }
    Fitted { places, widths }
}

/// The text, at most `width` wide, with `…` for what is cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = text.get(..fitting(text, width.saturating_sub(1))).unwrap_or_default().to_owned();
    kept.push('…');
    kept
}

/// Where the characters end that stand in a width.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (place, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            return place;
        }
    }
    text.len()
}

/// The lines of a text, each at most `width` wide, at most so many; the last one tells by `…` that there is more. A line breaks
/// behind a blank where one is not too far back.
pub(super) fn wrap(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        let mut rest = line;
        let mut is_first = true;
        while is_first || !rest.is_empty() {
            is_first = false;
            if lines.len() + 1 == most {
                let goes_on = rest.width() > width || text.split('\n').nth(number + 1).is_some();
                // The end of the text may still fit; whatever else follows does not.
                lines.push(if goes_on { cut(&format!("{rest}…"), width) } else { rest.to_owned() });
                return lines;
            }
            let mut end = fitting(rest, width);
            if end < rest.len() {
                let head = rest.get(..end).unwrap_or_default();
                if let Some(blank) = head.rfind(' ').filter(|blank| blank * 3 >= end * 2) {
                    end = blank + 1;
                }
                // A character that is wider than the column.
                end = end.max(rest.chars().next().map_or(1, char::len_utf8));
            }
            let (head, tail) = rest.split_at(end);
            lines.push(if tail.is_empty() { head.to_owned() } else { head.trim_end().to_owned() });
            rest = tail;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Column, Fitted, cut, fit, wrap};

    fn columns(widths: &[(&str, usize, bool)]) -> Vec<Column> {
        let column = |(name, width, is_number): &(&str, usize, bool)| Column {
            name: (*name).to_owned(),
            width: *width,
            is_number: *is_number,
            has_values: true,
        };
        widths.iter().map(column).collect()
    }

    fn check(widths: &[(&str, usize, bool)], room: Option<usize>, expected: &[usize]) {
        assert_eq!(fit(&columns(widths), room).widths, expected);
    }

    #[test]
    fn wide_columns_give_room_first() {
        check(&[("a", 4, false), ("b", 100, false), ("c", 50, false)], Some(80), &[4, 33, 33]);
        check(&[("a", 4, false), ("b", 10, false)], Some(80), &[4, 10]);
        check(&[("a", 4, false), ("b", 100, false)], None, &[4, 100]);
    }

    #[test]
    fn numbers_and_times_stay_whole_while_others_can_shrink() {
        check(&[("_time", 23, false), ("b", 40, false), ("c", 40, false)], Some(60), &[23, 14, 13]);
        check(&[("a", 40, true), ("b", 40, false)], Some(60), &[40, 13]);
    }

    #[test]
    fn events_have_half_the_room() {
        let all = [("_time", 19, false), ("_raw", 300, false), ("a", 20, false), ("b", 20, false), ("c", 20, false)];
        // 100 - 4 columns - the one for others: 19 + 50 leave 14 for `a`, too little for `b` too.
        let fitted = fit(&columns(&all), Some(100));
        assert_eq!(fitted, Fitted { places: vec![0, 1, 2], widths: vec![19, 50, 17] });
    }

    #[test]
    fn columns_without_room_are_left_out() {
        let fitted = fit(&columns(&[("x", 20, false); 10]), Some(40));
        // Three columns of 8, their borders and those of the one for others are 38 wide.
        assert_eq!((fitted.places, fitted.widths.len()), (vec![0, 1, 2], 3));
        let mut some = columns(&[("a", 20, false), ("b", 20, false), ("c", 20, false), ("d", 20, false)]);
        some[1].has_values = false;
        assert_eq!(fit(&some, Some(42)).places, [0, 2, 3]);
        // The first one stays, however narrow.
        check(&[("a", 40, true), ("b", 40, true)], Some(20), &[12]);
    }

    #[test]
    fn a_cut_counts_columns_not_bytes() {
        assert_eq!(cut("größer", 4), "grö…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("short", 5), "short");
    }

    #[test]
    fn texts_are_wrapped_at_blanks_that_are_near() {
        assert_eq!(wrap("GET /index.html from here", 16, 3), ["GET /index.html", "from here"]);
        assert_eq!(wrap("abcdefghij", 4, 3), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("abcdefghijklm", 4, 3), ["abcd", "efgh", "ijk…"]);
        assert_eq!(wrap("a bcdefgh", 6, 9), ["a bcde", "fgh"]);
        assert_eq!(wrap("日本語", 1, 9), ["日", "本", "語"]);
    }

    #[test]
    fn lines_of_a_text_count_as_lines() {
        assert_eq!(wrap("one\ntwo\nthree", 9, 2), ["one", "two…"]);
        assert_eq!(wrap("one\ntwo", 9, 2), ["one", "two"]);
        assert_eq!(wrap("one\n\ntwo", 9, 9), ["one", "", "two"]);
        assert_eq!(wrap("one\ntwo", 9, 1), ["one…"]);
        assert_eq!(wrap("", 9, 1), [""]);
    }
}
