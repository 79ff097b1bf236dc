//! Numbers as `printf` writes them, without padding: sign and prefix, then digits.

use super::template::Conversion;

/// A whole number. Negative ones show as 64-bit two's complement where the conversion has no sign.
pub(super) fn integer(conversion: &Conversion, value: i64) -> (String, String) {
    let bits = value as u64;
    let (sign, mut digits) = match conversion.letter {
        'o' => ("", format!("{bits:o}")),
        'x' => ("", format!("{bits:x}")),
        'X' | 'p' => ("", format!("{bits:X}")),
        'u' => ("", bits.to_string()),
        _ => (sign(conversion, value < 0), value.unsigned_abs().to_string()),
    };
    let prefix = match conversion.letter {
        'x' if conversion.is_alternate && bits != 0 => "0x",
        'X' if conversion.is_alternate && bits != 0 => "0X",
        _ => sign,
    };
    if let Some(least) = conversion.precision.get() {
        // C writes no digits for a zero of precision zero.
        if least == 0 && value == 0 {
            digits.clear();
        }
        digits = format!("{digits:0>least$}");
    }
    if conversion.letter == 'o' && conversion.is_alternate && !digits.starts_with('0') {
        digits.insert(0, '0');
    }
    if conversion.has_commas && matches!(conversion.letter, 'd' | 'i' | 'u') {
        digits = with_commas(&digits);
    }
    (prefix.to_owned(), digits)
}

/// A double.
pub(super) fn float(conversion: &Conversion, value: f64) -> (String, String) {
    let sign = sign(conversion, value.is_sign_negative() && !value.is_nan());
    let size = value.abs();
    let capitals = conversion.letter.is_ascii_uppercase();
    if !size.is_finite() {
        let word = if size.is_nan() { "nan" } else { "inf" };
        return (sign.to_owned(), if capitals { word.to_ascii_uppercase() } else { word.to_owned() });
    }
    let precision = conversion.precision.get();
    let digits = match conversion.letter.to_ascii_lowercase() {
        'e' => exponential(size, precision.unwrap_or(6), conversion.is_alternate),
        'g' => general(size, precision.unwrap_or(6).max(1), conversion.is_alternate),
        'a' => {
            let (prefix, digits) = ("0x", hexadecimal(size, precision, conversion.is_alternate));
            let (prefix, digits) = (format!("{sign}{prefix}"), digits);
            return if capitals {
                (prefix.to_ascii_uppercase(), digits.to_ascii_uppercase())
            } else {
                (prefix, digits)
            };
        }
        _ => fixed(size, precision.unwrap_or(6), conversion.is_alternate),
    };
    let digits = if conversion.has_commas && !conversion.letter.eq_ignore_ascii_case(&'e') {
        with_commas(&digits)
    } else {
        digits
    };
    (sign.to_owned(), if capitals { digits.to_ascii_uppercase() } else { digits })
}

fn sign(conversion: &Conversion, is_negative: bool) -> &'static str {
    match (is_negative, conversion.has_plus, conversion.has_blank) {
        (true, _, _) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

fn fixed(size: f64, precision: usize, keeps_point: bool) -> String {
    let point = if keeps_point && precision == 0 { "." } else { "" };
    format!("{size:.precision$}{point}")
}

fn exponential(size: f64, precision: usize, keeps_point: bool) -> String {
    let (mantissa, exponent) = split_exponent(size, precision);
    let point = if keeps_point && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.unsigned_abs())
}

/// The shorter of the two forms, without the zeros at its end.
fn general(size: f64, precision: usize, keeps_zeros: bool) -> String {
    let (_, exponent) = split_exponent(size, precision - 1);
    let decimals = i64::try_from(precision).unwrap_or(i64::MAX) - 1 - i64::from(exponent);
    let text = if exponent < -4 || decimals < 0 {
        exponential(size, precision - 1, keeps_zeros)
    } else {
        fixed(size, usize::try_from(decimals).unwrap_or(0), keeps_zeros)
    };
    if keeps_zeros {
        return text;
    }
    let (digits, exponent) = text.find('e').map_or((text.as_str(), ""), |place| text.split_at(place));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{digits}{exponent}")
}

/// The digits in front of the `e`, and the exponent.
fn split_exponent(size: f64, precision: usize) -> (String, i32) {
    let text = format!("{size:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

/// `1.922p+1`: the bits of the double; rounded to even where a precision cuts them.
fn hexadecimal(size: f64, precision: Option<usize>, keeps_point: bool) -> String {
    const FRACTION_BITS: u32 = 52;
    let bits = size.to_bits();
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let biased = (bits >> FRACTION_BITS) as i64;
    let (mut lead, mut fraction, exponent) = match (biased, fraction) {
        (0, 0) => (0, 0, 0),
        (0, fraction) => (0, fraction, -1022),
        (biased, fraction) => (1, fraction, biased - 1023),
    };
    let mut digits = 13;
    if let Some(precision) = precision.filter(|precision| *precision < 13) {
        let cut = FRACTION_BITS - 4 * u32::try_from(precision).unwrap_or(0);
        let (kept, lost, half) = (fraction >> cut, fraction & ((1 << cut) - 1), 1 << (cut - 1));
        let is_odd = if precision == 0 { lead % 2 == 1 } else { kept % 2 == 1 };
        let kept = kept + u64::from(lost > half || (lost == half && is_odd));
        // A carry out of the fraction.
        lead += kept >> (FRACTION_BITS - cut);
        fraction = if precision == 0 { 0 } else { kept & ((1 << (FRACTION_BITS - cut)) - 1) };
        digits = precision;
    }
    let mut text = if digits == 0 { String::new() } else { format!("{fraction:0digits$x}") };
    match precision {
        None => text = text.trim_end_matches('0').to_owned(),
        Some(precision) => text.extend(std::iter::repeat_n('0', precision.saturating_sub(13))),
    }
    let point = if text.is_empty() && !keeps_point { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{lead}{point}{text}p{sign}{}", exponent.abs())
}

/// Commas between thousands, in front of the point.
fn with_commas(digits: &str) -> String {
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (whole, rest) = digits.split_at(end);
    let mut out = String::with_capacity(digits.len() + whole.len() / 3);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(rest);
    out
}
