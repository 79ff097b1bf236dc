//! Commands.

use proptest::{collection::vec, option::of, prelude::*, sample::select};
use speleo_syntax::{
    Command, ExprKind, Field, Search, SearchExpr, SearchExprKind, Span, Spanned,
    command::{
        append::Append,
        bin::Bin,
        dedup::Dedup,
        eval::{Assignment, Eval},
        eventstats::EventStats,
        fields::Fields,
        fillnull::FillNull,
        format::Format,
        head::Head,
        inputlookup::InputLookup,
        iplocation::IpLocation,
        lookup::{Lookup, Mapping, Output},
        makeresults::{DataFormat, MakeResults},
        mvcombine::MvCombine,
        outputlookup::OutputLookup,
        regex::Regex,
        rename::Rename,
        r#return::{Return, ReturnItem},
        rex::{Rex, RexMode},
        search::SearchCommand,
        sort::Sort,
        stats::Stats,
        table::Table,
        top::Top,
        tstats::{GroupKey, TStats, TStatsSource},
        r#where::Where,
    },
};

use crate::{
    clause::{aggregate, bin_span, sort_key},
    condition::condition,
    expression::expression,
    name::{field, text, word},
};

const NOWHERE: Span = Span { start: 0, end: 0 };

fn spanned(node: String) -> Spanned<String> {
    Spanned { span: NOWHERE, node }
}

/// `search index=…`, for brackets.
pub(crate) fn retrieval() -> impl Strategy<Value = Command> {
    "[a-z]{1,4}"
        .prop_map(|text| {
            let expr = SearchExpr { span: NOWHERE, kind: SearchExprKind::Term { text, quoted: false } };
            Command::Search(SearchCommand { span: NOWHERE, implied: false, expr })
        })
        .prop_filter("a keyword", |command| command.to_string() != "search search")
}

/// A command that can stand first.
pub(crate) fn first() -> BoxedStrategy<Command> {
    let implied = condition().prop_map(|expr| Command::Search(SearchCommand { span: NOWHERE, implied: true, expr }));
    let data =
        of((select(vec![DataFormat::Csv, DataFormat::Json]), text().prop_filter("empty", |text| !text.is_empty())));
    let makeresults = (0_u64..5, any::<bool>(), data).prop_map(|(count, annotate, data)| {
        let data = data.map(|(format, text)| (format, spanned(text)));
        Command::MakeResults(MakeResults { span: NOWHERE, count, annotate, data })
    });
    prop_oneof![3 => implied, 1 => makeresults, 1 => inputlookup(false), 1 => tstats(false)].boxed()
}

/// A command that can stand behind a pipe.
pub(crate) fn following() -> BoxedStrategy<Command> {
    prop_oneof![aggregating(), choosing(), computing(), tables(), texts()].boxed()
}

fn aggregating() -> BoxedStrategy<Command> {
    let stats = (vec(aggregate(), 1..3), vec(field(), 0..3), any::<bool>(), of(text()), any::<bool>())
        .prop_filter("no value", |(_, _, _, delim, _)| delim.as_ref().is_none_or(|text| !text.is_empty()))
        .prop_map(|(aggregates, by, all_num, delim, dedup_split_values)| {
            Command::Stats(Stats { span: NOWHERE, aggregates, by, all_num, delim, dedup_split_values })
        });
    let eventstats =
        (vec(aggregate(), 1..3), vec(field(), 0..3), any::<bool>()).prop_map(|(aggregates, by, all_num)| {
            Command::EventStats(EventStats { span: NOWHERE, aggregates, by, all_num })
        });
    let top = (
        (any::<bool>(), 0_u64..20),
        vec(field(), 1..3),
        vec(field(), 0..2),
        (word(), word(), text()),
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(
                (rare, limit),
                fields,
                by,
                (count_field, percent_field, other_text),
                [show_count, show_percent, use_other],
            )| {
                Command::Top(Top {
                    span: NOWHERE,
                    rare,
                    limit,
                    fields,
                    by,
                    count_field,
                    percent_field,
                    show_count,
                    show_percent,
                    use_other,
                    other_text,
                })
            },
        );
    prop_oneof![stats, eventstats, top, tstats(true)].boxed()
}

fn tstats(append: bool) -> BoxedStrategy<Command> {
    let source = prop_oneof![
        Just(TStatsSource::Indexes),
        "[A-Z][a-z_]{1,4}(\\.[A-Z][a-z]{1,3})?".prop_map(|name| TStatsSource::DataModel(spanned(name))),
        word().prop_map(|name| TStatsSource::Namespace(spanned(name))),
    ];
    let by = (vec(field(), 0..3), of(bin_span())).prop_map(|(fields, span)| {
        let mut keys: Vec<_> = fields.into_iter().map(|field| GroupKey { field, prefix: false, span: None }).collect();
        if let Some(last) = keys.last_mut() {
            last.span = span;
        }
        keys
    });
    (vec(aggregate(), 1..3), source, condition(), by, any::<[bool; 3]>(), of(word()))
        .prop_map(
            move |(
                aggregates,
                from,
                condition,
                by,
                [prestats, summaries_only, allow_old_summaries],
                fillnull_value,
            )| {
                Command::TStats(TStats {
                    span: NOWHERE,
                    aggregates,
                    from,
                    condition,
                    by,
                    prestats,
                    append,
                    summaries_only,
                    allow_old_summaries,
                    fillnull_value,
                })
            },
        )
        .boxed()
}

fn inputlookup(append: bool) -> BoxedStrategy<Command> {
    (any::<bool>(), 0_u64..3, of(0_u64..9), field(), of(condition()))
        .prop_map(move |(strict, start, max, table, condition)| {
            Command::InputLookup(InputLookup { span: NOWHERE, append, strict, start, max, table, condition })
        })
        .boxed()
}

fn choosing() -> BoxedStrategy<Command> {
    let search = condition().prop_map(|expr| Command::Search(SearchCommand { span: NOWHERE, implied: false, expr }));
    let filter = expression().prop_map(|expr| Command::Where(Where { span: NOWHERE, expr }));
    let dedup = (1_u64..4, vec(field(), 1..3), any::<[bool; 3]>(), vec(sort_key(), 0..3)).prop_map(
        |(count, fields, [keep_events, keep_empty, consecutive], sort_by)| {
            Command::Dedup(Dedup { span: NOWHERE, count, fields, keep_events, keep_empty, consecutive, sort_by })
        },
    );
    let stop = expression().prop_filter("a number is a count", |stop| !matches!(stop.kind, ExprKind::Number(_)));
    let head = (of(0_u64..9), of(stop), any::<[bool; 2]>()).prop_map(|(limit, condition, [null, keep_last])| {
        Command::Head(Head { span: NOWHERE, limit, condition, null, keep_last, limit_subsearch: None })
    });
    let sort = (of(0_u64..9), vec(sort_key(), 1..3), any::<bool>())
        .prop_map(|(limit, keys, reverse)| Command::Sort(Sort { span: NOWHERE, limit, keys, reverse }));
    let regex = (of(field()), any::<bool>(), text()).prop_map(|(field, negated, pattern)| {
        let negated = negated && field.is_some();
        Command::Regex(Regex { span: NOWHERE, field, negated, pattern: spanned(pattern) })
    });
    prop_oneof![search, filter, dedup, head, sort, regex].boxed()
}

fn computing() -> BoxedStrategy<Command> {
    let assignment = (field(), expression()).prop_map(|(target, expr)| Assignment { span: NOWHERE, target, expr });
    let eval = vec(assignment, 1..3).prop_map(|assignments| Command::Eval(Eval { span: NOWHERE, assignments }));
    let bin = (field(), of(field()), of(bin_span()), of(bin_span()), of(2_u64..9), of(0_u32..9), of(word())).prop_map(
        |(field, alias, width, min_span, bins, end, align_time)| {
            let end = end.map(f64::from);
            Command::Bin(Bin { span: NOWHERE, field, alias, width, min_span, bins, start: end, end, align_time })
        },
    );
    let iplocation = (field(), of(word()), any::<bool>(), of(word())).prop_map(|(field, prefix, all_fields, lang)| {
        let prefix = prefix.unwrap_or_default();
        Command::IpLocation(IpLocation { span: NOWHERE, field, prefix, all_fields, lang })
    });
    let mode = prop_oneof![
        (text(), 0_u64..3, of(field())).prop_map(|(pattern, max_match, offset_field)| RexMode::Extract {
            pattern: spanned(pattern),
            max_match,
            offset_field
        }),
        text().prop_map(|script| RexMode::Sed { script: spanned(script) }),
    ];
    let rex = (of(field()), mode).prop_map(|(field, mode)| Command::Rex(Rex { span: NOWHERE, field, mode }));
    prop_oneof![eval, bin, iplocation, rex].boxed()
}

fn tables() -> BoxedStrategy<Command> {
    let mapping = || {
        (field(), of(field())).prop_map(|(column, alias)| {
            let field = alias.unwrap_or_else(|| column.clone());
            Mapping { column, field }
        })
    };
    let output = select(vec![Output::Implied, Output::Overwrite, Output::New]);
    let lookup =
        (field(), vec(mapping(), 1..3), vec(mapping(), 1..3), output).prop_map(|(table, inputs, outputs, output)| {
            let outputs = if output == Output::Implied { Vec::new() } else { outputs };
            Command::Lookup(Lookup { span: NOWHERE, table, inputs, outputs, output })
        });
    let outputlookup = (field(), any::<[bool; 4]>(), of(0_u64..9), of(word())).prop_map(
        |(table, [append, create_empty, override_if_empty, multivalue_columns], max, key)| {
            let key_field = key.map(|name| Field::new(name, NOWHERE));
            Command::OutputLookup(OutputLookup {
                span: NOWHERE,
                table,
                append,
                create_empty,
                override_if_empty,
                max,
                key_field,
                multivalue_columns,
            })
        },
    );
    let append = (retrieval(), of(0_u64..9), any::<bool>()).prop_map(|(command, max_out, extend_time_range)| {
        let search = Search { span: NOWHERE, commands: vec![command] };
        Command::Append(Append { span: NOWHERE, search, max_out, extend_time_range })
    });
    prop_oneof![lookup, outputlookup, append, inputlookup(true)].boxed()
}

fn texts() -> BoxedStrategy<Command> {
    let plain = || text().prop_filter("no value", |text| !text.is_empty());
    let fields = (any::<bool>(), vec(field(), 1..4))
        .prop_map(|(drop, fields)| Command::Fields(Fields { span: NOWHERE, drop, fields }));
    let table = vec(field(), 1..4).prop_map(|fields| Command::Table(Table { span: NOWHERE, fields }));
    let fillnull = (of(plain()), vec(field(), 0..3))
        .prop_map(|(value, fields)| Command::FillNull(FillNull { span: NOWHERE, value, fields }));
    let format = (plain(), 0_u64..3, prop::array::uniform6(text()), plain()).prop_map(
        |(mv_separator, max_results, parts, empty_text)| {
            Command::Format(Format { span: NOWHERE, mv_separator, max_results, parts, empty_text })
        },
    );
    let mvcombine =
        (of(plain()), field()).prop_map(|(delim, field)| Command::MvCombine(MvCombine { span: NOWHERE, delim, field }));
    let rename = vec((field(), field()), 1..3)
        .prop_filter("wildcards", |pairs| {
            pairs.iter().all(|(old, new)| old.name.matches('*').count() == new.name.matches('*').count())
        })
        .prop_map(|pairs| Command::Rename(Rename { span: NOWHERE, pairs }));
    let item = prop_oneof![
        field().prop_map(ReturnItem::Field),
        (field(), field()).prop_map(|(alias, field)| ReturnItem::Alias(alias, field)),
        field().prop_map(ReturnItem::Value),
    ];
    let r#return =
        (1_u64..4, vec(item, 1..3)).prop_map(|(count, items)| Command::Return(Return { span: NOWHERE, count, items }));
    prop_oneof![fields, table, fillnull, format, mvcombine, rename, r#return].boxed()
}
