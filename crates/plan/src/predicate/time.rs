//! Time modifiers: `earliest=-1d@d latest=now`, and the older forms `starttime=`, `daysago=`, ….
//!
//! They bound the group that they stand in: `(earliest=-24h latest=@d) OR earliest=@d+1h`. `earliest` belongs to the
//! range, `latest` does not. Only `earliest` means up to now. A bracket may return them: `[… | return earliest latest]`. The
//! `rt` of real-time windows (`rt-5m`) is left out: stored data is read once.

use datafusion::{
    arrow::datatypes::{DataType, TimeUnit},
    common::ScalarValue,
    logical_expr::{Expr, Operator, lit},
};
use speleo_functions::time::{parse_time, relative};
use speleo_syntax::{Code, Diagnostic, SearchExpr, SearchExprKind, SearchValue, Span};

use super::{all, unknown};
use crate::{
    Error, Result, TimeRange,
    expr::compare_number,
    lower::Context,
    relation::{Relation, column},
    subsearch::{Answer, Answers, Row, answer_text},
};

/// How `starttime` and `endtime` write a time unless `timeformat=` says otherwise.
const FORMAT: &str = "%m/%d/%Y:%H:%M:%S";

/// Whether a condition bounds the time of events itself, so that the range asked for outside does not count. Bounds on the
/// time of indexing come on top of that range.
pub(crate) fn is_bounded(expr: &SearchExpr, answers: &Answers) -> bool {
    match &expr.kind {
        SearchExprKind::TimeModifier { name, .. } => !name.starts_with("_index") && name != "timeformat",
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => parts.iter().any(|part| is_bounded(part, answers)),
        SearchExprKind::Not(inner) => is_bounded(inner, answers),
        SearchExprKind::Subsearch(search) => {
            rows(search.span, answers).iter().any(|row| row.spliced.iter().any(|expr| is_bounded(expr, answers)))
        }
        _ => false,
    }
}

fn rows(bracket: Span, answers: &Answers) -> &[Row] {
    answers.get(&bracket).and_then(Option::as_ref).map(Answer::rows).unwrap_or_default()
}

/// The range that a condition as a whole gives: that of its outermost groups, open where only parts of it are bounded.
pub(crate) fn whole(expr: &SearchExpr, answers: &Answers, cx: &mut Context<'_>) -> Result<TimeRange> {
    Ok(range(outermost(expr, answers), answers, cx)?.unwrap_or_default())
}

/// The modifiers that hold for all of a condition, also those that a bracket returned in its only row.
fn outermost<'a>(expr: &'a SearchExpr, answers: &'a Answers) -> Vec<&'a SearchExpr> {
    let inner = match &expr.kind {
        SearchExprKind::TimeModifier { .. } => return vec![expr],
        SearchExprKind::And(parts) => parts,
        SearchExprKind::Or(parts) if parts.len() == 1 => parts,
        SearchExprKind::Subsearch(search) => match rows(search.span, answers) {
            [row] => &row.spliced,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    inner.iter().flat_map(|part| outermost(part, answers)).collect()
}

/// The range that the modifiers of one group give; none where it has none.
pub(crate) fn range<'a>(
    parts: impl IntoIterator<Item = &'a SearchExpr>,
    answers: &Answers,
    cx: &mut Context<'_>,
) -> Result<Option<TimeRange>> {
    let modifiers: Vec<Modifier> = parts
        .into_iter()
        .filter_map(|part| match &part.kind {
            SearchExprKind::TimeModifier { name, value, .. } => Some((part.span, name, value)),
            _ => None,
        })
        .filter_map(|(span, name, value)| text(value, answers).map(|text| Modifier { span, name, text }))
        .collect();
    if modifiers.is_empty() {
        return Ok(None);
    }
    let format = modifiers.iter().find(|modifier| modifier.name == "timeformat").map(|modifier| modifier.text.clone());
    let mut range = TimeRange::default();
    let mut span_back = None;
    // The bounds on the time of indexing narrow those on the event's time, whichever comes first in the text.
    let (of_index, of_event): (Vec<&Modifier>, Vec<&Modifier>) = modifiers
        .iter()
        .filter(|modifier| modifier.name != "timeformat")
        .partition(|modifier| modifier.name.starts_with("_index"));
    for modifier in of_event.into_iter().chain(of_index) {
        modifier.apply(&mut range, &mut span_back, format.as_deref(), cx)?;
    }
    if let Some(modifier) = span_back {
        let end = range.latest.unwrap_or(cx.world.now());
        range.earliest = Some(relative(end, &modifier, cx.world.timezone()).unwrap_or(end));
    }
    if range.earliest.is_some() && range.latest.is_none() {
        range.latest = Some(cx.world.now());
    }
    if let (Some(earliest), Some(latest)) = (range.earliest, range.latest)
        && earliest >= latest
    {
        warn_of_empty_range(&modifiers, cx);
    }
    Ok(Some(range))
}

fn warn_of_empty_range(modifiers: &[Modifier], cx: &mut Context<'_>) {
    let (Some(first), rest) = (modifiers.first(), modifiers.get(1..).unwrap_or_default()) else { return };
    let message = "the time range ends before it begins";
    let warning = Diagnostic::new(Code::EmptyRange, first.span, message);
    let warning = if rest.is_empty() { warning.help("without `latest` a range ends now") } else { warning };
    let warning = rest.iter().fold(warning, |warning, modifier| warning.also(modifier.span, ""));
    if !cx.notes.contains(&warning) {
        cx.notes.push(warning);
    }
}

/// The text of a modifier's value; none where it is not known.
fn text(value: &SearchValue, answers: &Answers) -> Option<String> {
    match value {
        SearchValue::Text { text, .. } | SearchValue::Case(text) | SearchValue::Term(text) => Some(text.clone()),
        SearchValue::Subsearch(search) => {
            answer_text(answers, search.span).map(|text| text.trim().trim_matches('"').to_owned())
        }
    }
}

struct Modifier<'a> {
    span: Span,
    name: &'a str,
    text: String,
}

impl Modifier<'_> {
    fn apply(
        &self,
        range: &mut TimeRange,
        span_back: &mut Option<String>,
        format: Option<&str>,
        cx: &Context<'_>,
    ) -> Result<()> {
        match self.name {
            "earliest" => range.earliest = Some(self.time(format, cx)?),
            "latest" => range.latest = Some(self.time(format, cx)?),
            // Data that is read in place has no time of indexing: that of the event stands for it.
            "_index_earliest" => range.earliest = range.earliest.max(Some(self.time(format, cx)?)),
            "_index_latest" => {
                let bound = self.time(format, cx)?;
                range.latest = Some(range.latest.map_or(bound, |latest| latest.min(bound)));
            }
            "starttime" => range.earliest = Some(self.time(Some(format.unwrap_or(FORMAT)), cx)?),
            "endtime" => range.latest = Some(self.time(Some(format.unwrap_or(FORMAT)), cx)?),
            "starttimeu" => range.earliest = Some(self.time(None, cx)?),
            "endtimeu" => range.latest = Some(self.time(None, cx)?),
            name => {
                let Some((place, unit)) = ago(name) else {
                    let message = format!("`{name}` is not supported yet");
                    return Err(Diagnostic::new(Code::UnsupportedForm, self.span, message).into());
                };
                let modifier = format!("-{}{unit}", self.count()?);
                match place {
                    Place::Start => range.earliest = Some(self.back(&modifier, cx)?),
                    Place::End => range.latest = Some(self.back(&modifier, cx)?),
                    Place::Length => *span_back = Some(modifier),
                }
            }
        }
        Ok(())
    }

    fn time(&self, format: Option<&str>, cx: &Context<'_>) -> Result<i64> {
        parse_time(&self.text, cx.world.now(), cx.world.timezone(), format).map_err(|problem| self.problem(problem))
    }

    fn back(&self, modifier: &str, cx: &Context<'_>) -> Result<i64> {
        relative(cx.world.now(), modifier, cx.world.timezone()).map_err(|problem| self.problem(problem))
    }

    fn count(&self) -> Result<u32> {
        self.text.parse().map_err(|_| self.problem(format!("`{}` is no whole number", self.text)))
    }

    fn problem(&self, message: String) -> Error {
        Diagnostic::new(Code::Time, self.span, message)
            .help("times are written `-1d@d`, `now`, `1700000000` or `12/31/2024:23:59:59`")
            .into()
    }
}

/// Which bound an older form sets.
enum Place {
    Start,
    End,
    Length,
}

/// The older forms that count back from now: `daysago=2`, `startdaysago=2`, `endhoursago=1`, `searchtimespandays=3`.
fn ago(name: &str) -> Option<(Place, &'static str)> {
    let (place, unit) = match name.strip_prefix("searchtimespan") {
        Some(unit) => (Place::Length, unit),
        None => {
            let rest = name.strip_suffix("ago")?;
            match (rest.strip_prefix("start"), rest.strip_prefix("end")) {
                (Some(unit), _) => (Place::Start, unit),
                (_, Some(unit)) => (Place::End, unit),
                _ => (Place::Start, rest),
            }
        }
    };
    let unit = match unit {
        "minutes" => "m",
        "hours" => "h",
        "days" => "d",
        "months" => "mon",
        _ => return None,
    };
    Some((place, unit))
}

/// The condition that `_time` is in a range; rows without a time are in none.
pub(crate) fn within(range: TimeRange, relation: &Relation) -> Result<Expr> {
    let Some(data_type) = relation.data_type("_time") else { return Ok(unknown()) };
    let mut bounds = Vec::new();
    for (op, micros) in [(Operator::GtEq, range.earliest), (Operator::Lt, range.latest)] {
        let Some(micros) = micros else { continue };
        bounds.push(match data_type {
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                let bound = lit(ScalarValue::TimestampMicrosecond(Some(micros), zone.clone()));
                if op == Operator::Lt { column("_time").lt(bound) } else { column("_time").gt_eq(bound) }
            }
            other => compare_number(column("_time"), other, op, micros as f64 / 1e6)?,
        });
    }
    Ok(all(bounds))
}
