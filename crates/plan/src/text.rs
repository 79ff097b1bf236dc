//! Rows as the text of a search condition, for `format` and `return`. `( ( a="1" AND b="x" ) OR ( a="2" ) )`

use datafusion::{
    arrow::datatypes::DataType,
    functions::string::expr_fn::{concat, replace},
    functions_nested::{length::array_length, make_array::make_array, string::array_to_string},
    logical_expr::{Expr, LogicalPlanBuilder, lit, when},
    scalar::ScalarValue,
};

use crate::{
    Result,
    aggregate::{Call, arrival_key},
    kernel, meet,
    relation::{Relation, column, named},
};

/// What stands between the values of a list while they are escaped: no text of a search holds it.
const BETWEEN: &str = "\u{0}";

/// The field that holds the text.
pub(crate) const SEARCH: &str = "search";

/// `name="value"`, null where the field is; several values in parentheses, joined by `separator`.
pub(crate) fn assignment(name: &str, value: Expr, data_type: &DataType, separator: &str) -> Result<Expr> {
    let start = format!("{}=\"", quoted_name(name));
    let whole = |text: Expr, before: String, after: &str| concat(vec![lit(before), text, lit(after)]);
    if !meet::is_list(data_type) {
        let text = escape(plain(value.clone(), data_type)?);
        return Ok(when(value.is_not_null(), whole(text, start, "\"")).end()?);
    }
    let joined = escape(array_to_string(value.clone(), lit(BETWEEN)));
    let joined = replace(joined, lit(BETWEEN), lit(format!("\" {separator} {start}")));
    let one = whole(joined.clone(), start.clone(), "\"");
    let several = whole(joined, format!("( {start}"), "\" )");
    Ok(when(value.clone().is_null(), lit(ScalarValue::Utf8(None)))
        .when(array_length(value).gt(lit(1_u64)), several)
        .otherwise(one)?)
}

/// The value as bare text: of several values the first.
pub(crate) fn plain(value: Expr, data_type: &DataType) -> Result<Expr> {
    if meet::is_list(data_type) {
        return Ok(datafusion::functions_nested::extract::array_element(value, lit(1_i64)));
    }
    Ok(meet::utf8(meet::convert(value, data_type, &DataType::Utf8)?, data_type))
}

/// Texts beside each other; null ones are left out, and where all are null so is the whole.
pub(crate) fn join(texts: Vec<Expr>, separator: &str) -> Result<Expr> {
    let Some(any) = texts.iter().map(|text| text.clone().is_not_null()).reduce(Expr::or) else {
        return Ok(lit(ScalarValue::Utf8(None)));
    };
    Ok(when(any, array_to_string(make_array(texts), lit(separator))).end()?)
}

/// One row whose field `search` holds the texts of all rows, in order, joined; null where there is none.
pub(crate) fn collect(relation: Relation, text: Expr, separator: &str) -> Result<Relation> {
    let list = Call { function: kernel::aggregate("spl_list")?, args: vec![text, arrival_key(&relation)?] };
    let plan = LogicalPlanBuilder::from(relation.plan)
        .aggregate(Vec::<Expr>::new(), vec![named(list.aggregate(), SEARCH)])?
        .project(vec![named(array_to_string(column(SEARCH), lit(separator)), SEARCH)])?
        .build()?;
    Ok(Relation::results(plan, Vec::new()))
}

fn escape(text: Expr) -> Expr {
    replace(replace(text, lit("\\"), lit("\\\\")), lit("\""), lit("\\\""))
}

/// A field's name, in quotes where a search would not read it bare.
fn quoted_name(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.:{}-@".contains(c));
    if bare { name.to_owned() } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
}
