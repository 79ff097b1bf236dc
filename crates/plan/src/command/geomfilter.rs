//! The meaning of `geomfilter`: the shapes in `geom`, cut to a box. `geomfilter min_x=-130 max_x=-60`

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::{clause::frame::Frame, command::geomfilter::GeomFilter};

use super::geom::SHAPE;
use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
};

impl Lower for GeomFilter {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        drawn(rows(input, "geomfilter", self.span)?, 0.0, &self.frame)
    }
}

/// The rows with the shapes as they are drawn: without the points nearer than `tolerance` to others' lines, within the box.
pub(super) fn drawn(input: Relation, tolerance: f64, frame: &Frame) -> Result<Relation> {
    let Some(data_type) = input.data_type(SHAPE) else { return Ok(input) };
    let mut args = vec![meet::convert(column(SHAPE), data_type, &DataType::Utf8)?];
    args.extend([tolerance, frame.min_x, frame.min_y, frame.max_x, frame.max_y].map(lit));
    input.set(vec![(SHAPE.to_owned(), kernel::call("spl_geometry", args)?)])
}
