//! The conversions of `strftime` and `strptime`: a format text as a list of tokens, which both then follow.
//!
//! `%Y-%m-%d %H:%M:%S.%3N`. Flags of the C library (`%-d`, `%_d`, `%^a`) are known; what is unknown stands for itself.

use std::{iter::Peekable, str::Chars};

/// A compiled format.
#[derive(Debug)]
pub struct Format {
    pub(super) tokens: Vec<Token>,
}

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Text that stands for itself.
    Literal(String),
    /// A number with its width and its usual padding.
    Number(Number, Padding),
    /// A name or sign, in capitals if so flagged.
    Name(Name, bool),
    /// Digits of the second's fraction.
    Fraction(usize),
    /// Offset from UTC with none, one, two or three colons.
    Offset(usize),
    /// Offset from UTC in minutes.
    OffsetMinutes,
}

/// A number of the calendar or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Year,
    YearOfCentury,
    Century,
    IsoYear,
    IsoYearOfCentury,
    Month,
    Day,
    DayOfYear,
    /// 0 is Sunday.
    DayOfWeek,
    /// 1 is Monday, 7 is Sunday.
    IsoDayOfWeek,
    /// Weeks start on Sunday.
    WeekFromSunday,
    /// Weeks start on Monday.
    WeekFromMonday,
    IsoWeek,
    Hour,
    HourOf12,
    Minute,
    Second,
    Epoch,
}

/// What fills a number up to its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    Nothing,
    Blanks,
    Zeros,
}

/// A name or sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    ShortMonth,
    Month,
    ShortDay,
    Day,
    /// `AM` or `PM`.
    HalfOfDay,
    /// `am` or `pm`.
    LowerHalfOfDay,
    /// `CET`, `UTC`.
    Zone,
}

impl Format {
    /// Compiles a format; any text is one.
    pub fn new(text: &str) -> Self {
        let mut format = Self { tokens: Vec::new() };
        format.read(text);
        format
    }

    fn read(&mut self, text: &str) {
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c != '%' {
                self.literal(c);
                continue;
            }
            let mut ahead = chars.clone();
            if self.conversion(&mut ahead).is_some() {
                chars = ahead;
            } else {
                self.literal('%');
            }
        }
    }

    /// What stands behind a `%`; none where it is no conversion.
    fn conversion(&mut self, chars: &mut Peekable<Chars>) -> Option<()> {
        let mut padding = None;
        let mut capitals = false;
        while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '_' | '^')) {
            match flag {
                '-' => padding = Some(Padding::Nothing),
                '_' => padding = Some(Padding::Blanks),
                _ => capitals = true,
            }
        }
        let width = chars.next_if(char::is_ascii_digit).and_then(|c| c.to_digit(10)).map(|width| width as usize);
        let colons = std::iter::from_fn(|| chars.next_if_eq(&':')).count();
        let letter = chars.next()?;
        if colons > 0 || letter == 'z' {
            self.tokens.push((letter == 'z' && colons <= 3).then_some(Token::Offset(colons))?);
            return Some(());
        }
        if let Some(digits) = match letter {
            'N' => Some(width.unwrap_or(9)),
            'Q' => Some(width.unwrap_or(3)),
            'f' => Some(width.unwrap_or(6)),
            _ => None,
        } {
            self.tokens.push(Token::Fraction(digits));
            return Some(());
        }
        if let Some((number, usual)) = number(letter) {
            self.tokens.push(Token::Number(number, padding.unwrap_or(usual)));
            return Some(());
        }
        if let Some(name) = name(letter) {
            self.tokens.push(Token::Name(name, capitals));
            return Some(());
        }
        match letter {
            'E' if chars.next_if_eq(&'z').is_some() => self.tokens.push(Token::OffsetMinutes),
            'F' => self.read("%Y-%m-%d"),
            'T' | 'X' => self.read("%H:%M:%S"),
            'R' => self.read("%H:%M"),
            'D' => self.read("%m/%d/%y"),
            'x' => self.read("%m/%d/%Y"),
            'r' => self.read("%I:%M:%S %p"),
            'c' => self.read("%a %b %e %H:%M:%S %Y"),
            '+' => self.read("%a %b %e %H:%M:%S %Z %Y"),
            'n' => self.literal('\n'),
            't' => self.literal('\t'),
            '%' => self.literal('%'),
            _ => return None,
        }
        Some(())
    }

    fn literal(&mut self, c: char) {
        if let Some(Token::Literal(text)) = self.tokens.last_mut() {
            text.push(c);
        } else {
            self.tokens.push(Token::Literal(c.to_string()));
        }
    }
}

fn number(letter: char) -> Option<(Number, Padding)> {
    use Padding::{Blanks, Nothing, Zeros};
    Some(match letter {
        'Y' => (Number::Year, Zeros),
        'y' => (Number::YearOfCentury, Zeros),
        'C' => (Number::Century, Zeros),
        'G' => (Number::IsoYear, Zeros),
        'g' => (Number::IsoYearOfCentury, Zeros),
        'm' => (Number::Month, Zeros),
        'd' => (Number::Day, Zeros),
        'e' => (Number::Day, Blanks),
        'j' => (Number::DayOfYear, Zeros),
        'w' => (Number::DayOfWeek, Nothing),
        'u' => (Number::IsoDayOfWeek, Nothing),
        'U' => (Number::WeekFromSunday, Zeros),
        'W' => (Number::WeekFromMonday, Zeros),
        'V' => (Number::IsoWeek, Zeros),
        'H' => (Number::Hour, Zeros),
        'k' => (Number::Hour, Blanks),
        'I' => (Number::HourOf12, Zeros),
        'l' => (Number::HourOf12, Blanks),
        'M' => (Number::Minute, Zeros),
        'S' => (Number::Second, Zeros),
        's' => (Number::Epoch, Nothing),
        _ => return None,
    })
}

fn name(letter: char) -> Option<Name> {
    Some(match letter {
        'b' | 'h' => Name::ShortMonth,
        'B' => Name::Month,
        'a' => Name::ShortDay,
        'A' => Name::Day,
        'p' => Name::HalfOfDay,
        'P' => Name::LowerHalfOfDay,
        'Z' => Name::Zone,
        _ => return None,
    })
}

impl Number {
    /// The digits that it has at most, and is filled up to.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Year | Self::IsoYear => 4,
            Self::DayOfYear => 3,
            Self::DayOfWeek | Self::IsoDayOfWeek => 1,
            Self::Epoch => 18,
            _ => 2,
        }
    }
}
