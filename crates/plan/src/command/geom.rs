//! The meaning of `geom`: the shapes of regions from a table of them. `geom geo_us_states featureIdField=state allFeatures=true`
//!
//! It is a lookup by the region's name, and shapes that are drawn with fewer points. With `allFeatures` a named step asks which
//! regions the rows have; the others follow in the table's order, their numbers 0.

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
};
use speleo_syntax::command::geom::Geom;

use crate::{
    LookupTable, Result,
    command::{geomfilter::drawn, rows},
    enrich::{Enrichment, enrich},
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    sheet, table,
    union::stack,
};

/// The column of a table that names regions.
const ID: &str = "featureId";
/// The field of shapes.
pub(super) const SHAPE: &str = "geom";

impl Lower for Geom {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "geom", self.span)?;
        let Some(found) = table::open(&self.collection, cx).await? else {
            return input.set(vec![(SHAPE.to_owned(), meet::null_of(&DataType::Utf8)?)]);
        };
        let has = |name: &str| found.table.schema().field_with_name(name).is_ok();
        if !has(ID) || !has(SHAPE) {
            let text = format!("`{}` has no shapes of regions", self.collection.name);
            let error = speleo_syntax::Diagnostic::new(speleo_syntax::Code::BadValue, self.collection.span, text);
            return Err(error.help(format!("a table of shapes has the columns `{ID}` and `{SHAPE}`")).into());
        }
        let what = Enrichment {
            table: &found,
            name: &self.collection.name,
            inputs: vec![(ID.to_owned(), self.id.name.clone())],
            outputs: vec![(SHAPE.to_owned(), SHAPE.to_owned())],
            keep: false,
            only: None,
        };
        let mut shaped = enrich(input.clone(), &what, cx)?;
        if self.all_features {
            shaped = stack(shaped, self.others(&input, &found, cx).await?)?;
        }
        drawn(shaped, self.tolerance, &self.frame)
    }
}

/// The regions that have no row.
trait Others {
    /// A row for each.
    async fn others(&self, input: &Relation, found: &LookupTable, cx: &mut Context<'_>) -> Result<Relation>;
}

impl Others for Geom {
    async fn others(&self, input: &Relation, found: &LookupTable, cx: &mut Context<'_>) -> Result<Relation> {
        let names = std::slice::from_ref(&self.id.name);
        let known: HashSet<String> = sheet::texts(input.clone(), names, "regions of the rows", cx)
            .await?
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        let mut known: Vec<String> = known.into_iter().collect();
        known.sort();
        let known: Vec<Expr> = known.iter().map(|name| lit(name.as_str())).collect();
        let all = table::scan(&self.collection.name, found)?;
        let others = if known.is_empty() { all } else { all.filter(column(ID).in_list(known, true))? };
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for name in input.fields().iter().filter(|name| **name != self.id.name && *name != SHAPE) {
            match input.data_type(name) {
                Some(DataType::Int64) => columns.push((name.clone(), lit(0_i64))),
                Some(DataType::Float64) => columns.push((name.clone(), lit(0.0))),
                _ => {}
            }
        }
        columns.push((self.id.name.clone(), column(ID)));
        columns.push((SHAPE.to_owned(), column(SHAPE)));
        others.select(columns)
    }
}
