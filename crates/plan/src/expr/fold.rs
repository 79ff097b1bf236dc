//! Constant folding while lowering: `relative_time(now(), "-1d@d")` becomes a number, so that a comparison with `_time`
//! can become a time range of the scan.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{RecordBatch, RecordBatchOptions},
        datatypes::Schema,
    },
    common::{DFSchema, DataFusionError, ScalarValue},
    logical_expr::{ColumnarValue, Expr, Volatility, execution_props::ExecutionProps},
    physical_expr::create_physical_expr,
};

use crate::Result;

/// The literal that an operator or a function over literals gives; any other expression as it is.
pub(super) fn fold(expr: Expr) -> Result<Expr> {
    if !is_constant(&expr) {
        return Ok(expr);
    }
    let schema = DFSchema::empty();
    let physical = create_physical_expr(&expr, &schema, &ExecutionProps::new(), &Default::default())?;
    let row = RecordBatch::try_new_with_options(
        Arc::new(Schema::empty()),
        Vec::new(),
        &RecordBatchOptions::new().with_row_count(Some(1)),
    )
    .map_err(DataFusionError::from)?;
    let value = match physical.evaluate(&row)? {
        ColumnarValue::Scalar(value) => value,
        ColumnarValue::Array(array) => ScalarValue::try_from_array(&array, 0)?,
    };
    Ok(Expr::Literal(value, None))
}

/// Whether it has only literals below it and gives the same value each time. Deeper operators were folded before.
fn is_constant(expr: &Expr) -> bool {
    let literal = |expr: &Expr| matches!(expr, Expr::Literal(..));
    match expr {
        Expr::BinaryExpr(binary) => literal(&binary.left) && literal(&binary.right),
        Expr::Cast(cast) => literal(&cast.expr),
        Expr::Not(inner) | Expr::Negative(inner) | Expr::IsNull(inner) | Expr::IsNotNull(inner) => literal(inner),
        Expr::ScalarFunction(call) => {
            call.func.signature().volatility == Volatility::Immutable && call.args.iter().all(literal)
        }
        _ => false,
    }
}
