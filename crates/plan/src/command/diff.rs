//! The meaning of `diff`: the difference of two rows' texts as one row. `diff position1=1 position2=2 attribute=config`
//!
//! The two rows are found by their numbers; a field that they lack is an empty text, several values are lines.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    functions_aggregate::min_max::max_udaf,
    logical_expr::{Expr, LogicalPlanBuilder, lit, when},
};
use speleo_syntax::command::diff::Diff;

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, named},
    window::{self, Window},
};

impl Lower for Diff {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "diff", self.span)?;
        let found = match &self.attribute {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let text = match found {
            Some((value, data_type)) => {
                let text = if meet::is_list(&data_type) {
                    kernel::call("spl_mvjoin", vec![value, lit("\n")])?
                } else {
                    meet::convert(value, &data_type, &DataType::Utf8)?
                };
                coalesce().call(vec![text, lit("")])
            }
            None => lit(""),
        };
        let (input, text) = input.hidden("text", text)?;
        let number = Window::so_far(&input).number()?;
        let (input, number) = window::add_one(input, "number", number)?;
        let at = |position: u64| number.clone().eq(lit(position));
        let texts = [("__old", self.first), ("__new", self.second)];
        let mut calls: Vec<Expr> = Vec::with_capacity(texts.len());
        for (name, position) in texts {
            let own = when(at(position), column(&text)).end()?;
            calls.push(named(Call { function: max_udaf(), args: vec![own] }.aggregate(), name));
        }
        let input = input.filter(at(self.first).or(at(self.second)))?;
        let plan = LogicalPlanBuilder::from(input.plan).aggregate(Vec::<Expr>::new(), calls)?.build()?;
        let both = Relation::results(plan, Vec::new())
            .filter(column("__old").is_not_null().and(column("__new").is_not_null()))?;
        let form = if self.context { "context" } else { "unified" };
        let header = |position: u64| lit(if self.header { position.to_string() } else { String::new() });
        let most = lit(self.most.to_string());
        let args = vec![column("__old"), column("__new"), lit(form), header(self.first), header(self.second), most];
        both.select(vec![("_raw".to_owned(), kernel::call("spl_diff", args)?)])
    }
}
