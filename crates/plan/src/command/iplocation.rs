//! The meaning of `iplocation`: the place of an address. `iplocation prefix=src_ src_ip`
//!
//! An address that the database does not know, and a text that is none, get no place: the fields are absent. So are those that
//! the database has for no address: the bundled one knows countries alone.

use std::path::Path;

use datafusion::logical_expr::{Expr, lit};
use speleo_functions::eval::geo;
use speleo_syntax::{Code, Diagnostic, Severity, Span, command::iplocation::IpLocation};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    relation::{Relation, column},
};

/// What every call adds.
const FIELDS: [&str; 5] = ["City", "Country", "Region", "lat", "lon"];

/// What `allfields=true` adds.
const MORE_FIELDS: [&str; 3] = ["Continent", "MetroCode", "Timezone"];

impl Lower for IpLocation {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "iplocation", self.span)?;
        let more: &[&str] = if self.all_fields { &MORE_FIELDS } else { &[] };
        let outputs: Vec<(&str, String)> =
            FIELDS.iter().chain(more).map(|name| (*name, format!("{}{name}", self.prefix))).collect();
        let Some((address, _)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        note_unknown(&outputs, self.span, cx);
        locate(input, address, &outputs, self.lang.as_deref(), self.span, cx)
    }
}

/// The search reads what the bundled database does not hold.
fn note_unknown(outputs: &[(&str, String)], span: Span, cx: &mut Context<'_>) {
    if cx.world.geoip().as_deref() != Some(geo::BUNDLED) {
        return;
    }
    let is_read = |field: &String| cx.mentioned.contains(field);
    let empty = outputs.iter().find(|(name, field)| !geo::BUNDLED_FIELDS.contains(name) && is_read(field));
    if let Some((_, field)) = empty {
        let text = format!("`{field}` stays empty: the bundled address database knows countries alone");
        let note = Diagnostic { severity: Severity::Note, ..Diagnostic::new(Code::UnknownField, span, text) };
        cx.notes.push(note.help("`--geoip FILE.mmdb` names another one"));
    }
}

/// Sets fields from the database's names: pairs of such a name and the field.
pub(crate) fn locate(
    input: Relation,
    address: Expr,
    outputs: &[(&str, String)],
    language: Option<&str>,
    span: Span,
    cx: &Context<'_>,
) -> Result<Relation> {
    let Some(path) = cx.world.geoip().or_else(|| cx.world.is_blind().then(String::new)) else {
        let error = Diagnostic::new(Code::File, span, "`iplocation` needs an address database");
        return Err(error.help("name one with `--geoip FILE.mmdb`").into());
    };
    if cx.world.is_blind() {
        let absent = datafusion::scalar::ScalarValue::Utf8(None);
        return input.set(outputs.iter().map(|(_, field)| (field.clone(), lit(absent.clone()))).collect());
    }
    geo::check(Path::new(&path)).map_err(|reason| Diagnostic::new(Code::File, span, reason))?;
    let call = kernel::call("spl_iplocation", vec![address, lit(path), lit(language.unwrap_or("en"))])?;
    let (input, place) = input.hidden("place", call)?;
    let mut columns = Vec::with_capacity(outputs.len());
    for (name, field) in outputs {
        columns.push((field.clone(), kernel::call("spl_part", vec![column(&place), lit(*name)])?));
    }
    input.set(columns)
}
