//! `transaction`: events that belong together become one. `transaction user maxspan=30m startswith="login" endswith="logout"`

mod grammar;
mod print;

use crate::{CommandSpec, Expr, Field, Kind, SearchExpr, Span, Spanned};

/// Group events into transactions.
#[derive(Debug, Clone, PartialEq)]
pub struct Transaction {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The transaction type whose fields and options hold where none are written.
    pub name: Option<Spanned<String>>,
    /// The fields whose values the events of a transaction share.
    pub fields: Vec<Field>,
    /// How many seconds from its first event to its last at most.
    pub max_span: Option<f64>,
    /// How many seconds between two events at most.
    pub max_pause: Option<f64>,
    /// How many events at most; `None` where nothing is written, 0 for any number.
    pub max_events: Option<u64>,
    /// What its first event is like.
    pub starts_with: Option<Filter>,
    /// What its last event is like.
    pub ends_with: Option<Filter>,
    /// Whether an event must share a value with the transaction, not only contradict none.
    pub connected: bool,
    /// Whether events without any of the fields are kept, each by itself.
    pub keep_orphans: bool,
    /// Whether transactions without the required first or last event are kept.
    pub keep_evicted: bool,
    /// What joins several values when they are flattened.
    pub delim: Option<String>,
    /// Which fields keep a value for each event, in their order.
    pub mv_list: MvList,
    /// Whether `_raw` keeps a value for each event.
    pub mv_raw: bool,
    /// What stands for a missing value where each event has one.
    pub null_text: Option<String>,
}

/// Which fields of a transaction keep a value for each event.
#[derive(Debug, Clone, PartialEq)]
pub enum MvList {
    /// None: each different value is kept once.
    None,
    /// All.
    All,
    /// These.
    Fields(Vec<Field>),
}

/// A condition of `startswith` or `endswith`.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// A text in quotes or without: a search where it compares or combines, else a phrase of the event.
    Text(Spanned<String>),
    /// A search in parentheses.
    Search(SearchExpr),
    /// `eval(…)`.
    Eval(Expr),
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["transaction", "transam"],
    kind: Kind::Centralized,
    summary: "groups events that belong together",
    usage: "transaction [<field>…] [name=<type>] [maxspan=<time>] [maxpause=<time>] [maxevents=<n>] [startswith=<filter>] [endswith=<filter>] \
            [connected=<bool>] [keeporphans=<bool>] [keepevicted=<bool>] [mvlist=<bool or fields>] [mvraw=<bool>] [delim=<text>] \
            [nullstr=<text>]",
    options: &[
        "connected",
        "delim",
        "endswith",
        "keepevicted",
        "keeporphans",
        "maxevents",
        "maxopenevents",
        "maxopentxn",
        "maxpause",
        "maxspan",
        "mvlist",
        "mvraw",
        "name",
        "nullstr",
        "startswith",
        "unifyends",
    ],
    differs: &[
        "events may come in any order: they are put in order of time first",
        "no number of open transactions or events closes one early: `maxopentxn` and `maxopenevents` have no effect",
        "`unifyends` is read and has no effect",
    ],
    parse: grammar::parse,
    ..CommandSpec::NEW
};
