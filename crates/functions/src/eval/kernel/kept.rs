//! What kernels with several parts gave last, by the arguments themselves: `rex "(?<a>\d)(?<b>\w)" | where a=1 AND b="x"`.
//!
//! The optimizer moves a condition on parts into the scan, where each part stands as a call of its own, and the parts that go out as
//! another. All of them ask for the same of the same columns, which is done once.

use std::cell::RefCell;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        datatypes::DataType,
    },
    logical_expr::ColumnarValue,
};

/// How many results a thread keeps: those of two calls over the rows of a batch, and over those that pass a condition.
const MOST: usize = 4;

struct Kept {
    name: &'static str,
    args: Vec<ColumnarValue>,
    result: ArrayRef,
}

thread_local! {
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// The result of a call, which is made where it is not among the last ones of the thread. Its arguments stay in memory as long.
pub(super) fn kept<E>(
    name: &'static str,
    args: &[ColumnarValue],
    data_type: &DataType,
    make: impl FnOnce() -> Result<ArrayRef, E>,
) -> Result<ArrayRef, E> {
    let is_same = |one: &Kept| {
        one.name == name
            && one.result.data_type() == data_type
            && one.args.len() == args.len()
            && one.args.iter().zip(args).all(|(one, other)| same(one, other))
    };
    if let Some(result) =
        KEPT.with_borrow(|all| all.iter().rev().find(|one| is_same(one)).map(|one| one.result.clone()))
    {
        return Ok(result);
    }
    let result = make()?;
    KEPT.with_borrow_mut(|all| {
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push(Kept { name, args: args.to_vec(), result: result.clone() });
    });
    Ok(result)
}

/// Whether two arguments are the same: columns that lie in the same place, or equal literals.
fn same(one: &ColumnarValue, other: &ColumnarValue) -> bool {
    match (one, other) {
        (ColumnarValue::Array(one), ColumnarValue::Array(other)) => same_column(one, other),
        (ColumnarValue::Scalar(one), ColumnarValue::Scalar(other)) => one == other,
        _ => false,
    }
}

/// As long as one column is held, no other lies where it does.
fn same_column(one: &ArrayRef, other: &ArrayRef) -> bool {
    let bits = |array: &ArrayRef| array.nulls().map(|nulls| (nulls.buffer().as_ptr(), nulls.offset()));
    one.len() == other.len()
        && one.data_type() == other.data_type()
        && bits(one) == bits(other)
        && one.to_data().ptr_eq(&other.to_data())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{cell::Cell, convert::Infallible, sync::Arc};

    use datafusion::{
        arrow::{
            array::{Array, ArrayRef, StringArray},
            buffer::NullBuffer,
            datatypes::DataType,
        },
        common::ScalarValue,
        logical_expr::ColumnarValue,
    };

    use super::kept;

    #[test]
    fn what_is_asked_again_of_the_same_columns_is_made_once() {
        let made = Cell::new(0);
        let ask = |name, column: &ArrayRef, literal: &str| {
            let before = made.get();
            let args = [ColumnarValue::Array(column.clone()), ColumnarValue::Scalar(ScalarValue::from(literal))];
            let result = kept(name, &args, &DataType::Utf8, || {
                made.set(before + 1);
                Ok::<_, Infallible>(column.clone())
            });
            assert_eq!(result.unwrap().as_ref(), column.as_ref());
            made.get() > before
        };
        let texts = StringArray::from(vec!["a", "b"]);
        let column: ArrayRef = Arc::new(texts.clone());
        assert!(ask("one", &column, "x"));
        assert!(!ask("one", &column, "x"));
        assert!(!ask("one", &(Arc::new(texts.clone()) as ArrayRef), "x"), "the texts lie in the same place");
        assert!(ask("other", &column, "x"));
        assert!(ask("one", &column, "y"));
        assert!(ask("one", &column.slice(1, 1), "x"));
        assert!(ask("one", &(Arc::new(StringArray::from(vec!["a", "b"])) as ArrayRef), "x"), "equal texts are others");
        let (offsets, values, _) = texts.into_parts();
        for nulls in [[true, false], [false, true]] {
            let nulls = NullBuffer::from(nulls.to_vec());
            let column = StringArray::new(offsets.clone(), values.clone(), Some(nulls));
            assert!(ask("one", &(Arc::new(column) as ArrayRef), "x"), "a null is another value");
        }
        let bits = NullBuffer::from(vec![true, false, true]);
        for from in [0, 1] {
            let column = StringArray::new(offsets.clone(), values.clone(), Some(bits.slice(from, 2)));
            assert!(ask("one", &(Arc::new(column) as ArrayRef), "z"), "and so is one in another place");
        }
    }
}
