//! `printf`: `eval line=printf("%-10s %'8d", host, bytes)`, as in C.
//!
//! Absent, as in Splunk: `%n`, wide characters and numbered arguments.

mod number;
mod template;

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err},
    logical_expr::ScalarUDF,
};

use self::{
    number::{float, integer},
    template::{Conversion, Part, Size, Template},
};
use super::kernel::{Arguments, Column, kernel, text, write_texts};
use crate::{
    EvalSpec, Kernel, Kind, Returns,
    value::{Texts, parse_number},
};

/// The longest width and precision; wider output is null.
const WIDEST: usize = 65_536;

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[EvalSpec {
    names: &["printf"],
    min_args: 1,
    max_args: None,
    args: &[Kind::Text, Kind::Any],
    returns: Returns::Always(Kind::Text),
    kernel: Kernel::Call("spl_printf"),
    usage: "printf(format, value, …)",
    summary: "The values in a format of C. Null where a value is missing, or is no number where one is needed.",
    examples: &[
        (r#"printf("%.2f",3.14159)"#, "3.14"),
        (r#"printf("%04d",1)"#, "0001"),
        (r#"printf("%'d",12345)"#, "12,345"),
        (r#"printf("%x,%X,%p",10,10,10)"#, "a,A,A"),
        (r#"printf("%c,%c",65,"Foo")"#, "A,F"),
        (r#"printf("%.2e",5139)"#, "5.14e+03"),
        (r#"printf("%.2g,%.2g",pi(),123)"#, "3.1,1.2e+02"),
        (r#"printf("%.*f",1,1.23)"#, "1.2"),
        (r#"printf("100%%")"#, "100%"),
        (r#"printf("%d",null())"#, "null"),
    ],
    ..EvalSpec::NEW
}];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_printf", text, printf)]
}

fn printf(args: &Arguments) -> Result<ArrayRef> {
    let (formats, values) = (args.texts(0)?, args.texts_from(1)?);
    let is_number: Vec<bool> =
        (1..args.len()).map(|index| Ok(args.array(index)?.data_type().is_numeric())).collect::<Result<_>>()?;
    let literal = match args.is_constant(0).then(|| formats.get(0)).flatten() {
        Some(text) => Some(Template::new(&text).map_err(|error| exec_datafusion_err!("{error}"))?),
        None => None,
    };
    write_texts(args.rows(), |row, out| {
        let from_row;
        let template = match &literal {
            Some(template) => template,
            None => match formats.get(row).and_then(|text| Template::new(&text).ok()) {
                Some(template) => {
                    from_row = template;
                    &from_row
                }
                None => return false,
            },
        };
        let mut values = Values { columns: &values, is_number: &is_number, row, next: 0 };
        write(template, &mut values, out).is_some()
    })
}

/// The values of a row, taken one after the other.
struct Values<'a> {
    columns: &'a [Column<Texts>],
    is_number: &'a [bool],
    row: usize,
    next: usize,
}

impl<'a> Values<'a> {
    /// The next value, and whether it comes from a column of numbers; none where it is null or there is none.
    fn take(&mut self) -> Option<(Cow<'a, str>, bool)> {
        let place = self.next;
        self.next += 1;
        Some((self.columns.get(place)?.get(self.row)?, *self.is_number.get(place)?))
    }

    fn take_number(&mut self) -> Option<f64> {
        parse_number(&self.take()?.0)
    }
}

fn write(template: &Template, values: &mut Values, out: &mut String) -> Option<()> {
    for part in &template.parts {
        match part {
            Part::Literal(text) => out.push_str(text),
            Part::Conversion(conversion) => {
                let mut conversion = *conversion;
                resolve(&mut conversion, values)?;
                convert(&conversion, values, out)?;
            }
        }
    }
    Some(())
}

/// Replaces `*` by the sizes among the values.
fn resolve(conversion: &mut Conversion, values: &mut Values) -> Option<()> {
    if conversion.width == Size::FromValue {
        let width = values.take_number()?;
        conversion.is_left |= width < 0.0;
        conversion.width = Size::Fixed(width.abs() as usize);
    }
    if conversion.precision == Size::FromValue {
        let precision = values.take_number()?;
        conversion.precision = if precision < 0.0 { Size::None } else { Size::Fixed(precision as usize) };
    }
    (conversion.width.get().unwrap_or(0) <= WIDEST && conversion.precision.get().unwrap_or(0) <= WIDEST).then_some(())
}

fn convert(conversion: &Conversion, values: &mut Values, out: &mut String) -> Option<()> {
    match conversion.letter {
        's' | 'z' => {
            let (text, _) = values.take()?;
            let most = conversion.precision.get().unwrap_or(usize::MAX);
            let end = text.char_indices().nth(most).map_or(text.len(), |(end, _)| end);
            pad(conversion, "", text.get(..end)?, false, out);
        }
        'c' => {
            let (text, is_number) = values.take()?;
            let c = if is_number { char::from_u32(parse_number(&text)? as u32)? } else { text.chars().next()? };
            pad(conversion, "", c.encode_utf8(&mut [0; 4]), false, out);
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' | 'p' => {
            let (text, _) = values.take()?;
            // Whole numbers beyond a double's precision stay exact.
            let value = match text.parse::<i64>() {
                Ok(value) => value,
                Err(_) => parse_number(&text).filter(|number| number.is_finite())? as i64,
            };
            let (sign, digits) = integer(conversion, value);
            pad(conversion, &sign, &digits, conversion.precision == Size::None, out);
        }
        _ => {
            let value = values.take_number()?;
            let (sign, digits) = float(conversion, value);
            pad(conversion, &sign, &digits, value.is_finite(), out);
        }
    }
    Some(())
}

/// Fills up to the width: zeros go between the sign and the digits.
fn pad(conversion: &Conversion, sign: &str, body: &str, zeros_fit: bool, out: &mut String) {
    let length = sign.chars().count() + body.chars().count();
    let fill = conversion.width.get().unwrap_or(0).saturating_sub(length);
    let with_zeros = conversion.has_zeros && zeros_fit && !conversion.is_left;
    if !conversion.is_left && !with_zeros {
        out.extend(std::iter::repeat_n(' ', fill));
    }
    out.push_str(sign);
    if with_zeros {
        out.extend(std::iter::repeat_n('0', fill));
    }
    out.push_str(body);
    if conversion.is_left {
        out.extend(std::iter::repeat_n(' ', fill));
    }
}

#[cfg(test)]
mod tests;
