//! The meaning of `xmlkv`: a field for each XML tag of `_raw`, or of a field, that holds a text. `xmlkv`
//!
//! Of a tag that comes several times the last one counts.

use speleo_syntax::command::xmlkv::XmlKv;

use crate::{
    Result,
    command::rows,
    extract::{self, Existing, Repeated},
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for XmlKv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "xmlkv", self.span)?;
        let name = self.field.as_ref().map_or("_raw", |field| field.name.as_str());
        let Some((text, _)) = field::find(name, &input) else { return Ok(input) };
        let fields = kernel::call("spl_fields_xml", vec![text])?;
        extract::all_fields(input, fields, Existing::GivesWay, Repeated::Last, "xmlkv", cx).await
    }
}
