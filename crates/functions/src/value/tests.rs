#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, Float64Array, LargeListArray, ListArray, StringArray},
    compute::cast,
    datatypes::{DataType, Float64Type},
};

use super::{ListBuilder, Lists, Texts, format_number, list_type, parse_number};

#[test]
fn a_number_has_nothing_around_it() {
    for (text, number) in [
        ("5", 5.0),
        ("+5", 5.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1.5e3", 1500.0),
        ("1E-2", 0.01),
        ("007", 7.0),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        assert_eq!(parse_number(text), Some(number), "{text}");
    }
    assert!(parse_number("NaN").unwrap().is_nan());
    for text in [
        "",
        " 5",
        "5 ",
        "0x10",
        "1,000",
        "5a",
        "e5",
        "1e",
        ".",
        "+",
        "-",
        "--5",
        "1_000",
        "inf",
        "nan",
        "-nan",
        "+Infinity",
        "infinity",
        "-inf",
        "५",
    ] {
        assert_eq!(parse_number(text), None, "{text}");
    }
}

#[test]
fn short_numbers_read_as_the_nearest_double() {
    for digits in [0_u64, 1, 9, 15, 105, 2555, 99_999, 123_456_789, 999_999_999_999_999, 1_000_000_000_000_000] {
        for decimals in 0..=16 {
            let padded = format!("{digits:0width$}", width = decimals + 1);
            let (whole, fraction) = padded.split_at(padded.len() - decimals);
            for text in
                [format!("{whole}.{fraction}"), format!("-{whole}.{fraction}"), format!(".{padded}"), padded.clone()]
            {
                assert_eq!(parse_number(&text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
            }
        }
    }
}

#[test]
fn numbers_print_as_the_shortest_text() {
    for (number, text) in [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1.0 / 3.0, "0.3333333333333333"),
        (1e18, "1000000000000000000"),
        // The digits that read back, not those of the sum of powers of two.
        (-9_223_372_036_854_775_808.0, "-9223372036854776000"),
        (1e20, "100000000000000000000"),
        (-1234.5, "-1234.5"),
        (0.00001, "0.00001"),
        (123456789012345.25, "123456789012345.25"),
        (1e21, "1e21"),
        (1e-7, "1e-7"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Infinity"),
    ] {
        assert_eq!(format_number(number), text);
    }
}

#[test]
fn what_prints_reads_back() {
    for bits in 0..10_000u64 {
        let number = f64::from_bits(bits.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let usual = (bits as f64 - 5000.0) / 7.0 * 10_f64.powi((bits % 20) as i32 - 8);
        if (1e-5..1e16).contains(&usual.abs()) {
            assert_eq!(format_number(usual), usual.to_string());
        }
        if !number.is_nan() {
            assert_eq!(parse_number(&format_number(number)), Some(number));
        }
    }
}

#[test]
fn lists_of_numbers_show_as_numbers() {
    let rows = vec![Some(vec![Some(1.0), None, Some(2.5)]), None, Some(vec![])];
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>(rows.clone()));
    let large: ArrayRef = Arc::new(LargeListArray::from_iter_primitive::<Float64Type, _, _>(rows));
    for array in [list.slice(0, 3), large] {
        let lists = Lists::new(&array).unwrap();
        assert_eq!(lists.get(0).unwrap().collect::<Vec<_>>(), ["1", "2.5"]);
        assert!(lists.get(1).is_none() && lists.get(2).is_none());
        assert_eq!(lists.single(0), None);
    }
    let after = Lists::new(&list.slice(1, 2)).unwrap();
    assert!(after.get(0).is_none() && after.get(1).is_none());
}

#[test]
fn rows_without_values_are_null() {
    let mut builder = ListBuilder::new(2);
    builder.end_row();
    builder.value("");
    builder.end_row();
    let array = builder.finish();
    assert_eq!(array.data_type(), &list_type());
    assert_eq!(array.null_count(), 1);
    assert_eq!(Texts::new(&array).unwrap().get(1).as_deref(), Some(""));
}

#[test]
fn other_types_read_as_well() {
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.5), None]));
    let single = cast(&floats, &DataType::Float32).unwrap();
    assert_eq!(Texts::new(&single).unwrap().get(0).as_deref(), Some("1.5"));
    assert_eq!(Texts::new(&single).unwrap().get(1), None);
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let dictionary = cast(&texts, &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))).unwrap();
    assert_eq!(Texts::new(&dictionary).unwrap().get(0).as_deref(), Some("a"));
}
