//! The meaning of `regex`: rows whose field matches. `regex email_dns_name!="^\d+$"`
//!
//! A row without the field is dropped by `=` and kept by `!=`. The pattern is not anchored and heeds case.

use datafusion::logical_expr::lit;
use speleo_functions::eval::pattern;
use speleo_syntax::{Code, Diagnostic, command::regex::Regex};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Regex {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "regex", self.span)?;
        pattern::check(&self.pattern.node).map_err(|reason| {
            Diagnostic::new(Code::Regex, self.pattern.span, "this is no regular expression").label(reason)
        })?;
        let found = match &self.field {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let Some((value, _)) = found else { return input.filter(lit(self.negated)) };
        let matched = kernel::call("spl_match", vec![value, lit(self.pattern.node.as_str())])?;
        input.filter(if self.negated { matched.is_not_true() } else { matched })
    }
}
