//! Whole numbers, each with a number from 0 up in the order in which they were met. `stats mode(status) BY host`

use datafusion::common::{Result, resources_err};
use hashbrown::HashMap;

/// Values below are looked up in a list, which is no burden even where memory is short: codes, counts, well-known ports.
const SMALL: usize = 1 << 12;
/// A small value that was not met.
const UNKNOWN: u32 = u32::MAX;

/// The values and their numbers.
#[derive(Debug, Default)]
pub(super) struct WholeNumbers {
    values: Vec<i64>,
    /// The numbers of small values, as far as the list goes.
    small: Vec<u32>,
    known: HashMap<i64, u32>,
}

impl WholeNumbers {
    /// The number of a value, a new one if it was not met before.
    ///
    /// # Errors
    /// Where there are more values than numbers.
    #[inline]
    pub(super) fn of(&mut self, value: i64) -> Result<u32> {
        // No negative value is in the list: as a place they are beyond any.
        match self.small.get(value as usize) {
            Some(known) if *known != UNKNOWN => Ok(*known),
            _ => self.of_other(value),
        }
    }

    fn of_other(&mut self, value: i64) -> Result<u32> {
        let small = usize::try_from(value).ok().filter(|place| *place < SMALL);
        if small.is_none()
            && let Some(known) = self.known.get(&value)
        {
            return Ok(*known);
        }
        let Some(number) = u32::try_from(self.values.len()).ok().filter(|number| *number != UNKNOWN) else {
            return resources_err!("more than {UNKNOWN} values in one stats function");
        };
        self.values.push(value);
        match small {
            Some(place) => {
                if self.small.len() <= place {
                    self.small.resize((place + 1).next_power_of_two(), UNKNOWN);
                }
                if let Some(slot) = self.small.get_mut(place) {
                    *slot = number;
                }
            }
            None => {
                self.known.insert(value, number);
            }
        }
        Ok(number)
    }

    /// The values in the order of their numbers.
    pub(super) fn values(&self) -> &[i64] {
        &self.values
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.values.capacity() * size_of::<i64>()
            + self.small.capacity() * size_of::<u32>()
            + self.known.allocation_size()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_value_has_one_number() {
        let mut numbers = WholeNumbers::default();
        let values = [200, -1, 4_095, 200, 4_096, 0, i64::MIN, -1, 4_096, 0, 4_095, i64::MAX];
        let found: Vec<u32> = values.iter().map(|value| numbers.of(*value).unwrap()).collect();
        assert_eq!(found, [0, 1, 2, 0, 3, 4, 5, 1, 3, 4, 2, 6]);
        assert_eq!(numbers.values(), [200, -1, 4_095, 4_096, 0, i64::MIN, i64::MAX]);
    }
}
