//! The meaning of `outputtext`: the text of events under another name. `outputtext usexml=false`

use datafusion::{functions::string::expr_fn::replace, logical_expr::lit};
use speleo_syntax::command::outputtext::OutputText;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::{Relation, column},
    text,
};

/// What is escaped, the escape's own character first.
const ESCAPES: [(&str, &str); 3] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")];

impl Lower for OutputText {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "outputtext", self.span)?;
        let Some(data_type) = input.data_type("_raw").cloned() else { return Ok(input) };
        let mut raw = text::plain(column("_raw"), &data_type)?;
        if self.use_xml {
            raw = ESCAPES.into_iter().fold(raw, |raw, (plain, escaped)| replace(raw, lit(plain), lit(escaped)));
        }
        input.set(vec![("_xml".to_owned(), raw)])
    }
}
