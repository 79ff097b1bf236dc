//! Which picture suits rows, and which columns are its labels and its series.
//!
//! | rows | picture |
//! | --- | --- |
//! | `_time` and `_raw` | timeline |
//! | `_time` and numbers | lines |
//! | labels and numbers | bars; lines where the labels are many rising numbers |
//! | one column of numbers | histogram |
//!
//! Labels are the columns in front that are no numbers, else the first column; more columns join them while rows would share a
//! label, since what stands behind `BY` is together what tells rows apart.

use std::collections::BTreeSet;

use anyhow::{Result, bail};

use super::{
    Kind, bins,
    chart::{Chart, Line, MOST_SERIES, Series, Tone, X},
    source::Source,
};

/// Labels that are rising numbers are an axis where there are this many.
const MANY_NUMBERS: usize = 30;

/// The columns of a picture.
struct Columns {
    labels: Vec<usize>,
    series: Vec<(usize, Vec<Option<f64>>)>,
}

/// See [`Chart::read`].
pub(super) fn read(kind: Kind, source: &Source, most_bins: usize) -> Result<Chart> {
    if source.rows() == 0 {
        bail!("there are no rows");
    }
    let time = source.find("_time");
    match (kind, time) {
        (Kind::Timeline, Some(time)) => bins::timeline(source, time, most_bins),
        (Kind::Timeline, None) => bail!("a timeline needs a column _time"),
        (Kind::Histogram, _) => histogram(source, most_bins),
        (Kind::Scatter, _) => scatter(source, time),
        (Kind::Auto, Some(time)) if source.find("_raw").is_some() => bins::timeline(source, time, most_bins),
        (Kind::Auto, Some(time)) => match over_time(Kind::Line, source, time) {
            // Rows with a time and texts are events.
            Err(_) if !source.shown().iter().any(|column| source.is_number(*column)) => {
                bins::timeline(source, time, most_bins)
            }
            answer => answer,
        },
        (_, Some(time)) => over_time(kind, source, time),
        (Kind::Auto, None) => match source.shown().as_slice() {
            [only] if source.rows() == 1 => {
                let value = source.labels(&[*only])?.concat();
                bail!("{} is a single value, {value}", source.name(*only))
            }
            [_] => histogram(source, most_bins),
            _ => over_labels(kind, source),
        },
        (_, None) => over_labels(kind, source),
    }
}

fn over_time(kind: Kind, source: &Source, time: usize) -> Result<Chart> {
    let mut series = Vec::new();
    for column in source.shown() {
        if source.is_number(column) {
            series.extend(source.numbers(column)?.map(|numbers| (column, numbers)));
        }
    }
    if series.is_empty() {
        series = texts_of_numbers(source, &source.shown())?;
    }
    if series.is_empty() {
        bail!("no column beside _time holds numbers");
    }
    let times = source.times(time)?;
    if kind == Kind::Bar {
        let labels = source.labels(&[time])?;
        return Ok(chart(kind, source, "_time".to_owned(), X::Labels(labels), series));
    }
    Ok(over_numbers(kind, source, "_time".to_owned(), &times, series, true))
}

/// Columns of text whose values are all numbers: what a search takes out of raw events is text.
fn texts_of_numbers(source: &Source, columns: &[usize]) -> Result<Vec<(usize, Vec<Option<f64>>)>> {
    let mut found = Vec::new();
    for column in columns {
        found.extend(source.numbers(*column)?.map(|numbers| (*column, numbers)));
    }
    Ok(found)
}

fn over_labels(kind: Kind, source: &Source) -> Result<Chart> {
    let Columns { labels, mut series } = columns(source)?;
    let names: Vec<String> = labels.iter().map(|column| source.name(*column)).collect();
    let x_name = names.join(" · ");
    let has_count = series.iter().any(|(column, _)| source.name(*column) == "count");
    let percent = series.iter().position(|(column, _)| has_count && source.name(*column) == "percent");
    let percent = percent.map(|place| series.remove(place).1).unwrap_or_default();
    if let [column] = labels.as_slice()
        && source.is_number(*column)
        && let Some(numbers) = source.numbers(*column)?
    {
        let is_rising = numbers.is_sorted() && numbers.iter().all(Option::is_some);
        let kind = if kind == Kind::Auto && is_rising && numbers.len() > MANY_NUMBERS { Kind::Line } else { kind };
        if matches!(kind, Kind::Line | Kind::Area) {
            return Ok(over_numbers(kind, source, x_name, &numbers, series, false));
        }
    }
    let kind = if kind == Kind::Auto { Kind::Bar } else { kind };
    let x = X::Labels(source.labels(&labels)?);
    Ok(Chart { percent, ..chart(kind, source, x_name, x, series) })
}

fn columns(source: &Source) -> Result<Columns> {
    let shown = source.shown();
    let (numbers, texts): (Vec<usize>, Vec<usize>) = shown.iter().partition(|column| source.is_number(**column));
    let mut series = texts_of_numbers(source, &numbers)?;
    let mut labels: Vec<usize> = match (shown.first(), texts.last()) {
        // `stats count by status host`: what stands behind the last label is counted.
        (Some(first), Some(last)) if source.is_number(*first) && shown.last().is_some_and(|end| end > last) => {
            shown.iter().copied().filter(|column| column <= last).collect()
        }
        (Some(first), Some(_)) if source.is_number(*first) => texts.clone(),
        (_, Some(_)) => shown.iter().copied().take_while(|column| !source.is_number(*column)).collect(),
        (first, None) => first.into_iter().copied().collect(),
    };
    if series.is_empty() {
        // Numbers in texts: the first column names the rows, what of the others holds numbers is drawn.
        series = texts_of_numbers(source, shown.get(1..).unwrap_or_default())?;
        labels.retain(|label| !series.iter().any(|(column, _)| column == label));
    }
    series.retain(|(column, _)| !labels.contains(column));
    if series.is_empty() {
        let names: Vec<_> = shown.iter().map(|column| source.name(*column)).collect();
        bail!("none of the columns {} holds numbers to draw", names.join(", "));
    }
    while series.len() > 1 && has_twins(&source.labels(&labels)?) {
        labels.push(series.remove(0).0);
    }
    Ok(Columns { labels, series })
}

fn has_twins(labels: &[String]) -> bool {
    labels.iter().collect::<BTreeSet<_>>().len() < labels.len()
}

/// Rows by their numbers; rows without one are left out.
fn over_numbers(
    kind: Kind,
    source: &Source,
    x_name: String,
    numbers: &[Option<f64>],
    series: Vec<(usize, Vec<Option<f64>>)>,
    is_time: bool,
) -> Chart {
    let mut order: Vec<(f64, usize)> =
        numbers.iter().enumerate().filter_map(|(row, number)| number.map(|number| (number, row))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut at: Vec<f64> = order.iter().map(|(number, _)| *number).collect();
    let sorted = |values: Vec<Option<f64>>| order.iter().map(|(_, row)| values.get(*row).copied().flatten()).collect();
    let series = series.into_iter().map(|(column, values)| (column, sorted(values))).collect();
    let missing = numbers.len() - order.len();
    let x = if kind == Kind::Column {
        at.extend(bins::end_of_last(&at));
        X::Bins(Line { at, is_time })
    } else {
        X::Points(Line { at, is_time })
    };
    let mut chart = chart(kind, source, x_name, x, series);
    if missing > 0 {
        let rows = if missing == 1 { "row" } else { "rows" };
        chart.notes.push(format!("{missing} {rows} without {} not drawn", chart.x_name));
    }
    chart
}

/// The chart of these series: what is left over stands last, and what is too much is left out.
fn chart(kind: Kind, source: &Source, x_name: String, x: X, columns: Vec<(usize, Vec<Option<f64>>)>) -> Chart {
    let (mut series, mut rest) = (Vec::new(), Vec::new());
    let mut left_out = 0;
    for (column, values) in columns {
        let name = source.name(column);
        match Tone::of_rest(&name) {
            Some(tone) => rest.push(Series { name, tone, values }),
            None if series.len() < MOST_SERIES => {
                let tone = Tone::Colour(series.len());
                series.push(Series { name, tone, values });
            }
            None => left_out += 1,
        }
    }
    rest.sort_by_key(|series| series.tone == Tone::Null);
    series.extend(rest);
    let notes = if left_out > 0 { vec![format!("+{left_out} more series")] } else { Vec::new() };
    let y_name = match series.as_slice() {
        [only] => only.name.clone(),
        _ => String::new(),
    };
    Chart { kind, x_name, x, y_name, series, percent: Vec::new(), notes, timezone: source.timezone }
}

fn histogram(source: &Source, most_bins: usize) -> Result<Chart> {
    let shown = source.shown();
    let typed: Vec<usize> = shown.iter().copied().filter(|column| source.is_number(*column)).collect();
    let candidates = if typed.is_empty() { shown } else { typed };
    let mut found = texts_of_numbers(source, &candidates)?;
    match (found.pop(), found.is_empty()) {
        (Some((column, numbers)), true) => Ok(bins::histogram(source, column, &numbers, most_bins)),
        (Some(_), false) => bail!("a histogram is one of a single column of numbers; `| fields` picks it"),
        (None, _) => bail!("no column holds numbers"),
    }
}

/// The first two columns of numbers against each other, `_time` as the first if it is there; a column of texts colours the dots.
fn scatter(source: &Source, time: Option<usize>) -> Result<Chart> {
    let shown = source.shown();
    let typed: Vec<usize> = shown.iter().copied().filter(|column| source.is_number(*column)).collect();
    let mut numbers = texts_of_numbers(source, if typed.is_empty() { &shown } else { &typed })?.into_iter();
    let across = match time {
        Some(time) => Some((time, source.times(time)?)),
        None => numbers.next(),
    };
    let (Some((x_column, x)), Some((y_column, y))) = (across, numbers.next()) else {
        bail!("a scatter needs two columns of numbers, or _time and one")
    };
    let x_name = source.name(x_column);
    let is_time = time.is_some();
    let Some(group) =
        shown.iter().copied().find(|column| ![x_column, y_column].contains(column) && !source.is_number(*column))
    else {
        return Ok(over_numbers(Kind::Scatter, source, x_name, &x, vec![(y_column, y)], is_time));
    };
    let labels = source.labels(&[group])?;
    let names: BTreeSet<&String> = labels.iter().collect();
    let of_group = |name: &String| {
        let values = labels.iter().zip(&y).map(|(label, value)| value.filter(|_| label == name));
        (y_column, values.collect::<Vec<_>>())
    };
    let groups = names.iter().take(MOST_SERIES).map(|name| of_group(name)).collect();
    let mut chart = over_numbers(Kind::Scatter, source, x_name, &x, groups, is_time);
    for (series, name) in chart.series.iter_mut().zip(&names) {
        series.name.clone_from(name);
    }
    chart.y_name = source.name(y_column);
    if names.len() > MOST_SERIES {
        chart.notes.push(format!("+{} more values of {}", names.len() - MOST_SERIES, source.name(group)));
    }
    Ok(chart)
}
