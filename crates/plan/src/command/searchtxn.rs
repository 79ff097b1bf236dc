//! The meaning of `searchtxn`: `search`, `transaction` and `search` in one. `| searchtxn mail to=root`
//!
//! The events of the type that hold what is searched for give values of the type's fields; the events with one of these give
//! others, until there are no more. The transactions of all these events are searched. Types that only times or conditions hold
//! together cannot be followed: they are an error.

use std::collections::HashSet;

use datafusion::{functions_aggregate::min_max::max_udaf, logical_expr::lit};
use speleo_syntax::{
    Code, Command, Diagnostic, Field, Search, SearchExpr, SearchExprKind, SearchValue,
    command::{search::SearchCommand, searchtxn::SearchTxn, transaction::Transaction},
    parse_search_expr,
};

use crate::{
    Result,
    aggregate::{self, Output},
    command::{
        branch, continued,
        transaction::{TYPE, defined},
    },
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column},
    sheet, table,
};

/// The newest time of a value.
const NEWEST: &str = "newest";

impl Lower for SearchTxn {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`searchtxn` makes rows and must stand first");
            return Err(error.into());
        }
        let Some(transaction) = defined(&self.name, cx)? else { return table::nothing() };
        if transaction.fields.is_empty() {
            let text = format!("the transaction type `{}` has no fields to follow", self.name.node);
            return Err(Diagnostic::new(Code::BadValue, self.name.span, text).into());
        }
        let (everywhere, terms) = self.parts();
        let base: Vec<SearchExpr> = self.seed(cx)?.into_iter().chain(everywhere).collect();
        let any =
            if self.use_disjunct { SearchExprKind::Or(terms.clone()) } else { SearchExprKind::And(terms.clone()) };
        let mut condition = self.all(base.clone(), self.expr(any));
        for field in
            transaction.fields.iter().filter(|field| !cx.mentioned.contains(&field.name)).cloned().collect::<Vec<_>>()
        {
            cx.mentioned.push(field.name);
        }
        let mut known: Vec<Vec<String>> = vec![Vec::new(); transaction.fields.len()];
        loop {
            let mut grown = false;
            let search = Search { span: self.span, commands: vec![self.search(condition.clone())] };
            let events = branch(&search, cx).await?;
            for (field, values) in transaction.fields.iter().zip(&mut known) {
                let seen: HashSet<String> = values.iter().cloned().collect();
                let most = usize::try_from(self.max_terms).unwrap_or(usize::MAX).saturating_sub(values.len());
                let found = self.values(field, &events, cx).await?;
                let before = values.len();
                values.extend(found.into_iter().filter(|value| !seen.contains(value)).take(most));
                grown |= values.len() > before;
            }
            condition = self.all(base.clone(), self.following(&transaction.fields, &known));
            if !grown {
                break;
            }
        }
        let mut commands = vec![self.search(condition)];
        if self.events_only {
            return branch(&Search { span: self.span, commands }, cx).await;
        }
        commands.push(Command::Transaction(Transaction { span: self.span, ..transaction }));
        let transactions = branch(&Search { span: self.span, commands }, cx).await?;
        let typed = transactions.set(vec![(TYPE.to_owned(), lit(self.name.node.as_str()))])?;
        let wanted = Search { span: self.span, commands: vec![self.search(self.expr(SearchExprKind::And(terms)))] };
        continued(&wanted, typed, cx).await
    }
}

/// The parts of `searchtxn`.
trait Following {
    /// What holds for every event, and what is searched for.
    fn parts(&self) -> (Vec<SearchExpr>, Vec<SearchExpr>);
    /// The type's own search.
    fn seed(&self, cx: &Context<'_>) -> Result<Option<SearchExpr>>;
    /// The values of a field, the newest first.
    async fn values(&self, field: &Field, events: &Relation, cx: &mut Context<'_>) -> Result<Vec<String>>;
    /// Whether an event has one of the values that are known.
    fn following(&self, fields: &[Field], known: &[Vec<String>]) -> SearchExpr;
    /// A condition at the command's place.
    fn expr(&self, kind: SearchExprKind) -> SearchExpr;
    /// All of these.
    fn all(&self, parts: Vec<SearchExpr>, last: SearchExpr) -> SearchExpr;
    /// The condition as a command.
    fn search(&self, expr: SearchExpr) -> Command;
}

impl Following for SearchTxn {
    fn parts(&self) -> (Vec<SearchExpr>, Vec<SearchExpr>) {
        let parts = match &self.expr.kind {
            SearchExprKind::And(parts) => parts.clone(),
            _ => vec![self.expr.clone()],
        };
        parts.into_iter().partition(|part| match &part.kind {
            SearchExprKind::TimeModifier { .. } => true,
            SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => field.name == "index",
            _ => false,
        })
    }

    fn seed(&self, cx: &Context<'_>) -> Result<Option<SearchExpr>> {
        let Some(found) = cx.world.knowledge().transaction_types.get(&self.name.node) else { return Ok(None) };
        let Some(written) = &found.search else { return Ok(None) };
        let (text, mut problems) = cx.world.expand(written);
        let (expr, more) = parse_search_expr(&text);
        problems.extend(more);
        match problems.into_iter().find(Diagnostic::is_error) {
            None => Ok(Some(expr)),
            Some(problem) => {
                let text = format!("in the transaction type `{}`: {}", self.name.node, problem.message);
                let error = Diagnostic::new(Code::Knowledge, self.name.span, text);
                Err(error.help(format!("its search is `{written}`")).into())
            }
        }
    }

    async fn values(&self, field: &Field, events: &Relation, cx: &mut Context<'_>) -> Result<Vec<String>> {
        let time = match events.data_type(meet::TIME) {
            Some(_) => column(meet::TIME),
            None => meet::null_of(&meet::time_type())?,
        };
        let newest = Output::plain(NEWEST, max_udaf(), vec![time]);
        let keys = aggregate::keys(events.clone(), [field.name.as_str()], true)?;
        let mut grouped = aggregate::group(keys, &[newest])?;
        grouped.order.insert(0, OrderKey::descending(NEWEST));
        let step = format!("values of {}", field.name);
        let found = sheet::texts(grouped, std::slice::from_ref(&field.name), &step, cx).await?;
        Ok(found.into_iter().flatten().flatten().collect())
    }

    fn following(&self, fields: &[Field], known: &[Vec<String>]) -> SearchExpr {
        let exact = |value: &String| SearchValue::Text { text: value.clone(), quoted: true };
        let with_values = fields.iter().zip(known).filter(|(_, values)| !values.is_empty());
        let one_of: Vec<SearchExpr> = with_values
            .map(|(field, values)| {
                let values = values.iter().map(exact).collect();
                self.expr(SearchExprKind::In { field: field.clone(), values, negated: false })
            })
            .collect();
        if one_of.is_empty() { self.expr(SearchExprKind::Nothing) } else { self.expr(SearchExprKind::Or(one_of)) }
    }

    fn expr(&self, kind: SearchExprKind) -> SearchExpr {
        SearchExpr { span: self.expr.span, kind }
    }

    fn all(&self, mut parts: Vec<SearchExpr>, last: SearchExpr) -> SearchExpr {
        parts.push(last);
        self.expr(SearchExprKind::And(parts))
    }

    fn search(&self, expr: SearchExpr) -> Command {
        Command::Search(SearchCommand { span: self.span, implied: false, expr })
    }
}
