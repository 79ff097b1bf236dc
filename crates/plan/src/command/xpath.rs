//! The meaning of `xpath`: values at an XPath of an XML text. `xpath outfield=name "//user[@id='3']/name"`
//!
//! A row without a value at the path gets the default, or keeps what it has.

use datafusion::logical_expr::{ExprSchemable, lit, when};
use speleo_functions::eval::spath;
use speleo_syntax::{Code, Diagnostic, command::xpath::XPath};

use super::rex::kept;
use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for XPath {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "xpath", self.span)?;
        spath::check_xpath(&self.path.node).map_err(|problem| {
            Diagnostic::new(Code::BadValue, self.path.span, "this is no path that `xpath` can follow").label(problem)
        })?;
        let output = self.output.as_ref().map_or("xpath", |field| field.name.as_str());
        let found = match &self.field {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let default = self.default.as_deref().map(|text| kernel::call("spl_as_list", vec![lit(text)])).transpose()?;
        let value = match (found, default) {
            (None, None) => return Ok(input),
            (None, Some(default)) => default,
            (Some((source, _)), default) => {
                let value = kernel::call("spl_xpath", vec![source, lit(self.path.node.as_str())])?;
                match default {
                    Some(default) => when(value.clone().is_not_null(), value).otherwise(default)?,
                    None => value,
                }
            }
        };
        let data_type = value.get_type(input.plan.schema())?;
        let value = kept(&input, output, value, &data_type)?;
        input.set(vec![(output.to_owned(), value)])
    }
}
