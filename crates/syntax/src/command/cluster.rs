//! `cluster`: events with similar text. `cluster t=0.9 showcount=t field=message`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Group events by the similarity of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How similar an event must be to the first of its cluster, above 0 and at most 1.
    pub threshold: f64,
    /// What separates the terms; all but letters, digits and `_` where nothing is written.
    pub delims: Option<String>,
    /// Whether the number of its events is added to each cluster.
    pub show_count: bool,
    /// The field for that number.
    pub count_field: Option<Field>,
    /// The field for the cluster's number.
    pub label_field: Option<Field>,
    /// The field that is compared; `_raw` where none is written.
    pub field: Option<Field>,
    /// Whether all events stay, not only the first of each cluster.
    pub label_only: bool,
    /// What is compared.
    pub similarity: Similarity,
}

/// What of two texts is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Similarity {
    /// Terms and their places.
    TermList,
    /// Terms in any order.
    TermSet,
    /// Runs of three characters.
    NgramSet,
}

impl Similarity {
    const ALL: [Self; 3] = [Self::TermList, Self::TermSet, Self::NgramSet];

    /// The name in a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::TermList => "termlist",
            Self::TermSet => "termset",
            Self::NgramSet => "ngramset",
        }
    }
}

/// Splunk's threshold.
const THRESHOLD: f64 = 0.8;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["cluster"],
    kind: Kind::Centralized,
    summary: "groups events with similar text",
    usage: "cluster [t=<number>] [field=<field>] [match=termlist|termset|ngramset] [delims=<characters>] [showcount=<bool>] \
            [countfield=<field>] [labelfield=<field>] [labelonly=<bool>]",
    options: &["countfield", "delims", "field", "labelfield", "labelonly", "match", "showcount", "t"],
    differs: &[
        "similarity is the cosine of the two sets of terms, of terms with their places (`termlist`), or of runs of three \
         characters (`ngramset`); Splunk does not say how it computes it",
        "an event joins the cluster whose first event is most similar to it, of equal ones the oldest cluster",
        "events without the field have no cluster: they are dropped, or with `labelonly` stay without a label",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut cluster = Cluster {
        span: cursor.command_span(),
        threshold: THRESHOLD,
        delims: None,
        show_count: false,
        count_field: None,
        label_field: None,
        field: None,
        label_only: false,
        similarity: Similarity::TermList,
    };
    while !cursor.at_end() {
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "t" => cluster.threshold = threshold(cursor, &option),
            "delims" => cluster.delims = Some(option.value.node),
            "showcount" => cluster.show_count = cursor.boolean(&option),
            "countfield" => cluster.count_field = Some(option.field()),
            "labelfield" => cluster.label_field = Some(option.field()),
            "field" => cluster.field = Some(option.field()),
            "labelonly" => cluster.label_only = cursor.boolean(&option),
            "match" => cluster.similarity = similarity(cursor, &option),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::Cluster(cluster))
}

fn threshold(cursor: &mut Cursor, option: &Choice) -> f64 {
    match option.value.node.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1.0 => number,
        _ => {
            let text = format!("`t` takes a number above 0 and at most 1, not `{}`", option.value.node);
            cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
            THRESHOLD
        }
    }
}

fn similarity(cursor: &mut Cursor, option: &Choice) -> Similarity {
    let written = option.value.node.to_lowercase();
    Similarity::ALL.into_iter().find(|similarity| similarity.name() == written).unwrap_or_else(|| {
        let text = format!("`match` takes `termlist`, `termset` or `ngramset`, not `{}`", option.value.node);
        cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
        Similarity::TermList
    })
}

impl Display for Cluster {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let quoted = |field: &Option<Field>| field.as_ref().map(|field| print::Quoted(&field.name).to_string());
        out.write_str("cluster")?;
        let has_default = self.threshold == THRESHOLD;
        print::option(out, "t", (!has_default).then_some(self.threshold))?;
        print::option(out, "field", quoted(&self.field))?;
        let similarity = Some(self.similarity).filter(|similarity| *similarity != Similarity::TermList);
        print::option(out, "match", similarity.map(Similarity::name))?;
        print::option(out, "delims", self.delims.as_deref().map(print::Quoted))?;
        print::flag(out, "showcount", self.show_count)?;
        print::option(out, "countfield", quoted(&self.count_field))?;
        print::option(out, "labelfield", quoted(&self.label_field))?;
        print::flag(out, "labelonly", self.label_only)
    }
}
