//! Bitmaps from conditions, such as the rows of `eval rate=a/b` on which `b` is not 0.
//!
//! A byte for each row first, in a loop that the compiler vectorises, then eight of them at a time into one.

use datafusion::arrow::buffer::{BooleanBuffer, Buffer};

/// The rows of a bitmap's word.
const WORD: usize = 64;

/// Moves the lowest bit of each byte into the highest byte, the first byte's to the lowest place.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// The answers as bits. The iterator has to be one over slices, so that its length is known.
pub(crate) fn bits(answers: impl ExactSizeIterator<Item = bool>) -> BooleanBuffer {
    let rows = answers.len();
    let flags: Vec<u8> = answers.map(u8::from).collect();
    let (full, rest) = flags.as_chunks::<WORD>();
    let mut words = Vec::with_capacity(rows.div_ceil(WORD));
    words.extend(full.iter().map(pack));
    if !rest.is_empty() {
        let mut last = [0; WORD];
        last.iter_mut().zip(rest).for_each(|(flag, answer)| *flag = *answer);
        words.push(pack(&last));
    }
    BooleanBuffer::new(Buffer::from_vec(words), 0, rows)
}

/// Sixty-four bytes of 0 or 1 as the bits of one word, as Arrow orders them.
fn pack(flags: &[u8; WORD]) -> u64 {
    let (bytes, _) = flags.as_chunks::<8>();
    let word = bytes.iter().rev().fold(0, |word, eight| {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56;
        word << 8 | gathered
    });
    word.to_le()
}

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn each_row_has_its_bit() {
        for rows in [0, 1, 8, 63, 64, 65, 200] {
            let answers: Vec<bool> = (0..rows).map(|row| row % 3 == 0 || row % 7 == 2).collect();
            assert_eq!(bits(answers.iter().copied()).iter().collect::<Vec<_>>(), answers);
        }
    }
}
