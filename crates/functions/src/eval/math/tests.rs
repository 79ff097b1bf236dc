use super::super::kernel::testing::{check, integers, lists, literal_number, nulls, numbers, texts, times};

#[test]
fn halves_go_away_from_zero() {
    check("spl_round", &[numbers(&[3.5, 2.5, -2.5, 0.4, -0.4, f64::NAN])], &["4", "3", "-3", "0", "0", "null"]);
}

#[test]
fn rounding_looks_at_the_shown_digits() {
    for (x, digits, expected) in [
        (2.555, 2.0, "2.56"),
        (1.005, 2.0, "1.01"),
        (-1.005, 2.0, "-1.01"),
        (1.004_999, 2.0, "1"),
        (0.285, 2.0, "0.29"),
        (5.7432, 3.0, "5.743"),
        (1234.5678, 0.0, "1235"),
        (0.1, 20.0, "0.1"),
        (5e-324, 3.0, "0"),
        (123_456_789.987_654_3, 5.0, "123456789.98765"),
        (4_503_599_627_370_497.5, 3.0, "4503599627370498"),
        (9e15, 300.0, "9000000000000000"),
        (0.000_000_000_000_000_25, 16.0, "3e-16"),
    ] {
        check("spl_round", &[numbers(&[x]), literal_number(digits)], &[expected]);
    }
    // A tie, and what is too large to be scaled, between others.
    check(
        "spl_round",
        &[numbers(&[0.125, 2.555, f64::NAN, -2.555, 1e300, f64::INFINITY, -0.004]), literal_number(2.0)],
        &["0.13", "2.56", "null", "-2.56", "1e300", "Infinity", "0"],
    );
    check("spl_round", &[numbers(&[1.5, 1.5]), numbers(&[-1.0, f64::NAN])], &["null", "null"]);
}

#[test]
fn logarithms_need_positive_numbers() {
    check("spl_ln", &[numbers(&[1.0, 0.0, -1.0])], &["0", "null", "null"]);
    check("spl_log", &[numbers(&[100.0, 1000.0, 0.0])], &["2", "3", "null"]);
    check(
        "spl_log",
        &[numbers(&[8.0, 8.0, 8.0, 1.0]), numbers(&[2.0, 0.0, 1.0, 1.0])],
        &["3", "null", "Infinity", "null"],
    );
}

#[test]
fn powers_may_be_no_number_or_too_large() {
    check(
        "spl_pow",
        &[numbers(&[2.0, 2.0, 0.0, -8.0, 10.0]), numbers(&[10.0, -1.0, 0.0, 0.5, 400.0])],
        &["1024", "0.5", "1", "NaN", "Infinity"],
    );
    check("spl_exp", &[numbers(&[0.0, 1000.0])], &["1", "Infinity"]);
    check("spl_sqrt", &[numbers(&[9.0, -1.0])], &["3", "null"]);
}

#[test]
fn every_kind_of_column_reads_as_numbers() {
    check("spl_abs", &[texts(&["-3", "x", "", "null", "-2.5e1"])], &["3", "null", "null", "null", "25"]);
    check("spl_abs", &[integers(&[-3, i64::MIN])], &["3", "9223372036854776000"]);
    check("spl_abs", &[lists(&[&["-1"], &["1", "2"], &[]])], &["1", "null", "null"]);
    check("spl_floor", &[times(&[1_900_000])], &["1"]);
    check("spl_ceiling", &[numbers(&[1.9, -1.2, -0.5])], &["2", "-1", "0"]);
    check("spl_ceiling", &[nulls(1)], &["null"]);
}
