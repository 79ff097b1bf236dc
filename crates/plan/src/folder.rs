//! Values as a tree of folders: what `folderize` and `bucketdir` group by. `folderize attr=uri sep="/"`
//!
//! `/var/log/a` with `/` between its parts is a value in the folders `/`, `/var/` and `/var/log/`; all values are in a folder
//! without a name. A folder's text ends with the separator, so that it differs from a value.

use datafusion::{functions::core::coalesce, functions_aggregate::sum::sum_udaf, logical_expr::lit};
use indexmap::IndexMap;
use speleo_functions::value::parse_number;

use crate::{
    Result,
    aggregate::{self, Output},
    lower::Context,
    relation::Relation,
    sheet,
};

/// How many folders a value is in at most; what follows is its name.
const DEEPEST: usize = 100;

/// A value with the sums of its rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) text: String,
    /// The sums of the fields that were asked for; a row without one counts 1.
    pub(crate) sums: Vec<f64>,
}

/// A folder.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Folder {
    pub(crate) text: String,
    pub(crate) parent: Option<usize>,
    pub(crate) depth: usize,
    pub(crate) folders: Vec<usize>,
    /// The values right in it.
    pub(crate) values: Vec<usize>,
    /// How many values are in it and below.
    pub(crate) members: usize,
    /// Their sums.
    pub(crate) sums: Vec<f64>,
}

/// All values and folders; the first folder has all others below it.
#[derive(Debug)]
pub(crate) struct Folders {
    pub(crate) values: Vec<Value>,
    pub(crate) folders: Vec<Folder>,
}

/// The values of a field in order, with the sums of other fields over their rows.
pub(crate) async fn values(
    input: Relation,
    field: &str,
    summed: &[&str],
    step: &str,
    cx: &mut Context<'_>,
) -> Result<Vec<Value>> {
    let mut outputs = Vec::with_capacity(summed.len());
    for (place, name) in summed.iter().enumerate() {
        let number = coalesce().call(vec![sheet::number(&input, name)?, lit(1.0)]);
        outputs.push(Output::plain(format!("__sum{place}"), sum_udaf(), vec![number]));
    }
    let names: Vec<String> =
        std::iter::once(field.to_owned()).chain(outputs.iter().map(|output| output.name.clone())).collect();
    let groups = aggregate::group(aggregate::keys(input, [field], true)?, &outputs)?;
    let columns = sheet::texts(groups, &names, step, cx).await?;
    let Some((texts, sums)) = columns.split_first() else { return Ok(Vec::new()) };
    let sum = |column: &Vec<Option<String>>, row: usize| {
        column.get(row).and_then(|text| parse_number(text.as_deref()?)).unwrap_or(0.0)
    };
    let value = |(row, text): (usize, &Option<String>)| {
        let sums = sums.iter().map(|column| sum(column, row)).collect();
        Some(Value { text: text.clone()?, sums })
    };
    Ok(texts.iter().enumerate().filter_map(value).collect())
}

impl Folders {
    /// The folders of values. An empty separator separates nothing.
    pub(crate) fn new(values: Vec<Value>, separator: &str) -> Self {
        let mut folders = vec![Folder::default()];
        let mut known: IndexMap<&str, usize> = IndexMap::new();
        for (number, value) in values.iter().enumerate() {
            let mut place = 0;
            let ends = value.text.match_indices(separator).map(|(start, found)| start + found.len());
            for end in ends.take(if separator.is_empty() { 0 } else { DEEPEST }) {
                let text = value.text.get(..end).unwrap_or_default();
                let next = *known.entry(text).or_insert(folders.len());
                if next == folders.len() {
                    let depth = folders.get(place).map_or(0, |folder| folder.depth + 1);
                    let (text, parent) = (text.to_owned(), Some(place));
                    folders.push(Folder { text, parent, depth, ..Folder::default() });
                    if let Some(folder) = folders.get_mut(place) {
                        folder.folders.push(next);
                    }
                }
                place = next;
            }
            if let Some(folder) = folders.get_mut(place) {
                folder.values.push(number);
            }
            let mut up = Some(place);
            while let Some(folder) = up.and_then(|place| folders.get_mut(place)) {
                folder.members += 1;
                folder.sums.resize(value.sums.len(), 0.0);
                folder.sums.iter_mut().zip(&value.sums).for_each(|(sum, own)| *sum += own);
                up = folder.parent;
            }
        }
        Self { values, folders }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::{Folders, Value};

    #[test]
    fn a_value_is_in_each_folder_above_it() {
        let value = |text: &str, size: f64| Value { text: text.to_owned(), sums: vec![size] };
        let values = vec![value("/a/b/x", 1.0), value("/a/y", 2.0), value("/a/", 4.0), value("z", 8.0)];
        let tree = Folders::new(values, "/");
        let shown: Vec<(&str, usize, f64)> =
            tree.folders.iter().map(|folder| (folder.text.as_str(), folder.members, folder.sums[0])).collect();
        assert_eq!(shown, [("", 4, 15.0), ("/", 3, 7.0), ("/a/", 3, 7.0), ("/a/b/", 1, 1.0)]);
        assert_eq!(tree.folders[2].values, [1, 2]);
        assert_eq!((tree.folders[0].values.as_slice(), tree.folders[3].depth), (&[3][..], 3));
    }

    #[test]
    fn without_a_separator_there_are_no_folders() {
        let values = vec![Value { text: "a".to_owned(), sums: Vec::new() }];
        assert_eq!(Folders::new(values, "").folders.len(), 1);
    }
}
