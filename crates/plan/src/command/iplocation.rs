//! The meaning of `iplocation`: the place of an address. `iplocation prefix=src_ src_ip`
//!
//! An address that the database does not know, and a text that is none, get no place: the fields are absent. The database is
//! the user's own; there is none inside.

use std::path::Path;

use datafusion::logical_expr::{Expr, lit};
use speleo_functions::eval::geo;
use speleo_syntax::{Code, Diagnostic, Span, command::iplocation::IpLocation};

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
        locate(input, address, &outputs, self.lang.as_deref(), self.span, cx)
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
