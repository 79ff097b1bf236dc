//! Whole numbers as Parquet packs them: runs of one number, and stretches of numbers of few bits. `3 3 3 3 1 2 3 0 …`
//!
//! The numbers of dictionaries are written like this, and whether a row has a value. A block begins with its length, whose lowest
//! bit tells the two kinds apart; a stretch has a multiple of eight numbers, of which the last are filled up.

use datafusion::{
    common::{DataFusionError, Result},
    parquet::errors::ParquetError,
};

use super::lists::{BITS, Lists};

/// What eight numbers of 32 bits take, with room to read eight bytes from where the last begins.
const ROOM: usize = 40;

/// Numbers that stand together.
enum Run<'b> {
    /// The same one again and again.
    Of(u32),
    /// So many bits each.
    Packed(&'b [u8]),
}

/// Goes through the runs of `count` numbers of `width` bits, each with how many of its numbers count.
///
/// # Errors
/// Where there are fewer, or a width is none; those of `each`.
fn runs<'b>(
    mut bytes: &'b [u8],
    width: u8,
    mut count: usize,
    mut each: impl FnMut(Run<'b>, usize) -> Result<()>,
) -> Result<()> {
    if width > 32 {
        return Err(broken("numbers of more than 32 bits"));
    }
    let width = usize::from(width);
    while count > 0 {
        let (header, rest) = length(bytes).ok_or_else(|| broken("fewer numbers than rows"))?;
        let blocks = usize::try_from(header >> 1).map_err(|_| broken("a run that is too long"))?;
        if blocks == 0 {
            return Err(broken("a run of nothing"));
        }
        let is_run = header & 1 == 0;
        let own = if is_run { blocks } else { blocks.saturating_mul(8) }.min(count);
        if is_run {
            let (number, rest) =
                rest.split_at_checked(width.div_ceil(8)).ok_or_else(|| broken("a run without its number"))?;
            each(Run::Of(number.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))), own)?;
            bytes = rest;
        } else {
            // The last stretch of a page need not be whole.
            let (stretch, rest) = rest.split_at(blocks.saturating_mul(width).min(rest.len()));
            if stretch.len() * 8 < own * width {
                return Err(broken("fewer numbers than rows"));
            }
            each(Run::Packed(stretch), own)?;
            bytes = rest;
        }
        count -= own;
    }
    Ok(())
}

/// Fills a list with numbers of `width` bits.
///
/// # Errors
/// Where there are fewer, or a width is none.
pub(super) fn unpack(bytes: &[u8], width: u8, mut numbers: &mut [u32]) -> Result<()> {
    runs(bytes, width, numbers.len(), |run, count| {
        let (own, left) = std::mem::take(&mut numbers).split_at_mut(count);
        match run {
            Run::Of(number) => own.fill(number),
            Run::Packed(stretch) => fill(stretch, usize::from(width), own),
        }
        numbers = left;
        Ok(())
    })
}

/// Adds how often each of `rows` numbers of `width` bits comes to their counts.
///
/// Numbers of few bits are looked at several at a time: two of five bits are one of ten, whose count is that of both.
///
/// # Errors
/// Where there are fewer, a width is none, or a number has no count.
pub(super) fn count(bytes: &[u8], width: u8, rows: usize, counts: &mut [u32]) -> Result<()> {
    let bits = usize::from(width);
    // Eight numbers are a multiple of all of them.
    let together = match bits {
        1 => 8,
        2 => 4,
        3..=5 => 2,
        _ => 1,
    };
    let mut patterns = (bits * together <= BITS).then(Lists::new);
    let mut numbers = [0; 1024];
    runs(bytes, width, rows, |run, count| {
        let mut stretch = match run {
            Run::Of(number) => return add(counts, number, count as u32),
            Run::Packed(stretch) => stretch,
        };
        let Some(lists) = &mut patterns else {
            let mut left = count;
            while left > 0 {
                let Some(own) = numbers.get_mut(..left.min(1024)) else { break };
                fill(stretch, bits, own);
                own.iter().try_for_each(|number| add(counts, *number, 1))?;
                left -= own.len();
                stretch = stretch.get(own.len() * bits / 8..).unwrap_or_default();
            }
            return Ok(());
        };
        let mut left = count / 8 * 8 / together;
        while left > 0 {
            let Some(own) = numbers.get_mut(..left.min(1024)) else { break };
            fill(stretch, bits * together, own);
            lists.add(own);
            left -= own.len();
            stretch = stretch.get(own.len() * bits * together / 8..).unwrap_or_default();
        }
        let mut last = [0; 8];
        let Some(last) = last.get_mut(..count % 8) else { return Ok(()) };
        fill(stretch, bits, last);
        last.iter().try_for_each(|number| add(counts, *number, 1))
    })?;
    let mask = (1_u32 << (bits % 32)) - 1;
    let patterns = patterns.iter().flat_map(|lists| (0_u32..).zip(lists.counts()));
    for (pattern, count) in patterns.filter(|(_, count)| *count > 0) {
        for place in 0..together {
            add(counts, pattern >> (place * bits) & mask, count)?;
        }
    }
    Ok(())
}

/// Adds to the count of a number.
fn add(counts: &mut [u32], number: u32, count: u32) -> Result<()> {
    let own = counts.get_mut(number as usize).ok_or_else(no_value)?;
    *own = own.saturating_add(count);
    Ok(())
}

/// A number that is that of no value.
pub(super) fn no_value() -> DataFusionError {
    broken("a number that its dictionary has not")
}

/// Whether all of `count` numbers of one bit are 1, as far as the first run tells.
pub(super) fn are_ones(bytes: &[u8], count: usize) -> bool {
    matches!(length(bytes), Some((header, [1, ..])) if header & 1 == 0 && (header >> 1) as usize >= count)
}

/// A number of seven bits a byte, the lowest first, and what follows it.
fn length(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(place + 1..)?));
        }
    }
    None
}

/// Fills a list with the numbers of a stretch.
fn fill(stretch: &[u8], width: usize, numbers: &mut [u32]) {
    if let Some(stretch_of) = STRETCHES.get(width) {
        stretch_of(stretch, numbers);
    }
}

/// The same for one width.
type Stretch = fn(&[u8], &mut [u32]);

fn stretch_of<const WIDTH: usize>(mut bytes: &[u8], numbers: &mut [u32]) {
    let (eights, last) = numbers.as_chunks_mut();
    for eight in eights {
        *eight = next_of::<WIDTH>(&mut bytes);
    }
    last.iter_mut().zip(next_of::<WIDTH>(&mut bytes)).for_each(|(last, number)| *last = number);
}

/// The next eight numbers; 0 for those behind the end.
fn next_of<const WIDTH: usize>(bytes: &mut &[u8]) -> [u32; 8] {
    let eight = match bytes.first_chunk() {
        Some(block) => eight_of::<WIDTH>(block),
        None => {
            let mut filled = [0; ROOM];
            filled.iter_mut().zip(*bytes).for_each(|(filled, byte)| *filled = *byte);
            eight_of::<WIDTH>(&filled)
        }
    };
    *bytes = bytes.get(WIDTH..).unwrap_or_default();
    eight
}

#[inline]
fn eight_of<const WIDTH: usize>(bytes: &[u8; ROOM]) -> [u32; 8] {
    let mask = (1_u64 << WIDTH) - 1;
    std::array::from_fn(|place| {
        let bit = place * WIDTH;
        let eight = bytes.get(bit / 8..).and_then(<[u8]>::first_chunk).map_or(0, |eight| u64::from_le_bytes(*eight));
        // The mask leaves 32 bits.
        ((eight >> (bit % 8)) & mask) as u32
    })
}

/// The function for each width.
const STRETCHES: [Stretch; 33] = [
    stretch_of::<0>,
    stretch_of::<1>,
    stretch_of::<2>,
    stretch_of::<3>,
    stretch_of::<4>,
    stretch_of::<5>,
    stretch_of::<6>,
    stretch_of::<7>,
    stretch_of::<8>,
    stretch_of::<9>,
    stretch_of::<10>,
    stretch_of::<11>,
    stretch_of::<12>,
    stretch_of::<13>,
    stretch_of::<14>,
    stretch_of::<15>,
    stretch_of::<16>,
    stretch_of::<17>,
    stretch_of::<18>,
    stretch_of::<19>,
    stretch_of::<20>,
    stretch_of::<21>,
    stretch_of::<22>,
    stretch_of::<23>,
    stretch_of::<24>,
    stretch_of::<25>,
    stretch_of::<26>,
    stretch_of::<27>,
    stretch_of::<28>,
    stretch_of::<29>,
    stretch_of::<30>,
    stretch_of::<31>,
    stretch_of::<32>,
];

/// A file that is not what it says.
pub(super) fn broken(what: &str) -> DataFusionError {
    ParquetError::General(format!("a column has {what}")).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn unpacked(bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
        let mut numbers = vec![u32::MAX; count];
        unpack(bytes, width, &mut numbers).unwrap();
        numbers
    }

    /// A stretch, bit by bit.
    fn packed(numbers: &[u32], width: usize) -> Vec<u8> {
        let blocks = numbers.len().div_ceil(8);
        let mut bytes = vec![0_u8; blocks * width];
        for (place, number) in numbers.iter().enumerate() {
            for bit in (0..width).filter(|bit| number >> bit & 1 == 1) {
                let at = place * width + bit;
                bytes[at / 8] |= 1 << (at % 8);
            }
        }
        let mut header = (blocks << 1 | 1) as u64;
        let mut whole = Vec::new();
        while header > 0x7f {
            whole.push((header & 0x7f) as u8 | 0x80);
            header >>= 7;
        }
        whole.push(header as u8);
        whole.extend(bytes);
        whole
    }

    /// The example of the format's description: 0 to 7 in three bits.
    #[test]
    fn eight_numbers_are_three_bytes() {
        let bytes = [3, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(packed(&[0, 1, 2, 3, 4, 5, 6, 7], 3), bytes);
        assert_eq!(unpacked(&bytes, 3, 8), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(unpacked(&bytes, 3, 5), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn numbers_of_every_width_come_back() {
        for width in 1..=32_usize {
            let most = u32::MAX >> (32 - width);
            let numbers: Vec<u32> =
                (0..1_003_u32).map(|place| place.wrapping_mul(2_654_435_761) & most).chain([most, 0, most]).collect();
            assert_eq!(unpacked(&packed(&numbers, width), width as u8, numbers.len()), numbers, "{width}");
        }
    }

    #[test]
    fn runs_and_stretches_follow_each_other() {
        // Five times 300, in two bytes; then a stretch; then three times 1.
        let mut bytes = vec![10, 44, 1];
        bytes.extend(packed(&[1, 2, 3, 4, 5, 6, 7, 511], 9));
        bytes.extend([6, 1, 0]);
        let all = [300, 300, 300, 300, 300, 1, 2, 3, 4, 5, 6, 7, 511, 1, 1, 1];
        assert_eq!(unpacked(&bytes, 9, 16), all);
        assert_eq!(unpacked(&bytes, 9, 15), all[..15]);
        assert!(unpack(&bytes, 9, &mut [0; 17]).is_err());
    }

    /// Runs and stretches of every width, whole and cut anywhere, are counted as they are unpacked.
    #[test]
    fn numbers_are_counted_as_they_are_unpacked() {
        for width in 1..=14_usize {
            let most = u32::MAX >> (32 - width);
            let numbers: Vec<u32> = (0..5_003_u32).map(|place| place.wrapping_mul(2_654_435_761) >> 7 & most).collect();
            let mut bytes = packed(&numbers[..3_000], width);
            bytes.extend([0x80 | 0x20, 0x01]);
            bytes.extend(&most.to_le_bytes()[..width.div_ceil(8)]);
            bytes.extend(packed(&numbers[3_000..], width));
            // 3,000 packed, 80 times the largest, and the rest.
            for rows in [0, 1, 7, 8, 9, 2_999, 3_000, 3_001, 3_080, 3_089, 5_083] {
                let all = unpacked(&bytes, width as u8, rows);
                let mut expected = vec![0; most as usize + 1];
                all.iter().for_each(|number| expected[*number as usize] += 1);
                let mut counts = vec![0; most as usize + 1];
                count(&bytes, width as u8, rows, &mut counts).unwrap();
                assert_eq!(counts, expected, "{rows} of {width} bits");
            }
            let mut short = vec![0; most as usize];
            assert!(count(&bytes, width as u8, 3_080, &mut short).is_err(), "{width}");
        }
    }

    #[test]
    fn a_dictionary_of_one_value_needs_no_bits() {
        assert_eq!(unpacked(&[8], 0, 4), [0; 4]);
        assert_eq!(unpacked(&[3], 0, 4), [0; 4]);
        for bytes in [[8], [3]] {
            let mut counts = [0];
            count(&bytes, 0, 4, &mut counts).unwrap();
            assert_eq!(counts, [4]);
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        for (bytes, width) in [(&[][..], 1), (&[0x80], 1), (&[10], 9), (&[3, 0], 3), (&[0, 1], 1), (&[3, 0, 0], 33)] {
            assert!(unpack(bytes, width, &mut [0; 8]).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn one_run_tells_that_all_have_a_value() {
        assert!(are_ones(&[20, 1], 10));
        assert!(!are_ones(&[18, 1], 10));
        assert!(!are_ones(&[20, 0], 10));
        assert!(!are_ones(&[3, 255], 8));
    }
}
