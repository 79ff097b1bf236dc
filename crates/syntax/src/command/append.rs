//! `append`: adds the rows of another search. `append [search index=b]`

use crate::{Search, Span};

/// Add the rows of another search after those that come in.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The other search.
    pub search: Search,
    /// `maxout=`; Splunk cuts there.
    pub max_out: Option<u64>,
    /// `extendtimerange=`.
    pub extend_time_range: bool,
}
