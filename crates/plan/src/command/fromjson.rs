//! The meaning of `fromjson`: the keys of a JSON object as fields. `fromjson _raw prefix="json_"`
//!
//! Only the keys of the object itself count: objects within it stay JSON. Arrays become several values, null no value; a
//! field of that name gives way. A text that is no object makes nothing.

use datafusion::logical_expr::lit;
use speleo_syntax::command::fromjson::FromJson;

use crate::{
    Result,
    command::rows,
    extract::{self, Existing, Repeated},
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for FromJson {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "fromjson", self.span)?;
        let Some((text, _)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let fields = kernel::call("spl_fields_json", vec![text, lit(prefix)])?;
        extract::all_fields(input, fields, Existing::GivesWay, Repeated::All, "fromjson", cx).await
    }
}
