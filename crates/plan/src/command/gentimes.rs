//! The meaning of `gentimes`: a row for each step from a start to an end. `| gentimes start=10/01/2024 end=10/05/2024 increment=6h`
//!
//! A step ends one second before the next begins; the last one at the end.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    error::DataFusionError,
};
use speleo_functions::time;
use speleo_syntax::{Code, Diagnostic, Spanned, command::gentimes::GenTimes};

use crate::{
    Result, Rows,
    lower::{Context, Lower},
    relation::Relation,
    table,
};

const SECOND: i64 = 1_000_000;
/// How many steps at most.
const MOST: usize = 1_000_000;
/// How a time is written for people.
const HUMAN: &str = "%a %b %e %H:%M:%S %Y";
const DAY: &str = "1d";

impl Lower for GenTimes {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`gentimes` makes rows and must stand first");
            return Err(error.into());
        }
        let start = instant(&self.start, cx)?;
        let end = match &self.end {
            Some(end) => instant(end, cx)?,
            None => midnight(0, cx).map_err(|reason| Diagnostic::new(Code::Time, self.span, reason))?,
        };
        let step = self.increment.as_ref().map_or(DAY, |step| step.node.as_str());
        let place = self.increment.as_ref().map_or(self.span, |step| step.span);
        let bad = || {
            let text = format!("`increment` takes a number and one of s, m, h and d, not `{step}`");
            Diagnostic::new(Code::BadValue, place, text)
        };
        let digits = step.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = step.get(digits.len()..).unwrap_or_default().to_lowercase();
        let count: i64 = digits.parse().ok().filter(|count| *count > 0).ok_or_else(bad)?;
        let unit = match unit.as_str() {
            "s" | "m" | "h" | "d" => unit.as_str(),
            "" => "d",
            _ => return Err(bad().into()),
        };
        let modifier = format!("+{count}{unit}");
        let mut steps = Vec::new();
        let mut from = start;
        while from < end {
            let next = time::relative(from, &modifier, cx.world.timezone()).map_err(|_| bad())?;
            if next <= from || steps.len() >= MOST {
                let text = format!("`gentimes` makes {MOST} rows at most");
                return Err(Diagnostic::new(Code::Resources, self.span, text).into());
            }
            steps.push((from, next.min(end) - SECOND));
            from = next;
        }
        table::of_rows("times", &rows(&steps, cx)?)
    }
}

/// `mm/dd/yyyy[:hh:mm:ss]`, or a number of days from today.
fn instant(text: &Spanned<String>, cx: &Context<'_>) -> Result<i64> {
    let bad = |reason: &str| {
        let message = format!("`{}` is no time of `gentimes`: {reason}", text.node);
        Diagnostic::new(Code::Time, text.span, message)
            .help("a time is written `10/25/2024`, `10/25/2024:14:00:00` or `-7`")
    };
    if let Ok(days) = text.node.parse::<i64>() {
        return midnight(days, cx).map_err(|reason| bad(&reason).into());
    }
    let (now, tz) = (cx.world.now(), cx.world.timezone());
    let found =
        ["%m/%d/%Y:%H:%M:%S", "%m/%d/%Y"].into_iter().find_map(|format| time::strptime(&text.node, format, now, tz));
    found.ok_or_else(|| bad("it is not of the form month/day/year").into())
}

/// Midnight so many days from today.
fn midnight(days: i64, cx: &Context<'_>) -> std::result::Result<i64, String> {
    let sign = if days < 0 { "" } else { "+" };
    time::relative(cx.world.now(), &format!("{sign}{days}d@d"), cx.world.timezone())
}

fn rows(steps: &[(i64, i64)], cx: &Context<'_>) -> Result<Rows> {
    let tz = cx.world.timezone();
    let number = |micros: i64| micros.div_euclid(SECOND);
    let human = |micros: i64| time::strftime(micros, HUMAN, tz);
    let starts: Int64Array = steps.iter().map(|(start, _)| Some(number(*start))).collect();
    let ends: Int64Array = steps.iter().map(|(_, end)| Some(number(*end))).collect();
    let human_starts: StringArray = steps.iter().map(|(start, _)| Some(human(*start))).collect();
    let human_ends: StringArray = steps.iter().map(|(_, end)| Some(human(*end))).collect();
    let columns: Vec<(&str, DataType, ArrayRef)> = vec![
        ("starttime", DataType::Int64, Arc::new(starts)),
        ("endtime", DataType::Int64, Arc::new(ends)),
        ("starthuman", DataType::Utf8, Arc::new(human_starts)),
        ("endhuman", DataType::Utf8, Arc::new(human_ends)),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, data_type, _)| Field::new(*name, data_type.clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(DataFusionError::from)?;
    Ok(Rows { schema, batches: vec![batch] })
}
