//! Aggregations as text. Without an alias the function's case and an `eval(…)` stand as
//! they were written, for that is the column's name.

use std::fmt::{self, Display, Formatter};

use super::{Aggregate, Argument};

impl Display for Aggregate {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match &self.alias {
            None if self.text.is_empty() || matches!(self.argument, Argument::None | Argument::Field(_)) => {
                call(out, self, self.written())
            }
            None => out.write_str(&self.text),
            Some(alias) => {
                call(out, self, &self.function)?;
                write!(out, " AS {alias}")
            }
        }
    }
}

fn call(out: &mut Formatter, aggregate: &Aggregate, function: &str) -> fmt::Result {
    match &aggregate.argument {
        Argument::None => out.write_str(function),
        Argument::Field(field) => write!(out, "{function}({field})"),
        Argument::Eval(expr) if function == "eval" => write!(out, "eval({expr})"),
        Argument::Eval(expr) => write!(out, "{function}(eval({expr}))"),
        Argument::Prefix(text) => write!(out, "{function}(PREFIX({text}))"),
        Argument::Sparkline(inner, width) => {
            write!(out, "{function}(")?;
            if let Some(inner) = inner {
                write!(out, "{inner}")?;
            }
            if let Some(width) = width {
                write!(out, ", {width}")?;
            }
            out.write_str(")")
        }
    }
}
