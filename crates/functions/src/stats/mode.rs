//! `mode(field)`: the most frequent text.
//!
//! `stats mode(status) by host`. Of equally frequent texts the smallest by bytes wins: the first one seen would depend on
//! how the input was cut. `spl_value_counts(x, most)` is all values with their counts as JSON, for `fieldsummary`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array, StringArray},
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_datafusion_err, exec_err},
    logical_expr::function::AccumulatorArgs,
    physical_expr::expressions::Literal,
    scalar::ScalarValue,
};
use hashbrown::HashMap;

use super::{
    groups::{Groups, Rows, Sorted},
    interned::Interned,
    kernel::Kernel,
    nested::{as_lists, items, list_of, lists},
};
use crate::{AggregateSpec, value::Texts};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["mode"],
    usage: "mode(field)",
    summary: "The most frequent text, the smallest of several.",
    examples: &[("x a b b", "stats mode(x) AS r", "b")],
    ..AggregateSpec::NEW
}];

pub(crate) const KERNELS: &[Kernel] = &[kernel("spl_mode", 1), kernel("spl_value_counts", 2)];

const fn kernel(name: &'static str, arguments: usize) -> Kernel {
    Kernel {
        name,
        arguments,
        counts: false,
        takes_repeated: true,
        returns: |_| DataType::Utf8,
        state: |types| {
            let value = types.first().map_or(DataType::Utf8, Interned::state_type);
            vec![list_of(value), list_of(DataType::Int64)]
        },
        create: |args| {
            let Some(value) = args.expr_fields.first() else { return exec_err!("a mode takes an argument") };
            Ok(Box::new(Mode::new(Interned::new(value.data_type()), answer(args))))
        },
    }
}

/// What is made of the counts.
#[derive(Debug, Clone, Copy)]
enum Answer {
    /// The most frequent value.
    Most,
    /// So many of the most frequent values as JSON.
    All(usize),
}

/// The literal second argument is how many values are listed; 0 is all.
fn answer(args: &AccumulatorArgs) -> Answer {
    let Some(most) = args.exprs.get(1) else { return Answer::Most };
    match most.downcast_ref::<Literal>().map(Literal::value) {
        Some(ScalarValue::Int64(Some(most))) if *most > 0 => Answer::All(usize::try_from(*most).unwrap_or(usize::MAX)),
        _ => Answer::All(usize::MAX),
    }
}

/// How often each group has each value.
#[derive(Debug)]
struct Mode {
    answer: Answer,
    values: Interned,
    /// By the group in the upper half and the number of the value in the lower. None while group 0 is alone.
    counts: Option<HashMap<u64, i64>>,
    /// How often group 0 has each value, while it is alone.
    alone: Vec<i64>,
    /// How often the first groups have the first values, once group 0 is not alone.
    few: Few,
}

/// Counts of the first values in the first groups, which are found without a table.
#[derive(Debug, Default)]
struct Few(Vec<i64>);

impl Few {
    /// How many values of a group are counted here.
    const VALUES: usize = 64;
    /// In how many groups.
    const GROUPS: usize = 128;

    /// The count of a value, where it is here.
    #[inline]
    fn of(&mut self, group: usize, value: u32) -> Option<&mut i64> {
        let value = value as usize;
        if group >= Self::GROUPS || value >= Self::VALUES {
            return None;
        }
        let place = group * Self::VALUES + value;
        if place >= self.0.len() {
            self.0.resize((group + 1).next_power_of_two() * Self::VALUES, 0);
        }
        self.0.get_mut(place)
    }

    /// Each value that a group has: the group, the value's number, how often.
    fn all(&self) -> impl Iterator<Item = (usize, u32, i64)> + Clone {
        let counts = self.0.iter().enumerate().filter(|(_, count)| **count > 0);
        counts.map(|(place, count)| (place / Self::VALUES, (place % Self::VALUES) as u32, *count))
    }
}

fn key(group: usize, value: u32) -> u64 {
    (group as u64) << 32 | u64::from(value)
}

impl Mode {
    fn new(values: Interned, answer: Answer) -> Self {
        Self { answer, values, counts: None, alone: Vec::new(), few: Few::default() }
    }

    /// The counts of all groups but the one that is alone, which it is no longer.
    fn shared<'a>(
        counts: &'a mut Option<HashMap<u64, i64>>,
        alone: &mut Vec<i64>,
        few: &mut Few,
    ) -> &'a mut HashMap<u64, i64> {
        counts.get_or_insert_with(|| {
            let mut many = HashMap::new();
            for (value, count) in std::mem::take(alone).into_iter().enumerate().filter(|(_, count)| *count > 0) {
                match few.of(0, value as u32) {
                    Some(few) => *few += count,
                    None => drop(many.insert(key(0, value as u32), count)),
                }
            }
            many
        })
    }

    /// How often a group has a value, where group 0 is not alone.
    fn count(&mut self, group: usize, value: u32) -> &mut i64 {
        match self.few.of(group, value) {
            Some(count) => count,
            None => self.counts.get_or_insert_default().entry(key(group, value)).or_default(),
        }
    }

    fn by_group(&self, count: usize) -> Sorted<(u32, i64)> {
        let alone = self.alone.iter().enumerate().map(|(value, count)| (0, (value as u32, *count)));
        let shared = self.counts.iter().flatten();
        let shared = shared.map(|(key, count)| ((key >> 32) as usize, (*key as u32, *count)));
        let few = self.few.all().map(|(group, value, count)| (group, (value, count)));
        Sorted::new(alone.chain(few).chain(shared), count)
    }

    /// The values of each group, the most frequent first, then by their texts.
    fn listed(&self, count: usize, most: usize) -> Result<ArrayRef> {
        let mut sorted = self.by_group(count);
        let order = self.values.order()?;
        let mut answers: Vec<Option<String>> = Vec::with_capacity(count);
        for values in sorted.groups_mut() {
            values.sort_unstable_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| order(*a, *b)));
            let listed = || values.iter().filter(|(_, count)| *count > 0).take(most);
            let texts = self.values.texts(listed().map(|(value, _)| Some(*value)))?;
            let texts = Texts::new(&texts)?;
            let mut json = String::from("[");
            for (place, (_, count)) in listed().enumerate() {
                let text = texts.get(place).unwrap_or_default();
                let quoted = serde_json::to_string(&text).map_err(|error| exec_datafusion_err!("{error}"))?;
                json.push_str(if place == 0 { "{\"value\":" } else { ",{\"value\":" });
                json.push_str(&quoted);
                json.push_str(",\"count\":");
                json.push_str(&count.to_string());
                json.push('}');
            }
            json.push(']');
            answers.push((json.len() > 2).then_some(json));
        }
        Ok(Arc::new(StringArray::from(answers)))
    }
}

impl Groups for Mode {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let Some(column) = arguments.first() else { return exec_err!("a mode takes an argument") };
        let Self { values, counts, alone, few, .. } = self;
        values.each(column, rows, |group, value| {
            if group > 0 || counts.is_some() {
                if counts.is_none() {
                    Self::shared(counts, alone, few);
                }
                match few.of(group, value) {
                    Some(count) => *count += 1,
                    None => *Self::shared(counts, alone, few).entry(key(group, value)).or_default() += 1,
                }
                return;
            }
            if value as usize >= alone.len() {
                alone.resize(value as usize + 1, 0);
            }
            alone[value as usize] += 1;
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, numbers] = state else { return exec_err!("the state of spl_mode is two columns") };
        let (values, numbers) = (as_lists(values)?, as_lists(numbers)?);
        let number_items = numbers.values().as_primitive::<Int64Type>();
        let first = values.value_offsets().first().map_or(0, |first| *first as usize);
        let known = self.values.of_state(values)?;
        Self::shared(&mut self.counts, &mut self.alone, &mut self.few);
        for (row, group) in rows.iter() {
            for (value, number) in items(values, row).zip(items(numbers, row)) {
                *self.count(group, known[value - first]) += number_items.value(number);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        if let Answer::All(most) = self.answer {
            return self.listed(count, most);
        }
        let mut sorted = self.by_group(count);
        let order = self.values.order()?;
        let most = sorted.groups_mut().map(|values| {
            let most =
                values.iter().max_by(|(a, a_count), (b, b_count)| a_count.cmp(b_count).then_with(|| order(*b, *a)));
            most.map(|(value, _)| *value)
        });
        self.values.texts(most)
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.by_group(count);
        let values = self.values.items(sorted.items().iter().map(|(value, _)| *value))?;
        let counts = Int64Array::from_iter_values(sorted.items().iter().map(|(_, count)| *count));
        Ok(vec![lists(values, sorted.lengths())?, lists(Arc::new(counts), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let mut kept = Self::new(self.values.fresh(), self.answer);
        kept.counts = Some(HashMap::new());
        let many = self.counts.take().into_iter().flatten();
        let many = many.map(|(key, number)| ((key >> 32) as usize, key as u32, number));
        for (group, value, number) in self.few.all().chain(many) {
            if let Some(group) = group.checked_sub(count) {
                let value = kept.values.adopt(&self.values, value)?;
                *kept.count(group, value) = number;
            }
        }
        *self = kept;
        Ok(())
    }

    /// Each value once, as often as the row has it.
    fn convert(&self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<Vec<ArrayRef>> {
        let Some(column) = arguments.first() else { return exec_err!("a mode takes an argument") };
        let (values, lengths) = Interned::rows(column, rows)?;
        let ones = Int64Array::from_value(1, values.len());
        Ok(vec![lists(values, lengths.iter().copied())?, lists(Arc::new(ones), lengths.into_iter())?])
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.values.fresh(), self.answer)))
    }

    fn size(&self) -> usize {
        let counts = self.counts.as_ref().map_or(0, HashMap::allocation_size);
        self.values.size() + counts + (self.alone.capacity() + self.few.0.capacity()) * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use datafusion::arrow::datatypes::DataType;

    use super::*;

    /// Values and groups on both sides of what is counted in a list, and what is left when the first groups are forgotten.
    #[test]
    fn few_and_many_are_counted_alike() {
        let rows = 40_000_usize;
        let group = |row: usize| row % 7 * 60;
        // Of each group the value `group / 10` comes most often; there are more than a hundred others.
        let value = |row: usize| if row.is_multiple_of(3) { group(row) / 10 } else { 1_000 + row % 131 };
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| value(row) as i64)));
        let groups: Vec<usize> = (0..rows).map(group).collect();
        let mut mode = Mode::new(Interned::new(&DataType::Int64), Answer::Most);
        mode.update(&[values], &Rows::grouped(&groups, None, 361)).unwrap();
        let state = mode.state(361).unwrap();
        let all: Vec<usize> = (0..361).collect();
        let mut other = Mode::new(Interned::new(&DataType::Int64), Answer::Most);
        other.merge(&state, &Rows::grouped(&all, None, 361)).unwrap();
        mode.forget(120).unwrap();
        for (mode, forgotten) in [(&mut mode, 120), (&mut other, 0)] {
            let found = mode.evaluate(361 - forgotten).unwrap();
            let found = found.as_string::<i32>();
            for group in (forgotten..361).filter(|group| group.is_multiple_of(60)) {
                assert_eq!(found.value(group - forgotten), (group / 10).to_string());
            }
        }
    }
}
