//! The meaning of `walklex`: the words, fields and values of each index. `| walklex type=fieldvalue pattern=host::* index=web`
//!
//! A row for each word and index: `term` or `field`, the number of events that have it, and for fields how many different
//! values there are. Words are in lower case; values and names of fields stay as they are.

use datafusion::logical_expr::{Expr, lit};
use speleo_syntax::{
    Code, Diagnostic, Spanned,
    clause::IndexList,
    command::{
        fieldsummary::FieldSummary,
        walklex::{Lexicon, Pattern, WalkLex},
    },
};

use crate::{
    Result, kernel, lexicon,
    lower::{Context, Lower},
    relation::{Relation, column},
    source, table,
    union::stack,
};

/// The column of words.
const TERM: &str = "term";
/// The column of the names of fields.
const FIELD: &str = "field";

impl Lower for WalkLex {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`walklex` makes rows and must stand first");
            return Err(error.into());
        }
        let names = match cx.world.is_blind() {
            true => Vec::new(),
            false => source::listed(&self.indexes, self.span, cx)?,
        };
        let mut all = None::<Relation>;
        for name in names {
            let index = IndexList(vec![Spanned { span: self.span, node: name.clone() }]);
            let Some(condition) = index.condition() else { continue };
            let events = source::events(&condition, self.span, cx).await?;
            let words = self.words(events, cx).await?.set(vec![("index".to_owned(), lit(name))])?;
            all = Some(match all {
                Some(earlier) => stack(earlier, words)?,
                None => words,
            });
        }
        match all {
            Some(all) => Ok(all),
            None => table::nothing(),
        }
    }
}

/// The lexicon of one index.
trait Words {
    /// What is asked for, with counts.
    async fn words(&self, events: Relation, cx: &mut Context<'_>) -> Result<Relation>;
    /// The words that are like the pattern.
    fn alike(&self, words: Relation, name: &str) -> Result<Relation>;
}

impl Words for WalkLex {
    async fn words(&self, events: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        const PAIR: &str = "::";
        match self.lexicon {
            Lexicon::Term => self.alike(lexicon::terms(events, TERM)?, TERM),
            Lexicon::FieldValue => self.alike(lexicon::pairs(events, PAIR, TERM)?, TERM),
            Lexicon::All => {
                let pairs = lexicon::pairs(events.clone(), PAIR, TERM)?;
                self.alike(stack(lexicon::terms(events, TERM)?, pairs)?, TERM)
            }
            Lexicon::Field => {
                let summary = FieldSummary { span: self.span, max_values: 1, fields: Vec::new() };
                let fields = summary.lower(Some(events), cx).await?;
                if !fields.has(FIELD) {
                    return Ok(fields);
                }
                let kept = [(FIELD, FIELD), (lexicon::COUNT, "count"), ("distinct_values", "distinct_count")];
                let columns = kept.iter().map(|(name, own)| ((*name).to_owned(), column(own))).collect();
                self.alike(fields.select(columns)?, FIELD)
            }
        }
    }

    fn alike(&self, words: Relation, name: &str) -> Result<Relation> {
        let fits: Expr = match &self.pattern {
            None => return Ok(words),
            Some(Pattern::Prefix(prefix)) => {
                let start = kernel::call("spl_lower", vec![column(name)])?;
                datafusion::functions::string::expr_fn::starts_with(start, lit(prefix.node.to_lowercase()))
            }
            Some(Pattern::Whole(pattern)) => {
                kernel::call("spl_search_equals", vec![column(name), lit(pattern.node.as_str())])?
            }
        };
        words.filter(fits)
    }
}
