//! `tstats`: aggregates over indexed fields or a data model. `| tstats count FROM datamodel=Web WHERE Web.status=404 BY Web.dest _time span=1h`

use crate::{
    Field, SearchExpr, Span, Spanned,
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
