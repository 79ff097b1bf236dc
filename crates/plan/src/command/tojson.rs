//! The meaning of `tojson` and `makejson`: fields as a JSON object. `tojson str(id) num(bytes_*) output_field=record`
//!
//! Keys stand in the order of the fields; several values are an array. A value that is missing, or not of the type asked for,
//! is left out, or `null` with `fill_null`. The fields themselves stay.

use datafusion::logical_expr::lit;
use speleo_syntax::command::tojson::{JsonType, ToJson};

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, is_internal},
    wildcard,
};

impl Lower for ToJson {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, if self.is_make { "makejson" } else { "tojson" }, self.span)?;
        let mut args = vec![lit(if self.fill_null { "true" } else { "false" })];
        for name in input.fields() {
            let Some(json_type) = self.type_of(&name) else { continue };
            let Some(data_type) = input.data_type(&name) else { continue };
            let value = if meet::is_time(data_type) { meet::epoch(column(&name)) } else { column(&name) };
            args.extend([lit(name.as_str()), lit(json_type.name()), value]);
        }
        let target = self.output.as_ref().map_or("_raw", |field| field.name.as_str());
        let object = kernel::call("spl_tojson", args)?;
        input.set(vec![(target.to_owned(), object)])
    }
}

/// Which fields are packed.
trait Packed {
    /// The type that a field is packed as; none where it is not.
    fn type_of(&self, name: &str) -> Option<JsonType>;
}

impl Packed for ToJson {
    fn type_of(&self, name: &str) -> Option<JsonType> {
        if self.fields.is_empty() {
            return (self.include_internal || !is_internal(name)).then_some(self.default_type);
        }
        let found = self.fields.iter().find(|(_, field)| wildcard::matches(&field.name, name));
        found.map(|(json_type, _)| json_type.unwrap_or(self.default_type))
    }
}
