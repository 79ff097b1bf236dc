//! The meaning of `nomv`: several values as one text. `nomv recipients`
//!
//! They are joined by a newline, or by the delimiter that `mvcombine`, `makemv setsv=true` or `stats delim=` gave the field.
//! One value, and none, stays as it is.

use datafusion::logical_expr::lit;
use speleo_syntax::command::nomv::NoMv;

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

impl Lower for NoMv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "nomv", self.span)?;
        let Some((values, data_type)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        if !meet::is_list(&data_type) {
            return Ok(input);
        }
        let delimiter = cx.delimiters.get(&self.field.name).map_or("\n", String::as_str);
        let joined = kernel::call("spl_mvjoin", vec![values, lit(delimiter)])?;
        input.set(vec![(self.field.name.clone(), joined)])
    }
}
