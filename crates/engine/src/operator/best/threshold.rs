//! The best values so far, by two keys at most, and which rows come behind them.

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

/// Places by the two first keys; the smaller, the better. A row without a value of the second, or without a second key, comes last
/// by it.
type Places = (i64, i64);
const LAST: i64 = i64::MAX;

/// The best values of the keys, as many as rows are wanted.
#[derive(Debug)]
pub(super) struct Threshold {
    /// The worst is on top.
    best: BinaryHeap<Places>,
    fetch: usize,
    /// Whether the key descends, and the one that decides between its equal values.
    descending: [bool; 2],
    /// Whether a further key, which is not looked at, decides between rows of equal values.
    goes_on: bool,
}

/// What a batch comes to.
pub(super) struct Looked {
    /// The rows that may be among the first; none where all may.
    pub(super) kept: Option<BooleanArray>,
    /// The worst value that may be among the first, and the worst of the next key beside it, where they are others than before.
    worst: Option<(ScalarValue, Option<ScalarValue>)>,
    descending: [bool; 2],
    goes_on: bool,
}

impl Threshold {
    pub(super) fn new(fetch: usize, descending: [bool; 2], goes_on: bool) -> Self {
        Self { best: BinaryHeap::with_capacity(fetch + 1), fetch, descending, goes_on }
    }

    fn worst(&self) -> Option<Places> {
        self.best.peek().copied().filter(|_| self.best.len() >= self.fetch)
    }

    /// Takes in the values of rows; a null comes behind all values.
    pub(super) fn look(&mut self, key: &ArrayRef, next: Option<&ArrayRef>) -> Result<Looked> {
        let places = OrderPlaces::of(key, self.descending[0])?;
        let nexts = next.map(|next| OrderPlaces::of(next, self.descending[1])).transpose()?;
        let next_of = |row: usize| nexts.as_ref().and_then(|nexts| nexts.get(row)).unwrap_or(LAST);
        let before = self.worst();
        places.each(|row, place| {
            if self.best.len() < self.fetch {
                self.best.push((place, next_of(row)));
            } else if let Some(worst) = self.best.peek()
                && is_better(place, || next_of(row), *worst)
            {
                self.best.pop();
                self.best.push((place, next_of(row)));
            }
        });
        let worst = self.worst();
        let kept = worst.and_then(|worst| {
            let may = |(row, place): (usize, Option<i64>)| {
                place.is_some_and(|place| place < worst.0 || place == worst.0 && next_of(row) <= worst.1)
            };
            let kept: BooleanArray = places.iter().enumerate().map(|row| Some(may(row))).collect();
            (kept.true_count() < kept.len()).then_some(kept)
        });
        let worst = worst.filter(|_| worst != before).map(|worst| {
            let beside = next.zip(nexts.as_ref()).filter(|_| worst.1 != LAST);
            let beside = beside.map(|(column, places)| scalar(places.turned(worst.1), column.data_type()));
            (scalar(places.turned(worst.0), key.data_type()), beside)
        });
        Ok(Looked { kept, worst, descending: self.descending, goes_on: self.goes_on })
    }
}

/// Whether a row comes before the worst of the best.
fn is_better(place: i64, next: impl FnOnce() -> i64, worst: Places) -> bool {
    place < worst.0 || place == worst.0 && next() < worst.1
}

/// A time or a whole number.
fn scalar(value: i64, data_type: &DataType) -> ScalarValue {
    match data_type {
        DataType::Timestamp(_, zone) => ScalarValue::TimestampMicrosecond(Some(value), zone.clone()),
        _ => ScalarValue::Int64(Some(value)),
    }
}

impl Looked {
    /// The condition that a scan can leave rows out by from now on, where it is another one than before: the key is not behind its
    /// worst, and where it is equal the next one is not. The first half stands alone, so that it can be looked at alone. Rows that are
    /// equal to the worst in all keys of the sort are left out as well: as many as are wanted have come, and one is as good as another.
    pub(super) fn tighter(
        &self,
        key: &Arc<dyn PhysicalExpr>,
        next: Option<&Arc<dyn PhysicalExpr>>,
    ) -> Option<Arc<dyn PhysicalExpr>> {
        let (worst, beside) = self.worst.clone()?;
        let compared = |column: &Arc<dyn PhysicalExpr>, operator, value| -> Arc<dyn PhysicalExpr> {
            Arc::new(BinaryExpr::new(Arc::clone(column), operator, Arc::new(Literal::new(value))))
        };
        let at_least = |descends| if descends { Operator::GtEq } else { Operator::LtEq };
        let before = |descends| if descends { Operator::Gt } else { Operator::Lt };
        let last = |descends| if self.goes_on { at_least(descends) } else { before(descends) };
        let [descends, next_descends] = self.descending;
        let Some(next) = next else { return Some(compared(key, last(descends), worst)) };
        let alone = compared(key, at_least(descends), worst.clone());
        let Some(beside) = beside else { return Some(alone) };
        let before = compared(key, before(descends), worst);
        let decided = compared(next, last(next_descends), beside);
        let either = Arc::new(BinaryExpr::new(before, Operator::Or, decided));
        Some(Arc::new(BinaryExpr::new(alone, Operator::And, either)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::{arrow::array::Int64Array, physical_expr::expressions::Column};

    use super::*;

    fn column(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    fn kept(looked: &Looked) -> Option<Vec<bool>> {
        looked.kept.as_ref().map(|kept| kept.values().iter().collect())
    }

    #[test]
    fn rows_behind_the_best_are_dropped() {
        let mut threshold = Threshold::new(2, [true, false], true);
        let mut look = |values: &[Option<i64>]| threshold.look(&column(values), None).unwrap();
        let looked = look(&[Some(3)]);
        assert_eq!((kept(&looked), looked.worst), (None, None), "one row is too few to leave out any");
        let looked = look(&[Some(1), None, Some(5), Some(3)]);
        // The best two are 5 and 3; another 3 may still come before that one by the next key.
        assert_eq!(kept(&looked), Some(vec![false, false, true, true]));
        assert_eq!(looked.worst, Some((ScalarValue::Int64(Some(3)), None)));
        let looked = look(&[Some(3), Some(2)]);
        assert_eq!((kept(&looked), looked.worst), (Some(vec![true, false]), None));
    }

    #[test]
    fn the_least_are_the_best_in_ascending_order() {
        let mut threshold = Threshold::new(1, [false, false], true);
        let looked = threshold.look(&column(&[Some(4), Some(-4), Some(i64::MAX)]), None).unwrap();
        assert_eq!(kept(&looked), Some(vec![false, true, false]));
        assert_eq!(looked.worst, Some((ScalarValue::Int64(Some(-4)), None)));
    }

    #[test]
    fn the_next_key_decides_between_equal_values() {
        let mut threshold = Threshold::new(2, [true, false], true);
        let mut look =
            |keys: &[Option<i64>], nexts: &[Option<i64>]| threshold.look(&column(keys), Some(&column(nexts))).unwrap();
        let looked = look(&[Some(9), Some(9)], &[Some(4), None]);
        assert_eq!(kept(&looked), None);
        assert_eq!(looked.worst, Some((ScalarValue::Int64(Some(9)), None)), "a row without the next key is the worst");
        // Of the rows with 9, those with 4 and 2 are the first; 8 is behind them whatever stands beside it.
        let looked = look(&[Some(9), Some(8), Some(9), Some(9)], &[Some(5), Some(1), Some(2), None]);
        assert_eq!(kept(&looked), Some(vec![false, false, true, false]));
        let nine = ScalarValue::Int64(Some(9));
        assert_eq!(looked.worst, Some((nine, Some(ScalarValue::Int64(Some(4))))));
        assert_eq!(kept(&look(&[Some(9), Some(10)], &[Some(4), Some(7)])), Some(vec![false, true]));
        // Equal in both keys: the row's place decides, which is not known here.
        assert_eq!(kept(&look(&[Some(9), Some(9)], &[Some(2), Some(3)])), Some(vec![true, false]));
    }

    #[test]
    fn equal_rows_are_left_out_where_no_key_is_left() {
        let left_out = |next: bool, goes_on| {
            let mut threshold = Threshold::new(2, [true, false], goes_on);
            let (keys, nexts) = (column(&[Some(9), Some(9)]), column(&[Some(4), Some(3)]));
            let looked = threshold.look(&keys, next.then_some(&nexts)).unwrap();
            assert_eq!(kept(&looked), None, "those that are the best themselves stay");
            let named = |name: &str, place| -> Arc<dyn PhysicalExpr> { Arc::new(Column::new(name, place)) };
            looked.tighter(&named("key", 0), next.then(|| named("next", 1)).as_ref()).map(|filter| filter.to_string())
        };
        assert_eq!(left_out(false, true).unwrap(), "key@0 >= 9");
        assert_eq!(left_out(false, false).unwrap(), "key@0 > 9");
        assert_eq!(left_out(true, true).unwrap(), "key@0 >= 9 AND (key@0 > 9 OR next@1 <= 4)");
        assert_eq!(left_out(true, false).unwrap(), "key@0 >= 9 AND (key@0 > 9 OR next@1 < 4)");
    }
}
