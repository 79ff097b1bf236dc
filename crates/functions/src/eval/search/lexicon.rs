//! The words of events, as an index of tokens would list them. `| walklex type=term index=web`
//!
//! `spl_lexicon_terms(_raw)` gives the segments between major breakers and the words between minor ones, in lower case and
//! each once. `spl_lexicon_pairs('::', 'host', host, …)` gives `host::web1` for each value. Absent: the parts of a segment that
//! hold several words and are not all of it.

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_err},
};

use super::term::{Class, class, encoded_length};
use crate::eval::kernel::{Arguments, lists};

/// The words of an event.
pub(super) fn terms(args: &Arguments) -> Result<ArrayRef> {
    let events = args.texts(0)?;
    lists(args.rows(), |row, builder| {
        let Some(event) = events.get(row) else { return };
        let lower = event.to_lowercase();
        let mut found = Vec::new();
        words(&lower, &mut found);
        found.sort_unstable();
        found.dedup();
        found.into_iter().for_each(|term| builder.value(term));
    })
}

/// The pairs of fields and values of a row.
pub(super) fn pairs(args: &Arguments) -> Result<ArrayRef> {
    let separator = args.literal(0)?;
    let mut fields = Vec::new();
    for place in (1..args.len()).step_by(2) {
        if place + 1 == args.len() {
            return exec_err!("a name without a value");
        }
        fields.push((args.literal(place)?, args.field(place + 1)?));
    }
    lists(args.rows(), |row, builder| {
        for (name, values) in &fields {
            values.each(row, |value| builder.value(&format!("{name}{separator}{value}")));
        }
    })
}

/// Segments, and the words of those that have several.
fn words<'a>(text: &'a str, found: &mut Vec<&'a str>) {
    let bytes = text.as_bytes();
    let (mut segment, mut word) = (0, 0);
    let mut place = 0;
    // Breakers are ASCII, so that no cut falls into a character.
    let mut take = |from: usize, to: usize, is_segment: bool| {
        let piece = text.get(from..to).unwrap_or_default();
        let piece = if is_segment { piece.trim_matches(is_minor) } else { piece };
        if !piece.is_empty() && (!is_segment || piece.contains(is_minor)) {
            found.push(piece);
        }
    };
    while let Some(&byte) = bytes.get(place) {
        let encoded = encoded_length(bytes.get(place..).unwrap_or_default());
        let length = encoded.unwrap_or(1);
        if encoded.is_some() || class(byte) == Class::Major {
            take(word, place, false);
            take(segment, place, true);
            segment = place + length;
            word = segment;
        } else if class(byte) == Class::Minor {
            take(word, place, false);
            word = place + 1;
        }
        place += length;
    }
    take(word, bytes.len(), false);
    take(segment, bytes.len(), true);
}

fn is_minor(next: char) -> bool {
    u8::try_from(next).is_ok_and(|byte| byte.is_ascii() && class(byte) == Class::Minor)
}

#[cfg(test)]
mod tests {
    use crate::eval::kernel::testing::{check, literal, texts};

    #[test]
    fn segments_and_their_words() {
        let check_terms = |event: &str, expected: &str| check("spl_lexicon_terms", &[texts(&[event])], &[expected]);
        check_terms("Error error 404", "[404, error]");
        check_terms("src=10.0.0.1, x", "[0, 1, 10, src, src=10.0.0.1, x]");
        check_terms("--a-b-- c_%20d", "[a, a-b, b, c, d]");
        check_terms("Überfall/übel", "[übel, überfall, überfall/übel]");
        check_terms("[{}] ==", "null");
        check_terms("null", "null");
    }

    #[test]
    fn pairs_of_values() {
        let args = [literal("::"), literal("host"), texts(&["a", "null"]), literal("n"), texts(&["1", "2"])];
        check("spl_lexicon_pairs", &args, &["[host::a, n::1]", "[n::2]"]);
    }
}
