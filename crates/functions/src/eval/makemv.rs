//! The kernel of the command `makemv`: `spl_makemv(recipients, ',', 'filled')`.
//!
//! The mode is `between` for what stands between delimiters, `filled` for what of it is not empty, `matches` for the first
//! group of each match of a regular expression. Each value of a list is split; a row without any value is null. An empty
//! delimiter splits nothing.

use std::sync::Arc;

use datafusion::{
    arrow::array::ArrayRef,
    common::{Result, exec_datafusion_err, exec_err},
    logical_expr::ScalarUDF,
};

use super::{
    kernel::{Arguments, kernel, list, lists},
    pattern::compile,
};

/// The kernel.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_makemv", list, makemv)]
}

fn makemv(args: &Arguments) -> Result<ArrayRef> {
    let (values, text) = (args.lists(0)?, args.literal(1)?);
    match args.literal(2)?.as_str() {
        mode @ ("between" | "filled") => {
            let keeps_empty = mode == "between";
            lists(args.rows(), |row, builder| {
                for value in values.get(row).into_iter().flatten() {
                    if text.is_empty() {
                        builder.value(value);
                        continue;
                    }
                    let pieces = value.split(text.as_str()).filter(|piece| keeps_empty || !piece.is_empty());
                    pieces.for_each(|piece| builder.value(piece));
                }
            })
        }
        "matches" => {
            let regex = compile(&text).map_err(|problem| exec_datafusion_err!("{problem}"))?;
            let mut groups = regex.groups();
            lists(args.rows(), |row, builder| {
                for value in values.get(row).into_iter().flatten() {
                    regex.each(value, &mut groups, |groups, _| {
                        // Without a group the whole match is the value.
                        if let Some(found) = groups.text(1, value).or_else(|| groups.text(0, value)) {
                            builder.value(found);
                        }
                        true
                    });
                }
            })
        }
        mode => exec_err!("makemv has no mode {mode}"),
    }
}
