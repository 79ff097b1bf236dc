//! `anomalousvalue`: finds values that are rare for their field. `anomalousvalue action=annotate pthresh=0.02 bytes`

use std::fmt::{self, Display, Formatter};

use super::{contingency::share, outlier::bad};
use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Find rare values, and numbers far from the mean.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalousValue {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What becomes of the rows.
    pub action: Action,
    /// The probability below which a value is anomalous.
    pub threshold: f64,
    /// A field with a larger share of anomalous values counts not at all.
    pub max_anomalous: f64,
    /// A field with a smaller share of normal values counts not at all.
    pub min_normal: f64,
    /// How many rows must have a field.
    pub min_support: u64,
    /// The share of rows that must have it.
    pub min_frequency: f64,
    /// The fields, wildcards allowed; empty means all that are not internal.
    pub fields: Vec<Field>,
}

/// What becomes of rows in a search for anomalies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Only anomalous rows stay.
    Filter,
    /// All rows stay; the anomalous ones say so.
    Annotate,
    /// A table of what was found.
    Summary,
}

impl Action {
    /// Reads its name.
    pub(crate) fn read(cursor: &mut Cursor, option: &Choice) -> Option<Self> {
        match option.value.node.to_lowercase().as_str() {
            "filter" => Some(Action::Filter),
            "annotate" => Some(Action::Annotate),
            "summary" => Some(Action::Summary),
            _ => {
                bad(cursor, option, "`filter`, `annotate` or `summary`");
                None
            }
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Action::Filter => "filter",
            Action::Annotate => "annotate",
            Action::Summary => "summary",
        }
    }
}

impl AnomalousValue {
    /// The command without arguments.
    pub fn usual(span: Span) -> Self {
        Self {
            span,
            action: Action::Filter,
            threshold: 0.01,
            max_anomalous: 0.05,
            min_normal: 0.01,
            min_support: 100,
            min_frequency: 0.05,
            fields: Vec::new(),
        }
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["anomalousvalue"],
    kind: Kind::Dataset,
    summary: "finds values that are rare for their field",
    usage: "anomalousvalue [action=filter|annotate|summary] [pthresh=<share>] [maxanofreq=<share>] [minnormfreq=<share>] [minsupcount=<count>] [minsupfreq=<share>] [<field>…]",
    options: &["action", "maxanofreq", "minnormfreq", "minsupcount", "minsupfreq", "pthresh"],
    differs: &[
        "a field is numeric where all its values are numbers; others are judged by the frequency of their values",
        "the score of a number is its distance from the mean in standard deviations, that of other values their frequency",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut anomalous = AnomalousValue::usual(cursor.command_span());
    anomalous.fields = cursor.any_fields(|cursor, option| match option.name.node.as_str() {
        "action" => anomalous.action = Action::read(cursor, option).unwrap_or(Action::Filter),
        "maxanofreq" => anomalous.max_anomalous = share(cursor, option),
        "minnormfreq" => anomalous.min_normal = share(cursor, option),
        "minsupcount" => anomalous.min_support = cursor.unsigned(option),
        "minsupfreq" => anomalous.min_frequency = share(cursor, option),
        "pthresh" => anomalous.threshold = share(cursor, option),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::AnomalousValue(anomalous))
}

impl Display for AnomalousValue {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "anomalousvalue action={} pthresh={}", self.action.name(), self.threshold)?;
        write!(out, " maxanofreq={} minnormfreq={}", self.max_anomalous, self.min_normal)?;
        write!(out, " minsupcount={} minsupfreq={}", self.min_support, self.min_frequency)?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, " ")
    }
}
