//! The best values so far, and which rows come behind them.

use std::{collections::BinaryHeap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        datatypes::DataType,
    },
    common::{Result, ScalarValue},
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr,
        expressions::{BinaryExpr, Literal},
    },
};

use crate::operator::order_places::OrderPlaces;

/// The best values of a key, as many as rows are wanted.
#[derive(Debug)]
pub(super) struct Threshold {
    /// The smaller, the better; the worst is on top.
    best: BinaryHeap<i64>,
    fetch: usize,
    descending: bool,
}

/// What a batch comes to.
pub(super) struct Looked {
    /// The rows that may be among the first; none where all may.
    pub(super) kept: Option<BooleanArray>,
    /// The worst value that may be among the first, where that is another one than before.
    worst: Option<ScalarValue>,
    descending: bool,
}

impl Threshold {
    pub(super) fn new(fetch: usize, descending: bool) -> Self {
        Self { best: BinaryHeap::with_capacity(fetch + 1), fetch, descending }
    }

    fn worst(&self) -> Option<i64> {
        self.best.peek().copied().filter(|_| self.best.len() >= self.fetch)
    }

    /// Takes in the values of rows; a null comes behind all values.
    pub(super) fn look(&mut self, column: &ArrayRef) -> Result<Looked> {
        let places = OrderPlaces::of(column, self.descending)?;
        let before = self.worst();
        places.each(|_, place| {
            if self.best.len() < self.fetch {
                self.best.push(place);
            } else if self.best.peek().is_some_and(|worst| place < *worst) {
                self.best.pop();
                self.best.push(place);
            }
        });
        let worst = self.worst();
        let kept = worst.and_then(|worst| {
            let kept: BooleanArray =
                places.iter().map(|place| Some(place.is_some_and(|place| place <= worst))).collect();
            (kept.true_count() < kept.len()).then_some(kept)
        });
        let changed = worst.filter(|_| worst != before).map(|worst| places.turned(worst));
        let worst = match (changed, column.data_type()) {
            (Some(value), DataType::Timestamp(_, zone)) => {
                Some(ScalarValue::TimestampMicrosecond(Some(value), zone.clone()))
            }
            (value, _) => value.map(|value| ScalarValue::Int64(Some(value))),
        };
        Ok(Looked { kept, worst, descending: self.descending })
    }
}

impl Looked {
    /// The condition that a scan can leave rows out by from now on, where it is another one than before.
    pub(super) fn tighter(&self, column: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
        let worst: Arc<dyn PhysicalExpr> = Arc::new(Literal::new(self.worst.clone()?));
        let operator = if self.descending { Operator::GtEq } else { Operator::LtEq };
        Some(Arc::new(BinaryExpr::new(Arc::clone(column), operator, worst)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::array::Int64Array;

    use super::*;

    fn column(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    fn kept(looked: &Looked) -> Option<Vec<bool>> {
        looked.kept.as_ref().map(|kept| kept.values().iter().collect())
    }

    #[test]
    fn rows_behind_the_best_are_dropped() {
        let mut threshold = Threshold::new(2, true);
        let looked = threshold.look(&column(&[Some(3)])).unwrap();
        assert_eq!((kept(&looked), looked.worst), (None, None), "one row is too few to leave out any");
        let looked = threshold.look(&column(&[Some(1), None, Some(5), Some(3)])).unwrap();
        // The best two are 5 and 3; another 3 may still come before that one by the next key.
        assert_eq!(kept(&looked), Some(vec![false, false, true, true]));
        assert_eq!(looked.worst, Some(ScalarValue::Int64(Some(3))));
        let looked = threshold.look(&column(&[Some(3), Some(2)])).unwrap();
        assert_eq!((kept(&looked), looked.worst), (Some(vec![true, false]), None));
    }

    #[test]
    fn the_least_are_the_best_in_ascending_order() {
        let mut threshold = Threshold::new(1, false);
        let looked = threshold.look(&column(&[Some(4), Some(-4), Some(i64::MAX)])).unwrap();
        assert_eq!(kept(&looked), Some(vec![false, true, false]));
        assert_eq!(looked.worst, Some(ScalarValue::Int64(Some(-4))));
    }
}
