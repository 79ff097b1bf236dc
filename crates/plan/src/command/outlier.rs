//! The meaning of `outlier`: numbers far from the others are clipped, or their rows go. `outlier action=remove bytes`
//!
//! A number is an outlier above Q3 + param·IQR, with `uselower` also below Q1 − param·IQR, where Q1 and Q3 are the quartiles of the
//! field's numbers and IQR their distance (Tukey's fences).

use datafusion::{
    arrow::datatypes::DataType,
    functions::string::expr_fn::concat,
    logical_expr::{Expr, WindowFrame, lit, when},
};
use speleo_syntax::command::outlier::Outlier;

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet, predicate,
    relation::{Relation, column},
    sheet,
    window::{self, Window},
};

/// What `mark` puts before a clipped number.
const MARK: &str = "000";

impl Lower for Outlier {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let mut table = rows(input, "outlier", self.span)?;
        let mut names = sheet::fields(&table, &self.fields);
        names.retain(|name| table.data_type(name).is_some_and(|data_type| !meet::is_time(data_type)));
        let every = Window { partition: Vec::new(), order: Vec::new(), frame: WindowFrame::new(None) };
        let mut quartiles = Vec::with_capacity(names.len() * 2);
        for name in &names {
            let number = sheet::number(&table, name)?;
            for percent in [25.0, 75.0] {
                quartiles.push(every.apply(kernel::aggregate("spl_perc")?, vec![number.clone(), lit(percent)])?);
            }
        }
        let places;
        (table, places) = window::add(table, "quartile", quartiles)?;
        let mut changes: Vec<(String, Expr)> = Vec::new();
        let mut normal: Vec<Expr> = Vec::new();
        for (name, quartiles) in names.iter().zip(places.chunks_exact(2)) {
            let [low, high] = quartiles else { continue };
            let margin = (column(high) - column(low)) * lit(self.factor);
            let (floor, ceiling) = (column(low) - margin.clone(), column(high) + margin);
            let number = sheet::number(&table, name)?;
            let above = number.clone().gt(ceiling.clone()).is_true();
            let below = if self.use_lower { number.clone().lt(floor.clone()).is_true() } else { lit(false) };
            if self.remove {
                normal.push(above.or(below).is_not_true());
                continue;
            }
            let own = table.data_type(name).cloned().unwrap_or(DataType::Utf8);
            let result = match &own {
                list if meet::is_list(list) => list.clone(),
                text if self.mark || meet::is_text(text) => DataType::Utf8,
                _ => DataType::Float64,
            };
            let clipped = |fence: Expr| -> Result<Expr> {
                if !self.mark {
                    return meet::convert(fence, &DataType::Float64, &result);
                }
                let fence = meet::convert(fence, &DataType::Float64, &DataType::Utf8)?;
                meet::convert(concat(vec![lit(MARK), fence]), &DataType::Utf8, &result)
            };
            let kept = meet::utf8(meet::convert(column(name), &own, &result)?, &own);
            let value = when(above, clipped(ceiling)?).when(below, clipped(floor)?).otherwise(kept)?;
            changes.push((name.clone(), value));
        }
        if self.remove { table.filter(predicate::all(normal)) } else { table.set(changes) }
    }
}
