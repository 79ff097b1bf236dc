//! The meaning of `xmlunescape`: `&amp;`, `&lt;` and `&gt;` in `_raw` become what they stand for. `index=app | xmlunescape`
//!
//! The escape of `&` is undone last, so that `&amp;lt;` becomes `&lt;`.

use datafusion::{arrow::datatypes::DataType, functions::string::expr_fn::replace, logical_expr::lit};
use speleo_syntax::command::xmlunescape::XmlUnescape;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
};

/// The field of the raw text.
const RAW: &str = "_raw";
/// What is written, and what it stands for, in the order in which it is undone.
const ESCAPES: [(&str, &str); 3] = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];

impl Lower for XmlUnescape {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "xmlunescape", self.span)?;
        let Some(data_type) = input.data_type(RAW) else { return Ok(input) };
        let text = meet::convert(column(RAW), data_type, &DataType::Utf8)?;
        let plain = ESCAPES.iter().fold(text, |text, (escape, plain)| replace(text, lit(*escape), lit(*plain)));
        input.set(vec![(RAW.to_owned(), plain)])
    }
}
