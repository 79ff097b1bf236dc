//! `kmeans`: rows with near numbers. `kmeans k=3 bytes duration`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Group rows by the distance of their numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct KMeans {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many clusters, from and to; the two are equal unless several numbers are compared.
    pub count: (u64, u64),
    /// How often the centres move at most.
    pub rounds: u64,
    /// By how much they may still move in the end.
    pub tolerance: f64,
    /// The field for the cluster's number; `CLUSTERNUM` where none is written.
    pub cluster_field: Option<Field>,
    /// How distances are measured.
    pub distance: Distance,
    /// Whether the centre of its cluster is added to each row.
    pub show_centers: bool,
    /// The numbers; all numeric fields where none is written.
    pub fields: Vec<Field>,
}

/// How far two rows are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// The sum of absolute differences.
    Block,
    /// The root of the sum of squares.
    Straight,
    /// The sum of squares.
    Squared,
    /// 1 less the cosine of the angle.
    Angle,
}

impl Distance {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "l1" | "l1norm" | "cb" | "cityblock" => Self::Block,
            "l2" | "l2norm" => Self::Straight,
            "sq" | "sqeuclidean" => Self::Squared,
            "cos" | "cosine" => Self::Angle,
            _ => return None,
        })
    }

    /// The shortest name in a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Block => "l1",
            Self::Straight => "l2",
            Self::Squared => "sq",
            Self::Angle => "cos",
        }
    }
}

/// How many clusters there may be.
const MOST: u64 = 1_000;
/// Splunk's limit of rounds.
const ROUNDS: u64 = 10_000;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["kmeans"],
    kind: Kind::Dataset,
    summary: "groups rows by the distance of their numbers",
    usage: "kmeans [k=<n>|<n>-<n>] [dt=l1|l2|sq|cos] [maxiters=<n>] [reps=<n>] [t=<number>] [cfield=<field>] [showcentroid=<bool>] \
            [<field>…]",
    options: &["cfield", "dt", "k", "maxiters", "reps", "showcentroid", "t"],
    differs: &[
        "the first centres are points far from each other, not random ones: `reps` is read and has no effect",
        "centres are means, whatever the distance",
        "of a range of numbers the answer is a table of `k` and `distortion`, the mean distance of a row to its centre",
        "without fields, columns that hold nothing but numbers count; without such a column all do",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut kmeans = KMeans {
        span: cursor.command_span(),
        count: (2, 2),
        rounds: ROUNDS,
        tolerance: 0.0,
        cluster_field: None,
        distance: Distance::Squared,
        show_centers: true,
        fields: Vec::new(),
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            kmeans.set(cursor, option);
        } else if let Some(field) = cursor.field() {
            kmeans.fields.push(field);
        } else {
            break;
        }
    }
    Some(Command::KMeans(kmeans))
}

impl KMeans {
    fn set(&mut self, cursor: &mut Cursor, option: Choice) {
        let value = option.value.node.to_lowercase();
        let mut bad = |text: String| cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
        match option.name.node.as_str() {
            "k" => {
                let (from, to) = value.split_once('-').unwrap_or((&value, &value));
                match (from.parse(), to.parse()) {
                    (Ok(from), Ok(to)) if (1..=to).contains(&from) && to <= MOST => self.count = (from, to),
                    _ => bad(format!("`k` takes a number from 1 to {MOST} or a range such as `2-5`, not `{value}`")),
                }
            }
            "dt" | "distype" => match Distance::read(&value) {
                Some(distance) => self.distance = distance,
                None => bad(format!("`dt` takes `l1`, `l2`, `sq` or `cos`, not `{value}`")),
            },
            "maxiters" => self.rounds = cursor.unsigned(&option),
            "reps" => _ = cursor.unsigned(&option),
            "t" => self.tolerance = cursor.number(&option),
            "cfield" => self.cluster_field = Some(option.field()),
            "showcentroid" => self.show_centers = cursor.boolean(&option),
            _ => cursor.unknown_option(&option),
        }
    }
}

impl Display for KMeans {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("kmeans")?;
        match self.count {
            (2, 2) => {}
            (from, to) if from == to => write!(out, " k={from}")?,
            (from, to) => write!(out, " k={from}-{to}")?,
        }
        let distance = Some(self.distance).filter(|distance| *distance != Distance::Squared);
        print::option(out, "dt", distance.map(Distance::name))?;
        print::option(out, "maxiters", (self.rounds != ROUNDS).then_some(self.rounds))?;
        print::option(out, "t", (self.tolerance != 0.0).then_some(self.tolerance))?;
        print::option(out, "cfield", self.cluster_field.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "showcentroid", (!self.show_centers).then_some(false))?;
        for field in &self.fields {
            write!(out, " {field}")?;
        }
        Ok(())
    }
}
