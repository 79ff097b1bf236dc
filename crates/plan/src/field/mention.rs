//! The fields that a pipeline names: what a source must take out of raw text that lists none.
//!
//! `index=web code>399 | stats count BY path` names `index`, `code` and `path`.

use speleo_functions::eval::pattern::group_names;
use speleo_syntax::{
    Command, Expr, ExprKind, Field, Search, SearchExpr, SearchExprKind,
    clause::{Aggregate, Argument, SortKey},
    command::{
        foreach::ForEach, join::JoinKeys, overlap::FIELDS, r#return::ReturnItem, rex::RexMode, strcat::Part,
        streamstats::StreamStats, transaction::Filter,
    },
    parse_continuation, parse_search_expr,
};

use crate::{
    command::{eval::template_fields, foreach, map, transaction},
    metric,
};

/// The names of fields that the commands of a pipeline read; without wildcards, without those of its subsearches.
pub(crate) fn mentioned(search: &Search) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for command in &search.commands {
        of_command(command, &mut |field: &Field| {
            if !field.is_wildcard() && !names.contains(&field.name) {
                names.push(field.name.clone());
            }
        });
    }
    names
}

/// Visits the fields that a command reads, or keeps where it has no new value for them.
pub(crate) fn of_command(command: &Command, found: &mut dyn FnMut(&Field)) {
    match command {
        Command::Bin(bin) => found(&bin.field),
        Command::BucketDir(paths) => [&paths.path, &paths.size].into_iter().chain(&paths.count).for_each(found),
        Command::Folderize(folders) => [&folders.attribute, &folders.size].into_iter().for_each(found),
        Command::FindKeywords(groups) => found(&groups.label),
        Command::FindTypes(types) => found(&Field::new("eventtype", types.span)),
        Command::Typer(typer) => found(&Field::new("eventtype", typer.span)),
        Command::Tags(tags) => tags.fields.iter().for_each(found),
        Command::KvForm(form) => form.field.iter().for_each(found),
        Command::Overlap(ranges) => FIELDS.iter().for_each(|name| found(&Field::new(*name, ranges.span))),
        Command::Anomalies(anomalies) => anomalies.field.iter().chain(&anomalies.by).for_each(found),
        Command::KMeans(kmeans) => kmeans.fields.iter().for_each(found),
        Command::Predict(predict) => {
            predict.series.iter().map(|(field, _)| field).chain(&predict.correlate).for_each(found);
        }
        Command::X11(series) => found(&series.field),
        Command::Erex(erex) => erex.from.iter().chain([&erex.field]).for_each(found),
        Command::Gauge(gauge) => [&gauge.value].into_iter().chain(&gauge.bounds).for_each(found),
        Command::Cluster(cluster) => cluster.field.iter().for_each(found),
        Command::Diff(diff) => diff.attribute.iter().for_each(found),
        Command::SelfJoin(join) => join.fields.iter().for_each(found),
        Command::XPath(xpath) => xpath.field.iter().chain(&xpath.output).for_each(found),
        Command::Convert(convert) => convert.conversions.iter().for_each(|conversion| found(&conversion.field)),
        Command::Chart(chart) => {
            of_aggregates(&chart.aggregates, found);
            chart.row.iter().chain(&chart.column).for_each(|axis| found(&axis.field));
        }
        Command::Dedup(dedup) => {
            dedup.fields.iter().for_each(&mut *found);
            of_keys(&dedup.sort_by, found);
        }
        Command::Eval(eval) => {
            for assignment in &eval.assignments {
                read_by(&assignment.expr, found);
                for name in template_fields(&assignment.target.name) {
                    found(&Field { span: assignment.target.span, name: name.to_owned() });
                }
            }
        }
        Command::EventStats(stats) => {
            of_aggregates(&stats.aggregates, found);
            stats.by.iter().for_each(found);
        }
        Command::FieldFormat(shown) => {
            read_by(&shown.format.expr, found);
            found(&shown.format.target);
        }
        Command::Fields(fields) => fields.fields.iter().for_each(found),
        Command::FillNull(fill) => fill.fields.iter().for_each(found),
        Command::Head(head) => head.condition.iter().for_each(|condition| read_by(condition, found)),
        Command::IpLocation(location) => found(&location.field),
        Command::Lookup(lookup) => lookup.inputs.iter().chain(&lookup.outputs).for_each(|pair| found(&pair.field)),
        Command::MvCombine(combine) => found(&combine.field),
        Command::XmlKv(extract) => extract.field.iter().for_each(found),
        Command::Regex(regex) => regex.field.iter().for_each(found),
        Command::Rename(rename) => rename.pairs.iter().for_each(|(old, _)| found(old)),
        Command::Return(items) => items.items.iter().for_each(|item| match item {
            ReturnItem::Field(field) | ReturnItem::Alias(_, field) | ReturnItem::Value(field) => found(field),
        }),
        Command::Rex(rex) => {
            rex.field.iter().for_each(&mut *found);
            if let RexMode::Extract { pattern, .. } = &rex.mode {
                for name in group_names(&pattern.node).unwrap_or_default() {
                    found(&Field { span: pattern.span, name });
                }
            }
        }
        Command::Search(search) => of_search(&search.expr, found),
        Command::SearchTxn(search) => of_search(&search.expr, found),
        Command::Dump(dump) => dump.fields.iter().for_each(found),
        Command::MCollect(collect) => collect.dimensions.iter().chain(&collect.prefix).for_each(found),
        Command::XmlUnescape(unescape) => found(&Field::new("_raw", unescape.span)),
        Command::Geom(geom) => found(&geom.id),
        Command::GeomFilter(filter) => found(&Field::new("geom", filter.span)),
        Command::Sort(sort) => of_keys(&sort.keys, found),
        Command::Stats(stats) => {
            of_aggregates(&stats.aggregates, found);
            stats.by.iter().for_each(found);
        }
        Command::Table(table) => table.fields.iter().for_each(found),
        Command::TimeChart(chart) => {
            of_aggregates(&chart.aggregates, found);
            chart.column.iter().for_each(|axis| found(&axis.field));
        }
        Command::Top(top) => top.fields.iter().chain(&top.by).for_each(found),
        Command::TStats(stats) => {
            of_aggregates(&stats.aggregates, found);
            of_search(&stats.condition, found);
            stats.by.iter().filter(|key| !key.prefix).for_each(|key| found(&key.field));
        }
        Command::Where(condition) => read_by(&condition.expr, found),
        Command::Accum(command) => found(&command.field),
        Command::AutoRegress(command) => found(&command.field),
        Command::Delta(command) => found(&command.field),
        Command::FillDown(command) => command.fields.iter().for_each(found),
        Command::StreamStats(command) => of_streamstats(command, found),
        Command::Trendline(command) => command.trends.iter().for_each(|trend| found(&trend.field)),
        Command::Metadata(metadata) => {
            found(&Field::new(metadata.field, metadata.span));
            metadata.condition.iter().for_each(|condition| of_search(condition, found));
        }
        Command::MetaSearch(search) => {
            ["host", "source", "sourcetype"].into_iter().for_each(|name| found(&Field::new(name, search.span)));
            of_search(&search.expr, found);
        }
        // What the bracket returns is not known; what stands around it is.
        Command::Spliced(spliced) => {
            let text = spliced.with(&vec!["0"; spliced.searches.len()]);
            let commands = parse_continuation(&text).0.commands;
            let is_read = |command: &&Command| !matches!(command, Command::Spliced(_));
            commands.iter().filter(is_read).for_each(|command| of_command(command, found));
        }
        Command::AppendPipe(pipe) => pipe.pipeline.commands.iter().for_each(|command| of_command(command, found)),
        Command::ForEach(each) => {
            each.fields.iter().for_each(&mut *found);
            // What the template names besides its tokens; of fields by pattern nothing is known yet.
            for field in &each.fields {
                let others: Vec<String> = in_template(each, field, "y").into_iter().map(|field| field.name).collect();
                in_template(each, field, "x").iter().filter(|field| others.contains(&field.name)).for_each(&mut *found);
            }
        }
        Command::Join(join) => match &join.keys {
            JoinKeys::Fields(fields) => fields.iter().for_each(found),
            JoinKeys::Where { pairs, .. } => pairs.iter().for_each(|(left, _)| found(left)),
        },
        Command::MakeContinuous(bins) => bins.field.iter().for_each(found),
        Command::Map(map) if map.is_saved => {}
        Command::Map(map) => {
            map::names(&map.template.node).into_iter().for_each(|name| found(&Field::new(name, map.template.span)));
        }
        Command::SPath(spath) => spath.input.iter().for_each(found),
        Command::Transpose(transpose) => transpose.header.iter().for_each(found),
        Command::UnTable(table) => found(&table.row),
        Command::XySeries(table) => [&table.row, &table.column].into_iter().chain(&table.values).for_each(found),
        Command::AddTotals(totals) => totals.fields.iter().for_each(found),
        Command::FromJson(json) => found(&json.field),
        Command::ToJson(json) => json.fields.iter().for_each(|(_, field)| found(field)),
        Command::MakeMv(split) => found(&split.field),
        Command::MvExpand(expand) => found(&expand.field),
        Command::NoMv(join) => found(&join.field),
        Command::RangeMap(ranges) => found(&ranges.field),
        Command::Replace(replace) => replace.fields.iter().for_each(found),
        Command::StrCat(join) => join.parts.iter().for_each(|part| match part {
            Part::Field(field) => found(field),
            Part::Text(_) => {}
        }),
        Command::Transaction(transaction) => {
            transaction.fields.iter().for_each(&mut *found);
            for filter in transaction.starts_with.iter().chain(&transaction.ends_with) {
                match filter {
                    Filter::Eval(condition) => read_by(condition, found),
                    Filter::Search(condition) => of_search(condition, found),
                    Filter::Text(text) => of_search(&transaction::phrase_or_search(text), found),
                }
            }
        }
        Command::AnalyzeFields(analysis) => found(&analysis.class),
        Command::AnomalousValue(anomalous) => anomalous.fields.iter().for_each(found),
        Command::AnomalyDetection(detection) => detection.fields.iter().for_each(found),
        Command::ARules(rules) => rules.fields.iter().for_each(found),
        Command::Associate(associate) => associate.fields.iter().for_each(found),
        Command::CoFilter(filter) => [&filter.user, &filter.item].into_iter().for_each(found),
        Command::Concurrency(running) => std::iter::once(&running.duration).chain(&running.start).for_each(found),
        Command::Contingency(table) => [&table.row, &table.column].into_iter().for_each(found),
        Command::Outlier(outlier) => outlier.fields.iter().for_each(found),
        Command::FieldSummary(summary) => summary.fields.iter().for_each(found),
        Command::GeoStats(stats) => {
            of_aggregates(&stats.aggregates, found);
            stats.by.iter().for_each(&mut *found);
            for name in [&stats.latitude, &stats.longitude] {
                found(&Field::new(name.clone(), stats.span));
            }
        }
        Command::MStats(stats) => {
            of_search(&stats.condition, found);
            stats.by.iter().for_each(&mut *found);
            for name in [metric::NAME, metric::VALUE] {
                found(&Field::new(name, stats.span));
            }
            of_aggregates(&stats.aggregates, &mut |field| {
                let metric = if stats.catalog || field.name == metric::VALUE { "*" } else { &field.name };
                found(field);
                found(&Field::new(format!("{}{metric}", metric::PREFIX), field.span));
            });
        }
        Command::MPreview(preview) => {
            for name in [metric::NAME.to_owned(), metric::VALUE.to_owned(), format!("{}*", metric::PREFIX)] {
                found(&Field::new(name, preview.span));
            }
            if let Some(filter) = &preview.filter {
                of_search(&parse_search_expr(&filter.node).0, found);
            }
        }
        Command::SiStats(prepared) => of_command(&prepared.command, found),
        Command::AddInfo(_)
        | Command::AppendCols(_)
        | Command::Correlate(_)
        | Command::Extract(_)
        | Command::GenTimes(_)
        | Command::Localize(_)
        | Command::MultiKv(_)
        | Command::MultiSearch(_)
        | Command::Set(_)
        | Command::TimeWrap(_)
        | Command::Union(_) => {}
        Command::Append(_)
        | Command::Uniq(_)
        | Command::Tail(_)
        | Command::Reverse(_)
        | Command::DataModel(_)
        | Command::Format(_)
        | Command::From(_)
        | Command::Collect(_)
        | Command::TsCollect(_)
        | Command::DbInspect(_)
        | Command::EventCount(_)
        | Command::History(_)
        | Command::TypeAhead(_)
        | Command::WalkLex(_)
        | Command::InputCsv(_)
        | Command::InputLookup(_)
        | Command::LoadJob(_)
        | Command::OutputCsv(_)
        | Command::OutputText(_)
        | Command::OutputRaw(_)
        | Command::Pivot(_)
        | Command::Require(_)
        | Command::Rest(_)
        | Command::SavedSearch(_)
        | Command::SendAlert(_)
        | Command::SendEmail(_)
        | Command::MakeResults(_)
        | Command::OutputLookup(_)
        | Command::Abstract(_)
        | Command::Relevancy(_)
        | Command::Scrub(_)
        | Command::RelTime(_)
        | Command::SetFields(_)
        | Command::NoOp(_)
        | Command::Unsupported(_) => {}
    }
}

fn of_keys(keys: &[SortKey], found: &mut dyn FnMut(&Field)) {
    keys.iter().for_each(|key| found(&key.field));
}

fn of_streamstats(stats: &StreamStats, found: &mut dyn FnMut(&Field)) {
    of_aggregates(&stats.aggregates, found);
    stats.by.iter().for_each(&mut *found);
    stats.reset_before.iter().chain(&stats.reset_after).for_each(|condition| read_by(condition, found));
}

fn of_aggregates(aggregates: &[Aggregate], found: &mut dyn FnMut(&Field)) {
    for aggregate in aggregates {
        match &aggregate.argument {
            Argument::Field(field) => found(field),
            Argument::Eval(expr) => read_by(expr, found),
            Argument::Sparkline(inner, _) => {
                of_aggregates(inner.as_deref().map(std::slice::from_ref).unwrap_or_default(), found)
            }
            Argument::None | Argument::Prefix(_) => {}
        }
    }
}

/// What the template of a `foreach` names where `*` of one of its fields is `star`. Names that change with it are made of tokens.
fn in_template(each: &ForEach, field: &Field, star: &str) -> Vec<Field> {
    let text = foreach::instance(each, &field.name.replace('*', star), &[]);
    let template = parse_continuation(&text).0;
    let mut fields = Vec::new();
    for command in template.commands.iter().filter(|command| !matches!(command, Command::ForEach(_))) {
        of_command(command, &mut |field| fields.push(field.clone()));
    }
    fields
}

/// The fields that an eval expression names, in order of their places; a field may come more than once. Those in the text
/// of `searchmatch` are not among them.
pub(crate) fn of_expr<'a>(expr: &'a Expr, found: &mut dyn FnMut(&'a Field)) {
    walk(expr, &mut |expr| {
        if let ExprKind::Field(field) = &expr.kind {
            found(field);
        }
    });
}

/// The fields that an eval expression reads, those in the text of `searchmatch` among them.
pub(crate) fn read_by(expr: &Expr, found: &mut dyn FnMut(&Field)) {
    walk(expr, &mut |expr| match &expr.kind {
        ExprKind::Field(field) => found(field),
        ExprKind::Call { name, args, .. } if name == "searchmatch" => {
            if let [Expr { kind: ExprKind::String(text), .. }] = args.as_slice() {
                of_search(&parse_search_expr(text).0, &mut |field| found(field));
            }
        }
        _ => {}
    });
}

/// Visits an expression and all below it, left to right.
pub(crate) fn walk<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        visit(expr);
        match &expr.kind {
            ExprKind::Unary(_, inner) => rest.push(inner),
            ExprKind::Binary(_, left, right) => rest.extend([&**right, left]),
            ExprKind::In { value, items, .. } => {
                rest.extend(items.iter().rev());
                rest.push(value);
            }
            ExprKind::Call { args, .. } => rest.extend(args.iter().rev()),
            _ => {}
        }
    }
}

/// The fields that a search condition names.
pub(crate) fn of_search(expr: &SearchExpr, found: &mut dyn FnMut(&Field)) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => found(field),
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => rest.extend(parts.iter().rev()),
            SearchExprKind::Not(inner) => rest.push(inner),
            _ => {}
        }
    }
}
