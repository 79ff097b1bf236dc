//! `predict`: how a time series goes on. `timechart span=1h count | predict count AS next algorithm=LLP period=24 future_timespan=12`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Predict the numbers of a time series.
#[derive(Debug, Clone, PartialEq)]
pub struct Predict {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The series, each with the name of its predictions; `prediction(field)` where none is written.
    pub series: Vec<(Field, Option<Field>)>,
    /// The model.
    pub algorithm: Algorithm,
    /// The other series of `LLB`.
    pub correlate: Option<Field>,
    /// How many bins after the last one that is used.
    pub future: u64,
    /// How many bins at the end are not used.
    pub hold_back: u64,
    /// How many bins a season has; found in the numbers where nothing is written.
    pub period: Option<u64>,
    /// The series whose predictions are not shown.
    pub suppress: Option<Field>,
    /// The upper bound: the percentage of numbers that lie within, and its name.
    pub upper: Bound,
    /// The lower bound.
    pub lower: Bound,
}

/// A bound of what is likely.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// From 0 to 99.
    pub percent: u64,
    /// The name of the field; `upper95(prediction(field))` where none is written.
    pub name: Option<Field>,
}

/// The models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// A level.
    Ll,
    /// A level and a slope.
    Llt,
    /// A level for each place of a season.
    Llp,
    /// `LLT` and `LLP` together.
    Llp5,
    /// A level that is correlated with another series.
    Llb,
    /// Two series whose levels are correlated.
    BiLl,
}

impl Algorithm {
    const ALL: [Self; 6] = [Self::Ll, Self::Llt, Self::Llp, Self::Llp5, Self::Llb, Self::BiLl];

    /// The name in a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ll => "LL",
            Self::Llt => "LLT",
            Self::Llp => "LLP",
            Self::Llp5 => "LLP5",
            Self::Llb => "LLB",
            Self::BiLl => "BiLL",
        }
    }
}

/// Splunk's values.
const FUTURE: u64 = 5;
const PERCENT: u64 = 95;
/// How many bins may be predicted.
const MOST: u64 = 100_000;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["predict"],
    kind: Kind::Dataset,
    summary: "predicts the values of a time series",
    usage: "predict <field> [AS <name>]… [algorithm=LL|LLT|LLP|LLP5|LLB|BiLL] [correlate=<field>] [future_timespan=<n>] \
            [holdback=<n>] [period=<n>] [suppress=<field>] [upper<nn>=<name>] [lower<nn>=<name>]",
    options: &["algorithm", "correlate", "future_timespan", "holdback", "lower95", "period", "suppress", "upper95"],
    differs: &[
        "the variances of the models are fitted by a search over a grid: numbers are near those of Splunk, not equal",
        "`future_timespan` counts from the last bin that is used, and bins that were held back count",
        "the hidden fields `_vars`, `_upper` and `_lower` do not exist",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let bound = || Bound { percent: PERCENT, name: None };
    let mut predict = Predict {
        span: cursor.command_span(),
        series: Vec::new(),
        algorithm: Algorithm::Llp5,
        correlate: None,
        future: FUTURE,
        hold_back: 0,
        period: None,
        suppress: None,
        upper: bound(),
        lower: bound(),
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            predict.set(cursor, &option);
        } else if let Some(field) = cursor.field() {
            predict.series.push((field, cursor.alias()));
        } else {
            break;
        }
    }
    if predict.series.is_empty() {
        cursor.missing("a field");
        return None;
    }
    let (count, needed) = (predict.series.len(), predict.algorithm == Algorithm::BiLl);
    if needed && count != 2 {
        let text = format!("`BiLL` predicts two fields together, and there are {count}");
        cursor.report(Diagnostic::new(Code::Arity, predict.span, text));
    }
    if predict.algorithm == Algorithm::Llb && predict.correlate.is_none() {
        cursor.missing("`correlate=` with `algorithm=LLB`");
    }
    Some(Command::Predict(predict))
}

impl Predict {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let name = option.name.node.as_str();
        match name {
            "algorithm" => {
                let found = Algorithm::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(&option.value.node));
                match found {
                    Some(algorithm) => self.algorithm = algorithm,
                    None => {
                        let text = format!("`{}` is no algorithm of `predict`", option.value.node);
                        let error = Diagnostic::new(Code::BadValue, option.value.span, text);
                        cursor.report(error.help("`LL`, `LLT`, `LLP`, `LLP5`, `LLB` or `BiLL`"));
                    }
                }
            }
            "correlate" => self.correlate = Some(option.field()),
            "future_timespan" => {
                self.future = cursor.unsigned(option);
                if self.future > MOST {
                    let text = format!("`future_timespan` takes a number up to {MOST}, not `{}`", option.value.node);
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
                }
            }
            "holdback" => self.hold_back = cursor.unsigned(option),
            "period" => self.period = Some(cursor.unsigned(option)).filter(|period| *period > 0),
            "suppress" => self.suppress = Some(option.field()),
            _ => match (percent(name, "upper"), percent(name, "lower")) {
                (Some(percent), _) => self.upper = Bound { percent, name: Some(option.field()) },
                (_, Some(percent)) => self.lower = Bound { percent, name: Some(option.field()) },
                _ => cursor.unknown_option(option),
            },
        }
    }
}

/// The percentage of `upper90`.
fn percent(name: &str, stem: &str) -> Option<u64> {
    name.strip_prefix(stem)?.parse().ok().filter(|percent| *percent < 100)
}

impl Display for Predict {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("predict")?;
        for (field, alias) in &self.series {
            write!(out, " {field}")?;
            alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))?;
        }
        let quoted = |field: &Option<Field>| field.as_ref().map(|field| print::Quoted(&field.name).to_string());
        let algorithm = Some(self.algorithm).filter(|algorithm| *algorithm != Algorithm::Llp5);
        print::option(out, "algorithm", algorithm.map(Algorithm::name))?;
        print::option(out, "correlate", quoted(&self.correlate))?;
        print::option(out, "future_timespan", (self.future != FUTURE).then_some(self.future))?;
        print::option(out, "holdback", (self.hold_back != 0).then_some(self.hold_back))?;
        print::option(out, "period", self.period)?;
        print::option(out, "suppress", quoted(&self.suppress))?;
        print::option(out, &format!("upper{}", self.upper.percent), quoted(&self.upper.name))?;
        print::option(out, &format!("lower{}", self.lower.percent), quoted(&self.lower.name))
    }
}
