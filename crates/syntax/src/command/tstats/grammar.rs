//! Reading `tstats`.

use super::{GroupKey, TStats, TStatsSource};
use crate::{
    Command, Field, SearchExpr, SearchExprKind, Span, Spanned, clause::BinSpan, cursor::Cursor, option::Choice, search,
    token,
};

const CLAUSES: &[&str] = &["from", "where", "by", "groupby"];

pub(super) fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut tstats = TStats {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        from: TStatsSource::Indexes,
        condition: SearchExpr { span: Span::default(), kind: SearchExprKind::All },
        by: Vec::new(),
        prestats: false,
        append: false,
        summaries_only: false,
        allow_old_summaries: false,
        fillnull_value: None,
    };
    let mut clauses = false;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        clauses |= cursor.at_keyword(CLAUSES);
        if cursor.keyword("from").is_some() {
            tstats.from = source(cursor)?;
        } else if cursor.keyword("where").is_some() {
            tstats.condition = search::grammar::expr(cursor, &["by", "groupby"]);
        } else if cursor.keyword("by").is_some() || cursor.keyword("groupby").is_some() {
            tstats.group(cursor)?;
        } else if let Some(option) = cursor.option() {
            tstats.set(cursor, &option);
        } else if !clauses {
            tstats.aggregates.extend(cursor.aggregates(CLAUSES));
        } else {
            break;
        }
    }
    if tstats.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    Some(Command::TStats(tstats))
}

/// What stands behind `FROM`.
fn source(cursor: &mut Cursor) -> Option<TStatsSource> {
    if let Some(option) = cursor.option() {
        return match option.name.node.as_str() {
            "datamodel" => Some(TStatsSource::DataModel(dataset(cursor, option.value))),
            "sid" => Some(TStatsSource::Namespace(option.value)),
            _ => {
                cursor.unknown_option(&option);
                None
            }
        };
    }
    let Some(name) = cursor.field() else {
        cursor.expected("`datamodel=` and a name");
        return None;
    };
    Some(TStatsSource::Namespace(Spanned { span: name.span, node: name.name }))
}

/// `"Model"."Dataset"` with quotes around each part is one name.
fn dataset(cursor: &mut Cursor, mut model: Spanned<String>) -> Spanned<String> {
    while cursor.rest().starts_with(".\"") {
        cursor.go(cursor.position() + 1);
        let Some(part) = cursor.token(token::quoted) else { break };
        model = Spanned { span: model.span.to(part.span), node: format!("{}.{}", model.node, part.node) };
    }
    model.node = model.node.replace('"', "");
    model
}

impl TStats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "append" => self.append = cursor.boolean(option),
            "chunk_size" => drop(cursor.unsigned(option)),
            "fillnull_value" => self.fillnull_value = Some(option.value.node.clone()),
            "prestats" => self.prestats = cursor.boolean(option),
            "summariesonly" => self.summaries_only = cursor.boolean(option),
            "allow_old_summaries" => self.allow_old_summaries = cursor.boolean(option),
            "include_reduced_buckets" | "local" | "use_summary_index_values" => {
                cursor.boolean(option);
            }
            _ => cursor.unknown_option(option),
        }
    }

    /// What stands behind `BY`; a span belongs to `_time` where that has none, else to the field before it.
    fn group(&mut self, cursor: &mut Cursor) -> Option<()> {
        loop {
            cursor.skip_separators();
            if cursor.at_end() || cursor.at_keyword(&["from", "where"]) {
                break;
            }
            if let Some(option) = cursor.option() {
                match option.name.node.as_str() {
                    "span" => {
                        let span = cursor.bin_span(&option);
                        self.set_span(span);
                    }
                    _ => self.set(cursor, &option),
                }
                continue;
            }
            self.by.push(group_key(cursor)?);
        }
        if self.by.is_empty() {
            cursor.missing("a field after `BY`");
            return None;
        }
        Some(())
    }

    fn set_span(&mut self, span: Option<BinSpan>) {
        let time = self.by.iter().position(|key| key.field.name == "_time" && key.span.is_none());
        let last = self.by.len().checked_sub(1);
        if let Some(key) = time.or(last).and_then(|index| self.by.get_mut(index)) {
            key.span = span;
        }
    }
}

fn group_key(cursor: &mut Cursor) -> Option<GroupKey> {
    let start = cursor.position();
    let prefix = cursor.token(token::word).is_some_and(|word| word.node.eq_ignore_ascii_case("prefix"));
    if prefix && let Some(open) = cursor.symbol("(") {
        let text = cursor.prefix_text();
        cursor.close(open);
        return Some(GroupKey { field: Field::new(text, cursor.span_from(start)), prefix: true, span: None });
    }
    cursor.go(start);
    let Some(field) = cursor.field() else {
        cursor.expected("a field");
        return None;
    };
    Some(GroupKey { field, prefix: false, span: None })
}
