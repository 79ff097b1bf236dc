//! Some of the fields that `spath` without a path makes of a text: `spl_spath_some(body, '+items{}.sku', '1user.name')`.
//!
//! A mark stands before each name: whether the field is one text, of which the first value counts, or takes all values. In one pass
//! over the text nothing is built but these. `spl_spath_held` says which names a text holds, marked like that.

use datafusion::{
    arrow::{
        array::ArrayRef,
        datatypes::{DataType, Field, Fields},
    },
    common::{Result, plan_datafusion_err},
    logical_expr::ReturnFieldArgs,
};
use memchr::{memchr, memmem::Finder};

use super::slots::{Slots, filled};
use crate::{
    eval::{
        fields::{ONE, SEVERAL},
        json::wanted::{Found, Wanted},
        kernel::{Arguments, lists},
        spath,
    },
    value::list_type,
};

/// The struct of the marked names.
pub(super) fn fields_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let names = args.scalar_arguments.get(1..).unwrap_or_default();
    let fields = names.iter().map(|name| {
        let name = name.and_then(|name| name.try_as_str().flatten());
        let marked = name.and_then(|name| Some((name.starts_with(SEVERAL), name.strip_prefix([ONE, SEVERAL])?)));
        let (several, name) = marked.ok_or_else(|| plan_datafusion_err!("a name with its mark is a text literal"))?;
        Ok(Field::new(name, if several { list_type() } else { DataType::Utf8 }, true))
    });
    Ok(DataType::Struct(fields.collect::<Result<Fields>>()?))
}

/// The values of the names.
pub(super) fn fields(args: &Arguments) -> Result<ArrayRef> {
    let names: Vec<String> = Slots::new(args)?.names().map(str::to_owned).collect();
    let mut reading = Reading::new(names);
    filled(args, |source, slots| {
        reading.each(source, |place, value| {
            slots.add(place, value);
        });
    })
}

/// Which of the names a row's texts hold: each once, marked.
pub(super) fn held(args: &Arguments) -> Result<ArrayRef> {
    let names = (1..args.len()).map(|index| args.literal(index)).collect::<Result<Vec<_>>>()?;
    let sources = args.field(0)?;
    let mut counts = vec![0_usize; names.len()];
    // A key that ends like the name is somewhere in a text that holds it, unless it is written with escapes.
    let ends: Vec<String> = names.iter().map(|name| format!("{}\"", last_key(name))).collect();
    let ends: Vec<Finder<'_>> = ends.iter().map(Finder::new).collect();
    let may_hold = |source: &str| {
        let bytes = source.as_bytes();
        ends.iter().any(|end| end.find(bytes).is_some()) || memchr(b'\\', bytes).is_some() || spath::is_xml(source)
    };
    let mut reading = Reading::new(names);
    lists(args.rows(), |row, out| {
        counts.fill(0);
        sources.each(row, |source| {
            if !may_hold(source) {
                return;
            }
            reading.each(source, |place, _| {
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            });
        });
        for (name, count) in reading.names.iter().zip(&counts).filter(|(_, count)| **count > 0) {
            out.write(|text| {
                text.push(if *count > 1 { SEVERAL } else { ONE });
                text.push_str(name);
            });
        }
    })
}

fn last_key(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_end_matches("{}")
}

/// The reading of one text after the other.
struct Reading {
    names: Vec<String>,
    wanted: Option<Wanted>,
    found: Found,
}

impl Reading {
    fn new(names: Vec<String>) -> Self {
        Self { wanted: Wanted::names(names.iter().map(String::as_str)), names, found: Found::default() }
    }

    /// Visits the values of the names, each with the name's place.
    fn each(&mut self, source: &str, mut visit: impl FnMut(usize, &str)) {
        let is_read = self.wanted.as_ref().is_some_and(|wanted| self.found.read(source, wanted).is_some());
        if is_read {
            self.found.values(source).for_each(|(place, value)| visit(place, value.unwrap_or(spath::NULL)));
            return;
        }
        for (name, values) in spath::fields(source) {
            let Some(place) = self.names.iter().position(|known| *known == name) else { continue };
            values.iter().for_each(|value| visit(place, value));
        }
    }
}
