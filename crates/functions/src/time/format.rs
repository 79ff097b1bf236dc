//! Instants as text: `strftime(_time, "%F %T")`.
//!
//! Names are English. Fractions are cut off, not rounded.

use chrono::{DateTime, Datelike, Offset, Timelike, Weekday};
use chrono_tz::{OffsetName, Tz};

use super::{
    SECOND,
    conversion::{Format, Name, Number, Padding, Token},
    zone::local,
};

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Format {
    /// Appends an instant. False, and nothing is appended, where it is beyond the calendar.
    pub fn write(&self, micros: i64, tz: Tz, out: &mut String) -> bool {
        let Some(time) = local(micros, tz) else { return false };
        for token in &self.tokens {
            match token {
                Token::Literal(text) => out.push_str(text),
                Token::Number(number, padding) => {
                    push_padded(value(*number, &time, micros), number.width(), *padding, out);
                }
                Token::Name(name, capitals) => {
                    let start = out.len();
                    push_name(*name, &time, out);
                    if *capitals && let Some(written) = out.get_mut(start..) {
                        written.make_ascii_uppercase();
                    }
                }
                Token::Fraction(digits) => push_fraction(micros, *digits, out),
                Token::Offset(colons) => push_offset(seconds_from_utc(&time), *colons, out),
                Token::OffsetMinutes => {
                    let minutes = seconds_from_utc(&time) / 60;
                    out.push(if minutes < 0 { '-' } else { '+' });
                    push_padded(minutes.abs(), 0, Padding::Nothing, out);
                }
            }
        }
        true
    }
}

fn seconds_from_utc(time: &DateTime<Tz>) -> i64 {
    i64::from(time.offset().fix().local_minus_utc())
}

fn value(number: Number, time: &DateTime<Tz>, micros: i64) -> i64 {
    let year = i64::from(time.year());
    let from_sunday = i64::from(time.weekday().num_days_from_sunday());
    let from_monday = i64::from(time.weekday().num_days_from_monday());
    let day_of_year = i64::from(time.ordinal0());
    match number {
        Number::Year => year,
        Number::YearOfCentury => year.rem_euclid(100),
        Number::Century => year.div_euclid(100),
        Number::IsoYear => i64::from(time.iso_week().year()),
        Number::IsoYearOfCentury => i64::from(time.iso_week().year()).rem_euclid(100),
        Number::Month => i64::from(time.month()),
        Number::Day => i64::from(time.day()),
        Number::DayOfYear => day_of_year + 1,
        Number::DayOfWeek => from_sunday,
        Number::IsoDayOfWeek => i64::from(time.weekday().number_from_monday()),
        Number::WeekFromSunday => (day_of_year + 7 - from_sunday) / 7,
        Number::WeekFromMonday => (day_of_year + 7 - from_monday) / 7,
        Number::IsoWeek => i64::from(time.iso_week().week()),
        Number::Hour => i64::from(time.hour()),
        Number::HourOf12 => i64::from(time.hour12().1),
        Number::Minute => i64::from(time.minute()),
        Number::Second => i64::from(time.second()),
        Number::Epoch => micros.div_euclid(SECOND),
    }
}

fn push_name(name: Name, time: &DateTime<Tz>, out: &mut String) {
    let month = MONTHS.get(time.month0() as usize).copied().unwrap_or_default();
    let day = DAYS.get(time.weekday().days_since(Weekday::Sun) as usize).copied().unwrap_or_default();
    let is_afternoon = time.hour12().0;
    match name {
        Name::ShortMonth => out.push_str(month.get(..3).unwrap_or(month)),
        Name::Month => out.push_str(month),
        Name::ShortDay => out.push_str(day.get(..3).unwrap_or(day)),
        Name::Day => out.push_str(day),
        Name::HalfOfDay => out.push_str(if is_afternoon { "PM" } else { "AM" }),
        Name::LowerHalfOfDay => out.push_str(if is_afternoon { "pm" } else { "am" }),
        // Zones without a name of their own show their offset.
        Name::Zone => match time.offset().abbreviation() {
            Some(name) => out.push_str(name),
            None => push_offset(seconds_from_utc(time), 0, out),
        },
    }
}

/// A number filled up to a width; its sign comes first.
fn push_padded(number: i64, width: usize, padding: Padding, out: &mut String) {
    let mut digits = [0u8; 20];
    let mut place = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        place -= 1;
        digits[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let fill = width.saturating_sub(digits.len() - place);
    if number < 0 {
        out.push('-');
    }
    match padding {
        Padding::Nothing => {}
        Padding::Blanks => out.extend(std::iter::repeat_n(' ', fill)),
        Padding::Zeros => out.extend(std::iter::repeat_n('0', fill)),
    }
    out.extend(digits[place..].iter().map(|&digit| char::from(digit)));
}

fn push_fraction(micros: i64, digits: usize, out: &mut String) {
    let mut rest = micros.rem_euclid(SECOND);
    let mut unit = SECOND;
    for _ in 0..digits {
        unit /= 10;
        let digit = if unit == 0 { 0 } else { rest / unit };
        rest -= digit * unit;
        out.push(char::from(b'0' + digit as u8));
    }
}

fn push_offset(seconds: i64, colons: usize, out: &mut String) {
    out.push(if seconds < 0 { '-' } else { '+' });
    let size = seconds.abs();
    push_padded(size / 3600, 2, Padding::Zeros, out);
    if colons == 3 {
        return;
    }
    for (part, shown) in [(size / 60 % 60, true), (size % 60, colons == 2)] {
        if shown {
            if colons > 0 {
                out.push(':');
            }
            push_padded(part, 2, Padding::Zeros, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use crate::time::strftime;

    fn check(micros: i64, format: &str, tz: Tz, expected: &str) {
        assert_eq!(strftime(micros, format, tz), expected, "{format} of {micros} in {tz}");
    }

    /// At Monday 2018-08-13 11:22:33.5 UTC.
    fn check_utc(format: &str, expected: &str) {
        check(1_534_159_353_500_000, format, Tz::UTC, expected);
    }

    #[test]
    fn date_and_clock() {
        check_utc("%Y/%m/%d %I:%M %p", "2018/08/13 11:22 AM");
        check_utc("%a %b %e %j", "Mon Aug 13 225");
        check_utc("%s %3N", "1534159353 500");
        check_utc("%A, %B %-d %y", "Monday, August 13 18");
        check_utc("%F %T.%6N|%Q|%N|%f|%9Q", "2018-08-13 11:22:33.500000|500|500000000|500000|500000000");
        check_utc("%c|%+", "Mon Aug 13 11:22:33 2018|Mon Aug 13 11:22:33 UTC 2018");
        check_utc("%x %X %D %R %r", "08/13/2018 11:22:33 08/13/18 11:22 11:22:33 AM");
        check_utc("%w %u %U %W %V %G %C", "1 1 32 33 33 2018 20");
        check_utc("%^a %^B %P", "MON AUGUST am");
        check(0, "%Y-%m-%d %H:%M:%S", Tz::UTC, "1970-01-01 00:00:00");
        check(0, "%F %T.%3N", Tz::UTC, "1970-01-01 00:00:00.000");
        check(1_521_467_703_049_000, "%Y-%m-%dT%H:%M:%S.%Q", Tz::UTC, "2018-03-19T13:55:03.049");
        // ISO 8601 counts weeks from Monday on.
        check(1_660_485_615_000_000, "%V", Tz::UTC, "32");
    }

    #[test]
    fn hours_of_both_clocks() {
        check(0, "%I %l %k %p", Tz::UTC, "12 12  0 AM");
        check(46_800_000_000, "%I %l %k %p", Tz::UTC, "01  1 13 PM");
    }

    #[test]
    fn what_is_no_conversion_stands_for_itself() {
        check_utc("100%% %q %é %", "100% %q %é %");
        check_utc("%n%t", "\n\t");
        check_utc("%:Y %4", "%:Y %4");
    }

    #[test]
    fn zones() {
        check(0, "%:z %z %Z", Tz::UTC, "+00:00 +0000 UTC");
        let summer = 1_534_159_353_000_000;
        check(summer, "%H %z %:z %::z %:::z %Z %Ez", Tz::Europe__Berlin, "13 +0200 +02:00 +02:00:00 +02 CEST +120");
        check(summer, "%H %z %Z %Ez", Tz::America__New_York, "07 -0400 EDT -240");
        check(summer, "%z", Tz::Asia__Kolkata, "+0530");
        // 2023-11-05 06:30 UTC is 01:30 in New York for the second time.
        check(1_699_165_800_000_000, "%H:%M %Z", Tz::America__New_York, "01:30 EST");
    }

    #[test]
    fn before_the_epoch() {
        check(-500_000, "%F %T.%3N %s", Tz::UTC, "1969-12-31 23:59:59.500 -1");
    }

    #[test]
    fn beyond_the_calendar_there_is_no_text() {
        check(i64::MAX, "%F", Tz::Europe__Berlin, "");
        check(i64::MIN, "%c", Tz::UTC, "");
    }
}
