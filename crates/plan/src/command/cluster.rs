//! The meaning of `cluster`: events with similar text share a number. `cluster t=0.9 showcount=t`
//!
//! One window function over all rows in their order tells each row's cluster; the first of each stays, with `labelonly` all.

use datafusion::{
    arrow::datatypes::DataType,
    functions_nested::string::array_to_string,
    logical_expr::{Expr, lit},
};
use speleo_syntax::command::cluster::Cluster;

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Cluster {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "cluster", self.span)?;
        let found = match &self.field {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let Some((value, data_type)) = found else {
            return if self.label_only { Ok(input) } else { input.filter(lit(false)) };
        };
        let text = one_text(value, &data_type)?;
        let function = kernel::window("spl_cluster")?;
        let delims = lit(self.delims.as_deref().unwrap_or_default());
        let args = vec![text, lit(self.threshold), lit(self.similarity.name()), delims];
        let told = Window::so_far(&input).apply(function, args)?;
        let (relation, told) = window::add_one(input, "cluster", told)?;
        let part = |name: &str| kernel::call("spl_part", vec![told.clone(), lit(name)]);
        let (relation, first) = relation.hidden("first", part("first")?)?;
        let mut columns: Vec<(String, Expr)> = Vec::new();
        if self.show_count {
            let name = self.count_field.as_ref().map_or("cluster_count", |field| field.name.as_str());
            columns.push((name.to_owned(), part("count")?));
        }
        let name = self.label_field.as_ref().map_or("cluster_label", |field| field.name.as_str());
        columns.push((name.to_owned(), part("label")?));
        let relation = if self.label_only { relation } else { relation.filter(column(&first).eq(lit(1_i64)))? };
        relation.set(columns)
    }
}

/// A field as one text, several values in lines.
pub(super) fn one_text(value: Expr, data_type: &DataType) -> Result<Expr> {
    if meet::is_list(data_type) {
        return Ok(array_to_string(value, lit("\n")));
    }
    meet::convert(value, data_type, &DataType::Utf8)
}
