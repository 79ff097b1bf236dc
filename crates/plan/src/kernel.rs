//! Kernels by name: what `speleo_functions` registers, ready to be called from a plan.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use datafusion::{
    common::{DataFusionError, Result},
    logical_expr::{AggregateUDF, Expr, ScalarUDF, WindowUDF, expr::ScalarFunction},
};

static SCALARS: LazyLock<HashMap<String, Arc<ScalarUDF>>> =
    LazyLock::new(|| speleo_functions::eval::kernels().into_iter().map(|udf| (udf.name().to_owned(), udf)).collect());

static AGGREGATES: LazyLock<HashMap<String, Arc<AggregateUDF>>> =
    LazyLock::new(|| speleo_functions::stats::kernels().into_iter().map(|udf| (udf.name().to_owned(), udf)).collect());

static WINDOWS: LazyLock<HashMap<String, Arc<WindowUDF>>> =
    LazyLock::new(|| speleo_functions::window::kernels().into_iter().map(|udf| (udf.name().to_owned(), udf)).collect());

/// A call of the scalar kernel `name`, such as `spl_num`.
///
/// # Errors
/// An internal error where no kernel has that name.
pub(crate) fn call(name: &str, args: Vec<Expr>) -> Result<Expr> {
    let udf = SCALARS.get(name).ok_or_else(|| missing(name))?;
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(udf.clone(), args)))
}

/// The aggregate kernel `name`, such as `spl_dc`.
///
/// # Errors
/// An internal error where no kernel has that name.
pub(crate) fn aggregate(name: &str) -> Result<Arc<AggregateUDF>> {
    AGGREGATES.get(name).cloned().ok_or_else(|| missing(name))
}

/// The window kernel `name`, such as `spl_ema`.
///
/// # Errors
/// An internal error where no kernel has that name.
pub(crate) fn window(name: &str) -> Result<Arc<WindowUDF>> {
    WINDOWS.get(name).cloned().ok_or_else(|| missing(name))
}

fn missing(name: &str) -> DataFusionError {
    DataFusionError::Internal(format!("no kernel is called {name}"))
}
