//! Texts of instants that follow each other: neighbours are mostly within one second, minute or day, where a format has one text.
//!
//! `strftime(_time, "%F")` over events of an hour looks at the calendar once.

use chrono::Offset;
use chrono_tz::Tz;

use super::{
    SECOND,
    conversion::{Format, Name, Number, Token},
    zone::local,
};

const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Writes instants in a format, in the time zone of a search.
#[derive(Debug)]
pub struct Writer<'f> {
    format: &'f Format,
    tz: Tz,
    /// Microseconds of the clock on the wall over which the text stays; none where it does not.
    unit: Option<i64>,
    /// From and until when the last text stands.
    stands: (i64, i64),
    text: String,
}

impl<'f> Writer<'f> {
    /// Nothing is written yet.
    pub fn new(format: &'f Format, tz: Tz) -> Self {
        Self { format, tz, unit: unit(format), stands: (0, 0), text: String::new() }
    }

    /// As [`Format::write`].
    pub fn write(&mut self, micros: i64, out: &mut String) -> bool {
        if (self.stands.0..self.stands.1).contains(&micros) {
            out.push_str(&self.text);
            return true;
        }
        let start = out.len();
        if !self.format.write(micros, self.tz, out) {
            return false;
        }
        if let Some(stands) = self.unit.and_then(|unit| around(micros, self.tz, unit)) {
            self.stands = stands;
            self.text.clear();
            self.text.push_str(out.get(start..).unwrap_or_default());
        }
        true
    }
}

/// The longest of the units that no token divides.
fn unit(format: &Format) -> Option<i64> {
    format.tokens.iter().try_fold(DAY, |unit, token| {
        let own = match token {
            Token::Fraction(_) => return None,
            // A zone can change its name and keep its offset.
            Token::Number(Number::Second | Number::Epoch, _) | Token::Name(Name::Zone, _) => SECOND,
            Token::Number(Number::Minute, _) => MINUTE,
            Token::Number(Number::Hour | Number::HourOf12, _)
            | Token::Name(Name::HalfOfDay | Name::LowerHalfOfDay, _) => HOUR,
            Token::Number(..) | Token::Name(..) | Token::Literal(_) | Token::Offset(_) | Token::OffsetMinutes => DAY,
        };
        Some(unit.min(own))
    })
}

/// The instants that share a unit of the wall's clock with one; none where the clock is changed within it.
fn around(micros: i64, tz: Tz, unit: i64) -> Option<(i64, i64)> {
    let offset = |micros: i64| local(micros, tz).map(|time| i64::from(time.offset().fix().local_minus_utc()) * SECOND);
    let own = offset(micros)?;
    let start = micros - (micros + own).rem_euclid(unit);
    let end = start + unit;
    (offset(start) == Some(own) && offset(end - 1) == Some(own)).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FORMATS: [&str; 9] = ["%F", "%F %T", "%H:%M", "%I %p", "%H %z", "%c %Z", "%s.%3N", "%V %j %a", "day"];
    const ZONES: [Tz; 5] =
        [Tz::UTC, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Asia__Kathmandu, Tz::Africa__Monrovia];

    proptest! {
        /// Instants near each other, over half a century with its changes of clocks, and next to every hour's edge.
        #[test]
        fn a_text_is_what_the_format_alone_gives(
            format in 0..FORMATS.len(), zone in 0..ZONES.len(), start in -500_000..500_000i64,
            steps in prop::collection::vec((-30..30i64, -2..2i64), 1..40),
        ) {
            let (format, tz) = (Format::new(FORMATS[format]), ZONES[zone]);
            let mut writer = Writer::new(&format, tz);
            for (hours, micros) in steps {
                let micros = (start + hours) * HOUR + micros;
                let (mut own, mut expected) = (String::new(), String::new());
                prop_assert_eq!(writer.write(micros, &mut own), format.write(micros, tz, &mut expected));
                prop_assert_eq!(own, expected, "{} in {}", micros, tz);
            }
        }
    }

    #[test]
    fn the_day_of_a_change_is_looked_up_each_time() {
        // 2023-11-05 has 25 hours in New York: from 04:00 UTC until 05:00 UTC of the next day.
        let start = 1_699_156_800 * SECOND;
        assert_eq!(around(start, Tz::America__New_York, DAY), None);
        assert_eq!(around(start - 1, Tz::America__New_York, DAY), Some((start - DAY, start)));
    }

    #[test]
    fn beyond_the_calendar_there_is_no_text() {
        let format = Format::new("%F");
        let mut writer = Writer::new(&format, Tz::UTC);
        assert!(writer.write(0, &mut String::new()));
        assert!(!writer.write(i64::MAX, &mut String::new()));
    }
}
