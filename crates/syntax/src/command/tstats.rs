//! `tstats`: aggregates over indexed fields or a data model.
//! `| tstats count FROM datamodel=Web WHERE Web.status=404 BY Web.dest _time span=1h`

mod grammar;
mod print;

use crate::{
    CommandSpec, Field, Kind, SearchExpr, Span, Spanned,
    clause::{Aggregate, BinSpan},
};

/// Aggregate over an index or a data model.
#[derive(Debug, Clone, PartialEq)]
pub struct TStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// Where the events come from.
    pub from: TStatsSource,
    /// The `where` part.
    pub condition: SearchExpr,
    /// The grouping fields.
    pub by: Vec<GroupKey>,
    /// `prestats=`.
    pub prestats: bool,
    /// `append=`.
    pub append: bool,
    /// `summariesonly=`.
    pub summaries_only: bool,
    /// `allow_old_summaries=`.
    pub allow_old_summaries: bool,
    /// What stands for a missing grouping field.
    pub fillnull_value: Option<String>,
}

/// Where `tstats` reads.
#[derive(Debug, Clone, PartialEq)]
pub enum TStatsSource {
    /// Indexes, chosen in `where`.
    Indexes,
    /// `datamodel=Model` or `datamodel=Model.Object`.
    DataModel(Spanned<String>),
    /// A namespace or `sid=` of `tscollect`.
    Namespace(Spanned<String>),
}

/// One grouping field of `tstats`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupKey {
    /// The field, or the text of `PREFIX(text)`.
    pub field: Field,
    /// Whether it is `PREFIX(text)`.
    pub prefix: bool,
    /// The `span=` that follows it.
    pub span: Option<BinSpan>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["tstats"],
    kind: Kind::Generating,
    summary: "aggregates over indexed fields or a data model",
    usage: "tstats [prestats=<bool>] [append=<bool>] [summariesonly=<bool>] [allow_old_summaries=<bool>] [fillnull_value=<text>] <function>(<field>) [AS <name>]… [FROM datamodel=<model>[.<dataset>]] [WHERE <condition>] [BY <field>… [span=<span>]]",
    options: &[
        "allow_old_summaries",
        "append",
        "chunk_size",
        "fillnull_value",
        "include_reduced_buckets",
        "local",
        "prestats",
        "summariesonly",
        "use_summary_index_values",
    ],
    differs: &[
        "reads summaries that `speleo accelerate` made, and the events of files that they do not cover",
        "`prestats` hands the events on, not partial aggregates: what follows aggregates them to the same values",
    ],
    parse: grammar::parse,
    ..CommandSpec::NEW
};
