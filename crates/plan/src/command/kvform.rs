//! The meaning of `kvform`: a form's fields taken out of `_raw`. `kvform form=sales_order`
//!
//! A form becomes a regular expression with a group for each of its fields, applied as `rex` does. Where a field tells the form, its
//! values are a named step, and each value's form is applied to the events that have it; values without a form are passed over.

mod form;

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    logical_expr::{Expr, lit, when},
};
use indexmap::IndexMap;
use speleo_syntax::{Field, Span, command::kvform::KvForm};

use self::form::Form;
use super::rex::kept;
use crate::{
    Result, aggregate,
    command::{cluster::one_text, rows},
    field, kernel,
    lower::{Context, Lower},
    project_file,
    relation::{Relation, column},
    sheet,
};

/// The folder of forms.
const FOLDER: &str = "forms";
/// The field that tells the form where nothing is written.
const FIELD: &str = "sourcetype";

impl Lower for KvForm {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "kvform", self.span)?;
        let Some((value, data_type)) = field::find("_raw", &input) else { return Ok(input) };
        let text = one_text(value, &data_type)?;
        if let Some(form) = &self.form {
            return match open(&form.node, form.span, cx)? {
                Some(form) => extract(input, &[(form, text)]),
                None if cx.world.is_blind() => Ok(input),
                None => Err(project_file::missing(FOLDER, &file(&form.node), form.span)),
            };
        }
        let usual = Field::new(FIELD, self.span);
        let told = self.field.as_ref().unwrap_or(&usual);
        let Some((value, _)) = field::resolve(told, &input, cx) else { return Ok(input) };
        let names = aggregate::group(aggregate::keys(input.clone(), [told.name.as_str()], true)?, &[])?;
        let names = sheet::texts(names, std::slice::from_ref(&told.name), "names of forms", cx).await?;
        let mut forms = Vec::new();
        for name in names.iter().flatten().flatten().filter(|name| is_name(name)) {
            if let Some(form) = open(name, told.span, cx)? {
                let has = kernel::call("spl_search_case", vec![value.clone(), lit(name.as_str())])?;
                forms.push((form, when(has, text.clone()).end()?));
            }
        }
        extract(input, &forms)
    }
}

/// The file of a form.
fn file(name: &str) -> String {
    format!("{name}.form")
}

/// Whether a value can be the name of a form.
fn is_name(value: &str) -> bool {
    project_file::is_name(&file(value)) && !value.contains('*')
}

/// The form of a name; none where there is no such file.
fn open(name: &str, span: Span, cx: &Context<'_>) -> Result<Option<Form>> {
    let Some(text) = project_file::read(None, FOLDER, &file(name), span, cx)? else { return Ok(None) };
    Ok(Some(Form::read(&text).map_err(|reason| form::bad(name, &reason, span))?))
}

/// Sets the fields of forms, each with the text that it is applied to; null for none.
fn extract(mut input: Relation, forms: &[(Form, Expr)]) -> Result<Relation> {
    let mut found: IndexMap<&str, Vec<Expr>> = IndexMap::new();
    for (form, text) in forms {
        let groups = kernel::call("spl_rex", vec![text.clone(), lit(form.pattern.as_str()), lit(1_i64)])?;
        let (relation, groups) = input.hidden("form", groups)?;
        input = relation;
        for name in &form.fields {
            let part = kernel::call("spl_part", vec![column(&groups), lit(name.as_str())])?;
            found.entry(name).or_default().push(part);
        }
    }
    let mut columns = Vec::with_capacity(found.len());
    for (name, parts) in found {
        columns.push((name.to_owned(), kept(&input, name, coalesce().call(parts), &DataType::Utf8)?));
    }
    input.set(columns)
}
