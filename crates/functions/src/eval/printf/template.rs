//! The format of `printf`: `%[flags][width][.precision]letter`.

use std::{iter::Peekable, str::Chars};

/// A compiled format.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    Literal(String),
    Conversion(Conversion),
}

/// How one value is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conversion {
    pub(super) letter: char,
    pub(super) width: Size,
    pub(super) precision: Size,
    /// `-`
    pub(super) is_left: bool,
    /// `0`
    pub(super) has_zeros: bool,
    /// `+`
    pub(super) has_plus: bool,
    /// A blank.
    pub(super) has_blank: bool,
    /// `'`
    pub(super) has_commas: bool,
    /// `#`
    pub(super) is_alternate: bool,
}

/// A width or precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    None,
    Fixed(usize),
    /// `*`
    FromValue,
}

impl Size {
    pub(super) fn get(self) -> Option<usize> {
        if let Self::Fixed(size) = self { Some(size) } else { None }
    }
}

impl Template {
    /// Reads a format; the error is a short text.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' || chars.next_if_eq(&'%').is_some() {
                literal.push(c);
                continue;
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Conversion(conversion(&mut chars)?));
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }
}

fn conversion(chars: &mut Peekable<Chars>) -> Result<Conversion, String> {
    let mut conversion = Conversion {
        letter: ' ',
        width: Size::None,
        precision: Size::None,
        is_left: false,
        has_zeros: false,
        has_plus: false,
        has_blank: false,
        has_commas: false,
        is_alternate: false,
    };
    while let Some(flag) = chars.next_if(|c| "-0+ '#".contains(*c)) {
        match flag {
            '-' => conversion.is_left = true,
            '0' => conversion.has_zeros = true,
            '+' => conversion.has_plus = true,
            ' ' => conversion.has_blank = true,
            '\'' => conversion.has_commas = true,
            _ => conversion.is_alternate = true,
        }
    }
    conversion.width = size(chars)?;
    if chars.next_if_eq(&'.').is_some() {
        // A point alone is precision 0.
        conversion.precision = match size(chars)? {
            Size::None => Size::Fixed(0),
            size => size,
        };
    }
    let letter = chars.next().ok_or("the format of printf ends within a conversion")?;
    if !"aAcdieEfFgGosuxXpz".contains(letter) {
        return Err(format!("printf has no conversion `%{letter}`"));
    }
    conversion.letter = letter;
    Ok(conversion)
}

fn size(chars: &mut Peekable<Chars>) -> Result<Size, String> {
    if chars.next_if_eq(&'*').is_some() {
        return Ok(Size::FromValue);
    }
    let digits: String = std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
    if digits.is_empty() {
        return Ok(Size::None);
    }
    digits.parse().map(Size::Fixed).map_err(|_| format!("the size `{digits}` in the format of printf is too large"))
}
