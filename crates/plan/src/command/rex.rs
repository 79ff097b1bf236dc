//! The meaning of `rex`: named groups become fields. `rex field=sender ".*@(?<domain>.*)"`
//!
//! A row that does not match keeps what it has, and so does a field whose group took no part. All groups come from one pass
//! over the value, a struct; with `max_match` other than 1 each is a list. `mode=sed` edits the field instead.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    logical_expr::{Expr, ExprSchemable, lit},
};
use speleo_functions::eval::pattern;
use speleo_syntax::{
    Code, Diagnostic, Span, Spanned,
    command::rex::{Rex, RexMode},
};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
};

impl Lower for Rex {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "rex", self.span)?;
        let found = match &self.field {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        match &self.mode {
            RexMode::Extract { pattern, max_match, offset_field } => {
                let groups = groups(pattern)?;
                let Some((value, _)) = found else { return Ok(input) };
                let offsets = offset_field.as_ref().map(|field| field.name.as_str());
                extract(input, value, &pattern.node, &groups, *max_match, offsets)
            }
            RexMode::Sed { script } => {
                pattern::check_sed(&script.node).map_err(|reason| bad(script.span, reason))?;
                let Some((value, data_type)) = found else { return Ok(input) };
                let value = if meet::is_time(&data_type) { meet::epoch(value) } else { value };
                let edited = kernel::call("spl_rex_sed", vec![value, lit(script.node.as_str())])?;
                let name = self.field.as_ref().map_or("_raw", |field| field.name.as_str());
                input.set(vec![(name.to_owned(), edited)])
            }
        }
    }
}

fn bad(span: Span, reason: String) -> Diagnostic {
    Diagnostic::new(Code::Regex, span, "this is no regular expression").label(reason)
}

/// The named groups; a pattern without one extracts nothing, which is a mistake.
fn groups(pattern: &Spanned<String>) -> Result<Vec<String>> {
    let names = pattern::group_names(&pattern.node).map_err(|reason| bad(pattern.span, reason))?;
    if names.is_empty() {
        let error = Diagnostic::new(Code::Regex, pattern.span, "`rex` needs a named group");
        return Err(error.help("a group is named so: `(?<domain>[^@]+)$`").into());
    }
    Ok(names)
}

/// Sets a field for each group from one match of the pattern.
pub(crate) fn extract(
    input: Relation,
    value: Expr,
    pattern: &str,
    groups: &[String],
    max_match: u64,
    offsets: Option<&str>,
) -> Result<Relation> {
    let most = lit(i64::try_from(max_match).unwrap_or(0));
    let args = vec![value, lit(pattern), most];
    let places = offsets.map(|name| Ok::<_, crate::Error>((name, kernel::call("spl_rex_offset", args.clone())?)));
    let places = places.transpose()?;
    let (input, found) = input.hidden("rex", kernel::call("spl_rex", args)?)?;
    let mut columns = Vec::with_capacity(groups.len() + 1);
    for group in groups {
        let taken = kernel::call("spl_part", vec![column(&found), lit(group.as_str())])?;
        let new_type = taken.get_type(input.plan.schema())?;
        columns.push((group.clone(), kept(&input, group, taken, &new_type)?));
    }
    if let Some((name, expr)) = places {
        columns.push((name.to_owned(), kept(&input, name, expr, &DataType::Utf8)?));
    }
    input.set(columns)
}

/// The new value, and where there is none the old.
pub(crate) fn kept(relation: &Relation, name: &str, new: Expr, new_type: &DataType) -> Result<Expr> {
    let Some(old_type) = relation.data_type(name) else { return Ok(new) };
    let common = meet::meet(old_type, new_type);
    let new = meet::convert(new, new_type, &common)?;
    let old = meet::convert(column(name), old_type, &common)?;
    Ok(coalesce().call(vec![new, old]))
}
