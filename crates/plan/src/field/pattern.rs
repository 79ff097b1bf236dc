//! The patterns by which a pipeline names fields: which of an open source's fields it needs beyond those with names.
//!
//! `index=raw | fillnull | table src*` takes all fields, `index=raw | stats count BY src | table *` none.

use speleo_syntax::{
    Command, Search,
    clause::{Aggregate, Argument},
};

use super::mention::of_command;

/// The pattern of all fields.
const ALL: &str = "*";

/// The patterns that reach the events, up to the command that makes other rows of them.
pub(crate) fn patterns(search: &Search) -> Vec<String> {
    let mut patterns: Vec<String> = Vec::new();
    let mut add = |pattern: &str| {
        if !patterns.iter().any(|known| known == pattern) {
            patterns.push(pattern.to_owned());
        }
    };
    for command in &search.commands {
        // A condition compares the fields that it names, and what is dropped need not be there.
        if matches!(command, Command::Search(_)) || matches!(command, Command::Fields(fields) if fields.drop) {
            continue;
        }
        if takes_all(command) {
            add(ALL);
        }
        of_command(command, &mut |field| {
            if field.is_wildcard() {
                add(&field.name);
            }
        });
        if closes(command) {
            break;
        }
    }
    patterns
}

/// Whether a command reads every field that there is.
pub(crate) fn takes_all(command: &Command) -> bool {
    match command {
        Command::AddTotals(totals) => totals.fields.is_empty(),
        Command::ToJson(json) => json.fields.is_empty(),
        Command::Replace(replace) => replace.fields.is_empty(),
        Command::FillDown(fill) => fill.fields.is_empty(),
        Command::FillNull(fill) => fill.fields.is_empty(),
        Command::Chart(chart) => chart.aggregates.iter().any(is_of_all),
        Command::StreamStats(stats) => stats.aggregates.iter().any(is_of_all),
        Command::TimeChart(chart) => chart.aggregates.iter().any(is_of_all),
        Command::Stats(stats) => stats.aggregates.iter().any(is_of_all),
        Command::EventStats(stats) => stats.aggregates.iter().any(is_of_all),
        Command::AnomalousValue(anomalous) => anomalous.fields.is_empty(),
        Command::AnomalyDetection(detection) => detection.fields.is_empty(),
        Command::Associate(associate) => associate.fields.is_empty(),
        Command::FieldSummary(summary) => summary.fields.is_empty(),
        Command::KMeans(kmeans) => kmeans.fields.is_empty(),
        Command::Dump(dump) => dump.fields.is_empty(),
        Command::Outlier(outlier) => outlier.fields.is_empty(),
        // The fields of its type are not known yet.
        Command::Transaction(transaction) => transaction.name.is_some(),
        Command::SiStats(prepared) => takes_all(&prepared.command),
        Command::AnalyzeFields(_)
        | Command::Correlate(_)
        | Command::FindTypes(_)
        | Command::Format(_)
        | Command::MvCombine(_)
        | Command::Collect(_)
        | Command::MCollect(_)
        | Command::TsCollect(_)
        | Command::OutputCsv(_)
        | Command::OutputLookup(_)
        | Command::OutputRaw(_)
        | Command::Predict(_)
        | Command::SelfJoin(_)
        | Command::Transpose(_)
        | Command::UnTable(_) => true,
        _ => false,
    }
}

/// An aggregation without an argument, except `count`, is one of every field.
fn is_of_all(aggregate: &Aggregate) -> bool {
    matches!(aggregate.argument, Argument::None) && !matches!(aggregate.function.as_str(), "count" | "c")
}

/// Whether the rows after a command have no field but those that it names.
pub(crate) fn closes(command: &Command) -> bool {
    matches!(
        command,
        Command::AnalyzeFields(_)
            | Command::ARules(_)
            | Command::Associate(_)
            | Command::BucketDir(_)
            | Command::Chart(_)
            | Command::CoFilter(_)
            | Command::Contingency(_)
            | Command::Correlate(_)
            | Command::Diff(_)
            | Command::Fields(_)
            | Command::Gauge(_)
            | Command::FieldSummary(_)
            | Command::FindKeywords(_)
            | Command::FindTypes(_)
            | Command::Folderize(_)
            | Command::Format(_)
            | Command::GeoStats(_)
            | Command::Localize(_)
            | Command::MPreview(_)
            | Command::MStats(_)
            | Command::Overlap(_)
            | Command::Pivot(_)
            | Command::Return(_)
            | Command::SiStats(_)
            | Command::Stats(_)
            | Command::Table(_)
            | Command::TimeChart(_)
            | Command::Top(_)
            | Command::TypeAhead(_)
            | Command::WalkLex(_)
            | Command::Transpose(_)
            | Command::TStats(_)
            | Command::UnTable(_)
            | Command::XySeries(_)
    )
}

#[cfg(test)]
mod tests {
    use super::patterns;

    fn check(search: &str, expected: &[&str]) {
        assert_eq!(patterns(&speleo_syntax::parse(search).0), expected, "{search}");
    }

    #[test]
    fn patterns_reach_events() {
        check("index=a x=*", &[]);
        check("index=a | table a b", &[]);
        check("index=a | table src*, *", &["src*", "*"]);
        check("index=a | fields - x* | head 1", &[]);
        check("index=a | rename a.* AS * | fillnull value=x", &["a.*", "*"]);
        check("index=a | fillnull b", &[]);
        check("index=a | filldown | streamstats count", &["*"]);
        check("index=a | stats values(s*) BY h", &["s*"]);
        check("index=a | stats dc", &["*"]);
        check("index=a | stats count c", &[]);
        check("index=a | stats count BY h | table *", &[]);
        check("index=a | fields a, b | table *", &[]);
        check("index=a | eventstats count | fields u*", &["u*"]);
    }
}
