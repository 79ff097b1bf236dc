//! Statistics over the arguments of one row: `eval peak=max(cpu_user, cpu_system, 10)`.
//!
//! Each value of a field with several counts; what is missing or, for `avg` and `sum`, no number is left out. The
//! functions of the same names in `stats` work down a column and are elsewhere.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, NullBufferBuilder, StringArray},
        datatypes::DataType,
    },
    common::Result,
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::kernel::{Arguments, Column, TextColumn, integer, is_list, kernel, number, numbers, texts, volatile_kernel};
use crate::{
    EvalSpec, Kernel, Kind, Returns,
    value::{Lists, Numbers, Texts, parse_number},
};

const ROW: EvalSpec = EvalSpec {
    max_args: None,
    args: &[Kind::Number],
    returns: Returns::Always(Kind::Number),
    nulls: "What is missing is left out; null where nothing is left.",
    several: "Each of several values counts.",
    ..EvalSpec::NEW
};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["avg"],
        kernel: Kernel::Call("spl_avg"),
        usage: "avg(x, …)",
        summary: "The mean of the numbers among all values.",
        examples: &[("avg(1, 2, 3)", "2"), ("avg(null(), 2, 3)", "2.5")],
        ..ROW
    },
    EvalSpec {
        names: &["max"],
        args: &[Kind::Any],
        returns: Returns::Arguments,
        kernel: Kernel::Call("spl_max"),
        usage: "max(x, …)",
        summary: "The greatest of all values: numbers by size, below texts by their bytes.",
        examples: &[("max(1, 3, 6, 7, \"foo\")", "foo"), ("max(split(\"1,10,9\", \",\"))", "10")],
        ..ROW
    },
    EvalSpec {
        names: &["min"],
        args: &[Kind::Any],
        returns: Returns::Arguments,
        kernel: Kernel::Call("spl_min"),
        usage: "min(x, …)",
        summary: "The least of all values: numbers by size, below texts by their bytes.",
        examples: &[("min(3, 6, 7, \"maria\")", "3"), ("min(2, 10)", "2")],
        ..ROW
    },
    EvalSpec {
        names: &["random"],
        min_args: 0,
        max_args: Some(0),
        kernel: Kernel::Call("spl_random"),
        usage: "random()",
        summary: "A whole number from 0 to 2147483647, another on each row.",
        examples: &[("if(random() <= 2147483647, \"y\", \"n\")", "y")],
        ..ROW
    },
    EvalSpec {
        names: &["sum"],
        kernel: Kernel::Call("spl_sum"),
        usage: "sum(x, …)",
        summary: "The sum of the numbers among all values.",
        examples: &[("sum(1, 2, 3)", "6"), ("sum(split(\"1,a,3\", \",\"), 2)", "6")],
        ..ROW
    },
];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_avg", number, avg),
        kernel("spl_max", number_or_text, |args| extreme(args, Ordering::Greater)),
        kernel("spl_min", number_or_text, |args| extreme(args, Ordering::Less)),
        volatile_kernel("spl_random", integer, random),
        kernel("spl_sum", number, sum),
    ]
}

/// Numbers of 31 bits, from one generator for all rows.
fn random(args: &Arguments) -> Result<ArrayRef> {
    let mut generator = fastrand::Rng::new();
    Ok(Arc::new(Int64Array::from_iter_values((0..args.rows()).map(|_| i64::from(generator.u32(..) >> 1)))))
}

/// An argument whose values are taken one by one.
enum Source {
    Single(Column<Numbers>),
    Several(Column<Lists>),
}

impl Source {
    fn all(args: &Arguments) -> Result<Vec<Self>> {
        (0..args.len())
            .map(|index| {
                Ok(if is_list(args.array(index)?.data_type()) {
                    Self::Several(args.lists(index)?)
                } else {
                    Self::Single(args.numbers(index)?)
                })
            })
            .collect()
    }

    fn each(&self, row: usize, mut take: impl FnMut(f64)) {
        match self {
            Self::Single(numbers) => numbers.get(row).into_iter().for_each(take),
            Self::Several(lists) => lists.get(row).into_iter().flatten().filter_map(parse_number).for_each(&mut take),
        }
    }
}

fn sum(args: &Arguments) -> Result<ArrayRef> {
    totals(args, |total, _| total)
}

fn avg(args: &Arguments) -> Result<ArrayRef> {
    totals(args, |total, count| total / count)
}

fn totals(args: &Arguments, result: fn(f64, f64) -> f64) -> Result<ArrayRef> {
    let sources = Source::all(args)?;
    numbers(args.rows(), |row| {
        let (mut total, mut count) = (0.0, 0.0);
        for source in &sources {
            source.each(row, |value| {
                total += value;
                count += 1.0;
            });
        }
        (count > 0.0).then(|| result(total, count))
    })
}

/// Numbers among numbers give a number; one column of text makes the result text.
fn number_or_text(args: &ReturnFieldArgs) -> Result<DataType> {
    let numeric = args.arg_fields.iter().all(|field| is_number(field.data_type()));
    Ok(if numeric { DataType::Float64 } else { DataType::Utf8 })
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Timestamp(..))
}

fn extreme(args: &Arguments, wanted: Ordering) -> Result<ArrayRef> {
    if args.result() == &DataType::Float64 {
        let columns = args.numbers_from(0)?;
        return numbers(args.rows(), |row| {
            let values = columns.iter().filter_map(|column| column.get(row));
            values.reduce(|best, next| if next.partial_cmp(&best) == Some(wanted) { next } else { best })
        });
    }
    if let Some(columns) = text_columns(args)? {
        return extreme_text(args.rows(), &columns, wanted);
    }
    let columns: Vec<_> = (0..args.len()).map(|index| Candidates::new(args, index)).collect::<Result<_>>()?;
    texts(args.rows(), |row| {
        let mut best: Option<(Option<f64>, Cow<str>)> = None;
        for column in &columns {
            column.each(row, |text| {
                let next = (parse_number(&text), text);
                match &best {
                    Some(so_far) if order(&next, so_far) != wanted => {}
                    _ => best = Some(next),
                }
            });
        }
        best.map(|(_, text)| text)
    })
}

/// All arguments, if they are columns of texts in the usual form.
fn text_columns(args: &Arguments) -> Result<Option<Vec<&StringArray>>> {
    let column = |index| {
        let array = args.array(index)?.as_string_opt::<i32>();
        Ok(array.filter(|_| !args.is_constant(index)))
    };
    (0..args.len()).map(column).collect()
}

fn extreme_text(rows: usize, columns: &[&StringArray], wanted: Ordering) -> Result<ArrayRef> {
    let longest = columns.iter().map(|column| column.value_data().len()).max();
    let mut texts = TextColumn::new(rows, longest.unwrap_or_default());
    let mut nulls = NullBufferBuilder::new(rows);
    for row in 0..rows {
        let mut best: Option<((Option<f64>, &str), &StringArray)> = None;
        for column in columns.iter().filter(|column| column.is_valid(row)) {
            let text = column.value(row);
            let next = (parse_number(text), text);
            match &best {
                Some((so_far, _)) if order(&next, so_far) != wanted => {}
                _ => best = Some((next, column)),
            }
        }
        nulls.append(best.is_some());
        let bounds =
            best.and_then(|(_, column)| Some((column, column.value_offsets().get(row..)?.first_chunk::<2>()?)));
        if let Some((column, [start, end])) = bounds {
            texts.push(column.value_data(), *start as usize, *end as usize);
        }
        texts.end_row();
    }
    texts.finish(nulls.finish())
}

/// An argument whose values are compared one by one.
enum Candidates {
    Single(Column<Texts>),
    Several(Column<Lists>),
}

impl Candidates {
    fn new(args: &Arguments, index: usize) -> Result<Self> {
        Ok(if is_list(args.array(index)?.data_type()) {
            Self::Several(args.lists(index)?)
        } else {
            Self::Single(args.texts(index)?)
        })
    }

    fn each<'a>(&'a self, row: usize, take: impl FnMut(Cow<'a, str>)) {
        match self {
            Self::Single(texts) => texts.get(row).into_iter().for_each(take),
            Self::Several(lists) => lists.get(row).into_iter().flatten().map(Into::into).for_each(take),
        }
    }
}

fn order<T: AsRef<str>>(left: &(Option<f64>, T), right: &(Option<f64>, T)) -> Ordering {
    match (left.0, right.0) {
        (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => {
            // Mostly the first bytes decide, without a call.
            let (left, right) = (left.1.as_ref().as_bytes(), right.1.as_ref().as_bytes());
            left.first().cmp(&right.first()).then_with(|| left.cmp(right))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::{array::AsArray, datatypes::Int64Type};

    use super::super::kernel::testing::{check, integers, invoke, lists, literal, numbers, texts};

    #[test]
    fn what_is_no_number_is_left_out() {
        check("spl_avg", &[texts(&["5.0", "somedata"]), texts(&["9", "2"]), texts(&["null", "3"])], &["7", "2.5"]);
        check("spl_sum", &[texts(&["1", "somedata", "null"]), integers(&[2, 2, 2])], &["3", "2", "2"]);
        check("spl_sum", &[texts(&["x"])], &["null"]);
    }

    #[test]
    fn each_of_several_values_counts() {
        let several = lists(&[&["1", "a", "3"], &[]]);
        check("spl_sum", &[several.clone(), integers(&[2, 2])], &["6", "2"]);
        check("spl_avg", std::slice::from_ref(&several), &["2", "null"]);
        check("spl_max", std::slice::from_ref(&several), &["a", "null"]);
        check("spl_min", &[several, literal("0.5")], &["0.5", "0.5"]);
    }

    #[test]
    fn numbers_are_below_texts() {
        check("spl_max", &[integers(&[7]), numbers(&[6.5]), literal("foo")], &["foo"]);
        check("spl_min", &[integers(&[7]), numbers(&[6.5]), literal("foo")], &["6.5"]);
        check("spl_min", &[texts(&["10", "John", "null"]), texts(&["9", "Amber", "x"])], &["9", "Amber", "x"]);
        check("spl_max", &[integers(&[2, 3]), numbers(&[10.0, f64::NAN])], &["10", "3"]);
    }

    #[test]
    fn the_winner_keeps_its_writing() {
        check("spl_max", &[texts(&["1.50"]), texts(&["1.5"])], &["1.50"]);
    }

    #[test]
    fn random_numbers_differ() {
        let drawn = invoke("spl_random", &[], 100).unwrap();
        let drawn = drawn.as_primitive::<Int64Type>();
        assert!(drawn.iter().flatten().all(|value| (0..=2_147_483_647).contains(&value)));
        assert!(drawn.iter().any(|value| value != drawn.iter().next().flatten()));
    }
}
