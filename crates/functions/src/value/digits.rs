//! The digits of whole numbers: how many there are, and what they are. `stats list(bytes)` writes one number for each row.
//!
//! Who knows all lengths first writes each number into its place, and nothing grows or moves.

/// The digits of the numbers below 100, two for each.
const PAIRS: [[u8; 2]; 100] = pairs();

const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < pairs.len() {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
}

/// How many bytes a whole number takes as text.
#[inline]
pub(crate) fn length(number: i64) -> usize {
    let size = number.unsigned_abs();
    // The last bit makes no digit more, and 0 has one.
    let more = match u32::try_from(size) {
        Ok(short) => (short | 1).ilog10(),
        Err(_) => size.ilog10(),
    };
    more as usize + 1 + usize::from(number < 0)
}

/// Writes a whole number into a place that has its [`length`].
#[inline]
pub(crate) fn write(number: i64, out: &mut [u8]) {
    let mut rest = number.unsigned_abs();
    let mut end = out.len();
    while rest >= 100 {
        let Some(place) = out.get_mut(end.wrapping_sub(2)..end) else { return };
        // Division is cheaper where the number is short.
        let (more, last) = match u32::try_from(rest) {
            Ok(short) => (u64::from(short / 100), short % 100),
            Err(_) => (rest / 100, (rest % 100) as u32),
        };
        place.copy_from_slice(&PAIRS[last as usize]);
        (rest, end) = (more, end - 2);
    }
    let pair = PAIRS[rest as usize];
    let digits = if rest >= 10 { pair.as_slice() } else { &pair[1..] };
    if let Some(place) = out.get_mut(end.wrapping_sub(digits.len())..end) {
        place.copy_from_slice(digits);
    }
    if number < 0
        && let Some(sign) = out.first_mut()
    {
        *sign = b'-';
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(number: i64) -> String {
        let mut out = vec![0; length(number)];
        write(number, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn numbers_of_each_length() {
        for zeros in 0..19 {
            let power = 10_i64.pow(zeros);
            for number in [power - 1, power, power + 1, -power, 1 - power] {
                assert_eq!(text(number), number.to_string());
            }
        }
        for number in [i64::MIN, i64::MAX, u32::MAX.into(), i64::from(u32::MAX) + 1] {
            assert_eq!(text(number), number.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_number(number: i64, shift in 0..64) {
            let number = number >> shift;
            prop_assert_eq!(text(number), number.to_string());
        }
    }
}
