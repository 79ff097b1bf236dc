//! The commands: one file each, one table.
//!
//! A command is a file here with its struct, parser, printer and a [`CommandSpec`], and a row in [`commands!`].
//! The tree, the dispatch to plans, completion, help, did-you-mean and the manual derive from that table.

pub mod r#abstract;
pub mod accum;
pub mod addinfo;
pub mod addtotals;
pub mod analyzefields;
pub mod anomalies;
pub mod anomalousvalue;
pub mod anomalydetection;
pub mod append;
pub mod appendcols;
pub mod appendpipe;
pub mod arules;
pub mod associate;
pub mod autoregress;
pub mod bin;
pub mod bucketdir;
pub mod chart;
pub mod cluster;
pub mod cofilter;
pub mod collect;
pub mod concurrency;
pub mod contingency;
pub mod convert;
pub mod correlate;
pub mod datamodel;
pub mod dbinspect;
pub mod dedup;
pub mod delta;
pub mod diff;
pub mod dump;
pub mod erex;
pub mod eval;
pub mod eventcount;
pub mod eventstats;
pub mod extract;
pub mod fieldformat;
pub mod fields;
pub mod fieldsummary;
pub mod filldown;
pub mod fillnull;
pub mod findkeywords;
pub mod findtypes;
pub mod folderize;
pub mod foreach;
pub mod format;
pub mod from;
pub mod fromjson;
pub mod gauge;
pub mod gentimes;
pub mod geom;
pub mod geomfilter;
pub mod geostats;
pub mod head;
pub mod history;
pub mod inputcsv;
pub mod inputlookup;
pub mod iplocation;
pub mod join;
pub mod kmeans;
pub mod kvform;
pub mod loadjob;
pub mod localize;
pub mod lookup;
pub mod makecontinuous;
pub mod makemv;
pub mod makeresults;
pub mod map;
pub mod mcollect;
pub mod metadata;
pub mod metasearch;
pub mod mpreview;
pub mod mstats;
pub mod multikv;
pub mod multisearch;
pub mod mvcombine;
pub mod mvexpand;
pub mod nomv;
pub mod noop;
pub mod outlier;
pub mod outputcsv;
pub mod outputlookup;
pub mod outputraw;
pub mod outputtext;
pub mod overlap;
pub mod pivot;
pub mod predict;
pub mod rangemap;
pub mod regex;
pub mod relevancy;
pub mod reltime;
pub mod rename;
pub mod replace;
pub mod require;
pub mod rest;
pub mod r#return;
pub mod reverse;
pub mod rex;
pub mod savedsearch;
pub mod scrub;
pub mod search;
pub mod searchtxn;
pub mod selfjoin;
pub mod sendalert;
pub mod sendemail;
pub mod set;
pub mod setfields;
pub mod sistats;
pub mod sort;
pub mod spath;
pub mod spliced;
pub mod stats;
pub mod strcat;
pub mod streamstats;
pub mod table;
pub mod tags;
pub mod tail;
pub mod timechart;
pub mod timewrap;
pub mod tojson;
pub mod top;
pub mod transaction;
pub mod transpose;
pub mod trendline;
pub mod tscollect;
pub mod tstats;
pub mod typeahead;
pub mod typer;
pub mod union;
pub mod uniq;
pub mod unsupported;
pub mod untable;
pub mod walklex;
pub mod r#where;
pub mod x11;
pub mod xmlkv;
pub mod xmlunescape;
pub mod xpath;
pub mod xyseries;

use std::fmt::{self, Display, Formatter};

use crate::{Span, cursor::Cursor};

/// The commands with a tree of their own: calls the macro `$each` with a row for each, its variant of [`Command`], its
/// struct and its rows of [`COMMANDS`].
#[macro_export]
macro_rules! commands {
    ($each:ident) => {
        $each! {
            Abstract(r#abstract::Abstract) = [r#abstract::SPEC],
            Accum(accum::Accum) = [accum::SPEC],
            AddInfo(addinfo::AddInfo) = [addinfo::SPEC],
            AddTotals(addtotals::AddTotals) = [addtotals::SPEC, addtotals::COLUMNS],
            AnalyzeFields(analyzefields::AnalyzeFields) = [analyzefields::SPEC],
            Anomalies(anomalies::Anomalies) = [anomalies::SPEC],
            AnomalousValue(anomalousvalue::AnomalousValue) = [anomalousvalue::SPEC],
            AnomalyDetection(anomalydetection::AnomalyDetection) = [anomalydetection::SPEC],
            Append(append::Append) = [append::SPEC],
            AppendCols(appendcols::AppendCols) = [appendcols::SPEC],
            AppendPipe(appendpipe::AppendPipe) = [appendpipe::SPEC],
            ARules(arules::ARules) = [arules::SPEC],
            Associate(associate::Associate) = [associate::SPEC],
            AutoRegress(autoregress::AutoRegress) = [autoregress::SPEC],
            Bin(bin::Bin) = [bin::SPEC],
            BucketDir(bucketdir::BucketDir) = [bucketdir::SPEC],
            Chart(chart::Chart) = [chart::SPEC],
            Cluster(cluster::Cluster) = [cluster::SPEC],
            CoFilter(cofilter::CoFilter) = [cofilter::SPEC],
            Collect(collect::Collect) = [collect::SPEC],
            Concurrency(concurrency::Concurrency) = [concurrency::SPEC],
            Contingency(contingency::Contingency) = [contingency::SPEC],
            Convert(convert::Convert) = [convert::SPEC],
            Correlate(correlate::Correlate) = [correlate::SPEC],
            DataModel(datamodel::DataModel) = [datamodel::SPEC],
            DbInspect(dbinspect::DbInspect) = [dbinspect::SPEC],
            Dedup(dedup::Dedup) = [dedup::SPEC],
            Delta(delta::Delta) = [delta::SPEC],
            Diff(diff::Diff) = [diff::SPEC],
            Dump(dump::Dump) = [dump::SPEC],
            Erex(erex::Erex) = [erex::SPEC],
            Eval(eval::Eval) = [eval::SPEC],
            EventCount(eventcount::EventCount) = [eventcount::SPEC],
            EventStats(eventstats::EventStats) = [eventstats::SPEC],
            Extract(extract::Extract) = [extract::SPEC],
            FieldFormat(fieldformat::FieldFormat) = [fieldformat::SPEC],
            Fields(fields::Fields) = [fields::SPEC],
            FieldSummary(fieldsummary::FieldSummary) = [fieldsummary::SPEC],
            FillDown(filldown::FillDown) = [filldown::SPEC],
            FillNull(fillnull::FillNull) = [fillnull::SPEC],
            FindKeywords(findkeywords::FindKeywords) = [findkeywords::SPEC],
            FindTypes(findtypes::FindTypes) = [findtypes::SPEC],
            Folderize(folderize::Folderize) = [folderize::SPEC],
            ForEach(foreach::ForEach) = [foreach::SPEC],
            Format(format::Format) = [format::SPEC],
            From(from::From) = [from::SPEC],
            FromJson(fromjson::FromJson) = [fromjson::SPEC],
            Gauge(gauge::Gauge) = [gauge::SPEC],
            GenTimes(gentimes::GenTimes) = [gentimes::SPEC],
            Geom(geom::Geom) = [geom::SPEC],
            GeomFilter(geomfilter::GeomFilter) = [geomfilter::SPEC],
            GeoStats(geostats::GeoStats) = [geostats::SPEC],
            Head(head::Head) = [head::SPEC],
            History(history::History) = [history::SPEC],
            InputCsv(inputcsv::InputCsv) = [inputcsv::SPEC],
            InputLookup(inputlookup::InputLookup) = [inputlookup::SPEC],
            IpLocation(iplocation::IpLocation) = [iplocation::SPEC],
            Join(join::Join) = [join::SPEC],
            KMeans(kmeans::KMeans) = [kmeans::SPEC],
            KvForm(kvform::KvForm) = [kvform::SPEC],
            LoadJob(loadjob::LoadJob) = [loadjob::SPEC],
            Localize(localize::Localize) = [localize::SPEC],
            Lookup(lookup::Lookup) = [lookup::SPEC],
            MakeContinuous(makecontinuous::MakeContinuous) = [makecontinuous::SPEC],
            MakeMv(makemv::MakeMv) = [makemv::SPEC],
            MakeResults(makeresults::MakeResults) = [makeresults::SPEC],
            Map(map::Map) = [map::SPEC],
            MCollect(mcollect::MCollect) = [mcollect::SPEC, mcollect::OF_EVENTS],
            Metadata(metadata::Metadata) = [metadata::SPEC],
            MetaSearch(metasearch::MetaSearch) = [metasearch::SPEC],
            MPreview(mpreview::MPreview) = [mpreview::SPEC],
            MStats(mstats::MStats) = [mstats::SPEC, mstats::CATALOG],
            MultiKv(multikv::MultiKv) = [multikv::SPEC],
            MultiSearch(multisearch::MultiSearch) = [multisearch::SPEC],
            MvCombine(mvcombine::MvCombine) = [mvcombine::SPEC],
            MvExpand(mvexpand::MvExpand) = [mvexpand::SPEC],
            NoMv(nomv::NoMv) = [nomv::SPEC],
            NoOp(noop::NoOp) = [
                noop::SPEC,
                noop::HIGHLIGHT,
                noop::ICONIFY,
                noop::LOCALOP,
                noop::PRJOB,
                noop::REDISTRIBUTE
            ],
            Outlier(outlier::Outlier) = [outlier::SPEC],
            OutputCsv(outputcsv::OutputCsv) = [outputcsv::SPEC],
            OutputLookup(outputlookup::OutputLookup) = [outputlookup::SPEC],
            OutputRaw(outputraw::OutputRaw) = [outputraw::SPEC],
            OutputText(outputtext::OutputText) = [outputtext::SPEC],
            Overlap(overlap::Overlap) = [overlap::SPEC],
            Pivot(pivot::Pivot) = [pivot::SPEC],
            Predict(predict::Predict) = [predict::SPEC],
            RangeMap(rangemap::RangeMap) = [rangemap::SPEC],
            Regex(regex::Regex) = [regex::SPEC],
            Relevancy(relevancy::Relevancy) = [relevancy::SPEC],
            RelTime(reltime::RelTime) = [reltime::SPEC],
            Rename(rename::Rename) = [rename::SPEC],
            Replace(replace::Replace) = [replace::SPEC],
            Require(require::Require) = [require::SPEC],
            Rest(rest::Rest) = [rest::SPEC],
            Return(r#return::Return) = [r#return::SPEC],
            Reverse(reverse::Reverse) = [reverse::SPEC],
            Rex(rex::Rex) = [rex::SPEC],
            SavedSearch(savedsearch::SavedSearch) = [savedsearch::SPEC],
            Scrub(scrub::Scrub) = [scrub::SPEC],
            Search(search::SearchCommand) = [search::SPEC],
            SearchTxn(searchtxn::SearchTxn) = [searchtxn::SPEC],
            SelfJoin(selfjoin::SelfJoin) = [selfjoin::SPEC],
            SendAlert(sendalert::SendAlert) = [sendalert::SPEC],
            SendEmail(sendemail::SendEmail) = [sendemail::SPEC],
            Set(set::Set) = [set::SPEC],
            SetFields(setfields::SetFields) = [setfields::SPEC],
            SiStats(sistats::SiStats) = [sistats::SPEC, sistats::CHART, sistats::TIMECHART, sistats::TOP, sistats::RARE],
            Sort(sort::Sort) = [sort::SPEC],
            SPath(spath::SPath) = [spath::SPEC],
            Spliced(spliced::Spliced) = [],
            Stats(stats::Stats) = [stats::SPEC],
            StrCat(strcat::StrCat) = [strcat::SPEC],
            StreamStats(streamstats::StreamStats) = [streamstats::SPEC],
            Table(table::Table) = [table::SPEC],
            Tags(tags::Tags) = [tags::SPEC],
            Tail(tail::Tail) = [tail::SPEC],
            TimeChart(timechart::TimeChart) = [timechart::SPEC],
            TimeWrap(timewrap::TimeWrap) = [timewrap::SPEC],
            ToJson(tojson::ToJson) = [tojson::SPEC, tojson::MAKE],
            Top(top::Top) = [top::SPEC, top::RARE],
            Transaction(transaction::Transaction) = [transaction::SPEC],
            Transpose(transpose::Transpose) = [transpose::SPEC],
            Trendline(trendline::Trendline) = [trendline::SPEC],
            TsCollect(tscollect::TsCollect) = [tscollect::SPEC],
            TStats(tstats::TStats) = [tstats::SPEC],
            TypeAhead(typeahead::TypeAhead) = [typeahead::SPEC],
            Typer(typer::Typer) = [typer::SPEC],
            Union(union::Union) = [union::SPEC],
            Uniq(uniq::Uniq) = [uniq::SPEC],
            Unsupported(unsupported::Unsupported) = [],
            UnTable(untable::UnTable) = [untable::SPEC],
            WalkLex(walklex::WalkLex) = [walklex::SPEC],
            Where(r#where::Where) = [r#where::SPEC],
            X11(x11::X11) = [x11::SPEC],
            XmlUnescape(xmlunescape::XmlUnescape) = [xmlunescape::SPEC],
            XmlKv(xmlkv::XmlKv) = [xmlkv::SPEC],
            XPath(xpath::XPath) = [xpath::SPEC],
            XySeries(xyseries::XySeries) = [xyseries::SPEC],
        }
    };
}

macro_rules! define {
    ($($variant:ident($module:ident::$type:ident) = [$($spec:path),*],)*) => {
        /// A command of a pipeline.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $(
                #[doc = concat!("See [`", stringify!($module), "`].")]
                $variant($module::$type),
            )*
        }

        /// The commands with a tree of their own.
        const SUPPORTED: &[CommandSpec] = &[$($($spec,)*)*];

        impl Command {
            /// Where it stands, without the pipe.
            pub fn span(&self) -> Span {
                match self {
                    $(Command::$variant(command) => command.span,)*
                }
            }
        }

        impl Display for Command {
            fn fmt(&self, out: &mut Formatter) -> fmt::Result {
                match self {
                    $(Command::$variant(command) => command.fmt(out),)*
                }
            }
        }
    };
}

commands!(define);

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
    /// Whether it may stand first though it does not make rows: it has some without any before it, or passes on none.
    /// `| stats count` is an old way to make a row.
    pub(crate) leads: bool,
    /// Whether its brackets hold searches or pipelines for their rows: there is no place for the text of one.
    pub(crate) takes_searches: bool,
    /// Whether it may write a table, a file or an index, or run a text that does and that is not known before it runs.
    pub(crate) may_write: bool,
    /// Reads the arguments after the name; reports into the cursor.
    pub(crate) parse: fn(&mut Cursor) -> Option<Command>,
}

impl CommandSpec {
    /// What a row says where it says nothing.
    pub(crate) const NEW: Self = Self {
        names: &[],
        kind: Kind::Streaming,
        summary: "",
        usage: "",
        options: &[],
        differs: &[],
        leads: false,
        takes_searches: false,
        may_write: false,
        parse: |_| None,
    };

    /// The canonical name.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

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

/// The command of that lower-case name; none where there is no such command.
pub fn find(name: &str) -> Option<&'static CommandSpec> {
    COMMANDS.iter().find(|spec| spec.names.contains(&name))
}
