//! The meaning of `transaction`: events that belong together become one. `transaction user maxspan=30m endswith="logout"`
//!
//! Events go newest first through a window function that tells the number of each one's transaction; an aggregation by that
//! number makes the rows. `_time` is the oldest event's, `_raw` the texts in order of time; every other field has its
//! different values once, or with `mvlist` a value for each event. Transactions that lack a required first or last event are
//! dropped unless `keepevicted` is set. A transaction type gives fields and options that are not written.

mod definition;

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{Expr, LogicalPlanBuilder, cast, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{
    SearchExpr, Spanned,
    command::transaction::{Filter, MvList, Transaction},
    parse_search_expr,
};

use crate::{
    Result,
    aggregate::{Call, arrival_key},
    command::rows,
    expr, kernel,
    lower::{Context, Lower},
    meet, predicate,
    relation::{OrderKey, Relation, column, named},
    window::{self, Window},
};

/// Splunk's `maxevents`.
const MOST_EVENTS: i64 = 1_000;
/// What stands for a missing value in a list.
const NULL_TEXT: &str = "NULL";
/// The field that tells the transaction type.
pub(crate) const TYPE: &str = "transactiontype";
/// The fields that a transaction gets; what events have under these names is gone.
const FACTS: [&str; 6] = ["duration", "eventcount", "closed_txn", "field_match_sum", "linecount", "_txn_orphan"];

pub(crate) use definition::{defined, merged};

impl Lower for Transaction {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "transaction", self.span)?;
        let Some(name) = &self.name else { return self.grouped(input, cx).await };
        let Some(defined) = defined(name, cx)? else { return self.grouped(input, cx).await };
        let grouped = merged(self, defined).grouped(input, cx).await?;
        grouped.set(vec![(TYPE.to_owned(), lit(name.node.as_str()))])
    }
}

/// `transaction` with the options that hold.
trait Grouping {
    /// One row for each transaction.
    async fn grouped(&self, input: Relation, cx: &mut Context<'_>) -> Result<Relation>;
}

impl Grouping for Transaction {
    async fn grouped(&self, mut input: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        let newest = OrderKey::descending(meet::TIME);
        if input.has(meet::TIME) && input.order.first() != Some(&newest) {
            input.order.insert(0, newest);
        }
        if let Some(delim) = &self.delim {
            cx.delimiters.extend(input.fields().into_iter().map(|name| (name, delim.clone())));
        }
        let first = marked(self.starts_with.as_ref(), &input, cx).await?;
        let last = marked(self.ends_with.as_ref(), &input, cx).await?;
        let shown = input.fields();
        let (numbered, told) = self.number(input, first, last)?;
        self.merge(numbered, &told, shown)
    }
}

/// Whether an event fits a filter; none without one, as then no event does.
async fn marked(filter: Option<&Filter>, input: &Relation, cx: &mut Context<'_>) -> Result<Option<Expr>> {
    let Some(filter) = filter else { return Ok(None) };
    Ok(Some(match filter {
        Filter::Eval(condition) => expr::condition(condition, input, cx).await?,
        Filter::Search(condition) => predicate::condition(condition, input, cx).await?,
        Filter::Text(text) => predicate::condition(&phrase_or_search(text), input, cx).await?,
    }))
}

/// A text that compares or combines is a search, any other one a phrase.
pub(crate) fn phrase_or_search(text: &Spanned<String>) -> SearchExpr {
    let is_search = text.node.contains(['=', '<', '>', '(', '*', '"'])
        || text.node.split_whitespace().any(|word| matches!(word, "AND" | "OR" | "NOT" | "IN"));
    if is_search {
        let (search, problems) = parse_search_expr(&text.node);
        if problems.is_empty() {
            return search;
        }
    }
    let phrase = text.node.replace('\\', "\\\\").replace('"', "\\\"");
    parse_search_expr(&format!("\"{phrase}\"")).0
}

/// The hidden columns that say what is known of each event.
struct Told {
    /// Epoch seconds.
    time: String,
    /// The key of its transaction: it begins with a number, and ends in whether that was closed and whether it is an orphan.
    key: String,
    /// How many of the fields the event has.
    matched: String,
}

impl Told {
    /// 1 where the transaction was closed.
    fn closed(&self) -> Expr {
        column(&self.key) % lit(2_i64)
    }

    /// 1 where it is an event without any of the fields.
    fn orphan(&self) -> Expr {
        column(&self.key) / lit(2_i64) % lit(2_i64)
    }
}

/// The two halves of `transaction`.
trait Steps {
    /// Adds the key of its transaction, and what is known of the event, to each event; drops events of none.
    fn number(&self, input: Relation, first: Option<Expr>, last: Option<Expr>) -> Result<(Relation, Told)>;
    /// One row for each key.
    fn merge(&self, input: Relation, told: &Told, shown: Vec<String>) -> Result<Relation>;
    /// Whether a field keeps a value for each event.
    fn is_list(&self, name: &str) -> bool;
}

impl Steps for Transaction {
    fn number(&self, input: Relation, first: Option<Expr>, last: Option<Expr>) -> Result<(Relation, Told)> {
        let time = match input.data_type(meet::TIME) {
            Some(data_type) => meet::convert(column(meet::TIME), data_type, &DataType::Float64)?,
            None => meet::null_of(&DataType::Float64)?,
        };
        let (input, time) = input.hidden("txn_time", time)?;
        // What is false of all events stays a literal: no column of it is read, sorted and looked at.
        let mark = |input: Relation, stem: &str, mark: Option<Expr>| -> Result<(Relation, Expr)> {
            let Some(mark) = mark else { return Ok((input, lit(false))) };
            input.hidden(stem, mark).map(|(input, name)| (input, column(&name)))
        };
        let (input, first) = mark(input, "txn_first", first)?;
        let (input, last) = mark(input, "txn_last", last)?;
        let seconds = |limit: Option<f64>| lit(ScalarValue::Float64(limit));
        let most = self.max_events.map_or(MOST_EVENTS, |most| i64::try_from(most).unwrap_or(i64::MAX));
        let mut args = vec![
            column(&time),
            first,
            last,
            seconds(self.max_span),
            seconds(self.max_pause),
            lit(most),
            lit(self.starts_with.is_some()),
            lit(self.ends_with.is_some()),
            lit(self.connected),
            lit(self.keep_evicted),
            lit(self.keep_orphans),
        ];
        let mut matched = lit(0_i64);
        for field in &self.fields {
            let Some(data_type) = input.data_type(&field.name) else {
                args.push(meet::null_of(&DataType::Utf8)?);
                continue;
            };
            let whole = meet::whole(column(&field.name), data_type);
            let from = if meet::is_list(data_type) { DataType::Utf8 } else { data_type.clone() };
            let text = meet::convert(whole, &from, &DataType::Utf8)?;
            matched = matched + cast(text.clone().is_not_null(), DataType::Int64);
            args.push(text);
        }
        let all = Window::so_far(&input);
        let key = all.apply(kernel::window("spl_transaction")?, args)?;
        let (input, key) = window::add_one(input, "txn", key)?;
        let (input, key) = input.hidden("txn_transaction", key)?;
        let (input, matched) = input.hidden("txn_matched", matched)?;
        let kept = input.filter(column(&key).is_not_null())?;
        Ok((kept, Told { time, key, matched }))
    }

    fn merge(&self, input: Relation, told: &Told, shown: Vec<String>) -> Result<Relation> {
        // From the oldest event to the newest.
        let reversed: Vec<OrderKey> = input
            .order
            .iter()
            .map(|key| OrderKey { descending: !key.descending, nulls_first: !key.nulls_first, ..key.clone() })
            .collect();
        let key = arrival_key(&Relation { order: reversed, ..input.clone() })?;
        let (input, key) = input.hidden("txn_key", key)?;
        let call = |name: &str, args: Vec<Expr>| -> Result<Expr> {
            Ok(Call { function: kernel::aggregate(name)?, args }.aggregate())
        };
        let sum = |value: Expr| Call { function: sum_udaf(), args: vec![value] }.aggregate();
        let mut columns: Vec<String> = Vec::new();
        let mut calls = Vec::new();
        for name in shown {
            let data_type = input.data_type(&name).cloned().unwrap_or(DataType::Utf8);
            let value = if meet::is_time(&data_type) { meet::epoch(column(&name)) } else { column(&name) };
            let merged = match name.as_str() {
                meet::TIME => Call { function: min_udaf(), args: vec![column(&name)] }.aggregate(),
                "_raw" => call("spl_list", vec![value, column(&key)])?,
                fact if FACTS.contains(&fact) => continue,
                _ if self.is_list(&name) => {
                    let text = meet::convert(value, &data_type, &meet::list_type())?;
                    let null = lit(self.null_text.as_deref().unwrap_or(NULL_TEXT));
                    let null = kernel::call("spl_as_list", vec![null])?;
                    call("spl_list", vec![coalesce().call(vec![text, null]), column(&key)])?
                }
                _ => call("spl_values", vec![value])?,
            };
            calls.push(named(merged, &name));
            columns.push(name);
        }
        let count = || Call { function: count_udaf(), args: vec![lit(1_i64)] }.aggregate();
        let lines = match input.data_type("linecount") {
            Some(data_type) => sum(meet::convert(column("linecount"), data_type, &DataType::Float64)?),
            None => count(),
        };
        let max = |name: &str| Call { function: max_udaf(), args: vec![column(name)] }.aggregate();
        let oldest = Call { function: min_udaf(), args: vec![column(&told.time)] }.aggregate();
        calls.extend([
            named(max(&told.time), "__newest"),
            named(oldest, "__oldest"),
            named(count(), "eventcount"),
            named(sum(column(&told.matched)), "field_match_sum"),
            named(lines, "linecount"),
        ]);
        let plan = LogicalPlanBuilder::from(input.plan).aggregate(vec![column(&told.key)], calls)?.build()?;
        let mut order = vec![OrderKey::ascending(&told.key)];
        if columns.iter().any(|name| name == meet::TIME) {
            order.insert(0, OrderKey::descending(meet::TIME));
        }
        let merged = Relation { plan, order, shape: input.shape };
        let mut outputs: Vec<(String, Expr)> = Vec::new();
        for name in columns {
            let value = match name.as_str() {
                "_raw" if !self.mv_raw => kernel::call("spl_mvjoin", vec![column(&name), lit("\n")])?,
                _ => column(&name),
            };
            outputs.push((name, value));
        }
        let duration = coalesce().call(vec![column("__newest") - column("__oldest"), lit(0.0)]);
        outputs.push(("duration".to_owned(), duration));
        outputs.push(("eventcount".to_owned(), column("eventcount")));
        outputs.push(("closed_txn".to_owned(), told.closed()));
        outputs.push(("field_match_sum".to_owned(), column("field_match_sum")));
        outputs.push(("linecount".to_owned(), cast(column("linecount"), DataType::Int64)));
        if self.keep_orphans {
            outputs.push(("_txn_orphan".to_owned(), told.orphan()));
        }
        merged.select(outputs)
    }

    fn is_list(&self, name: &str) -> bool {
        match &self.mv_list {
            MvList::None => false,
            MvList::All => true,
            MvList::Fields(fields) => fields.iter().any(|field| field.name == name),
        }
    }
}
