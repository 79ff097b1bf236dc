//! A text among many: a short one stands in its place in the list, a long one elsewhere. `stats dc(user)`
//!
//! Names, addresses and numbers are mostly short. To compare two of them is one comparison of numbers, with one look at memory.

use crate::eval::kernel::TextColumn;

/// The most bytes of a short text.
const SHORT: usize = 16;

/// A text.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// A short text's bytes with zeros behind them, or the first eight of a long one and where it begins.
    bytes: [u8; SHORT],
    length: u64,
}

/// No text: it is like none.
pub(super) static NOTHING: Text = Text { bytes: [0; SHORT], length: u64::MAX };

impl Text {
    /// A text, which goes to `long` where it is no short one.
    pub(super) fn new(text: &str, long: &mut String) -> Self {
        let bytes = match (text.len() > SHORT, text.as_bytes().first_chunk::<8>()) {
            (true, Some(first)) => {
                let start = long.len() as u64;
                long.push_str(text);
                u128::from(u64::from_le_bytes(*first)) | u128::from(start) << u64::BITS
            }
            _ => padded(text.as_bytes()),
        };
        Self { bytes: bytes.to_le_bytes(), length: text.len() as u64 }
    }

    /// The text itself.
    pub(super) fn of<'t>(&'t self, long: &'t str) -> &'t str {
        let length = self.len();
        match self.bytes.get(..length) {
            Some(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            None => long.get(self.start()..self.start() + length).unwrap_or_default(),
        }
    }

    /// Adds the text to that of a column's row.
    pub(super) fn write(&self, long: &str, column: &mut TextColumn) {
        match self.len() {
            length if length <= SHORT => column.push_block(&self.bytes, length),
            length => column.push(long.as_bytes(), self.start(), self.start() + length),
        }
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether it is this text, and a short one.
    #[inline]
    pub(super) fn is_short(&self, text: &str) -> bool {
        let (length, bytes) = (text.len(), u128::from_le_bytes(self.bytes));
        self.length == length as u64 && length <= SHORT && bytes == padded(text.as_bytes())
    }

    /// Whether it is this text.
    #[inline]
    pub(super) fn is(&self, text: &str, long: &str) -> bool {
        if text.len() <= SHORT {
            return self.is_short(text);
        }
        self.length == text.len() as u64
            && text.as_bytes().first_chunk::<8>() == self.bytes.first_chunk::<8>()
            && long.as_bytes().get(self.start()..self.start() + text.len()) == Some(text.as_bytes())
    }

    /// Where a long text begins.
    fn start(&self) -> usize {
        (u128::from_le_bytes(self.bytes) >> u64::BITS) as usize
    }
}

/// Up to sixteen bytes, and zeros behind them. No loop and no call: two reads that may overlap.
#[inline]
fn padded(bytes: &[u8]) -> u128 {
    let length = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        // The last eight bytes without those that the first eight have.
        let behind = last.checked_shr(u8::BITS * (2 * 8_usize).saturating_sub(length) as u32).unwrap_or(0);
        return u128::from(first) | u128::from(behind) << u64::BITS;
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (first, last) = (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)));
        return u128::from(first | last << (u8::BITS * (length as u32 - 4)));
    }
    bytes.iter().rev().fold(0, |all, byte| all << u8::BITS | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of all lengths around the limit, which differ in one byte or in their length alone.
    #[test]
    fn a_text_is_itself_alone() {
        let mut texts: Vec<String> = Vec::new();
        for length in 0..40 {
            texts.push("a".repeat(length));
            texts.push("\0".repeat(length + 1));
            for place in 0..length {
                texts.push((0..length).map(|at| if at == place { 'b' } else { 'a' }).collect());
            }
        }
        texts.push("né".to_owned());
        let mut long = String::new();
        let known: Vec<Text> = texts.iter().map(|text| Text::new(text, &mut long)).collect();
        for (place, text) in known.iter().enumerate() {
            assert_eq!(text.of(&long), texts[place]);
            for (other, with) in texts.iter().enumerate() {
                assert_eq!(text.is(with, &long), place == other, "{with:?}");
                assert_eq!(text.is_short(with), place == other && with.len() <= 16, "{with:?}");
            }
            assert!(!NOTHING.is(&texts[place], &long));
        }
    }

    #[test]
    fn bytes_stand_in_their_order() {
        let bytes: Vec<u8> = (1..=16).collect();
        for length in 0..=16 {
            let mut expected = [0; 16];
            expected[..length].copy_from_slice(&bytes[..length]);
            assert_eq!(padded(&bytes[..length]).to_le_bytes(), expected);
        }
    }
}
