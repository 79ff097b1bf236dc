//! The shares that `top` and `rare` give, as bars in front of their numbers: `█████       50.0`

use speleo_functions::value::format_number;
use speleo_syntax::{TokenKind, tokens};

use crate::plot::EIGHTHS;

/// Characters of a whole bar.
const WIDTH: usize = 10;
/// Characters of the numbers: as many as `100.000000` has.
const NUMBER: usize = 10;
/// What the commands call the column, unless they are told another name.
const NAME: &str = "percent";

/// The column of shares of a search that ends in `top` or `rare`.
pub(in crate::output) fn column(text: &str) -> Option<String> {
    let all = tokens(text);
    let last = all.iter().rposition(|token| token.kind == TokenKind::Command)?;
    let spec = all.get(last)?.command?;
    let of = |place: usize| all.get(place).and_then(|token| text.get(token.span.range())).unwrap_or_default();
    let named = (last..all.len()).find(|place| of(*place).eq_ignore_ascii_case("percentfield"));
    let name = named.map_or(NAME, |place| of(place + 2).trim_matches('"'));
    matches!(spec.name(), "top" | "rare").then(|| name.to_owned())
}

/// A share of a hundred as a bar and the number.
pub(super) fn drawn(share: f64) -> String {
    let number = format_number(share);
    let eighths = (share.clamp(0.0, 100.0) * (WIDTH * 8) as f64 / 100.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.extend(EIGHTHS.get(eighths % 8));
    }
    format!("{bar:<WIDTH$} {number:>NUMBER$}")
}

#[cfg(test)]
mod tests {
    use super::{column, drawn};

    #[test]
    fn half_a_share_is_half_a_bar() {
        assert_eq!(drawn(50.0), "█████              50");
        assert_eq!(drawn(100.0), "██████████        100");
        assert_eq!(drawn(0.0), "                    0");
        // An eighth of a character is 1.25 of a hundred.
        assert_eq!(drawn(1.25), "▏                1.25");
        assert_eq!(drawn(250.0), "██████████        250");
    }

    #[test]
    fn shares_are_those_of_the_last_command() {
        assert_eq!(column("index=web | top host").as_deref(), Some("percent"));
        assert_eq!(column("index=web | rare percentfield=share host").as_deref(), Some("share"));
        assert_eq!(column("index=web | top host | where count>1"), None);
        assert_eq!(column("top host"), None);
    }
}
