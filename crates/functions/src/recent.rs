//! What was made of the arrays of texts that came last, by the arrays themselves: batches of a row group share their dictionary, and
//! those of a search its literals. To compare or hash their texts would be the work that is to be spared.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};

/// Values by arrays of texts, of which a few are kept.
#[derive(Debug, Clone)]
pub struct Recent<V, const MOST: usize> {
    known: Vec<(ArrayRef, V)>,
}

impl<V, const MOST: usize> Default for Recent<V, MOST> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V, const MOST: usize> Recent<V, MOST> {
    /// Nothing is known.
    pub const fn new() -> Self {
        Self { known: Vec::new() }
    }

    /// The value of an array; none where the array is not known, or not one of texts.
    pub fn get(&self, texts: &ArrayRef) -> Option<&V> {
        self.place(texts).and_then(|place| self.known.get(place)).map(|(_, value)| value)
    }

    /// Takes the value of an array out, to be put back with [`Recent::put`].
    pub fn take(&mut self, texts: &ArrayRef) -> Option<V> {
        self.place(texts).map(|place| self.known.remove(place).1)
    }

    /// Keeps the value of an array; the oldest goes where there are too many. The array stays in memory as long.
    pub fn put(&mut self, texts: &ArrayRef, value: V) {
        if self.known.len() >= MOST {
            self.known.remove(0);
        }
        self.known.push((ArrayRef::clone(texts), value));
    }

    /// Forgets all values.
    pub fn clear(&mut self) {
        self.known.clear();
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.known.iter().map(|(_, value)| value)
    }

    fn place(&self, texts: &ArrayRef) -> Option<usize> {
        let own = identity(texts)?;
        self.known.iter().position(|(known, _)| identity(known) == Some(own))
    }
}

/// Where an array's texts lie, and how many they are: as long as it is held, no other array has the same.
fn identity(texts: &ArrayRef) -> Option<(*const i32, *const u8, usize)> {
    let texts: &StringArray = texts.as_string_opt()?;
    Some((texts.value_offsets().as_ptr(), texts.value_data().as_ptr(), texts.len()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::Int64Array;

    use super::*;

    #[test]
    fn an_array_is_known_by_itself_and_for_a_while() {
        let texts = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text, "z"])) };
        let (one, other, third) = (texts("a"), texts("a"), texts("b"));
        let mut recent: Recent<i32, 2> = Recent::new();
        recent.put(&one, 1);
        assert_eq!((recent.get(&one), recent.get(&other)), (Some(&1), None), "equal texts are another array");
        assert_eq!(recent.get(&one.slice(0, 1)), None, "and so is a part");
        recent.put(&other, 2);
        recent.put(&third, 3);
        assert_eq!((recent.get(&one), recent.get(&other)), (None, Some(&2)), "the oldest went");
        assert_eq!((recent.take(&third), recent.get(&third)), (Some(3), None));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        recent.put(&numbers, 4);
        assert_eq!(recent.get(&numbers), None);
    }
}
