//! The meaning of `relevancy`: how well `_raw` matches the search's terms. `disk error | relevancy | sort - relevancy`
//!
//! Term frequency by inverse document frequency (Salton and Buckley, *Term-Weighting Approaches in Automatic Text Retrieval*, 1988),
//! with the event's length as the norm. How often terms occur is a kernel's answer for each event; how many events have them is
//! counted by window functions over all, so nothing is held that `eventstats` would not hold.

use datafusion::{
    arrow::datatypes::DataType,
    functions::math::expr_fn::ln,
    functions_aggregate::count::count_udaf,
    logical_expr::{Expr, WindowFrame, cast, lit, when},
};
use speleo_functions::eval::terms::LENGTH;
use speleo_syntax::command::relevancy::Relevancy;

use crate::{
    Result,
    command::{cluster::one_text, rows},
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

/// How many of the search's terms count.
const TERMS: usize = 100;

impl Lower for Relevancy {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "relevancy", self.span)?;
        let name = || "relevancy".to_owned();
        let Some((value, data_type)) = field::find("_raw", &input) else {
            return input.set(vec![(name(), meet::null_of(&DataType::Float64)?)]);
        };
        let terms = cx.wanted(TERMS);
        let counts = kernel::call("spl_term_counts", vec![one_text(value, &data_type)?, lit(terms.as_str())])?;
        let (input, counts) = input.hidden("terms", counts)?;
        let part = |name: &str| kernel::call("spl_part", vec![column(&counts), lit(name)]);
        let words = part(LENGTH)?;
        let all = Window { partition: Vec::new(), order: Vec::new(), frame: WindowFrame::new(None) };
        let mut windows = vec![all.apply(count_udaf(), vec![words.clone()])?];
        for place in 0..terms.lines().count() {
            let has = when(part(&place.to_string())?.gt(lit(0_i64)), lit(1_i64)).end()?;
            windows.push(all.apply(count_udaf(), vec![has])?);
        }
        let (input, names) = window::add(input, "holders", windows)?;
        let double = |expr: Expr| cast(expr, DataType::Float64);
        let mut score = lit(0.0);
        if let Some((events, holders)) = names.split_first() {
            for (place, holders) in holders.iter().enumerate() {
                let rarity = ln(lit(1.0) + double(column(events)) / double(column(holders)));
                let share = double(part(&place.to_string())?) / double(words.clone());
                score = score + when(column(holders).gt(lit(0_i64)), share * rarity).otherwise(lit(0.0))?;
            }
        }
        let score = when(words.clone().gt(lit(0_i64)), score).when(words.is_not_null(), lit(0.0)).end()?;
        input.set(vec![(name(), score)])
    }
}
