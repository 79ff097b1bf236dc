//! What is computed and shown at a time: the files of one index that belong together, and how a summary's log tells of them.
//!
//! Each unit has a file without rows whose tags list the inputs, so that an input without rows counts as covered as well; the files
//! with rows name the unit. All of them come in by one change of the log: an input is covered exactly if its rows are there.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use speleo_index::Part;

use crate::source::{Input, InputKey};

/// Bytes of the inputs of a unit.
const BYTES: u64 = 64 << 20;
/// How many inputs a unit has at most.
const INPUTS: usize = 1000;

/// The tag of a file that names its unit.
const UNIT: &str = "speleo.unit";
/// The tag that lists its inputs.
const INPUT_LIST: &str = "speleo.inputs";

/// An input of a unit as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The number that its rows hold.
    pub(crate) number: i64,
    #[serde(flatten)]
    pub(crate) key: InputKey,
    /// Its number in `__seq` at that time.
    pub(crate) place: Option<u32>,
}

/// A unit of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unit {
    /// The index of all its inputs.
    pub(crate) index: String,
    /// Events before this time in epoch microseconds were left out.
    pub(crate) from: Option<i64>,
    pub(crate) inputs: Vec<Known>,
    /// How many rows it was made with.
    pub(crate) rows: u64,
}

impl Unit {
    /// Whether all its inputs are as they were.
    pub(crate) fn holds(&self, inputs: &HashMap<&InputKey, &Input>) -> bool {
        self.inputs.iter().all(|known| inputs.contains_key(&known.key))
    }

    /// The tags of its file without rows, and of the others.
    pub(crate) fn tags(&self, name: &str) -> (HashMap<String, String>, HashMap<String, String>) {
        let own = HashMap::from([(UNIT.to_owned(), name.to_owned())]);
        let mut first = own.clone();
        if let Ok(text) = serde_json::to_string(self) {
            first.insert(INPUT_LIST.to_owned(), text);
        }
        (first, own)
    }
}

/// The units of a summary by their names, each with its files that have rows. One whose files somebody else has put together with
/// others lacks rows and is none; where old rows leave, `is_whole` is false, and their number says nothing.
pub(crate) fn units(parts: Vec<Part>, is_whole: bool) -> HashMap<String, (Unit, Vec<Part>)> {
    let mut units: HashMap<String, (Unit, Vec<Part>)> = HashMap::new();
    let (lists, others): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| part.tags.contains_key(INPUT_LIST));
    for part in lists {
        let read = || serde_json::from_str(part.tags.get(INPUT_LIST)?).ok();
        if let (Some(name), Some(unit)) = (name(&part), read()) {
            units.insert(name.to_owned(), (unit, Vec::new()));
        }
    }
    for part in others {
        if let Some((_, parts)) = name(&part).and_then(|name| units.get_mut(name)) {
            parts.push(part);
        }
    }
    let rows = |parts: &[Part]| parts.iter().filter_map(|part| part.rows).sum::<u64>();
    units.retain(|_, (unit, parts)| !is_whole || unit.from.is_some() || rows(parts) == unit.rows);
    units
}

/// The name of the unit of a file.
pub(crate) fn name(part: &Part) -> Option<&str> {
    part.tags.get(UNIT).map(String::as_str)
}

/// Inputs of an index that no unit has, in groups that become units.
pub(crate) fn groups(inputs: Vec<Input>, covered: &HashSet<InputKey>) -> Vec<Vec<Input>> {
    let mut groups: Vec<Vec<Input>> = Vec::new();
    let mut bytes = 0;
    for input in inputs {
        if covered.contains(&input.key) {
            continue;
        }
        match groups.last_mut() {
            Some(group)
                if bytes + input.size <= BYTES
                    && group.len() < INPUTS
                    && group.last().is_some_and(|last| last.number.is_some() == input.number.is_some()) =>
            {
                bytes += input.size;
                group.push(input);
            }
            _ => {
                bytes = input.size;
                groups.push(vec![input]);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: &str, print: &str) -> InputKey {
        InputKey { path: path.to_owned(), print: print.to_owned() }
    }

    fn input(path: &str, size: u64, number: Option<u32>) -> Input {
        Input { key: key(path, &size.to_string()), size, number }
    }

    #[test]
    fn inputs_come_together_up_to_a_size_and_by_their_kind() {
        let inputs = vec![
            input("a", BYTES - 1, Some(0)),
            input("b", 1, Some(1)),
            input("c", 1, Some(2)),
            input("gone", 9, Some(3)),
            input("d", 1, None),
        ];
        let covered = HashSet::from([key("gone", "9")]);
        let names = |group: &Vec<Input>| group.iter().map(|input| input.key.path.clone()).collect::<String>();
        assert_eq!(groups(inputs, &covered).iter().map(names).collect::<Vec<_>>(), ["ab", "c", "d"]);
        let many = (0..2500).map(|number| input(&number.to_string(), 1, Some(number))).collect();
        assert_eq!(groups(many, &HashSet::new()).iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 500]);
    }

    #[test]
    fn a_unit_holds_as_long_as_all_its_inputs_are_as_they_were() {
        let (a, b) = (input("a", 1, None), input("b", 2, None));
        let known = |input: &Input| Known { number: 0, key: input.key.clone(), place: None };
        let unit = Unit { index: "web".to_owned(), from: None, inputs: vec![known(&a), known(&b)], rows: 0 };
        let holds = |inputs: &[Input]| unit.holds(&inputs.iter().map(|input| (&input.key, input)).collect());
        assert!(holds(&[b.clone(), input("c", 3, None), a.clone()]));
        assert!(!holds(&[a.clone(), input("b", 3, None)]), "a file has changed");
        assert!(!holds(&[a]), "a file is gone");
    }
}
