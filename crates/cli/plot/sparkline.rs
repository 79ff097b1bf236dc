//! The course of some numbers as one word: `▁▂▄█`, for the column of a table.

/// The first value of the lists that `sparkline()` gives, as Splunk writes it.
pub(crate) const MARKER: &str = "##__SPARKLINE__##";

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The most characters of a sparkline; of more values, the greatest of some neighbours is shown.
const MOST: usize = 60;

/// The picture of numbers from 0, or the least below it, to the greatest; what is missing is a gap.
pub(crate) fn sparkline(values: &[Option<f64>]) -> String {
    let known = || values.iter().flatten().copied();
    let low = known().fold(0.0, f64::min);
    let high = known().fold(0.0, f64::max);
    let greatest = |values: &[Option<f64>]| values.iter().flatten().copied().reduce(f64::max);
    let chunk = values.len().div_ceil(MOST).max(1);
    values.chunks(chunk).map(|values| greatest(values).map_or(' ', |value| height(value, low, high))).collect()
}

fn height(value: f64, low: f64, high: f64) -> char {
    let part = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    // The lowest is for 0 alone: little is not nothing.
    let place = if part > 0.0 { (part * 7.0).round().max(1.0) as usize } else { 0 };
    HEIGHTS.get(place).copied().unwrap_or('█')
}

/// The picture of a cell that holds a sparkline, be it a list or one text with commas; none for any other cell.
pub(crate) fn of_cell(texts: &[&str]) -> Option<String> {
    let numbers: Vec<&str> = match texts {
        [only] => only.strip_prefix(MARKER)?.strip_prefix(',')?.split(',').collect(),
        [first, rest @ ..] if *first == MARKER => rest.to_vec(),
        _ => return None,
    };
    let values: Vec<Option<f64>> =
        numbers.iter().map(|text| text.trim().parse::<f64>().ok().filter(|number| number.is_finite())).collect();
    Some(sparkline(&values))
}

#[cfg(test)]
mod tests {
    use super::{of_cell, sparkline};

    fn drawn(values: &[f64]) -> String {
        sparkline(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>())
    }

    #[test]
    fn heights_follow_the_values_from_zero_on() {
        assert_eq!(drawn(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), "▁▂▃▄▅▆▇█");
        // Half of the greatest is the middle, though no value is 0.
        assert_eq!(drawn(&[70.0, 40.0]), "█▅");
        assert_eq!(drawn(&[1.0, 1000.0]), "▂█");
    }

    #[test]
    fn nothing_stays_flat_and_gaps_stay_empty() {
        assert_eq!(drawn(&[0.0, 0.0]), "▁▁");
        assert_eq!(sparkline(&[Some(1.0), None, Some(1.0)]), "█ █");
        assert_eq!(drawn(&[]), "");
        assert_eq!(drawn(&[-7.0, 0.0, 7.0]), "▁▅█");
    }

    #[test]
    fn many_values_keep_their_peaks() {
        let mut values = vec![0.0; 1000];
        values[500] = 3.0;
        let text = drawn(&values);
        assert!(text.chars().count() <= 60, "{text}");
        assert_eq!(text.matches('█').count(), 1, "{text}");
    }

    #[test]
    fn both_forms_of_splunk_are_read() {
        assert_eq!(of_cell(&["##__SPARKLINE__##", "0", "7"]).as_deref(), Some("▁█"));
        assert_eq!(of_cell(&["##__SPARKLINE__##,0,7,x"]).as_deref(), Some("▁█ "));
        assert_eq!(of_cell(&["0", "7"]), None);
        assert_eq!(of_cell(&["##__SPARKLINE__##ish"]), None);
    }
}
