//! The meaning of `typeahead`: words and pairs that begin as the last word of a search. `| typeahead prefix="error host=w" count=5`
//!
//! `host=w` goes on with the values of `host`, `w` with words, and with the pairs of fields of that name. The words that fit are
//! a named step.

use datafusion::{
    functions::string::expr_fn::starts_with,
    logical_expr::{Expr, lit},
};
use speleo_syntax::{
    Code, CompareOp, Diagnostic, SearchExpr, SearchExprKind, SearchValue, command::typeahead::TypeAhead,
};

use crate::{
    Result, kernel, lexicon,
    lower::{Context, Lower},
    relation::{Relation, column},
    sheet::{self, Values},
    source,
    union::stack,
    wildcard,
};

/// The column of suggestions.
const CONTENT: &str = "content";

/// A suggestion and the number of its events.
type Suggestion = (String, i64);

impl Lower for TypeAhead {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`typeahead` makes rows and must stand first");
            return Err(error.into());
        }
        let events = source::events(&self.condition(), self.span, cx).await?;
        let words = self.words(events)?;
        let names = [CONTENT.to_owned(), lexicon::COUNT.to_owned()];
        let found = sheet::texts(words, &names, "words that go on", cx).await?;
        let [contents, counts] = found.as_slice() else { return sheet::of_columns("typeahead", Vec::new()) };
        let counted = contents
            .iter()
            .zip(counts)
            .filter_map(|(content, count)| Some((content.clone()?, count.as_deref()?.parse().unwrap_or(0))));
        let chosen = self.chosen(counted.collect());
        sheet::of_columns(
            "typeahead",
            vec![
                (CONTENT.to_owned(), Values::Text(chosen.iter().map(|(content, _)| Some(quoted(content))).collect())),
                (lexicon::COUNT.to_owned(), Values::Whole(chosen.iter().map(|(_, count)| *count).collect())),
                ("operator".to_owned(), Values::Text(chosen.iter().map(|_| Some("false".to_owned())).collect())),
            ],
        )
    }
}

/// The parts of `typeahead`.
trait Suggesting {
    /// Which events count.
    fn condition(&self) -> SearchExpr;
    /// The words that begin so.
    fn words(&self, events: Relation) -> Result<Relation>;
    /// As many as are wanted, the most frequent first.
    fn chosen(&self, found: Vec<Suggestion>) -> Vec<Suggestion>;
}

impl Suggesting for TypeAhead {
    fn condition(&self) -> SearchExpr {
        let expr = |kind| SearchExpr { span: self.span, kind };
        let mut parts: Vec<SearchExpr> = self.indexes.condition().into_iter().collect();
        for (name, bound) in [("earliest", self.start), ("latest", self.end)] {
            if let Some(seconds) = bound {
                let value = SearchValue::Text { text: seconds.to_string(), quoted: false };
                parts.push(expr(SearchExprKind::TimeModifier { name: name.to_owned(), op: CompareOp::Equal, value }));
            }
        }
        expr(if parts.is_empty() { SearchExprKind::All } else { SearchExprKind::And(parts) })
    }

    fn words(&self, events: Relation) -> Result<Relation> {
        let written = self.prefix.node.as_str();
        let word = written.rsplit([' ', '\t', '(']).next().unwrap_or_default();
        let prefix = word.replace('"', "").to_lowercase();
        let pairs = lexicon::pairs(events.clone(), "=", CONTENT)?;
        let words = match prefix.contains('=') {
            true => pairs,
            false => stack(lexicon::terms(events, CONTENT)?, pairs)?,
        };
        let start: Expr = kernel::call("spl_lower", vec![column(CONTENT)])?;
        words.filter(starts_with(start, lit(prefix)))
    }

    fn chosen(&self, mut found: Vec<Suggestion>) -> Vec<Suggestion> {
        found.retain(|(content, _)| {
            let lower = content.to_lowercase();
            !self.banned.iter().any(|pattern| wildcard::matches(&pattern.to_lowercase(), &lower))
        });
        found.sort();
        if self.collapse {
            // What follows a word in order begins with it, if anything does.
            let begins: Vec<bool> = found
                .iter()
                .enumerate()
                .map(|(n, (content, count))| {
                    let after = found.iter().skip(n + 1).take_while(|(next, _)| next.starts_with(content.as_str()));
                    after.into_iter().any(|(_, other)| other == count)
                })
                .collect();
            let mut begins = begins.into_iter();
            found.retain(|_| !begins.next().unwrap_or(false));
        }
        found.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        found.truncate(usize::try_from(self.count).unwrap_or(usize::MAX));
        found
    }
}

/// A suggestion as a search writes it: values with blanks in quotes.
fn quoted(content: &str) -> String {
    match content.split_once('=') {
        Some((field, value)) if value.is_empty() || value.contains([' ', '"', ',', '(', ')', '[', ']', '|']) => {
            format!("{field}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
        }
        _ => content.to_owned(),
    }
}
