//! The meaning of `makemv`: one text as several values. `makemv delim="," recipients`
//!
//! Each value of a field with several is split. Values that come out empty are dropped unless `allowempty` is set; a text
//! without any value leaves the field null. A field that does not exist, and an internal one, stays as it is.

use datafusion::logical_expr::lit;
use speleo_functions::eval::pattern;
use speleo_syntax::{
    Code, Diagnostic,
    command::makemv::{MakeMv, Pieces},
};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    relation::{Relation, is_internal},
};

impl Lower for MakeMv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "makemv", self.span)?;
        if let Pieces::Matches(regex) = &self.pieces {
            pattern::check(&regex.node).map_err(|problem| {
                Diagnostic::new(Code::Regex, regex.span, "this is no regular expression").label(problem)
            })?;
        }
        let Some((value, _)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        let name = &self.field.name;
        if is_internal(name) {
            return Ok(input);
        }
        let (text, mode) = match &self.pieces {
            Pieces::Between { delim, allow_empty } => {
                let delim = delim.as_deref().unwrap_or(" ");
                if self.set_sv {
                    cx.delimiters.insert(name.clone(), delim.to_owned());
                }
                (delim, if *allow_empty { "between" } else { "filled" })
            }
            Pieces::Matches(regex) => (regex.node.as_str(), "matches"),
        };
        let values = kernel::call("spl_makemv", vec![value, lit(text), lit(mode)])?;
        input.set(vec![(name.clone(), values)])
    }
}
