//! Rows in the order of arrival, each with those before it: what running commands are made of. `accum bytes`
//!
//! Every function here is one of DataFusion's window functions over the relation's order; the order itself stays a property.

use datafusion::{
    functions_window::{lead_lag::lag_udwf, row_number::row_number_udwf},
    logical_expr::{
        Expr, ExprFunctionExt, SortExpr, WindowFrame, WindowFrameBound, WindowFrameUnits, WindowFunctionDefinition,
        expr::WindowFunction, lit,
    },
    scalar::ScalarValue,
};

use crate::{
    Result,
    relation::{self, Relation, column, named},
};

/// The rows that a window function is applied to.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Rows with equal values see each other only.
    pub(crate) partition: Vec<Expr>,
    /// The order in which rows arrive.
    pub(crate) order: Vec<SortExpr>,
    /// Which rows around each row count.
    pub(crate) frame: WindowFrame,
}

impl Window {
    /// All rows from the first to the row itself.
    pub(crate) fn so_far(relation: &Relation) -> Self {
        Self { partition: Vec::new(), order: relation.sort_exprs(), frame: WindowFrame::new(Some(true)) }
    }

    /// The row and those before it, so many in all.
    pub(crate) fn last(relation: &Relation, count: u64) -> Self {
        Self { frame: rows(Some(count.saturating_sub(1)), 0), ..Self::so_far(relation) }
    }

    /// The same for rows with equal values only.
    pub(crate) fn within(self, partition: Vec<Expr>) -> Self {
        Self { partition, ..self }
    }

    /// A function of these rows.
    pub(crate) fn apply(&self, function: impl Into<WindowFunctionDefinition>, args: Vec<Expr>) -> Result<Expr> {
        Ok(Expr::from(WindowFunction::new(function, args))
            .partition_by(self.partition.clone())
            .order_by(self.order.clone())
            .window_frame(self.frame.clone())
            .build()?)
    }

    /// The value so many rows before; null where there is none.
    pub(crate) fn lag(&self, value: Expr, distance: u64) -> Result<Expr> {
        let distance = i64::try_from(distance).unwrap_or(i64::MAX);
        self.apply(lag_udwf(), vec![value, lit(distance)])
    }

    /// The row's number from 1 up.
    pub(crate) fn number(&self) -> Result<Expr> {
        self.apply(row_number_udwf(), Vec::new())
    }
}

/// A frame of rows, `first` to `last` rows before the row itself; none for all before.
pub(crate) fn rows(first: Option<u64>, last: u64) -> WindowFrame {
    let last = match last {
        0 => WindowFrameBound::CurrentRow,
        last => WindowFrameBound::Preceding(ScalarValue::UInt64(Some(last))),
    };
    WindowFrame::new_bounds(WindowFrameUnits::Rows, WindowFrameBound::Preceding(ScalarValue::UInt64(first)), last)
}

/// What tells the windows of two nodes apart: partition and order.
type Rows = (Vec<Expr>, Vec<SortExpr>);

/// Adds window functions as hidden columns and returns their names. A function may not read what another one adds here, nor,
/// without a projection in between, what an earlier call added.
pub(crate) fn add(mut relation: Relation, stem: &str, windows: Vec<Expr>) -> Result<(Relation, Vec<String>)> {
    let mut names = Vec::with_capacity(windows.len());
    // One node has one partition and one order.
    let mut nodes: Vec<(Rows, Vec<Expr>)> = Vec::new();
    let mut n = 0;
    for window in windows {
        let mut name = format!("__{stem}{n}");
        while relation.has(&name) {
            n += 1;
            name = format!("__{stem}{n}");
        }
        n += 1;
        let key = match &window {
            Expr::WindowFunction(call) => (call.params.partition_by.clone(), call.params.order_by.clone()),
            _ => (Vec::new(), Vec::new()),
        };
        let expr = named(window, &name);
        match nodes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, exprs)) => exprs.push(expr),
            None => nodes.push((key, vec![expr])),
        }
        names.push(name);
    }
    for (_, exprs) in nodes {
        relation.plan = relation::windows(relation.plan, exprs)?;
    }
    Ok((relation, names))
}

/// As [`add`] for one.
pub(crate) fn add_one(relation: Relation, stem: &str, window: Expr) -> Result<(Relation, Expr)> {
    let (relation, names) = add(relation, stem, vec![window])?;
    Ok((relation, column(names.first().map_or("", String::as_str))))
}
