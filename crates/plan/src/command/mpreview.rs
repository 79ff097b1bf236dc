//! The meaning of `mpreview`: single points of metrics, as JSON. `| mpreview index=m filter="metric_name=cpu.*"`
//!
//! The newest points of each time series, which is a metric with one set of dimensions. The dimensions are columns too, as Splunk
//! would take them out of the JSON.

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::{SearchExpr, SearchExprKind, command::mpreview::MPreview, parse_search_expr};

use crate::{
    Result, kernel,
    lower::{Context, Lower},
    meet, metric,
    relation::{Relation, column, is_internal},
    window::{self, Window},
};

impl Lower for MPreview {
    async fn lower(&self, _input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let condition = condition(self)?;
        let points = metric::points(&condition, &metric::named(&condition), self.span, cx).await?;
        let is_dimension = |name: &String| !is_internal(name) && !matches!(name.as_str(), metric::NAME | "index");
        let dimensions: Vec<String> = points.fields().into_iter().filter(is_dimension).collect();
        let mut series = vec![column(metric::NAME)];
        let mut args = vec![lit("false")];
        for name in &dimensions {
            series.push(meet::whole(column(name), points.data_type(name).unwrap_or(&DataType::Utf8)));
            args.extend([lit(name.as_str()), lit("auto"), column(name)]);
        }
        for name in [metric::NAME, metric::VALUE] {
            args.extend([lit(name), lit("auto"), column(name)]);
        }
        let mut points = points;
        if self.per_series > 0 {
            let number = Window::so_far(&points).within(series).number()?;
            let place;
            (points, place) = window::add_one(points, "point", number)?;
            points = points.filter(place.lt_eq(lit(self.per_series)))?;
        }
        let raw = kernel::call("spl_tojson", args)?;
        let mut outputs = Vec::new();
        let own = [meet::TIME, "host", "index", "source", "sourcetype", metric::NAME, metric::VALUE];
        let others = dimensions.iter().map(String::as_str).filter(|name| !own.contains(name));
        for name in own.into_iter().chain(others) {
            if points.has(name) {
                outputs.push((name.to_owned(), column(name)));
            }
        }
        outputs.push(("_raw".to_owned(), raw));
        points.select(outputs)
    }
}

/// The options as one condition.
fn condition(preview: &MPreview) -> Result<SearchExpr> {
    let mut parts = Vec::new();
    let mut add = |text: &str| -> Result<()> {
        let (expr, problems) = parse_search_expr(text);
        let mut errors: Vec<_> = problems.into_iter().filter(|one| one.is_error()).collect();
        if errors.is_empty() {
            parts.push(expr);
            return Ok(());
        }
        // The text stands inside an option: places in it say nothing about the search.
        errors.iter_mut().flat_map(|error| &mut error.labels).for_each(|label| label.span = preview.span);
        Err(crate::Error::Diagnostics(errors))
    };
    let quoted = |name: &str| name.replace(['"', '\\'], "");
    let indexes: Vec<String> =
        preview.indexes.iter().map(|index| format!("index=\"{}\"", quoted(&index.node))).collect();
    if !indexes.is_empty() {
        add(&indexes.join(" OR "))?;
    }
    for (name, bound) in [("earliest", &preview.earliest), ("latest", &preview.latest)] {
        if let Some(bound) = bound {
            add(&format!("{name}=\"{}\"", quoted(bound)))?;
        }
    }
    if let Some(filter) = &preview.filter {
        add(&filter.node)?;
    }
    Ok(SearchExpr { span: preview.span, kind: SearchExprKind::And(parts) })
}
