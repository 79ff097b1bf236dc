//! Short texts as one number, which is compared and taken apart at once. `10.1.2.3`

/// Up to sixteen bytes, and zeros behind them. No loop and no call: two reads that may overlap.
#[inline]
pub(crate) fn padded(bytes: &[u8]) -> u128 {
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
    use super::padded;

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
