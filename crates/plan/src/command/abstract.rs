//! The meaning of `abstract`: `_raw` becomes its most telling lines. `error | abstract maxlines=5`

use datafusion::logical_expr::lit;
use speleo_syntax::command::r#abstract::Abstract;

use crate::{
    Result,
    command::{cluster::one_text, rows},
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
};

/// How many of the search's terms count.
const TERMS: usize = 100;

impl Lower for Abstract {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "abstract", self.span)?;
        let Some((value, data_type)) = field::find("_raw", &input) else { return Ok(input) };
        let (terms, lines) = (self.max_terms.to_string(), self.max_lines.to_string());
        let args = vec![one_text(value, &data_type)?, lit(cx.wanted(TERMS)), lit(terms), lit(lines)];
        input.set(vec![("_raw".to_owned(), kernel::call("spl_abstract", args)?)])
    }
}
