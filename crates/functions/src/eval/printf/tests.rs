#![allow(clippy::unwrap_used)]

use datafusion::logical_expr::ColumnarValue;

use crate::eval::kernel::testing::{check, integers, invoke, lists, literal, literal_number, numbers, texts};

fn check_one(format: &str, values: &[ColumnarValue], expected: &str) {
    let args: Vec<ColumnarValue> = std::iter::once(texts(&[format])).chain(values.iter().cloned()).collect();
    check("spl_printf", &args, &[expected]);
}

fn number(format: &str, value: f64, expected: &str) {
    check_one(format, &[literal_number(value)], expected);
}

#[test]
fn whole_numbers() {
    number("%04d", 1.0, "0001");
    number("%'d", 12345.0, "12,345");
    number("%'d", -123.0, "-123");
    number("%+d", 1.0, "+1");
    number("% d", 1.0, " 1");
    number("%5d|", 123.0, "  123|");
    number("%-5d|", 123.0, "123  |");
    number("%05d", -12.0, "-0012");
    number("%.4d", 12.0, "0012");
    number("%d", -2.9, "-2");
    number("%o", 255.0, "377");
    number("%#o", 8.0, "010");
    number("%x", 255.0, "ff");
    number("%#x", 1.0, "0x1");
    number("%#X", 255.0, "0XFF");
    number("%p", 255.0, "FF");
    number("%u", -1.0, "18446744073709551615");
    check_one("%d", &[integers(&[9_007_199_254_740_993])], "9007199254740993");
    check_one("%d %i", &[literal("7"), literal("-8")], "7 -8");
}

#[test]
fn doubles() {
    number("%.2f", std::f64::consts::PI, "3.14");
    number("%f", 1.5, "1.500000");
    number("%.0f", 2.5, "2");
    number("%#.0f", 3.0, "3.");
    number("%'.2f", 1_234_567.891, "1,234,567.89");
    number("%08.2f", -2.5, "-0002.50");
    number("%.2e", 5139.0, "5.14e+03");
    number("%E", 0.000_123, "1.230000E-04");
    number("%e", 0.0, "0.000000e+00");
    number("%.2g", std::f64::consts::PI, "3.1");
    number("%.2g", 123.0, "1.2e+02");
    number("%g", 100_000.0, "100000");
    number("%g", 1_000_000.0, "1e+06");
    number("%g", 0.0001, "0.0001");
    number("%g", 0.00001, "1e-05");
    number("%#g", 1.0, "1.00000");
    number("%.0g", 0.0, "0");
    number("%.3A", std::f64::consts::PI, "0X1.922P+1");
    number("%a", 1.0, "0x1p+0");
    number("%a", 0.5, "0x1p-1");
    number("%a", 0.0, "0x0p+0");
    number("%.0a", 1.5, "0x2p+0");
    number("%.15a", 1.5, "0x1.800000000000000p+0");
    number("%f|", f64::INFINITY, "inf|");
    number("%05F", f64::NEG_INFINITY, " -INF");
}

#[test]
fn texts_and_characters() {
    check_one("%s-%z", &[literal("a"), literal("b")], "a-b");
    check_one("%.2s|%5s|%-4s|", &[literal("héllo"), literal("x"), literal("y")], "hé|    x|y   |");
    check_one("%c,%c", &[literal_number(65.0), literal("Foo")], "A,F");
    check_one("%c", &[literal("")], "null");
    check_one("%s", &[literal_number(1.0)], "1");
    check_one("100%% of %s", &[literal("é")], "100% of é");
    check_one("plain", &[], "plain");
}

#[test]
fn sizes_among_the_values() {
    check_one("%.*f", &[literal_number(1.0), literal_number(1.23)], "1.2");
    check_one("%*d|", &[literal_number(-4.0), literal_number(7.0)], "7   |");
    check_one("%.*f", &[literal_number(-1.0), literal_number(1.5)], "1.500000");
    check_one("%*d", &[literal_number(1e18), literal_number(7.0)], "null");
}

#[test]
fn what_gives_null() {
    let args = [literal("%d %s"), texts(&["1", "x", "null", "3"]), texts(&["a", "b", "c", "null"])];
    check("spl_printf", &args, &["1 a", "null", "null", "null"]);
    check_one("%d %d", &[literal_number(1.0)], "null");
    check_one("%d", &[lists(&[&["1", "2"]])], "null");
    check_one("%d", &[numbers(&[1e300])], "9223372036854775807");
    check("spl_printf", &[texts(&["%d", "%q", "null"]), literal_number(1.0)], &["1", "null", "null"]);
}

#[test]
fn malformed_formats() {
    for format in ["%", "%q", "%1$s", "%n", "%5", "%99999999999999999999d"] {
        assert!(invoke("spl_printf", &[literal(format), integers(&[1])], 1).is_err(), "{format}");
    }
}
