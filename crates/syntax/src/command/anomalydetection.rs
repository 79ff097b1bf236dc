//! `anomalydetection`: finds events that are improbable as a whole. `anomalydetection action=annotate bytes, user`

use std::fmt::{self, Display, Formatter};

use super::{anomalousvalue::Action, contingency::share, outlier::bad};
use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Find improbable events.
#[derive(Debug, Clone, PartialEq)]
pub struct AnomalyDetection {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How events are judged.
    pub method: Method,
    /// What becomes of the rows.
    pub action: Action,
    /// The probability below which an event is anomalous; found from the data where none is written.
    pub threshold: Option<f64>,
    /// Whether few events only are anomalous.
    pub cutoff: bool,
    /// The fields, wildcards allowed; empty means all that are not internal.
    pub fields: Vec<Field>,
    /// For the method `iqr`: whether rows with extreme numbers go.
    pub remove: bool,
}

/// How events are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By the product of the frequencies of their values.
    Histogram,
    /// As `anomalousvalue`.
    ZScore,
    /// As `outlier`.
    Iqr,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["anomalydetection"],
    kind: Kind::Dataset,
    summary: "finds events that are improbable as a whole",
    usage: "anomalydetection [method=histogram|zscore|iqr] [action=filter|annotate|summary|remove|transform] [pthresh=<share>] [cutoff=<bool>] [<field>…]",
    options: &["action", "cutoff", "method", "pthresh"],
    differs: &[
        "numbers are put into bins by the rule of Freedman and Diaconis",
        "with `cutoff` the threshold is the first percentile where that is less",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut detection = AnomalyDetection {
        span: cursor.command_span(),
        method: Method::Histogram,
        action: Action::Filter,
        threshold: None,
        cutoff: true,
        fields: Vec::new(),
        remove: false,
    };
    detection.fields = cursor.any_fields(|cursor, option| detection.set(cursor, option))?;
    Some(Command::AnomalyDetection(detection))
}

impl AnomalyDetection {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let value = option.value.node.to_lowercase();
        match (option.name.node.as_str(), value.as_str()) {
            ("action", "remove" | "rm") => self.remove = true,
            ("action", "transform" | "tf") => self.remove = false,
            ("action", _) => self.action = Action::read(cursor, option).unwrap_or(Action::Filter),
            ("cutoff", _) => self.cutoff = cursor.boolean(option),
            ("method", "histogram") => self.method = Method::Histogram,
            ("method", "zscore") => self.method = Method::ZScore,
            ("method", "iqr") => self.method = Method::Iqr,
            ("method", _) => bad(cursor, option, "`histogram`, `zscore` or `iqr`"),
            ("pthresh", _) => self.threshold = Some(share(cursor, option)),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for AnomalyDetection {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let (method, action) = match self.method {
            Method::Histogram => ("histogram", self.action.name()),
            Method::ZScore => ("zscore", self.action.name()),
            Method::Iqr => ("iqr", if self.remove { "remove" } else { "transform" }),
        };
        write!(out, "anomalydetection method={method} action={action}")?;
        print::option(out, "pthresh", self.threshold)?;
        if !self.cutoff {
            out.write_str(" cutoff=false")?;
        }
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, " ")
    }
}
