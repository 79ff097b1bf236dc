//! The meaning of `convert`: values in another form, in place or in new fields. `convert ctime(*_time) AS *_text`
//!
//! A conversion sees what those before it wrote. Numbers stay numeric where a function leaves numbers alone.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
};
use speleo_syntax::{
    Field,
    command::convert::{Conversion, Convert, Function, TIME_FORMAT},
};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
    wildcard,
};

impl Lower for Convert {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut relation = rows(input, "convert", self.span)?;
        // Conversions of fields that no earlier one wrote are one projection.
        let mut ready: Vec<(String, Expr)> = Vec::new();
        for conversion in self.conversions.iter().filter(|conversion| conversion.function != Function::None) {
            for (source, target) in pairs(self, conversion, &relation, &ready) {
                if ready.iter().any(|(name, _)| *name == source || *name == target) {
                    relation = relation.set(std::mem::take(&mut ready))?;
                }
                let source = Field::new(source, conversion.field.span);
                let Some((value, data_type)) = field::resolve(&source, &relation, cx) else { continue };
                let (value, data_type) = converted(self, conversion.function, value, &data_type, cx)?;
                ready.push((target.clone(), kept(&target, conversion.function, value, &data_type)?));
            }
        }
        if ready.is_empty() { Ok(relation) } else { relation.set(ready) }
    }
}

/// The fields that a conversion reads and writes. `none(field)` takes fields out of wildcards, wherever it stands.
fn pairs(
    convert: &Convert,
    conversion: &Conversion,
    relation: &Relation,
    ready: &[(String, Expr)],
) -> Vec<(String, String)> {
    let Conversion { field, alias, .. } = conversion;
    let target = alias.as_ref().unwrap_or(field);
    if !field.is_wildcard() {
        return vec![(field.name.clone(), target.name.clone())];
    }
    let excluded = |name: &str| {
        let mut nones = convert.conversions.iter().filter(|other| other.function == Function::None);
        nones.any(|other| wildcard::matches(&other.field.name, name))
    };
    let mut names = relation.fields();
    names.extend(ready.iter().map(|(name, _)| name.clone()));
    let mut pairs: Vec<(String, String)> = Vec::new();
    for name in names {
        if !wildcard::matches(&field.name, &name) || excluded(&name) || pairs.iter().any(|(own, _)| *own == name) {
            continue;
        }
        if let Some(taken) = wildcard::captures(&field.name, &name) {
            let target = wildcard::fill(&target.name, &taken);
            pairs.push((name, target));
        }
    }
    pairs
}

fn converted(
    convert: &Convert,
    function: Function,
    value: Expr,
    data_type: &DataType,
    cx: &Context<'_>,
) -> Result<(Expr, DataType)> {
    let leaves_numbers = !matches!(function, Function::CTime | Function::MkTime);
    if leaves_numbers && (meet::is_number(data_type) || meet::is_time(data_type)) {
        return Ok((value, data_type.clone()));
    }
    let mut args = vec![value];
    if !leaves_numbers {
        args.push(lit(convert.time_format.as_deref().unwrap_or(TIME_FORMAT)));
        args.push(lit(cx.world.timezone().name()));
    }
    if function == Function::MkTime {
        args.push(lit(cx.world.now()));
    }
    let converted = kernel::call(&format!("spl_convert_{}", function.name()), args)?;
    Ok((converted, if meet::is_list(data_type) { meet::list_type() } else { DataType::Utf8 }))
}

/// The value as the field keeps it. A number under `_time` is a time again, so that `bin` and `timechart` know it.
fn kept(target: &str, function: Function, value: Expr, data_type: &DataType) -> Result<Expr> {
    if target == meet::TIME && function != Function::CTime && meet::is_text(data_type) {
        return meet::convert(value, data_type, &meet::time_type());
    }
    meet::stored(target, value, data_type)
}
