//! Brackets: `[search index=a | fields src]` as a condition, or as text.
//!
//! A bracket's pipeline is a step that the world runs before the search around it is planned; its rows come back as a
//! condition without going through text, except for fields called `search` and `query`, which hold text. Not here: the
//! brackets of `append` and its kin, which are plans of their own.

mod text;

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch, StringArray},
        compute::{concat, filter, is_not_null},
        datatypes::DataType,
    },
    error::DataFusionError,
};
use speleo_functions::value::Lists;
use speleo_knowledge::Limit;
use speleo_syntax::{
    Code, CompareOp, Diagnostic, Expr, ExprKind, Search, SearchExpr, SearchExprKind, SearchValue, Span,
    is_time_modifier, parse_expr, parse_search_expr,
};

pub(crate) use text::text_of;

use crate::{Error, Result, Rows, command, lower::Context, relation::is_internal};

/// From so many rows on, those of one field stay a column.
const MANY: usize = 1_000;

/// What the brackets of an eval expression returned, by their place: an expression, or none where nothing is known.
pub(crate) type Texts = HashMap<Span, Option<Expr>>;

/// What the brackets of a search condition returned, by their place; none where nothing is known.
pub(crate) type Answers = HashMap<Span, Option<Answer>>;

/// What a bracket returned.
#[derive(Debug)]
pub(crate) enum Answer {
    Rows(Vec<Row>),
    /// Many rows, which have one text each, in the same field: neither `index` nor one that is more than a condition on its values.
    Column(Arc<str>, StringArray),
}

impl Answer {
    /// The rows; none of a [`Answer::Column`], of which none says more than that its field has its text.
    pub(crate) fn rows(&self) -> &[Row] {
        match self {
            Self::Rows(rows) => rows,
            Self::Column(..) => &[],
        }
    }
}

/// A row of a bracket: conditions that hold together.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Fields with the values that they may have; absent ones and those whose names begin with `_` are left out.
    pub(crate) cells: Vec<(Arc<str>, Vec<String>)>,
    /// Conditions that the row holds as text, in fields called `search` or `query`, and its time modifiers.
    pub(crate) spliced: Vec<SearchExpr>,
    /// What those fields hold: the alternatives of each.
    texts: Vec<Vec<String>>,
}

impl Row {
    /// The first value of each cell.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().flat_map(|(_, values)| values.iter().map(String::as_str))
    }
}

/// Runs a bracket; none where nothing is known of its rows.
async fn run(search: &Search, cx: &mut Context<'_>) -> Result<Option<Rows>> {
    let plan = command::pipeline(search, cx).await?.at_most(cx.world.limit(Limit::SubsearchRows))?.finish()?;
    let rows = cx.world.rows(&format!("[{}]", speleo_syntax::print(search)), plan).await?;
    note_cut(search.span, &rows, cx);
    Ok(cx.world.gives_rows().then_some(rows))
}

/// Tells where Splunk would have cut the rows in silence.
fn note_cut(span: Span, rows: &Rows, cx: &mut Context<'_>) {
    let Some(most) = cx.world.knowledge().limits.get(Limit::SubsearchRows) else { return };
    let count: usize = rows.batches.iter().map(|batch| batch.num_rows()).sum();
    if cx.world.splunk_limits() || count as u64 <= most {
        return;
    }
    let text = format!("the bracket gives {count} rows, of which Splunk would take the first {most}");
    cx.notes.push(Diagnostic::new(Code::SplunkLimit, span, text).help("`--splunk-limits` gives Splunk's answer"));
}

/// Runs the brackets of a search condition, innermost first.
pub(crate) async fn answers(expr: &SearchExpr, cx: &mut Context<'_>) -> Result<Answers> {
    let mut answers = Answers::new();
    for search in in_search(expr) {
        let rows = match run(search, cx).await? {
            Some(rows) => {
                if let Some((field, texts)) = column(&rows)? {
                    Some(Answer::Column(field, texts))
                } else {
                    let mut rows = read(&rows)?;
                    for row in &mut rows {
                        row.splice(search.span)?;
                    }
                    Some(Answer::Rows(rows))
                }
            }
            None => None,
        };
        answers.insert(search.span, rows);
    }
    Ok(answers)
}

/// Runs the brackets of an eval expression; what they return is read as an expression.
pub(crate) async fn texts(expr: &Expr, cx: &mut Context<'_>) -> Result<Texts> {
    let mut texts = Texts::new();
    for search in in_eval(expr) {
        let Some(rows) = run(search, cx).await? else {
            texts.insert(search.span, None);
            continue;
        };
        let text = text_of(&read(&rows)?);
        let (expr, diagnostics) = parse_expr(&text);
        if let Some(problem) = diagnostics.into_iter().find(Diagnostic::is_error) {
            return Err(unreadable(&text, &problem, search.span));
        }
        texts.insert(search.span, Some(expr));
    }
    Ok(texts)
}

/// The text that a bracket returns where a text is expected; none where nothing is known.
pub(crate) async fn text(search: &Search, cx: &mut Context<'_>) -> Result<Option<String>> {
    match run(search, cx).await? {
        Some(rows) => Ok(Some(text_of(&read(&rows)?))),
        None => Ok(None),
    }
}

/// What the bracket at a place returned as text; none where nothing is known.
pub(crate) fn answer_text(answers: &Answers, bracket: Span) -> Option<String> {
    answers.get(&bracket)?.as_ref().map(|answer| match answer {
        Answer::Rows(rows) => text_of(rows),
        Answer::Column(field, texts) => {
            let row = |text: &str| Row {
                cells: vec![(Arc::clone(field), vec![text.to_owned()])],
                spliced: Vec::new(),
                texts: Vec::new(),
            };
            text_of(&texts.iter().flatten().map(row).collect::<Vec<_>>())
        }
    })
}

/// The text of a bracket is not what its place needs.
pub(crate) fn unreadable(text: &str, problem: &Diagnostic, span: Span) -> Error {
    let shown: String = text.chars().take(200).collect();
    problem
        .retold(span, format!("the returned text cannot be read: {}", problem.message))
        .label(format!("returned `{shown}`"))
        .help("`return $field` returns a bare value, `return field` a comparison")
        .into()
}

/// The texts of many rows that have no more than one in the same field, with its name.
fn column(rows: &Rows) -> Result<Option<(Arc<str>, StringArray)>> {
    let mut shown = rows.schema.fields().iter().enumerate().filter(|(_, field)| !is_internal(field.name()));
    let (Some((place, field)), None) = (shown.next(), shown.next()) else { return Ok(None) };
    let name = field.name().as_str();
    let count: usize = rows.batches.iter().map(RecordBatch::num_rows).sum();
    if count < MANY
        || *field.data_type() != DataType::Utf8
        || matches!(name, "search" | "query" | "index")
        || is_time_modifier(name)
    {
        return Ok(None);
    }
    let columns: Vec<&dyn Array> =
        rows.batches.iter().filter_map(|batch| batch.columns().get(place)).map(AsRef::as_ref).collect();
    let whole = || {
        let texts = concat(&columns)?;
        match texts.null_count() {
            0 => Ok(texts),
            _ => filter(&texts, &is_not_null(&texts)?),
        }
    };
    let texts = whole().map_err(DataFusionError::from)?;
    let texts = texts.as_string_opt().filter(|texts: &&StringArray| !texts.is_empty()).cloned();
    Ok(texts.map(|texts| (Arc::from(name), texts)))
}

/// The rows as conditions. Rows without any condition are left out.
fn read(rows: &Rows) -> Result<Vec<Row>> {
    let mut read = Vec::new();
    for batch in &rows.batches {
        let schema = batch.schema();
        let columns = schema
            .fields()
            .iter()
            .zip(batch.columns())
            .filter(|(field, _)| !is_internal(field.name()))
            .map(|(field, column)| Ok((Arc::from(field.name().as_str()), Lists::new(column)?)))
            .collect::<Result<Vec<(Arc<str>, Lists)>>>()?;
        for place in 0..batch.num_rows() {
            let mut row = Row { cells: Vec::new(), spliced: Vec::new(), texts: Vec::new() };
            for (name, values) in &columns {
                let Some(values) = values.get(place) else { continue };
                match name.as_ref() {
                    "search" => row.texts.push(values.take(1).map(str::to_owned).collect()),
                    "query" => row.texts.push(values.map(str::to_owned).collect()),
                    _ => row.cells.push((Arc::clone(name), values.map(str::to_owned).collect())),
                }
            }
            if !row.cells.is_empty() || !row.texts.is_empty() {
                read.push(row);
            }
        }
    }
    Ok(read)
}

impl Row {
    /// Reads the row's texts as conditions, texts of one field as alternatives, and fields such as `earliest` as time modifiers.
    fn splice(&mut self, span: Span) -> Result<()> {
        for texts in &self.texts {
            let mut alternatives = Vec::with_capacity(texts.len());
            for text in texts {
                let (expr, diagnostics) = parse_search_expr(text);
                if let Some(problem) = diagnostics.iter().find(|problem| problem.is_error()) {
                    return Err(unreadable(text, problem, span));
                }
                alternatives.push(expr);
            }
            self.spliced.push(SearchExpr { span, kind: SearchExprKind::Or(alternatives) });
        }
        let modifiers = self.cells.iter().filter(|(name, _)| is_time_modifier(name)).filter_map(|(name, values)| {
            let value = SearchValue::Text { text: values.first()?.clone(), quoted: true };
            let kind = SearchExprKind::TimeModifier { name: name.to_lowercase(), op: CompareOp::Equal, value };
            Some(SearchExpr { span, kind })
        });
        let modifiers: Vec<SearchExpr> = modifiers.collect();
        if !modifiers.is_empty() {
            self.spliced.push(SearchExpr { span, kind: SearchExprKind::And(modifiers) });
        }
        Ok(())
    }
}

/// The brackets of a search condition, left to right.
fn in_search(expr: &SearchExpr) -> Vec<&Search> {
    let mut found = Vec::new();
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => rest.extend(parts.iter().rev()),
            SearchExprKind::Not(inner) => rest.push(inner),
            SearchExprKind::Comparison { value: right, .. } | SearchExprKind::TimeModifier { value: right, .. } => {
                found.extend(in_value(right));
            }
            SearchExprKind::In { values, .. } => found.extend(values.iter().filter_map(in_value)),
            SearchExprKind::Subsearch(search) => found.push(search),
            _ => {}
        }
    }
    found
}

fn in_value(value: &SearchValue) -> Option<&Search> {
    match value {
        SearchValue::Subsearch(search) => Some(search),
        _ => None,
    }
}

/// The brackets of an eval expression, left to right.
fn in_eval(expr: &Expr) -> Vec<&Search> {
    let mut found = Vec::new();
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            ExprKind::Subsearch(search) => found.push(&**search),
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
    found
}
