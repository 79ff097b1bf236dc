//! Fields by a transform's pattern: `spl_transform(_raw, '(\w+)=(\d+)', '$1::$2', 'clean add', 'a', 'b')`.
//!
//! Options are words: `clean` (`CLEAN_KEYS`), `add` (`MV_ADD`: all values of a name count, else the first), `empty`
//! (`KEEP_EMPTY_VALS`). The pattern matches once, again and again where a name comes from the text or values add up.

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::{Result, exec_datafusion_err},
    logical_expr::ReturnFieldArgs,
};

use super::{
    super::pattern::regex::{Groups, Regex, compile},
    format::{self, Pair, Side},
    name::clean,
    slots::{self, Slots, has_word, planned, slots_type},
};
use crate::eval::kernel::Arguments;

/// The first argument that is a name.
const NAMES: usize = 4;

struct Transform {
    regex: Arc<Regex>,
    /// None where the format names a group that the pattern lacks.
    pairs: Option<Vec<Pair>>,
    repeats: bool,
    cleans: bool,
    keeps_empty: bool,
}

impl Transform {
    fn new(args: &Arguments) -> Result<Self> {
        let (pattern, format, options) = (args.literal(1)?, args.literal(2)?, args.literal(3)?);
        let regex = compile(&pattern).map_err(|error| exec_datafusion_err!("a transform's pattern: {error}"))?;
        let pairs = format::pairs(&format, &regex);
        let has = |word: &str| has_word(&options, word);
        let is_dynamic = pairs.iter().flatten().any(|pair| matches!(pair.name, Side::Group(_)));
        Ok(Self { regex, pairs, repeats: is_dynamic || has("add"), cleans: has("clean"), keeps_empty: has("empty") })
    }

    /// Where all names are known beforehand and one match counts: the places of the names and the groups of their values.
    fn known(&self, names: &[&str]) -> Option<Vec<(usize, usize)>> {
        let pairs = self.pairs.as_ref().filter(|_| !self.repeats)?;
        let mut known = Vec::new();
        for pair in pairs {
            let (Side::Text(name), Side::Group(group)) = (&pair.name, &pair.value) else { return None };
            known.extend(names.iter().position(|known| *known == name).map(|place| (place, *group)));
        }
        Some(known)
    }

    /// As [`Self::each`] for names that are known beforehand.
    fn first(&self, text: &str, groups: &mut Groups, known: &[(usize, usize)], slots: &mut Slots) {
        if self.regex.find(text, 0, groups).is_none() {
            return;
        }
        for (place, group) in known {
            if let Some(value) = groups.text(*group, text).filter(|value| self.keeps_empty || !value.is_empty()) {
                slots.add(*place, value);
            }
        }
    }

    /// Visits names and values until `visit` says no.
    fn each(&self, text: &str, groups: &mut Groups, visit: &mut slots::Visit<'_>) {
        let Some(pairs) = &self.pairs else { return };
        self.regex.each(text, groups, |groups, _| {
            for pair in pairs {
                let name = match &pair.name {
                    Side::Text(name) => Cow::Borrowed(name.as_str()),
                    Side::Group(group) => match groups.text(*group, text) {
                        Some(name) if self.cleans => clean(name),
                        Some(name) => Cow::Borrowed(name),
                        None => continue,
                    },
                };
                let value = match &pair.value {
                    Side::Text(value) => Some(value.as_str()),
                    Side::Group(group) => groups.text(*group, text),
                };
                let Some(value) = value.filter(|value| self.keeps_empty || !value.is_empty()) else { continue };
                if !name.is_empty() && !visit(&name, value) {
                    return false;
                }
            }
            self.repeats
        });
    }
}

/// What is wrong with a transform's pattern or format; none where it makes fields.
///
/// # Errors
/// One line that says what.
pub fn check_transform(pattern: &str, format: &str) -> std::result::Result<(), String> {
    let regex = compile(pattern)?;
    match format::pairs(format, &regex) {
        None => Err("the format names a group that the pattern does not have".to_owned()),
        Some(pairs) if pairs.is_empty() => Err("neither the format nor a named group makes a field".to_owned()),
        Some(_) => Ok(()),
    }
}

/// The names of fields that a transform makes whatever the text, and whether the text names more.
pub fn transform_names(pattern: &str, format: &str) -> (Vec<String>, bool) {
    compile(pattern).map(|regex| format::static_names(format, &regex)).unwrap_or_default()
}

pub(super) fn fields_type(args: &ReturnFieldArgs) -> Result<DataType> {
    let adds = has_word(planned(args, 3), "add");
    slots_type(args, NAMES, |_| adds)
}

/// The values of the names; null where the text has none.
pub(super) fn fields(args: &Arguments) -> Result<ArrayRef> {
    let transform = Transform::new(args)?;
    let asked = Slots::new(args)?;
    let known = transform.known(&asked.names().collect::<Vec<_>>());
    let last = known.as_ref().map(|known| known.iter().map(|(_, group)| *group).max().unwrap_or_default());
    let mut groups = last.map_or_else(|| transform.regex.groups(), |last| transform.regex.groups_until(last));
    match known {
        Some(known) => slots::filled(args, |source, slots| transform.first(source, &mut groups, &known, slots)),
        None => slots::values(args, |source, visit| transform.each(source, &mut groups, visit)),
    }
}

/// The names of the fields that a transform makes of a text, each once.
pub(super) fn names(args: &Arguments) -> Result<ArrayRef> {
    let transform = Transform::new(args)?;
    let mut groups = transform.regex.groups();
    slots::names(args, |source, visit| transform.each(source, &mut groups, visit))
}
