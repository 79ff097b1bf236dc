use super::{Scale, nice_step, value_text};

fn labels(range: (f64, f64), is_bar: bool, whole: bool) -> String {
    let scale = Scale::new(range, 4, is_bar, whole);
    scale.ticks.iter().map(|tick| scale.label(*tick)).collect::<Vec<_>>().join(" ")
}

#[test]
fn numbers_of_an_axis_are_round() {
    assert_eq!(labels((0.0, 100.0), true, true), "0 50 100");
    assert_eq!(labels((0.0, 37.0), true, true), "0 10 20 30 40");
    assert_eq!(labels((0.0, 4000.0), true, true), "0 1,000 2,000 3,000 4,000");
    assert_eq!(labels((0.0, 40_000.0), true, true), "0 10k 20k 30k 40k");
    assert_eq!(labels((0.0, 1_200_000.0), true, true), "0 0.5M 1.0M 1.5M");
    assert_eq!(labels((0.0, 0.4), true, false), "0 0.1 0.2 0.3 0.4");
    assert_eq!(labels((-20.0, 20.0), true, true), "-20 -10 0 10 20");
}

#[test]
fn counts_have_no_fractions() {
    assert_eq!(labels((0.0, 1.0), true, true), "0 1");
    assert_eq!(labels((0.0, 2.0), true, true), "0 1 2");
}

#[test]
fn bars_measure_from_zero_and_lines_from_where_they_are() {
    assert_eq!(labels((98.0, 100.0), true, true), "0 50 100");
    assert_eq!(labels((98.0, 100.0), false, true), "98 99 100");
    // Zero is near enough to be shown.
    assert_eq!(labels((10.0, 100.0), false, true), "0 50 100");
}

#[test]
fn a_value_alone_has_an_axis() {
    assert_eq!(labels((0.0, 0.0), true, true), "0 1");
    assert_eq!(labels((5.0, 5.0), false, true), "4 5 6");
    let scale = Scale::new((0.5, 0.5), 4, false, false);
    assert!(scale.low < 0.5 && scale.high > 0.5);
}

#[test]
fn parts_go_from_one_end_to_the_other() {
    let scale = Scale::new((0.0, 100.0), 4, true, true);
    assert_eq!([0.0, 25.0, 100.0, 200.0].map(|value| scale.part(value)), [0.0, 0.25, 1.0, 1.0]);
}

#[test]
fn doubles_of_any_size_have_an_axis() {
    for range in [(f64::MIN, f64::MAX), (0.0, f64::MAX), (0.0, f64::MIN_POSITIVE), (1e15, 1e15 + 1.0), (-1e-300, 1e300)]
    {
        let scale = Scale::new(range, 4, false, false);
        assert!(scale.ticks.len() <= 101 && !scale.ticks.is_empty(), "{range:?}: {scale:?}");
        assert!((0.0..=1.0).contains(&scale.part(range.1)), "{range:?}: {scale:?}");
        for tick in &scale.ticks {
            assert!(scale.label(*tick).len() < 20, "{range:?}: {}", scale.label(*tick));
        }
    }
}

#[test]
fn steps_are_one_two_or_five() {
    assert_eq!([0.3, 1.0, 1.1, 3.0, 7.0, 30.0].map(|least| nice_step(least, false)), [0.5, 1.0, 2.0, 5.0, 10.0, 50.0]);
    assert_eq!(nice_step(0.3, true), 1.0);
}

#[test]
fn values_are_exact_where_they_are_whole() {
    assert_eq!(value_text(1_234_567.0), "1,234,567");
    assert_eq!(value_text(-1234.0), "-1,234");
    assert_eq!(value_text(1.0 / 3.0), "0.333");
    assert_eq!(value_text(2.0 / 3.0 + 12.0), "12.667");
    assert_eq!(value_text(0.5), "0.5");
    assert_eq!(value_text(0.0), "0");
    assert_eq!(value_text(1e300), "1.000e300");
}
