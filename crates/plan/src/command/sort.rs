//! The meaning of `sort`: new keys in front of the order that rows had. `sort 10 -count +str(subject)`
//!
//! Rows without a key come last, in both directions; rows that are equal keep their order. `desc` at the end turns every key
//! round. There is no silent cut at 10,000 rows unless Splunk's limits are asked for.

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::{
    clause::{SortKey, SortKind},
    command::sort::Sort,
};

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column},
};

/// What Splunk keeps where no number is written.
const SPLUNK_LIMIT: u64 = 10_000;

impl Lower for Sort {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let sorted = by_keys(rows(input, "sort", self.span)?, &self.keys, self.reverse)?;
        let limit = match self.limit {
            Some(0) => None,
            Some(limit) => Some(limit),
            None if cx.world.splunk_limits() => Some(SPLUNK_LIMIT),
            None => None,
        };
        match limit {
            Some(limit) => sorted.sorted(usize::try_from(limit).ok()),
            None => Ok(sorted),
        }
    }
}

/// Puts the keys in front of the order; a key without a column changes nothing.
pub(crate) fn by_keys(mut relation: Relation, keys: &[SortKey], reverse: bool) -> Result<Relation> {
    let mut order: Vec<OrderKey> = Vec::with_capacity(keys.len());
    for key in keys {
        let Some(data_type) = relation.data_type(&key.field.name).cloned() else { continue };
        let (with_key, name) = key_column(relation, &key.field.name, &data_type, key.kind)?;
        relation = with_key;
        if !order.iter().any(|earlier| earlier.column == name) {
            order.push(OrderKey { column: name, descending: key.descending != reverse, nulls_first: false });
        }
    }
    let rest = relation.order.iter().filter(|old| !order.iter().any(|key| key.column == old.column));
    let rest: Vec<OrderKey> = rest.cloned().collect();
    order.extend(rest);
    relation.order = order;
    Ok(relation)
}

/// The column that a key compares: the field itself where its type has the right order, else a hidden one.
fn key_column(relation: Relation, field: &str, data_type: &DataType, kind: SortKind) -> Result<(Relation, String)> {
    let native = meet::is_number(data_type) || meet::is_time(data_type);
    let mode = match kind {
        SortKind::Auto | SortKind::Number if native => return Ok((relation, field.to_owned())),
        SortKind::Auto => "auto",
        SortKind::Number => "num",
        SortKind::Text => "str",
        SortKind::Ip => "ip",
    };
    let key = kernel::call("spl_sort_key", vec![column(field), lit(mode)])?;
    relation.hidden("sort", key)
}
