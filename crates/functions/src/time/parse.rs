//! Text as instants: `strptime("2018-08-13 11:22:33", "%F %T")`.
//!
//! Blanks in the format match any run of blanks, numbers may have blanks in front, names ignore case. A date needs its day;
//! a time of day without a date is today's; a missing year is the current one. Names of days and numbers of weeks are read
//! and not used. A zone in the text wins over that of the search.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::{OffsetName, Tz};

use super::{
    SECOND,
    conversion::{Format, Name, Number, Token},
    format::{DAYS, MONTHS},
    zone::{instant, local},
};

/// Offsets of the zone abbreviations that logs have, in minutes. The one of the search's own zone comes before these.
const ABBREVIATIONS: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("UT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MEST", 120),
    ("EET", 120),
    ("SAST", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("GST", 240),
    ("PKT", 300),
    ("IST", 330),
    ("ICT", 420),
    ("WIB", 420),
    ("HKT", 480),
    ("SGT", 480),
    ("PHT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("AEST", 600),
    ("ACDT", 630),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("BRT", -180),
    ("ART", -180),
    ("NST", -210),
    ("NDT", -150),
    ("AST", -240),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
];

/// What a text said so far.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) year: Option<i64>,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
    pub(super) day_of_year: Option<u32>,
    pub(super) hour: Option<u32>,
    pub(super) hour_of_12: Option<u32>,
    pub(super) is_afternoon: Option<bool>,
    pub(super) minute: Option<u32>,
    pub(super) second: Option<u32>,
    /// Microseconds of the second.
    pub(super) fraction: Option<i64>,
    /// Whole seconds, and microseconds where the text has a fraction.
    pub(super) epoch: Option<i64>,
    pub(super) zone: Option<Zone>,
}

/// A zone in a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zone {
    /// Seconds east of UTC.
    Offset(i64),
    /// By its IANA name, or the search's own.
    Named(Tz),
}

impl Format {
    /// The instant that a text names; none where it does not fit. Text behind it is ignored.
    pub fn parse(&self, text: &str, now: i64, tz: Tz) -> Option<i64> {
        self.parse_start(text, now, tz).map(|(micros, _)| micros)
    }

    /// The instant that a text names from its start to its end.
    pub fn parse_all(&self, text: &str, now: i64, tz: Tz) -> Option<i64> {
        self.parse_start(text, now, tz).filter(|(_, rest)| rest.trim().is_empty()).map(|(micros, _)| micros)
    }

    fn parse_start<'t>(&self, text: &'t str, now: i64, tz: Tz) -> Option<(i64, &'t str)> {
        let mut parsed = Parsed::default();
        let mut rest = text;
        for (index, token) in self.tokens.iter().enumerate() {
            let next = self.tokens.get(index + 1);
            rest = match token {
                Token::Literal(literal) => skip_literal(rest, literal)?,
                Token::Number(number, _) => parsed.number(*number, rest, next)?,
                Token::Name(name, _) => parsed.name(*name, rest, tz)?,
                Token::Fraction(width) => parsed.fraction(rest, *width, next)?,
                Token::Offset(_) => parsed.offset(rest)?,
                Token::OffsetMinutes => parsed.offset_minutes(rest)?,
            };
        }
        Some((parsed.instant(now, tz)?, rest))
    }
}

impl Parsed {
    fn number<'t>(&mut self, number: Number, text: &'t str, next: Option<&Token>) -> Option<&'t str> {
        let text = text.trim_start();
        if number == Number::Epoch {
            return self.epoch(text, next);
        }
        let (value, rest) = digits(text, number.width())?;
        let small = u32::try_from(value).ok()?;
        match number {
            Number::Year => self.year = Some(value),
            Number::YearOfCentury => self.year = Some(if value < 69 { 2000 + value } else { 1900 + value }),
            Number::Month => self.month = in_range(small, 1, 12)?,
            Number::Day => self.day = in_range(small, 1, 31)?,
            Number::DayOfYear => self.day_of_year = in_range(small, 1, 366)?,
            Number::Hour => self.hour = in_range(small, 0, 23)?,
            Number::HourOf12 => self.hour_of_12 = in_range(small, 1, 12)?,
            Number::Minute => self.minute = in_range(small, 0, 59)?,
            Number::Second => self.second = in_range(small, 0, 60)?,
            Number::Epoch
            | Number::Century
            | Number::IsoYear
            | Number::IsoYearOfCentury
            | Number::DayOfWeek
            | Number::IsoDayOfWeek
            | Number::WeekFromSunday
            | Number::WeekFromMonday
            | Number::IsoWeek => {}
        }
        Some(rest)
    }

    /// Epoch seconds, with a fraction unless the format goes on with a point.
    fn epoch<'t>(&mut self, text: &'t str, next: Option<&Token>) -> Option<&'t str> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text),
        };
        let (seconds, mut rest) = digits(unsigned, Number::Epoch.width())?;
        let mut micros = seconds.checked_mul(SECOND)?;
        let point_follows = matches!(next, Some(Token::Literal(literal)) if literal.starts_with('.'));
        if !point_follows
            && let Some(behind) = rest.strip_prefix('.')
            && let Some((fraction, behind)) = fraction_digits(behind, usize::MAX)
        {
            micros = micros.checked_add(fraction)?;
            rest = behind;
        }
        self.epoch = Some(if is_negative { -micros } else { micros });
        Some(rest)
    }

    fn name<'t>(&mut self, name: Name, text: &'t str, tz: Tz) -> Option<&'t str> {
        let text = text.trim_start();
        match name {
            Name::ShortMonth | Name::Month => {
                let (index, rest) = longest_name(text, &MONTHS)?;
                self.month = Some(u32::try_from(index).ok()? + 1);
                Some(rest)
            }
            Name::ShortDay | Name::Day => longest_name(text, &DAYS).map(|(_, rest)| rest),
            Name::HalfOfDay | Name::LowerHalfOfDay => {
                let sign = text.get(..2)?;
                self.is_afternoon = Some(if sign.eq_ignore_ascii_case("pm") {
                    true
                } else if sign.eq_ignore_ascii_case("am") {
                    false
                } else {
                    return None;
                });
                text.get(2..)
            }
            Name::Zone => self.zone_name(text, tz),
        }
    }

    fn fraction<'t>(&mut self, text: &'t str, width: usize, next: Option<&Token>) -> Option<&'t str> {
        // Where digits of something else follow, only the width can tell the two apart.
        let most = if matches!(next, Some(Token::Number(..))) { width } else { usize::MAX };
        let (fraction, rest) = fraction_digits(text, most)?;
        self.fraction = Some(fraction);
        Some(rest)
    }

    /// `+hhmm`, `+hh:mm`, `+hh`, `+hh:mm:ss`, or `Z`, `UTC`, `GMT`.
    pub(super) fn offset<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let text = text.trim_start();
        for name in ["UTC", "GMT", "Z"] {
            if let Some(start) = text.get(..name.len())
                && start.eq_ignore_ascii_case(name)
            {
                self.zone = Some(Zone::Offset(0));
                return text.get(name.len()..);
            }
        }
        let sign = sign(text)?;
        let (hours, mut rest) = fixed(text.get(1..)?, 2)?;
        let mut seconds = hours * 3600;
        for unit in [60, 1] {
            let Some((part, behind)) = fixed(rest.strip_prefix(':').unwrap_or(rest), 2) else { break };
            if part > 59 {
                return None;
            }
            seconds += part * unit;
            rest = behind;
            // Without colons only minutes follow.
            if !rest.starts_with(':') {
                break;
            }
        }
        if seconds > 24 * 3600 {
            return None;
        }
        self.zone = Some(Zone::Offset(sign * seconds));
        Some(rest)
    }

    fn offset_minutes<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let text = text.trim_start();
        let (sign, unsigned) = match sign(text) {
            Some(sign) => (sign, text.get(1..)?),
            None => (1, text),
        };
        let (minutes, rest) = digits(unsigned, 4)?;
        self.zone = Some(Zone::Offset(sign * minutes.min(24 * 60) * 60));
        Some(rest)
    }

    /// `CEST`, `Europe/Berlin`.
    pub(super) fn zone_name<'t>(&mut self, text: &'t str, tz: Tz) -> Option<&'t str> {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "/_+-".contains(c))).unwrap_or(text.len());
        let (word, behind) = text.split_at(end);
        if word.contains('/')
            && let Ok(named) = word.parse()
        {
            self.zone = Some(Zone::Named(named));
            return Some(behind);
        }
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let (name, rest) = text.split_at(end);
        // January and July have whatever abbreviations a zone has.
        let own = [1_704_067_200, 1_719_792_000].into_iter().any(|seconds| {
            local(seconds * SECOND, tz)
                .is_some_and(|time| time.offset().abbreviation().is_some_and(|own| own.eq_ignore_ascii_case(name)))
        });
        self.zone = Some(if own && name.len() > 1 {
            Zone::Named(tz)
        } else {
            let (_, minutes) = ABBREVIATIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            Zone::Offset(minutes * 60)
        });
        Some(rest)
    }

    /// The instant that everything together means.
    pub(super) fn instant(&self, now: i64, tz: Tz) -> Option<i64> {
        let fraction = self.fraction.unwrap_or(0);
        if let Some(epoch) = self.epoch {
            return epoch.checked_add(if epoch < 0 { -fraction } else { fraction });
        }
        let today = || local(now, tz).map(|time| time.date_naive());
        let year = || match self.year {
            Some(year) => i32::try_from(year).ok(),
            None => Some(today()?.year()),
        };
        let date = match (self.day, self.day_of_year) {
            (Some(day), _) => {
                let month = match self.month {
                    Some(month) => month,
                    None => today()?.month(),
                };
                NaiveDate::from_ymd_opt(year()?, month, day)?
            }
            (None, Some(day)) => NaiveDate::from_yo_opt(year()?, day)?,
            (None, None) if self.year.is_none() && self.month.is_none() => {
                let has_time =
                    self.hour.is_some() || self.hour_of_12.is_some() || self.minute.is_some() || self.second.is_some();
                today().filter(|_| has_time)?
            }
            (None, None) => return None,
        };
        let hour = match (self.hour, self.hour_of_12, self.is_afternoon) {
            (Some(hour), _, _) => hour,
            (None, Some(hour), Some(is_afternoon)) => hour % 12 + if is_afternoon { 12 } else { 0 },
            (None, Some(hour), None) => hour,
            (None, None, _) => 0,
        };
        let clock = NaiveTime::from_hms_opt(hour, self.minute.unwrap_or(0), 0)?;
        let wall = date
            .and_time(clock)
            .checked_add_signed(TimeDelta::seconds(i64::from(self.second.unwrap_or(0))))?
            .checked_add_signed(TimeDelta::microseconds(fraction))?;
        match self.zone {
            Some(Zone::Offset(seconds)) => {
                let micros = wall.and_utc().timestamp_micros().checked_sub(seconds.checked_mul(SECOND)?)?;
                // Only instants that every zone can show.
                local(micros, Tz::UTC).map(|_| micros)
            }
            Some(Zone::Named(named)) => instant(wall, named),
            None => instant(wall, tz),
        }
    }
}

fn sign(text: &str) -> Option<i64> {
    match text.chars().next()? {
        '+' => Some(1),
        '-' => Some(-1),
        _ => None,
    }
}

/// Text that stands for itself; blanks match any run of blanks.
fn skip_literal<'t>(text: &'t str, literal: &str) -> Option<&'t str> {
    let mut rest = text;
    for c in literal.chars() {
        rest = if c.is_whitespace() { rest.trim_start() } else { rest.strip_prefix(c)? };
    }
    Some(rest)
}

/// The number that some digits make, `most` of them.
fn digits(text: &str, most: usize) -> Option<(i64, &str)> {
    let end = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

/// The number that exactly `count` digits make.
fn fixed(text: &str, count: usize) -> Option<(i64, &str)> {
    digits(text, count).filter(|(_, rest)| text.len() - rest.len() == count)
}

/// Digits behind a decimal point as microseconds; those beyond are cut off.
fn fraction_digits(text: &str, most: usize) -> Option<(i64, &str)> {
    let end = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let micros =
        digits.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some((micros, rest))
}

/// Which name a text starts with, in full or by its first three letters.
fn longest_name<'t>(text: &'t str, names: &[&str]) -> Option<(usize, &'t str)> {
    let start = text.get(..3)?;
    let (index, name) = names
        .iter()
        .enumerate()
        .find(|(_, name)| name.get(..3).is_some_and(|short| short.eq_ignore_ascii_case(start)))?;
    let is_full = text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    Some((index, text.get(if is_full { name.len() } else { 3 }..)?))
}

/// A value in its range; the inner option is what a field holds.
fn in_range(value: u32, least: u32, most: u32) -> Option<Option<u32>> {
    (least..=most).contains(&value).then_some(Some(value))
}

#[cfg(test)]
mod tests;
