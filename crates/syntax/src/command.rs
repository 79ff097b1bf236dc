//! The commands: one file each, one table.
//!
//! A command is a file here with its struct, parser, printer and a [`CommandSpec`], and a row in [`COMMANDS`]. Completion,
//! help, did-you-mean and the manual derive from the table.

pub mod append;
pub mod bin;
pub mod dedup;
pub mod eval;
pub mod eventstats;
pub mod fields;
pub mod fillnull;
pub mod format;
pub mod head;
pub mod inputlookup;
pub mod iplocation;
pub mod lookup;
pub mod makeresults;
pub mod mvcombine;
pub mod outputlookup;
pub mod regex;
pub mod rename;
pub mod r#return;
pub mod rex;
pub mod search;
pub mod sort;
pub mod stats;
pub mod table;
pub mod top;
pub mod tstats;
pub mod unsupported;
pub mod r#where;

use crate::cursor::Cursor;

/// A command of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// See [`append`].
    Append(append::Append),
    /// See [`bin`].
    Bin(bin::Bin),
    /// See [`dedup`].
    Dedup(dedup::Dedup),
    /// See [`eval`].
    Eval(eval::Eval),
    /// See [`eventstats`].
    EventStats(eventstats::EventStats),
    /// See [`fields`].
    Fields(fields::Fields),
    /// See [`fillnull`].
    FillNull(fillnull::FillNull),
    /// See [`format`].
    Format(format::Format),
    /// See [`head`].
    Head(head::Head),
    /// See [`inputlookup`].
    InputLookup(inputlookup::InputLookup),
    /// See [`iplocation`].
    IpLocation(iplocation::IpLocation),
    /// See [`lookup`].
    Lookup(lookup::Lookup),
    /// See [`makeresults`].
    MakeResults(makeresults::MakeResults),
    /// See [`mvcombine`].
    MvCombine(mvcombine::MvCombine),
    /// See [`outputlookup`].
    OutputLookup(outputlookup::OutputLookup),
    /// See [`regex`].
    Regex(regex::Regex),
    /// See [`rename`].
    Rename(rename::Rename),
    /// See [`r#return`].
    Return(r#return::Return),
    /// See [`rex`].
    Rex(rex::Rex),
    /// See [`search`].
    Search(search::SearchCommand),
    /// See [`sort`].
    Sort(sort::Sort),
    /// See [`stats`].
    Stats(stats::Stats),
    /// See [`table`].
    Table(table::Table),
    /// See [`top`].
    Top(top::Top),
    /// See [`tstats`].
    TStats(tstats::TStats),
    /// See [`unsupported`].
    Unsupported(unsupported::Unsupported),
    /// See [`r#where`].
    Where(r#where::Where),
}

/// How a command treats its rows, in Splunk's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Makes rows; stands first.
    Generating,
    /// One row at a time, in any order.
    Streaming,
    /// One row at a time, in order or with state.
    Centralized,
    /// Rows to a new table.
    Transforming,
    /// Needs all rows, and keeps them.
    Dataset,
}

/// One row of the table of commands.
pub struct CommandSpec {
    /// The names; the first is canonical.
    pub names: &'static [&'static str],
    /// How it treats rows.
    pub kind: Kind,
    /// One line: what it does.
    pub summary: &'static str,
    /// The grammar.
    pub usage: &'static str,
    /// Every known difference from Splunk.
    pub differs: &'static [&'static str],
    /// Reads the arguments after the name; reports into the cursor.
    pub(crate) parse: fn(&mut Cursor) -> Option<Command>,
}

/// Every command.
pub const COMMANDS: &[CommandSpec] = &[];
