//! The kernels of `rex`: `rex field=msg max_match=0 "k=(?<k>\d+)" offset_field=place`.

use std::{fmt::Write, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, NullBufferBuilder, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, exec_datafusion_err, plan_datafusion_err},
    logical_expr::ReturnFieldArgs,
};

use super::{
    regex::{Groups, Regex, compile},
    sed,
};
use crate::{
    eval::kernel::{Arguments, TextColumn, is_list, texts, write_texts},
    value::{ListBuilder, list_type},
};

/// The struct that `spl_rex` gives: a field for each named group.
pub(super) fn rex_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let literal = |index: usize| args.scalar_arguments.get(index).copied().flatten();
    let pattern = literal(1).and_then(|pattern| pattern.try_as_str().flatten());
    let pattern = pattern.ok_or_else(|| plan_datafusion_err!("the pattern of rex is no text literal"))?;
    let regex = compile(pattern).map_err(|error| plan_datafusion_err!("the pattern of rex: {error}"))?;
    let is_single = literal(2).is_none_or(|most| most.to_string().parse() == Ok(1.0));
    let several = !is_single || args.arg_fields.first().is_some_and(|field| is_list(field.data_type()));
    let group_type = if several { list_type() } else { DataType::Utf8 };
    let fields = regex.names().into_iter().map(|(_, name)| Field::new(name, group_type.clone(), true));
    Ok(DataType::Struct(fields.collect::<Fields>()))
}

/// What the named groups captured. One match: texts. Several matches or several values: lists of the captures of the
/// matches, `max_match` of them in each value, 0 for all. A group that took no part adds nothing.
pub(super) fn rex(args: &Arguments) -> Result<ArrayRef> {
    let (regex, most) = options(args)?;
    let DataType::Struct(fields) = args.result() else { return Err(exec_datafusion_err!("rex gives a struct")) };
    let numbers: Vec<usize> = regex.names().into_iter().map(|(number, _)| number).collect();
    let several = fields.first().is_some_and(|field| is_list(field.data_type()));
    let columns = if several { lists(args, &regex, most, &numbers)? } else { single(args, &regex, &numbers)? };
    Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, None, args.rows())?))
}

fn single(args: &Arguments, regex: &Regex, numbers: &[usize]) -> Result<Vec<ArrayRef>> {
    let values = args.texts(0)?;
    let mut columns: Vec<_> =
        numbers.iter().map(|_| (TextColumn::new(args.rows(), 0), NullBufferBuilder::new(args.rows()))).collect();
    let mut groups = regex.groups_until(numbers.last().copied().unwrap_or_default());
    for row in 0..args.rows() {
        let value = values.get(row);
        let found = value.as_deref().filter(|text| regex.find(text, 0, &mut groups).is_some());
        for ((column, nulls), &number) in columns.iter_mut().zip(numbers) {
            let capture = found.and_then(|text| Some((text, groups.get(number)?)));
            nulls.append(capture.is_some());
            if let Some((text, (start, end))) = capture {
                column.push(text.as_bytes(), start, end);
            }
            column.end_row();
        }
    }
    columns.into_iter().map(|(column, mut nulls)| column.finish(nulls.finish())).collect()
}

fn lists(args: &Arguments, regex: &Regex, most: usize, numbers: &[usize]) -> Result<Vec<ArrayRef>> {
    let values = args.field(0)?;
    let mut builders: Vec<_> = numbers.iter().map(|_| ListBuilder::new(args.rows())).collect();
    let mut groups = regex.groups();
    for row in 0..args.rows() {
        values.each(row, |text| {
            each_match(regex, text, most, &mut groups, |groups| {
                for (builder, &number) in builders.iter_mut().zip(numbers) {
                    if let Some(capture) = groups.text(number, text) {
                        builder.value(capture);
                    }
                }
            });
        });
        builders.iter_mut().for_each(ListBuilder::end_row);
    }
    Ok(builders.into_iter().map(ListBuilder::finish).collect())
}

/// Where the named groups matched: `name=start-end` with the first and the last character counted from 0, joined by `&`.
pub(super) fn rex_offset(args: &Arguments) -> Result<ArrayRef> {
    let (regex, most) = options(args)?;
    let names = regex.names();
    let values = args.field(0)?;
    let mut groups = regex.groups();
    write_texts(args.rows(), |row, out| {
        values.each(row, |text| {
            let characters = |end: usize| text.get(..end).map_or(0, |before| before.chars().count());
            each_match(&regex, text, most, &mut groups, |groups| {
                for (number, name) in &names {
                    if let Some((start, end)) = groups.get(*number) {
                        let joint = if out.is_empty() { "" } else { "&" };
                        // An empty capture has no last character.
                        let last = characters(end).saturating_sub(1);
                        // Writing to a text cannot fail.
                        let _ = write!(out, "{joint}{name}={}-{last}", characters(start));
                    }
                }
            });
        });
        !out.is_empty()
    })
}

/// The value, edited by a sed script; each value of a list.
pub(super) fn rex_sed(args: &Arguments) -> Result<ArrayRef> {
    let text = args.literal(1)?;
    let script = sed::script(&text).map_err(|error| exec_datafusion_err!("{error}"))?;
    let values = args.field(0)?;
    if values.is_list() {
        let mut builder = ListBuilder::new(args.rows());
        let mut edited = String::new();
        for row in 0..args.rows() {
            values.each(row, |value| {
                edited.clear();
                script.write(value, &mut edited);
                builder.value(&edited);
            });
            builder.end_row();
        }
        return Ok(builder.finish());
    }
    let values = args.texts(0)?;
    texts(args.rows(), |row| {
        let value = values.get(row)?;
        let mut edited = String::with_capacity(value.len());
        script.write(&value, &mut edited);
        Some(edited)
    })
}

fn options(args: &Arguments) -> Result<(Arc<Regex>, usize)> {
    let pattern = args.literal(1)?;
    let regex = compile(&pattern).map_err(|error| exec_datafusion_err!("the pattern of rex: {error}"))?;
    let most = if args.len() > 2 { args.literal(2)?.parse().unwrap_or(1.0) } else { 1.0 };
    Ok((regex, if most <= 0.0 { usize::MAX } else { most as usize }))
}

fn each_match(regex: &Regex, text: &str, most: usize, groups: &mut Groups, mut visit: impl FnMut(&Groups)) {
    let mut count = 0;
    regex.each(text, groups, |groups, _| {
        visit(groups);
        count += 1;
        count < most
    });
}
