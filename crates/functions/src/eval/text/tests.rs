use super::super::kernel::testing::{booleans, check, integers, lists, literal, literal_number, numbers, texts};

#[test]
fn characters_are_code_points() {
    check("spl_len", &[texts(&["abc", "", "é", "日本語", "null"])], &["3", "0", "1", "3", "null"]);
    check("spl_len", &[numbers(&[1.5, 10.0])], &["3", "2"]);
    check("spl_len", &[lists(&[&["abc"], &["a", "b"]])], &["3", "null"]);
}

#[test]
fn case_changes_in_each_value() {
    check("spl_lower", &[texts(&["AbC", "ÀB", "", "null"])], &["abc", "àb", "", "null"]);
    check("spl_upper", &[texts(&["AbC", "é"])], &["ABC", "É"]);
    check("spl_lower", &[lists(&[&["A", "ÀB"], &[]])], &["[a, àb]", "null"]);
    check("spl_upper", &[booleans(&[Some(true)])], &["TRUE"]);
}

#[test]
fn only_the_named_characters_are_trimmed() {
    check("spl_trim", &[texts(&["  a b\t ", "\na ", "null", "  "])], &["a b", "\na", "null", ""]);
    let padded = texts(&["   ZZZZabcZZ "]);
    check("spl_ltrim", &[padded.clone(), literal(" Z")], &["abcZZ "]);
    check("spl_rtrim", &[padded.clone(), literal(" Z")], &["   ZZZZabc"]);
    check("spl_trim", &[padded, literal(" Z")], &["abc"]);
    check("spl_trim", &[texts(&["aéa", "xax"]), texts(&["éa", "x"])], &["", "a"]);
    check("spl_ltrim", &[integers(&[100]), literal("1")], &["00"]);
    check("spl_ltrim", &[texts(&["a"]), texts(&["null"])], &["null"]);
}

#[test]
fn parts_start_where_splunk_starts_them() {
    for (text, start, length, expected) in [
        ("string", 1.0, 3.0, "str"),
        ("hello", 0.0, 3.0, "hel"),
        ("hello", -5.0, 2.0, "he"),
        ("hello", -10.0, 3.0, "null"),
        ("abc", 2.0, 10.0, "bc"),
        ("abc", 9.0, 2.0, ""),
        ("abc", 2.0, 0.0, ""),
        ("abc", 2.0, -1.0, ""),
        ("日本語", 2.0, 1.0, "本"),
        ("日本語", -1.0, 5.0, "語"),
        ("日本語", -4.0, 5.0, "null"),
        ("abc", 1e300, 1e300, ""),
        ("abc", -1e300, 1.0, "null"),
    ] {
        check("spl_substr", &[texts(&[text]), literal_number(start), literal_number(length)], &[expected]);
    }
    check("spl_substr", &[texts(&["string", "null"]), literal_number(-3.0)], &["ing", "null"]);
    check("spl_substr", &[integers(&[12345]), texts(&["2"]), integers(&[2])], &["23"]);
    check("spl_substr", &[texts(&["abc"]), texts(&["x"])], &["null"]);
}

#[test]
fn percent_signs_without_digits_stay() {
    check(
        "spl_urldecode",
        &[texts(&["a%20b", "100%", "%zz", "%4", "%C3%A9", "a+b", "%ff", "null"])],
        &["a b", "100%", "%zz", "%4", "é", "a+b", "\u{fffd}", "null"],
    );
}
