//! The meaning of `selfjoin`: rows joined with later rows of the same values. `selfjoin max=2 keepsingle=t session`
//!
//! Rows of equal values are numbered; a hash join puts each beside those whose numbers follow its own. Every pair is a row, in
//! the order of the first of the two.

use datafusion::{
    arrow::datatypes::DataType,
    common::Column,
    logical_expr::{JoinType, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::selfjoin::SelfJoin;

use super::join::{chosen, numbered, unused};
use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column, named, project},
};

impl Lower for SelfJoin {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut left = rows(input, "selfjoin", self.span)?;
        let shown = left.fields();
        let mut keys = Vec::with_capacity(self.fields.len());
        for field in &self.fields {
            let key = match field::resolve(field, &left, cx) {
                Some((value, data_type)) if meet::is_list(&data_type) => meet::whole(value, &data_type),
                Some((value, data_type)) => meet::convert(value, &data_type, &DataType::Utf8)?,
                None => meet::null_of(&DataType::Utf8)?,
            };
            let place;
            (left, place) = left.hidden("self", key)?;
            keys.push(place);
        }
        let number = unused(&left, "number");
        left = numbered(left, keys.iter().map(|key| column(key)).collect(), &number)?;
        let (left, next) = left.hidden("next", column(&number) + lit(1_i64))?;

        let mut others = Vec::with_capacity(keys.len() + shown.len() + 1);
        let mut right_keys = Vec::with_capacity(keys.len());
        for (n, key) in keys.iter().enumerate() {
            let place = unused(&left, &format!("other{n}"));
            others.push(named(column(key), &place));
            right_keys.push(place);
        }
        let later = unused(&left, "later");
        others.push(named(column(&number), &later));
        let mut places = Vec::with_capacity(shown.len());
        for (n, name) in shown.iter().enumerate() {
            let place = unused(&left, &format!("value{n}"));
            others.push(named(column(name), &place));
            places.push(place);
        }
        let right = project(left.plan.clone(), others)?;

        let filter = if self.max == 1 {
            keys.push(next);
            right_keys.push(later.clone());
            None
        } else {
            let follows = column(&later).gt(column(&number));
            let most = i64::try_from(self.max).ok().filter(|most| *most > 0);
            Some(match most {
                Some(most) => follows.and((column(&later) - column(&number)).lt_eq(lit(most))),
                None => follows,
            })
        };
        let kind = if self.keep_single { JoinType::Left } else { JoinType::Inner };
        let columns = |names: Vec<String>| names.iter().map(Column::new_unqualified).collect::<Vec<_>>();
        let plan = LogicalPlanBuilder::from(left.plan)
            .join(right, kind, (columns(keys), columns(right_keys)), filter)?
            .build()?;
        let mut order = left.order;
        order.push(OrderKey::ascending(&later));
        let joined = Relation { plan, order, shape: left.shape };
        let mut outputs = Vec::with_capacity(shown.len());
        for (name, place) in shown.into_iter().zip(&places) {
            let value = chosen(&joined, &name, Some(&name), Some(place), self.overwrite)?;
            outputs.push((name, value));
        }
        joined.select(outputs)
    }
}
