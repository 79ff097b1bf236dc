//! HyperLogLog: the number of distinct hashes in 16 KiB.
//!
//! `stats estdc(user)` uses it for many users. The estimate is Ertl's ("New cardinality estimation algorithms for
//! HyperLogLog sketches", 2017), which needs no table of corrections. Sparse registers are absent: small groups never get
//! this far.

/// How many bits of a hash choose a register.
const PRECISION: u32 = 14;

/// How many registers there are, one byte each.
pub(crate) const REGISTERS: usize = 1 << PRECISION;

/// How many bits of a hash are left for the register.
const REST: u32 = 64 - PRECISION;

/// The registers: the longest run of zeros, plus one, of all hashes that chose it.
#[derive(Debug, Clone)]
pub(crate) struct Sketch(Box<[u8]>);

impl Default for Sketch {
    fn default() -> Self {
        Self(vec![0; REGISTERS].into_boxed_slice())
    }
}

impl Sketch {
    /// Takes in a hash.
    pub(crate) fn add(&mut self, hash: u64) {
        let register = (hash >> REST) as usize;
        // The bit that ends every run keeps it within REST + 1.
        let run = ((hash << PRECISION) | 1 << (PRECISION - 1)).leading_zeros() as u8 + 1;
        self.0[register] = self.0[register].max(run);
    }

    /// Takes in the registers of another sketch.
    pub(crate) fn merge(&mut self, registers: &[u8]) {
        for (own, other) in self.0.iter_mut().zip(registers) {
            *own = (*own).max(*other);
        }
    }

    /// The registers.
    pub(crate) fn registers(&self) -> &[u8] {
        &self.0
    }

    /// The relative standard error of [`Sketch::count`].
    pub(crate) fn error() -> f64 {
        1.04 / (REGISTERS as f64).sqrt()
    }

    /// The number of distinct hashes, about.
    pub(crate) fn count(&self) -> f64 {
        let mut histogram = [0_u32; REST as usize + 2];
        for register in &self.0 {
            histogram[usize::from(*register).min(REST as usize + 1)] += 1;
        }
        let registers = REGISTERS as f64;
        let full = f64::from(histogram[REST as usize + 1]);
        let middle = histogram[1..=REST as usize].iter().rev();
        let mut sum = registers * tau(1.0 - full / registers);
        middle.for_each(|count| sum = 0.5 * (sum + f64::from(*count)));
        sum += registers * sigma(f64::from(histogram[0]) / registers);
        registers * registers / (2.0 * std::f64::consts::LN_2 * sum)
    }
}

/// What the empty registers contribute, of which there is this share.
fn sigma(share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut power, mut factor, mut sum) = (share, 1.0, share);
    loop {
        power *= power;
        let before = sum;
        sum += power * factor;
        factor += factor;
        if sum == before {
            return sum;
        }
    }
}

/// What the full registers contribute; the argument is the share of the others.
fn tau(share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let (mut root, mut factor, mut sum) = (share, 1.0, 1.0 - share);
    loop {
        root = root.sqrt();
        let before = sum;
        factor *= 0.5;
        sum -= (1.0 - root).powi(2) * factor;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{DefaultHasher, Hash, Hasher};

    use super::*;

    #[test]
    fn the_estimate_is_within_four_standard_errors() {
        for count in [1_000_u32, 20_000, 300_000] {
            let mut halves = [Sketch::default(), Sketch::default()];
            for number in 0..count {
                let mut hasher = DefaultHasher::new();
                number.hash(&mut hasher);
                halves[number as usize % 2].add(hasher.finish());
            }
            let [mut whole, half] = halves;
            whole.merge(half.registers());
            let relative = whole.count() / f64::from(count) - 1.0;
            assert!(relative.abs() < 4.0 * Sketch::error(), "{count}: {relative}");
        }
        assert_eq!(Sketch::default().count(), 0.0);
    }
}
