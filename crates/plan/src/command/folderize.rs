//! The meaning of `folderize`: values that begin alike as one row. `stats count BY uri | folderize attr=uri sep="/" size=count`
//!
//! Best-first search from the folder of all values: the folder with the largest size, of equal ones with the most values, then the
//! first by its text, falls into what is right in it, as long as that leaves no more rows than asked for. A folder is shown as
//! what its values begin with and `*`, a value that is alone as it is.

use std::collections::BTreeSet;

use speleo_syntax::command::folderize::Folderize;

use crate::{
    Result,
    command::rows,
    folder::{self, Folder, Folders},
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

impl Lower for Folderize {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "folderize", self.span)?;
        let values = folder::values(input, &self.attribute.name, &[&self.size.name], "values to group", cx).await?;
        let folders = Folders::new(values, &self.separator);
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut shown = opened(&folders, count(self.least), count(self.most));
        shown.sort_by(|left, right| right.1.total_cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        sheet::of_columns(
            "folders",
            vec![
                (self.attribute.name.clone(), Values::Text(shown.iter().map(|row| Some(row.0.clone())).collect())),
                (self.size.name.clone(), Values::Double(shown.iter().map(|row| Some(row.1)).collect())),
                ("memberCount".to_owned(), Values::Whole(shown.iter().map(|row| row.2 as i64).collect())),
            ],
        )
    }
}

fn size(sums: &[f64]) -> f64 {
    sums.first().copied().unwrap_or(0.0)
}

/// The rows: text, size, number of values.
fn opened(tree: &Folders, least: usize, most: usize) -> Vec<(String, f64, usize)> {
    let folder = |place: &usize| tree.folders.get(*place);
    let rank = |place: &usize, folder: &Folder| {
        // Doubles as whole numbers of the same order.
        let bits = size(&folder.sums).to_bits();
        let order = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        (std::cmp::Reverse((order, folder.members)), folder.text.clone(), *place)
    };
    let mut closed: BTreeSet<_> =
        tree.folders.iter().take(1).filter(|root| root.members > 0).map(|root| rank(&0, root)).collect();
    let mut alone: Vec<usize> = Vec::new();
    loop {
        let total = closed.len() + alone.len();
        let fits = |folder: &Folder| {
            let inside = folder.folders.len() + folder.values.len();
            inside == 1 || total < least || total - 1 + inside <= most
        };
        let Some(next) = closed.iter().find(|(_, _, place)| folder(place).is_some_and(fits)).cloned() else { break };
        closed.remove(&next);
        if let Some(found) = folder(&next.2) {
            alone.extend(&found.values);
            closed.extend(found.folders.iter().filter_map(|place| Some(rank(place, folder(place)?))));
        }
    }
    let folders = closed.iter().filter_map(|(_, _, place)| folder(place));
    let folders = folders.map(|folder| (format!("{}*", folder.text), size(&folder.sums), folder.members));
    let values = alone.iter().filter_map(|place| tree.values.get(*place));
    folders.chain(values.map(|value| (value.text.clone(), size(&value.sums), 1))).collect()
}
