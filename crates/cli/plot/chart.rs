//! What a picture shows, whoever draws it: a kind, an x axis, and series of values over it.

use anyhow::Result;
use chrono_tz::Tz;

use super::{Kind, shape, source::Source};

/// Series that a reader can still tell apart.
pub(crate) const MOST_SERIES: usize = 10;

/// A picture before it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chart {
    /// How it is drawn; never `Auto`.
    pub(crate) kind: Kind,
    /// What the x axis counts.
    pub(crate) x_name: String,
    /// Where the values stand.
    pub(crate) x: X,
    /// What the y axis counts, where it is one thing.
    pub(crate) y_name: String,
    /// The values.
    pub(crate) series: Vec<Series>,
    /// Percentages that `top` and `rare` give beside their counts.
    pub(crate) percent: Vec<Option<f64>>,
    /// What is not drawn, in words.
    pub(crate) notes: Vec<String>,
    /// The zone in which times are read.
    pub(crate) timezone: Tz,
}

/// Where the values of a chart stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum X {
    /// A name for each value.
    Labels(Vec<String>),
    /// A number for each value.
    Points(Line),
    /// A stretch for each value: it begins at its number and ends at the next one.
    Bins(Line),
}

/// Numbers on an axis, in rising order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// The numbers; of times, epoch seconds.
    pub(crate) at: Vec<f64>,
    /// Whether they are times.
    pub(crate) is_time: bool,
}

/// One value for each place of the x axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    /// Its name in the legend.
    pub(crate) name: String,
    /// How it looks.
    pub(crate) tone: Tone,
    /// The values; one that is missing is a gap.
    pub(crate) values: Vec<Option<f64>>,
}

/// What decides a series' colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// The place among the series that have a colour.
    Colour(usize),
    /// `OTHER`, which `chart` and `timechart` make: grey.
    Other,
    /// `NULL`: light grey.
    Null,
}

impl Tone {
    /// The tone of a name; `count: OTHER` is what several functions with `by` give.
    pub(super) fn of_rest(name: &str) -> Option<Self> {
        match name.rsplit(": ").next() {
            Some("OTHER") => Some(Tone::Other),
            Some("NULL") => Some(Tone::Null),
            _ => None,
        }
    }
}

impl Chart {
    /// The picture of some rows; the error says why there is none. A timeline or histogram has `most_bins` at most.
    pub(crate) fn read(kind: Kind, source: &Source, most_bins: usize) -> Result<Self> {
        shape::read(kind, source, most_bins.max(2))
    }

    /// Whether the series lie on top of each other.
    pub(crate) fn is_stacked(&self) -> bool {
        self.series.len() > 1 && matches!(self.kind, Kind::Area | Kind::Column)
    }

    /// The least and the greatest value that is drawn, sums where series are stacked; none where all are missing.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        let mut take = |value: f64| {
            let (low, high) = range.unwrap_or((value, value));
            range = Some((low.min(value), high.max(value)));
        };
        if self.is_stacked() {
            for place in 0..self.x.len() {
                let values = || self.series.iter().filter_map(|series| series.values.get(place).copied().flatten());
                take(values().filter(|value| *value >= 0.0).sum());
                take(values().filter(|value| *value < 0.0).sum());
            }
        } else {
            self.series.iter().flat_map(|series| &series.values).flatten().for_each(|value| take(*value));
        }
        range
    }

    /// Whether all values are whole numbers, so that the axis needs no fractions.
    pub(crate) fn is_whole(&self) -> bool {
        self.series.iter().flat_map(|series| &series.values).flatten().all(|value| value.fract() == 0.0)
    }
}

impl X {
    /// How many values a series has.
    pub(crate) fn len(&self) -> usize {
        match self {
            X::Labels(labels) => labels.len(),
            X::Points(line) => line.at.len(),
            X::Bins(line) => line.at.len().saturating_sub(1),
        }
    }

    /// The middle of each place on a line; labels stand one apart.
    pub(crate) fn middles(&self) -> Vec<f64> {
        match self {
            X::Labels(labels) => (0..labels.len()).map(|place| place as f64).collect(),
            X::Points(line) => line.at.clone(),
            X::Bins(line) => line.at.windows(2).map(|bin| bin.iter().sum::<f64>() / 2.0).collect(),
        }
    }
}
