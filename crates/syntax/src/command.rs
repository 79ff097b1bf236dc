//! The commands: one file each, one table.
//!
//! A command is a file here with its struct, parser, printer and a [`CommandSpec`], and a row in [`COMMANDS`].
//! Completion, help, did-you-mean and the manual derive from the table.

pub mod accum;
pub mod addinfo;
pub mod append;
pub mod appendcols;
pub mod appendpipe;
pub mod autoregress;
pub mod bin;
pub mod chart;
pub mod convert;
pub mod datamodel;
pub mod dedup;
pub mod delta;
pub mod eval;
pub mod eventstats;
pub mod extract;
pub mod fields;
pub mod filldown;
pub mod fillnull;
pub mod foreach;
pub mod format;
pub mod from;
pub mod gentimes;
pub mod head;
pub mod inputlookup;
pub mod iplocation;
pub mod join;
pub mod lookup;
pub mod makecontinuous;
pub mod makeresults;
pub mod map;
pub mod multikv;
pub mod multisearch;
pub mod mvcombine;
pub mod outputlookup;
pub mod regex;
pub mod rename;
pub mod r#return;
pub mod reverse;
pub mod rex;
pub mod search;
pub mod set;
pub mod sort;
pub mod spath;
pub mod stats;
pub mod streamstats;
pub mod table;
pub mod tail;
pub mod timechart;
pub mod top;
pub mod transpose;
pub mod trendline;
pub mod tstats;
pub mod union;
pub mod uniq;
pub mod unsupported;
pub mod untable;
pub mod r#where;
pub mod xmlkv;
pub mod xyseries;

use std::fmt::{self, Display, Formatter};

use crate::{Span, cursor::Cursor};

/// A command of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// See [`accum`].
    Accum(accum::Accum),
    /// See [`addinfo`].
    AddInfo(addinfo::AddInfo),
    /// See [`append`].
    Append(append::Append),
    /// See [`appendcols`].
    AppendCols(appendcols::AppendCols),
    /// See [`appendpipe`].
    AppendPipe(appendpipe::AppendPipe),
    /// See [`autoregress`].
    AutoRegress(autoregress::AutoRegress),
    /// See [`bin`].
    Bin(bin::Bin),
    /// See [`chart`].
    Chart(chart::Chart),
    /// See [`convert`].
    Convert(convert::Convert),
    /// See [`datamodel`].
    DataModel(datamodel::DataModel),
    /// See [`dedup`].
    Dedup(dedup::Dedup),
    /// See [`delta`].
    Delta(delta::Delta),
    /// See [`eval`].
    Eval(eval::Eval),
    /// See [`eventstats`].
    EventStats(eventstats::EventStats),
    /// See [`extract`].
    Extract(extract::Extract),
    /// See [`fields`].
    Fields(fields::Fields),
    /// See [`filldown`].
    FillDown(filldown::FillDown),
    /// See [`fillnull`].
    FillNull(fillnull::FillNull),
    /// See [`foreach`].
    ForEach(foreach::ForEach),
    /// See [`format`].
    Format(format::Format),
    /// See [`from`].
    From(from::From),
    /// See [`gentimes`].
    GenTimes(gentimes::GenTimes),
    /// See [`head`].
    Head(head::Head),
    /// See [`inputlookup`].
    InputLookup(inputlookup::InputLookup),
    /// See [`iplocation`].
    IpLocation(iplocation::IpLocation),
    /// See [`join`].
    Join(join::Join),
    /// See [`lookup`].
    Lookup(lookup::Lookup),
    /// See [`makecontinuous`].
    MakeContinuous(makecontinuous::MakeContinuous),
    /// See [`makeresults`].
    MakeResults(makeresults::MakeResults),
    /// See [`map`].
    Map(map::Map),
    /// See [`multikv`].
    MultiKv(multikv::MultiKv),
    /// See [`multisearch`].
    MultiSearch(multisearch::MultiSearch),
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
    /// See [`reverse`].
    Reverse(reverse::Reverse),
    /// See [`rex`].
    Rex(rex::Rex),
    /// See [`search`].
    Search(search::SearchCommand),
    /// See [`set`].
    Set(set::Set),
    /// See [`sort`].
    Sort(sort::Sort),
    /// See [`spath`].
    SPath(spath::SPath),
    /// See [`stats`].
    Stats(stats::Stats),
    /// See [`streamstats`].
    StreamStats(streamstats::StreamStats),
    /// See [`table`].
    Table(table::Table),
    /// See [`tail`].
    Tail(tail::Tail),
    /// See [`timechart`].
    TimeChart(timechart::TimeChart),
    /// See [`top`].
    Top(top::Top),
    /// See [`transpose`].
    Transpose(transpose::Transpose),
    /// See [`trendline`].
    Trendline(trendline::Trendline),
    /// See [`tstats`].
    TStats(tstats::TStats),
    /// See [`union`].
    Union(union::Union),
    /// See [`uniq`].
    Uniq(uniq::Uniq),
    /// See [`unsupported`].
    Unsupported(unsupported::Unsupported),
    /// See [`untable`].
    UnTable(untable::UnTable),
    /// See [`r#where`].
    Where(r#where::Where),
    /// See [`xmlkv`].
    XmlKv(xmlkv::XmlKv),
    /// See [`xyseries`].
    XySeries(xyseries::XySeries),
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
#[derive(Clone, Copy)]
pub struct CommandSpec {
    /// The names; the first is canonical.
    pub names: &'static [&'static str],
    /// How it treats rows.
    pub kind: Kind,
    /// One line: what it does.
    pub summary: &'static str,
    /// The grammar.
    pub usage: &'static str,
    /// The names of its options, in lower case.
    pub options: &'static [&'static str],
    /// Every known difference from Splunk.
    pub differs: &'static [&'static str],
    /// Reads the arguments after the name; reports into the cursor.
    pub(crate) parse: fn(&mut Cursor) -> Option<Command>,
}

impl CommandSpec {
    /// The canonical name.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// The commands with a tree of their own.
const SUPPORTED: &[CommandSpec] = &[
    accum::SPEC,
    addinfo::SPEC,
    append::SPEC,
    appendcols::SPEC,
    appendpipe::SPEC,
    autoregress::SPEC,
    bin::SPEC,
    chart::SPEC,
    convert::SPEC,
    datamodel::SPEC,
    dedup::SPEC,
    delta::SPEC,
    eval::SPEC,
    eventstats::SPEC,
    extract::SPEC,
    fields::SPEC,
    filldown::SPEC,
    fillnull::SPEC,
    foreach::SPEC,
    format::SPEC,
    from::SPEC,
    gentimes::SPEC,
    head::SPEC,
    inputlookup::SPEC,
    iplocation::SPEC,
    join::SPEC,
    lookup::SPEC,
    makecontinuous::SPEC,
    makeresults::SPEC,
    map::SPEC,
    multikv::SPEC,
    multisearch::SPEC,
    mvcombine::SPEC,
    outputlookup::SPEC,
    regex::SPEC,
    rename::SPEC,
    r#return::SPEC,
    reverse::SPEC,
    rex::SPEC,
    search::SPEC,
    set::SPEC,
    sort::SPEC,
    spath::SPEC,
    stats::SPEC,
    streamstats::SPEC,
    table::SPEC,
    tail::SPEC,
    timechart::SPEC,
    transpose::SPEC,
    trendline::SPEC,
    tstats::SPEC,
    union::SPEC,
    uniq::SPEC,
    untable::SPEC,
    r#where::SPEC,
    top::SPEC,
    top::RARE,
    xmlkv::SPEC,
    xyseries::SPEC,
];

/// Every command.
pub const COMMANDS: &[CommandSpec] = &{
    const SUPPORTED_COUNT: usize = SUPPORTED.len();
    let mut all = [search::SPEC; SUPPORTED_COUNT + unsupported::ROW_COUNT];
    let mut index = 0;
    while index < all.len() {
        all[index] =
            if index < SUPPORTED_COUNT { SUPPORTED[index] } else { unsupported::ROWS[index - SUPPORTED_COUNT] };
        index += 1;
    }
    all
};

impl Command {
    /// Where it stands, without the pipe.
    pub fn span(&self) -> Span {
        match self {
            Command::Accum(command) => command.span,
            Command::AddInfo(command) => command.span,
            Command::Append(command) => command.span,
            Command::AppendCols(command) => command.span,
            Command::AppendPipe(command) => command.span,
            Command::AutoRegress(command) => command.span,
            Command::Bin(command) => command.span,
            Command::Chart(command) => command.span,
            Command::Convert(command) => command.span,
            Command::DataModel(command) => command.span,
            Command::Dedup(command) => command.span,
            Command::Delta(command) => command.span,
            Command::Eval(command) => command.span,
            Command::EventStats(command) => command.span,
            Command::Extract(command) => command.span,
            Command::Fields(command) => command.span,
            Command::FillDown(command) => command.span,
            Command::FillNull(command) => command.span,
            Command::ForEach(command) => command.span,
            Command::Format(command) => command.span,
            Command::From(command) => command.span,
            Command::GenTimes(command) => command.span,
            Command::Head(command) => command.span,
            Command::InputLookup(command) => command.span,
            Command::IpLocation(command) => command.span,
            Command::Join(command) => command.span,
            Command::Lookup(command) => command.span,
            Command::MakeContinuous(command) => command.span,
            Command::MakeResults(command) => command.span,
            Command::Map(command) => command.span,
            Command::MultiKv(command) => command.span,
            Command::MultiSearch(command) => command.span,
            Command::MvCombine(command) => command.span,
            Command::OutputLookup(command) => command.span,
            Command::Regex(command) => command.span,
            Command::Rename(command) => command.span,
            Command::Return(command) => command.span,
            Command::Reverse(command) => command.span,
            Command::Rex(command) => command.span,
            Command::Search(command) => command.span,
            Command::Set(command) => command.span,
            Command::Sort(command) => command.span,
            Command::SPath(command) => command.span,
            Command::Stats(command) => command.span,
            Command::StreamStats(command) => command.span,
            Command::Table(command) => command.span,
            Command::Tail(command) => command.span,
            Command::TimeChart(command) => command.span,
            Command::Top(command) => command.span,
            Command::Transpose(command) => command.span,
            Command::Trendline(command) => command.span,
            Command::TStats(command) => command.span,
            Command::Union(command) => command.span,
            Command::Uniq(command) => command.span,
            Command::Unsupported(command) => command.span,
            Command::UnTable(command) => command.span,
            Command::Where(command) => command.span,
            Command::XmlKv(command) => command.span,
            Command::XySeries(command) => command.span,
        }
    }
}

impl Display for Command {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Command::Accum(command) => command.fmt(out),
            Command::AddInfo(command) => command.fmt(out),
            Command::Append(command) => command.fmt(out),
            Command::AppendCols(command) => command.fmt(out),
            Command::AppendPipe(command) => command.fmt(out),
            Command::AutoRegress(command) => command.fmt(out),
            Command::Bin(command) => command.fmt(out),
            Command::Chart(command) => command.fmt(out),
            Command::Convert(command) => command.fmt(out),
            Command::DataModel(command) => command.fmt(out),
            Command::Dedup(command) => command.fmt(out),
            Command::Delta(command) => command.fmt(out),
            Command::Eval(command) => command.fmt(out),
            Command::EventStats(command) => command.fmt(out),
            Command::Extract(command) => command.fmt(out),
            Command::Fields(command) => command.fmt(out),
            Command::FillDown(command) => command.fmt(out),
            Command::FillNull(command) => command.fmt(out),
            Command::ForEach(command) => command.fmt(out),
            Command::Format(command) => command.fmt(out),
            Command::From(command) => command.fmt(out),
            Command::GenTimes(command) => command.fmt(out),
            Command::Head(command) => command.fmt(out),
            Command::InputLookup(command) => command.fmt(out),
            Command::IpLocation(command) => command.fmt(out),
            Command::Join(command) => command.fmt(out),
            Command::Lookup(command) => command.fmt(out),
            Command::MakeContinuous(command) => command.fmt(out),
            Command::MakeResults(command) => command.fmt(out),
            Command::Map(command) => command.fmt(out),
            Command::MultiKv(command) => command.fmt(out),
            Command::MultiSearch(command) => command.fmt(out),
            Command::MvCombine(command) => command.fmt(out),
            Command::OutputLookup(command) => command.fmt(out),
            Command::Regex(command) => command.fmt(out),
            Command::Rename(command) => command.fmt(out),
            Command::Return(command) => command.fmt(out),
            Command::Reverse(command) => command.fmt(out),
            Command::Rex(command) => command.fmt(out),
            Command::Search(command) => command.fmt(out),
            Command::Set(command) => command.fmt(out),
            Command::Sort(command) => command.fmt(out),
            Command::SPath(command) => command.fmt(out),
            Command::Stats(command) => command.fmt(out),
            Command::StreamStats(command) => command.fmt(out),
            Command::Table(command) => command.fmt(out),
            Command::Tail(command) => command.fmt(out),
            Command::TimeChart(command) => command.fmt(out),
            Command::Top(command) => command.fmt(out),
            Command::Transpose(command) => command.fmt(out),
            Command::Trendline(command) => command.fmt(out),
            Command::TStats(command) => command.fmt(out),
            Command::Union(command) => command.fmt(out),
            Command::Uniq(command) => command.fmt(out),
            Command::Unsupported(command) => command.fmt(out),
            Command::UnTable(command) => command.fmt(out),
            Command::Where(command) => command.fmt(out),
            Command::XmlKv(command) => command.fmt(out),
            Command::XySeries(command) => command.fmt(out),
        }
    }
}
