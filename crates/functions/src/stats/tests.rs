#![allow(clippy::unwrap_used, clippy::expect_used)]

mod driver;
mod model;
mod session;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Float64Array, Int64Array, NullArray, StringArray, TimestampMicrosecondArray},
        compute::cast,
        datatypes::DataType,
    },
    logical_expr::TypeSignature,
};

use super::{find, kernels};
use crate::value::ListBuilder;

/// What a sparkline can show.
const SPARKLINES: [&str; 12] =
    ["count", "dc", "sum", "sumsq", "avg", "stdev", "stdevp", "var", "varp", "range", "min", "max"];

/// A column of lists, written `a,b`; an empty text is null.
fn lists(rows: &[&str]) -> ArrayRef {
    let mut builder = ListBuilder::new(rows.len());
    for row in rows {
        row.split(',').filter(|value| !value.is_empty()).for_each(|value| builder.value(value));
        builder.end_row();
    }
    builder.finish()
}

fn texts(rows: &[&str]) -> ArrayRef {
    Arc::new(rows.iter().map(|row| (*row != "null").then_some(*row)).collect::<StringArray>())
}

fn ints(rows: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(rows.to_vec()))
}

fn floats(rows: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(rows.to_vec()))
}

/// Runs a kernel in every way there is over one group and compares the answer.
#[track_caller]
fn check(kernel: &str, columns: &[ArrayRef], expected: &str) {
    let groups = vec![0; columns[0].len()];
    assert_eq!(driver::run(kernel, columns, &groups, None), [expected], "{kernel}");
}

/// The same for a column of texts in each of Arrow's text types.
#[track_caller]
fn check_texts(kernel: &str, rows: &[&str], expected: &str) {
    for data_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        check(kernel, &[cast(&texts(rows), &data_type).unwrap()], expected);
    }
}

/// The reference's own example: 1, 2, 3, 4.
#[test]
fn four_numbers() {
    let expected = [
        ("count", "4"),
        ("sum", "10.0"),
        ("avg", "2.5"),
        ("range", "3.0"),
        ("var", "1.6666666666666667"),
        ("varp", "1.25"),
        ("stdev", "1.2909944487358056"),
        ("stdevp", "1.118033988749895"),
        ("sumsq", "30.0"),
        ("dc", "4"),
        ("values", "[1, 2, 3, 4]"),
        ("mode", "1"),
        ("estdc", "4"),
        ("estdc_error", "0.0"),
    ];
    for (name, answer) in expected {
        let kernel = format!("spl_{name}");
        check_texts(&kernel, &["1", "2", "3", "4"], answer);
        check(&kernel, &[ints(&[1, 2, 3, 4])], answer);
        check(&kernel, &[floats(&[1.0, 2.0, 3.0, 4.0])], answer);
        check(&kernel, &[lists(&["1,2", "", "3", "4"])], answer);
    }
    for (name, answer) in [("list", "[1, 2, 3, 4]"), ("first", "1"), ("last", "4")] {
        check(&format!("spl_{name}"), &[ints(&[1, 2, 3, 4]), ints(&[0, 1, 2, 3])], answer);
    }
}

#[test]
fn no_values() {
    let zero = ["spl_count", "spl_dc", "spl_estdc"];
    let null =
        ["spl_sum", "spl_avg", "spl_stdev", "spl_var", "spl_range", "spl_min", "spl_max", "spl_values", "spl_mode"];
    for kernel in zero {
        check_texts(kernel, &["null", "null"], "0");
        check_texts(kernel, &[], "0");
    }
    for kernel in null {
        check_texts(kernel, &["null", "null"], "null");
        check(kernel, &[lists(&["", ""])], "null");
        check_texts(kernel, &[], "null");
    }
    check_texts("spl_sum", &["x", "0x10", "1,000", " 1", ""], "null");
    for kernel in ["spl_first", "spl_last", "spl_list"] {
        check(kernel, &[texts(&["null"]), ints(&[1])], "null");
    }
}

/// A column that is null throughout has no type of its own.
#[test]
fn untyped_nulls() {
    let nulls = || Arc::new(NullArray::new(3)) as ArrayRef;
    let zero = ["spl_count", "spl_dc", "spl_estdc"];
    for function in kernels() {
        let name = function.name();
        let second = if name.ends_with("perc") { floats(&[50.0; 3]) } else { ints(&[1, 2, 3]) };
        let answer = if zero.contains(&name) {
            "0"
        } else if name == "spl_estdc_error" {
            "0.0"
        } else {
            "null"
        };
        match function.signature().type_signature {
            TypeSignature::Any(2) => check(name, &[nulls(), second], answer),
            TypeSignature::Any(3) => {
                let answer = "[##__SPARKLINE__##, 0, 0]";
                check(name, &[nulls(), second, texts(&["1,2"; 3])], answer);
                check(name, &[ints(&[1, 2, 3]), nulls(), texts(&["1,2"; 3])], answer);
            }
            _ => check(name, &[nulls()], answer),
        }
    }
    for name in ["spl_first", "spl_list", "spl_rate"] {
        check(name, &[ints(&[1, 2, 3]), nulls()], "null");
    }
}

#[test]
fn texts_and_numbers_mixed() {
    let rows = ["1", "x", "3"];
    check_texts("spl_count", &rows, "3");
    check_texts("spl_sum", &rows, "4.0");
    check_texts("spl_avg", &rows, "2.0");
    check_texts("spl_max", &rows, "x");
    check_texts("spl_min", &rows, "1");
    check_texts("spl_dc", &rows, "3");
    check_texts("spl_count", &["", "null", "a"], "2");
    check_texts("spl_dc", &["1", "1.0", "01", "A", "a", ""], "6");
}

#[test]
fn extremes() {
    check_texts("spl_max", &["10", "9", "100"], "100");
    check_texts("spl_min", &["10", "9", "100"], "9");
    check_texts("spl_min", &["-0.60", "5", "abc"], "-0.60");
    check_texts("spl_max", &["b", "a", "B"], "b");
    check_texts("spl_min", &["b", "a", "B"], "B");
    check_texts("spl_min", &["2.0", "2", "2.00"], "2");
    check("spl_min", &[lists(&["10,9", "100"])], "9");
    check("spl_max", &[ints(&[-5, 7, 3])], "7");
    check("spl_min", &[floats(&[2.5, -0.5])], "-0.5");
    let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![2_000_000, 1_000_000]).with_timezone("UTC"));
    check("spl_min", &[times], "1970-01-01T00:00:01Z");
}

#[test]
fn values_sort_by_bytes() {
    check_texts("spl_values", &["10", "9", "100"], "[10, 100, 9]");
    check_texts("spl_values", &["b", "a", "B", "é", "", "b"], "[, B, a, b, é]");
    check("spl_values", &[ints(&[1, 10, 100, 2, 10])], "[1, 10, 100, 2]");
    check("spl_values", &[floats(&[1.0, 0.5])], "[0.5, 1]");
}

#[test]
fn several_values_in_a_row() {
    let column = lists(&["a,b,a", "c"]);
    check("spl_count", &[Arc::clone(&column)], "4");
    check("spl_dc", &[Arc::clone(&column)], "3");
    check("spl_values", &[Arc::clone(&column)], "[a, b, c]");
    check("spl_mode", &[Arc::clone(&column)], "a");
    check("spl_list", &[Arc::clone(&column), ints(&[0, 1])], "[a, b, a, c]");
    check("spl_list", &[Arc::clone(&column), ints(&[1, 0])], "[c, a, b, a]");
    check("spl_first", &[Arc::clone(&column), ints(&[0, 1])], "[a, b, a]");
    check("spl_last", &[column, ints(&[0, 1])], "[c]");
}

#[test]
fn positions_follow_the_key() {
    let column = texts(&["null", "b", "c", "d"]);
    check("spl_first", &[Arc::clone(&column), ints(&[1, 2, 3, 4])], "b");
    check("spl_last", &[Arc::clone(&column), ints(&[1, 2, 3, 4])], "d");
    check("spl_first", &[Arc::clone(&column), floats(&[0.0, 3.0, -2.5, -2.0])], "c");
    check("spl_last", &[Arc::clone(&column), texts(&["z", "b", "bb", "null"])], "c");
    let binary = cast(&texts(&["z", "\u{1}", "c", "a"]), &DataType::Binary).unwrap();
    check("spl_first", &[Arc::clone(&column), binary], "b");
    check("spl_first", &[cast(&column, &DataType::Utf8View).unwrap(), ints(&[4, 3, 2, 1])], "d");
    check("spl_last", &[floats(&[1.5, 2.5]), ints(&[1, 2])], "2.5");
    // Equal keys: the smaller value, whatever the order.
    check("spl_first", &[texts(&["b", "a", "c"]), ints(&[7, 7, 7])], "a");
    check("spl_last", &[texts(&["b", "a", "c"]), ints(&[7, 7, 7])], "a");
}

#[test]
fn lists_follow_the_key() {
    check("spl_list", &[texts(&["c", "a", "null", "a"]), ints(&[3, 1, 2, 9])], "[a, c, a]");
    check("spl_list", &[ints(&[5, 6]), texts(&["b", "a"])], "[6, 5]");
    check("spl_list", &[texts(&["b", "a"]), ints(&[1, 1])], "[a, b]");
}

#[test]
fn percentiles() {
    let ten = floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]);
    let sample = ints(&[0, 212, 579, 1068, 1692, 2301, 2793, 3306, 3673, 4010]);
    let cases = [
        (&ten, 50.0, "5.5"),
        (&ten, 95.0, "9.55"),
        (&ten, 0.0, "1.0"),
        (&ten, 100.0, "10.0"),
        (&sample, 50.0, "1996.5"),
        (&sample, 95.0, "3858.35"),
    ];
    for (column, percent, expected) in cases {
        for kernel in ["spl_perc", "spl_exactperc", "spl_upperperc"] {
            let percent = floats(&vec![percent; column.len()]);
            check(kernel, &[Arc::clone(column), percent], expected);
        }
    }
    check("spl_perc", &[texts(&["4", "x", "1", "2", "null", "3"]), floats(&[50.0; 6])], "2.5");
    check("spl_perc", &[texts(&["x"]), floats(&[50.0])], "null");
}

#[test]
fn moments() {
    check("spl_sumsq", &[ints(&[65, 42, 40, 31, 47, 53, 64])], "17664.0");
    check("spl_avg", &[ints(&[65, 42, 40, 31, 47, 53, 64])], "48.857142857142854");
    for kernel in ["spl_stdev", "spl_stdevp", "spl_var", "spl_varp", "spl_range"] {
        check(kernel, &[ints(&[7])], "0.0");
    }
    // The sum of squares would lose the variance of numbers that are far from 0.
    check("spl_var", &[floats(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0])], "30.0");
    let conditions: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), Some(false), None, Some(true)]));
    check("spl_sum", &[Arc::clone(&conditions)], "2.0");
    check("spl_count", &[conditions], "2");
}

#[test]
fn rates() {
    check("spl_rate", &[ints(&[100, 160, 220]), floats(&[0.0, 30.0, 60.0])], "2.0");
    // 100 → 160, reset, 10 → 40: the growth is 60 + 10 + 30.
    check("spl_rate", &[ints(&[40, 10, 160, 100]), floats(&[30.0, 20.0, 10.0, 0.0])], "3.3333333333333335");
    check("spl_rate", &[ints(&[1, 2]), floats(&[5.0, 5.0])], "null");
    check("spl_rate", &[ints(&[1]), floats(&[5.0])], "null");
}

#[test]
fn sparklines() {
    let values = texts(&["2", "4", "x", "null", "7", "1"]);
    let bins = ints(&[20, 20, 0, 10, 99, 30]);
    let check = |function: &str, axis: &str, expected: &str| {
        check(&format!("spl_sparkline_{function}"), &[values.clone(), bins.clone(), texts(&[axis; 6])], expected);
    };
    check("count", "0,10,20,30", "[##__SPARKLINE__##, 1, 0, 2, 1]");
    check("dc", "20,0", "[##__SPARKLINE__##, 2, 1]");
    check("avg", "0,10,20,30", "[##__SPARKLINE__##, 0, 0, 3, 1]");
    check("sumsq", "20", "[##__SPARKLINE__##, 20]");
    check("stdevp", "20,30", "[##__SPARKLINE__##, 1, 0]");
    check("max", "0,20", "[##__SPARKLINE__##, x, 4]");
    check("count", "", "null");
}

#[test]
fn modes() {
    check_texts("spl_mode", &["b", "a", "b", "c"], "b");
    check_texts("spl_mode", &["b", "a"], "a");
}

#[test]
fn estimates_are_exact_below_a_thousand() {
    let column = |count: i64| ints(&(0..count * 3).map(|number| number % count).collect::<Vec<_>>());
    check("spl_estdc", &[column(999)], "999");
    check("spl_estdc_error", &[column(999)], "0.0");
    check("spl_estdc_error", &[column(1000)], "0.008125");
}

/// With a million groups the state of each must be small, and an account of it true: it decides when to spill.
#[test]
fn small_groups_are_cheap() {
    let count = 20_000;
    let users: ArrayRef = Arc::new((0..count).map(|row| Some(format!("user{row:06}"))).collect::<StringArray>());
    let keys = ints(&(0..count).collect::<Vec<_>>());
    let takes_text = ["count", "dc", "values", "mode", "min", "max", "first", "last", "list", "estdc", "estdc_error"]
        .map(|name| format!("spl_{name}"));
    for function in kernels() {
        let name = function.name();
        let first = if takes_text.iter().any(|text| text == name) { Arc::clone(&users) } else { Arc::clone(&keys) };
        let second = if name.ends_with("perc") { floats(&vec![50.0; count as usize]) } else { Arc::clone(&keys) };
        let columns = match function.signature().type_signature {
            TypeSignature::Any(2) => vec![first, second],
            TypeSignature::Any(3) => vec![first, ints(&vec![7; count as usize]), texts(&vec!["7,8"; count as usize])],
            _ => vec![first],
        };
        let bytes = driver::bytes_for_each_group(name, &columns);
        assert!((8..=100).contains(&bytes), "{name} holds {bytes} bytes for each group");
    }
}

#[test]
fn names() {
    let found = |name: &str| find(name).map(|(spec, number)| (spec.names[0], number));
    assert_eq!(found("c"), Some(("count", None)));
    assert_eq!(found("distinct_count"), Some(("dc", None)));
    assert_eq!(found("mean"), Some(("avg", None)));
    assert_eq!(found("perc95"), Some(("perc", Some(95.0))));
    assert_eq!(found("p99.9"), Some(("perc", Some(99.9))));
    assert_eq!(found("percentile50"), Some(("perc", Some(50.0))));
    assert_eq!(found("exactperc50"), Some(("exactperc", Some(50.0))));
    assert_eq!(found("upperperc95"), Some(("upperperc", Some(95.0))));
    for name in ["perc", "perc101", "percx", "perc1e1", "sum1", "", "p9.9.9", "nonesuch"] {
        assert_eq!(found(name), None, "{name}");
    }
    let all = "count c dc distinct_count estdc estdc_error sum sumsq avg mean min max range median mode stdev stdevp var varp \
               first last earliest latest earliest_time latest_time rate rate_avg rate_sum per_second per_minute per_hour \
               per_day list values sparkline";
    assert!(all.split_whitespace().all(|name| found(name).is_some()));
}
