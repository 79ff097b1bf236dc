//! The meaning of `bucketdir`: paths replaced by directories. `top source | bucketdir pathfield=source sizefield=count maxcount=10`
//!
//! Agglomeration from the bottom up: of the directories that have no directory of several rows in them the one with the most files
//! by events is rolled up into one row, until there are few enough rows.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use speleo_syntax::command::bucketdir::BucketDir;

use crate::{
    Result,
    command::rows,
    folder::{self, Folder, Folders, Value},
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

/// What files have in common that no directory holds.
const ALL: &str = "*";

impl Lower for BucketDir {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "bucketdir", self.span)?;
        let count = self.count.as_ref().filter(|count| count.name != self.size.name && input.has(&count.name));
        let summed: Vec<&str> = [&self.size].into_iter().chain(count).map(|field| field.name.as_str()).collect();
        let values = folder::values(input, &self.path.name, &summed, "paths", cx).await?;
        let usual = if values.iter().any(|path| path.text.contains('/')) { "/" } else { "\\" };
        let tree = Folders::new(values, self.separator.as_deref().unwrap_or(usual));
        let rolled = rolled_up(&tree, usize::try_from(self.most).unwrap_or(usize::MAX));
        let mut shown: Vec<(&str, Vec<f64>)> = rolled.into_iter().collect();
        let size = |row: &(&str, Vec<f64>)| row.1.first().copied().unwrap_or(0.0);
        shown.sort_by(|left, right| size(right).total_cmp(&size(left)).then_with(|| left.0.cmp(right.0)));
        let mut columns =
            vec![(self.path.name.clone(), Values::Text(shown.iter().map(|row| Some(row.0.to_owned())).collect()))];
        for (place, name) in summed.iter().enumerate() {
            let sums = shown.iter().map(|row| row.1.get(place).copied()).collect();
            columns.push(((*name).to_owned(), Values::Double(sums)));
        }
        sheet::of_columns("directories", columns)
    }
}

/// The sums by path or directory.
fn rolled_up(tree: &Folders, most: usize) -> BTreeMap<&str, Vec<f64>> {
    let mut rows: Vec<usize> = tree.folders.iter().map(|folder| folder.members).collect();
    let mut is_rolled = vec![false; tree.folders.len()];
    let mut ready: BTreeSet<Rank> = BTreeSet::new();
    let add_ready = |rows: &[usize], ready: &mut BTreeSet<Rank>, place: usize| {
        let single = |place: &usize| rows.get(*place).is_none_or(|rows| *rows <= 1);
        let folder = tree.folders.get(place).filter(|folder| !single(&place) && folder.folders.iter().all(single));
        ready.extend(folder.map(|folder| rank(place, folder)));
    };
    (0..tree.folders.len()).for_each(|place| add_ready(&rows, &mut ready, place));
    let mut total = tree.values.len();
    while let Some((.., place)) = if total > most { ready.pop_first() } else { None } {
        let spared = rows.get(place).copied().unwrap_or(1) - 1;
        if let Some(is_rolled) = is_rolled.get_mut(place) {
            *is_rolled = true;
        }
        total -= spared;
        let mut up = Some(place);
        while let Some(place) = up {
            if let Some(rows) = rows.get_mut(place) {
                *rows -= spared;
            }
            add_ready(&rows, &mut ready, place);
            up = tree.folders.get(place).and_then(|folder| folder.parent);
        }
    }
    let mut found: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut add = |text, value: &Value| {
        let sums: &mut Vec<f64> = found.entry(text).or_insert_with(|| vec![0.0; value.sums.len()]);
        sums.iter_mut().zip(&value.sums).for_each(|(sum, own)| *sum += own);
    };
    for (place, folder) in tree.folders.iter().enumerate() {
        let text = top(tree, &is_rolled, place).map(|folder| if folder.text.is_empty() { ALL } else { &folder.text });
        for value in folder.values.iter().filter_map(|value| tree.values.get(*value)) {
            add(text.unwrap_or(&value.text), value);
        }
    }
    found
}

/// The place of a directory in the order, and among all.
type Rank = (Reverse<u64>, Reverse<usize>, String, usize);

/// The most files by events come first, of equal ones the deepest directory, then the first by its text.
fn rank(place: usize, folder: &Folder) -> Rank {
    // Sums have the size, and the number of events where that is another field.
    let events = folder.sums.last().copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
    // Doubles above 0 are ordered as their bits are.
    (Reverse((folder.members as f64 / events).to_bits()), Reverse(folder.depth), folder.text.clone(), place)
}

/// The topmost directory that is rolled up of those that a directory is in, itself among them.
fn top<'a>(tree: &'a Folders, is_rolled: &[bool], place: usize) -> Option<&'a Folder> {
    let mut found = None;
    let mut up = Some(place);
    while let Some(place) = up {
        let folder = tree.folders.get(place)?;
        if is_rolled.get(place) == Some(&true) {
            found = Some(folder);
        }
        up = folder.parent;
    }
    found
}
