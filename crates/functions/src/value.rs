//! Columns as SPL sees them: texts, numbers, lists of texts.
//!
//! A kernel picks the view it needs once per batch, outside its loop, and asks it row by row; nothing is boxed.

pub(crate) mod digits;
mod list;
mod number;
mod text;

pub use list::{ListBuilder, Lists, Values, list_type};
pub use number::{Numbers, format_number, parse_number};
pub use text::Texts;

pub(crate) use number::{begins_number, epoch, push_number};

#[cfg(test)]
mod tests;
