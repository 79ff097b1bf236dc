//! The values of a batch's rows. Those of a column of numbers are numbers until somebody wants their texts.

use std::borrow::Cow;

use datafusion::common::Result;

use super::packed::Packed;
use crate::stats::{arena::Arena, input::Whole};

/// Values as they come in.
#[derive(Debug)]
pub(super) enum OpenItems {
    Whole(Whole, Vec<i64>),
    Texts(Arena),
}

/// Values that stay.
#[derive(Debug)]
pub(super) enum Items {
    Whole(Whole, Packed),
    Texts(Arena),
}

impl OpenItems {
    /// No values yet: whole numbers of a kind, or texts.
    pub(super) fn new(kind: Option<Whole>) -> Self {
        match kind {
            Some(kind) => Self::Whole(kind, Vec::new()),
            None => Self::Texts(Arena::default()),
        }
    }

    /// What its numbers are; none for texts.
    pub(super) fn kind(&self) -> Option<Whole> {
        match self {
            Self::Whole(kind, _) => Some(*kind),
            Self::Texts(_) => None,
        }
    }

    /// Adds whole numbers, if it has such.
    pub(super) fn extend(&mut self, numbers: &[i64]) {
        if let Self::Whole(_, own) = self {
            own.extend_from_slice(numbers);
        }
    }

    /// Adds a text, if it has such.
    pub(super) fn push(&mut self, text: &[u8]) -> Result<()> {
        match self {
            Self::Whole(..) => Ok(()),
            Self::Texts(own) => own.push(text),
        }
    }

    /// Adds a value that another batch has.
    pub(super) fn push_from(&mut self, items: &Items, place: usize) -> Result<()> {
        match (self, items) {
            (Self::Whole(_, own), Items::Whole(_, items)) => own.push(items.get(place)),
            (Self::Texts(own), items) => own.push(&items.text(place))?,
            (Self::Whole(..), Items::Texts(_)) => {}
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Whole(_, own) => own.len(),
            Self::Texts(own) => own.len(),
        }
    }

    /// How many bytes texts have.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Whole(..) => 0,
            Self::Texts(own) => own.bytes(),
        }
    }

    /// Drops all values; the room stays.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Whole(_, own) => own.clear(),
            Self::Texts(own) => own.clear(),
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Whole(_, own) => own.capacity() * size_of::<i64>(),
            Self::Texts(own) => own.size(),
        }
    }
}

impl Items {
    /// The same values in no more room than they need.
    pub(super) fn new(items: &OpenItems) -> Self {
        match items {
            OpenItems::Whole(kind, own) => Self::Whole(*kind, Packed::new(own)),
            OpenItems::Texts(own) => Self::Texts(own.clone()),
        }
    }

    /// What its numbers are; none for texts.
    pub(super) fn kind(&self) -> Option<Whole> {
        match self {
            Self::Whole(kind, _) => Some(*kind),
            Self::Texts(_) => None,
        }
    }

    /// The text of the value at a place.
    pub(super) fn text(&self, place: usize) -> Cow<'_, [u8]> {
        match self {
            Self::Whole(kind, own) => Cow::Owned(kind.text(own.get(place)).into_bytes()),
            Self::Texts(own) => Cow::Borrowed(own.get(place)),
        }
    }

    /// How many bytes texts have.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Whole(..) => 0,
            Self::Texts(own) => own.bytes(),
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Whole(_, own) => own.size(),
            Self::Texts(own) => own.size(),
        }
    }
}
