//! What summaries there are, and how they stand to the data of today: `speleo accelerate --status`

use std::{collections::HashMap, path::Path};

use speleo_index::{Index, Part};
use speleo_plan::{Result, summarized_indexes};
use speleo_syntax::Diagnostic;

use super::{definition, named, place, unit::units};
use crate::{
    Engine,
    fault::{Fault, diagnose},
    source::{Input, InputKey},
    world::Mode,
};

/// A summary, and what it covers today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryStatus {
    /// The data model.
    pub model: String,
    /// Its root.
    pub root: String,
    /// Where it is.
    pub place: String,
    /// How many rows it has.
    pub rows: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// How many files its indexes have.
    pub files: usize,
    /// How many of them it covers.
    pub covered: usize,
    /// A time at or before that of the oldest row, in epoch microseconds.
    pub earliest: Option<i64>,
    /// A time at or behind that of the newest.
    pub latest: Option<i64>,
    /// Events before this time were left out.
    pub from: Option<i64>,
    /// Whether it was made with other definitions than today's.
    pub is_stale: bool,
}

impl Engine {
    /// The summaries by model and root; of a name only those that it means.
    ///
    /// # Errors
    /// Where one cannot be read, or a name means nothing.
    pub async fn summary_status(&self, names: &[String]) -> std::result::Result<Vec<SummaryStatus>, Vec<Diagnostic>> {
        let mut all = Vec::new();
        for (model, root) in self.summarized(names)? {
            all.extend(self.status_of(&model, &root).await.map_err(diagnose)?);
        }
        Ok(all)
    }

    /// Deletes summaries; the number of those that were there.
    ///
    /// # Errors
    /// Where a name means nothing, or a file cannot be deleted.
    pub fn drop_summaries(&self, names: &[String]) -> std::result::Result<usize, Vec<Diagnostic>> {
        let mut count = 0;
        for (model, root) in self.summarized(names)? {
            let folder = self.summaries().and_then(|summaries| place::of_root(summaries, &model, &root));
            for (folder, _) in folder.iter().flat_map(|folder| place::all(folder)) {
                place::delete(&folder).map_err(|fault| vec![fault.diagnostic()])?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// The models and roots that have folders, as far as names mean them.
    fn summarized(&self, names: &[String]) -> std::result::Result<Vec<(String, String)>, Vec<Diagnostic>> {
        let mut meant = Vec::new();
        for name in names {
            let (model, object) = named(name, self.knowledge()).map_err(|problem| vec![problem])?;
            meant.push((model.name.clone(), object.map(|object| object.name.clone())));
        }
        let is_meant = |model: &str, root: &str| {
            let fits = |(name, object): &(String, Option<String>)| {
                name == model && object.as_deref().is_none_or(|object| object == root)
            };
            meant.is_empty() || meant.iter().any(fits)
        };
        let mut found = Vec::new();
        for model in self.summaries().map(folders).unwrap_or_default() {
            for root in self.summaries().map(|summaries| folders(&summaries.join(&model))).unwrap_or_default() {
                if is_meant(&model, &root) {
                    found.push((model.clone(), root));
                }
            }
        }
        Ok(found)
    }

    async fn status_of(&self, model_name: &str, root_name: &str) -> Result<Vec<SummaryStatus>> {
        let world = self.world(Mode::Rehearse).map_err(speleo_plan::Error::Diagnostics)?;
        let found = self.knowledge().data_model(model_name).and_then(|model| Some((model, model.object(root_name)?)));
        let (mut current, mut inputs) = (None, Vec::new());
        if let Some((model, root)) = found {
            current = Some(definition::of_root(model, root, &world)?);
            for index in summarized_indexes(model, root, &world)? {
                let of_index = self.catalog().inputs(&index).await?;
                inputs.extend(of_index.into_iter().map(|input| (index.clone(), input)));
            }
        }
        let folder = self.summaries().and_then(|summaries| place::of_root(summaries, model_name, root_name));
        let mut all = Vec::new();
        for (folder, note) in folder.iter().flat_map(|folder| place::all(folder)) {
            if !Index::is_at(&folder) {
                continue;
            }
            let index = Index::open(&folder.to_string_lossy()).await.map_err(Fault::from)?;
            let parts = index.parts().map_err(Fault::from)?;
            let is_stale = current.as_ref() != Some(&note.definition);
            all.push(SummaryStatus {
                model: note.model,
                root: note.root,
                place: folder.to_string_lossy().into_owned(),
                rows: parts.iter().filter_map(|part| part.rows).sum(),
                bytes: parts.iter().map(|part| part.size).sum(),
                files: inputs.len(),
                earliest: parts.iter().filter_map(|part| part.earliest).min(),
                latest: parts.iter().filter_map(|part| part.latest).max(),
                from: note.from,
                covered: covered(parts, note.from.is_none(), &inputs),
                is_stale,
            });
        }
        Ok(all)
    }
}

fn covered(parts: Vec<Part>, is_whole: bool, inputs: &[(String, Input)]) -> usize {
    let mut count = 0;
    for (unit, _) in units(parts, is_whole).values() {
        let of_index = inputs.iter().filter(|(index, _)| *index == unit.index);
        let current: HashMap<&InputKey, &Input> = of_index.map(|(_, input)| (&input.key, input)).collect();
        if unit.holds(&current) {
            count += unit.inputs.len();
        }
    }
    count
}

/// The names of the folders in a folder, sorted.
fn folders(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
