//! What was expected against what was found, line by line.

/// Lines above this number are compared in place: the table of the longest common sequence would be too large.
const MOST_LINES: usize = 1000;

/// Lines with `-` (expected only), `+` (found only) or a blank (both) in front; long runs of equal lines are left out.
pub(crate) fn diff(expected: &[String], found: &[String], colour: bool) -> String {
    let mut lines = Vec::new();
    let (mut left, mut right) = (0, 0);
    for (at_left, at_right) in common(expected, found) {
        changed(&mut lines, '-', expected.get(left..at_left));
        changed(&mut lines, '+', found.get(right..at_right));
        changed(&mut lines, ' ', expected.get(at_left..at_left + 1));
        (left, right) = (at_left + 1, at_right + 1);
    }
    changed(&mut lines, '-', expected.get(left..));
    changed(&mut lines, '+', found.get(right..));
    draw(&lines, colour)
}

fn changed<'a>(lines: &mut Vec<(char, &'a str)>, mark: char, part: Option<&'a [String]>) {
    lines.extend(part.unwrap_or_default().iter().map(|line| (mark, line.as_str())));
}

/// The places of the longest common sequence.
fn common(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    if left.len() > MOST_LINES || right.len() > MOST_LINES {
        let same = left.iter().zip(right).enumerate().filter(|(_, (a, b))| a == b);
        return same.map(|(place, _)| (place, place)).collect();
    }
    // lengths[i][j]: of the longest common sequence of left[i..] and right[j..].
    let mut lengths = vec![vec![0u32; right.len() + 1]; left.len() + 1];
    for (i, a) in left.iter().enumerate().rev() {
        for (j, b) in right.iter().enumerate().rev() {
            lengths[i][j] = if a == b { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut places = Vec::new();
    while i < left.len() && j < right.len() {
        if left[i] == right[j] {
            places.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

fn draw(lines: &[(char, &str)], colour: bool) -> String {
    const CONTEXT: usize = 3;
    let is_near = |place: usize| {
        let from = place.saturating_sub(CONTEXT);
        lines.iter().skip(from).take(place - from + CONTEXT + 1).any(|(mark, _)| *mark != ' ')
    };
    let mut text = String::new();
    let mut skipped = false;
    for (place, (mark, line)) in lines.iter().enumerate() {
        // The first line is the header of the rows.
        if place > 0 && !is_near(place) {
            if !skipped {
                text.push_str("    …\n");
            }
            skipped = true;
            continue;
        }
        skipped = false;
        let (on, off) = match mark {
            '-' if colour => ("\x1b[31m", "\x1b[0m"),
            '+' if colour => ("\x1b[32m", "\x1b[0m"),
            _ => ("", ""),
        };
        text.push_str(&format!("  {on}{mark} {line}{off}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::diff;

    fn lines(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn changes_stand_between_what_is_equal() {
        assert_eq!(diff(&lines("abcd"), &lines("axcd"), false), "    a\n  - b\n  + x\n    c\n    d\n");
        assert_eq!(diff(&lines("a"), &lines(""), false), "  - a\n");
    }

    #[test]
    fn equal_lines_far_from_a_change_are_left_out() {
        assert_eq!(
            diff(&lines("abcdefgh"), &lines("abcdefgx"), false),
            "    a\n    …\n    e\n    f\n    g\n  - h\n  + x\n"
        );
    }
}
