//! Summaries of data models: what `tstats` reads in place of events. `speleo accelerate Web Endpoint.Processes`
//!
//! A summary is a Delta table of a root's rows, fields computed, for the files that it covers. What it covers stands in its log
//! beside the rows; a file that came, changed or went since is seen by each search, which computes the rest from events. So
//! summaries never make an answer older than the data. Absent: summaries of roots that group or order events.

mod definition;
mod opened;
mod place;
mod status;
mod unit;
mod work;

use speleo_knowledge::{DataModel, DataObject, Knowledge};
use speleo_plan::may_be_summarized;
use speleo_syntax::{Code, Diagnostic};

pub use self::status::SummaryStatus;
use self::work::Work;
pub(crate) use self::{
    definition::Definitions,
    opened::{Opened, exists, open},
};
use crate::{
    Engine,
    fault::{Fault, diagnose},
    world::Mode,
};

const DAY: i64 = 86_400_000_000;

/// What is to be computed.
#[derive(Debug, Clone, Default)]
pub struct AccelerateOrder {
    /// Data models, or roots of them as `Model.Root`; none means those that `datamodels.conf` marks.
    pub names: Vec<String>,
    /// Whether what is there is computed anew.
    pub rebuild: bool,
    /// How far back summaries reach, as `90d`; none is what `datamodels.conf` says, else all of time.
    pub retain: Option<String>,
}

/// How far the summary of a root is, and in the end what was done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accelerated {
    /// The data model.
    pub model: String,
    /// Its root.
    pub root: String,
    /// How many files its indexes have.
    pub files: usize,
    /// How many of them were read now.
    pub read: usize,
    /// Bytes that are to be read.
    pub bytes: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// How many rows were added.
    pub rows: u64,
    /// Bytes of the files that they became.
    pub bytes_written: u64,
    /// How many files of the summary were taken out, because what they were made of has changed or is old.
    pub removed: usize,
    /// What there is to say.
    pub warnings: Vec<Diagnostic>,
}

impl Accelerated {
    fn of(model: &str, root: &str) -> Self {
        Self { model: model.to_owned(), root: root.to_owned(), ..Self::default() }
    }
}

impl Engine {
    /// Computes what summaries lack, one root after the other. `told` hears how far it is.
    ///
    /// # Errors
    /// Where a name means nothing that can have a summary, a file cannot be read, or nothing can be written. What was done
    /// until then stays done.
    pub async fn accelerate(
        &self,
        order: &AccelerateOrder,
        told: &(dyn Fn(&Accelerated) + Send + Sync),
    ) -> Result<Vec<Accelerated>, Vec<Diagnostic>> {
        self.summaries().ok_or_else(|| vec![no_project().diagnostic()])?;
        let mut all = Vec::new();
        for (model, root) in self.roots(&order.names)? {
            let from = self.oldest(order.retain.as_deref(), &model.name)?;
            let work = Work { engine: self, model, root, rebuild: order.rebuild, from, told };
            all.push(work.run().await.map_err(diagnose)?);
        }
        Ok(all)
    }

    /// The roots that names mean: all of a model that can have summaries, or one.
    pub(crate) fn roots(&self, names: &[String]) -> Result<Vec<(&DataModel, &DataObject)>, Vec<Diagnostic>> {
        let knowledge = self.knowledge();
        let marked = knowledge.accelerations.iter().filter(|(_, one)| one.enabled).map(|(name, _)| name.clone());
        let marked: Vec<String> = if names.is_empty() { marked.collect() } else { Vec::new() };
        let world = self.world(Mode::Rehearse)?;
        let mut found = Vec::new();
        for name in names.iter().chain(&marked) {
            let (model, path) = named(name, knowledge).map_err(|problem| vec![problem])?;
            let objects = match path {
                Some(object) => vec![object],
                None => model.roots().collect(),
            };
            let mut reasons = Vec::new();
            let before = found.len();
            for object in objects {
                match may_be_summarized(model, object, &world) {
                    Ok(()) => found.push((model, object)),
                    Err(reason) => reasons.push(reason),
                }
            }
            if found.len() == before {
                return Err(reasons);
            }
        }
        Ok(found)
    }

    /// The time before which summaries of a model leave events out, at the beginning of a day.
    fn oldest(&self, retain: Option<&str>, model: &str) -> Result<Option<i64>, Vec<Diagnostic>> {
        let of_conf = || self.knowledge().accelerations.get(model).and_then(|one| one.earliest.as_deref());
        let Some(text) = retain.or_else(of_conf).filter(|text| !text.is_empty() && *text != "0") else {
            return Ok(None);
        };
        let relative = if text.starts_with(['-', '+', '@']) { text.to_owned() } else { format!("-{text}") };
        let failed = |message: String| {
            vec![Diagnostic::unplaced(Code::Time, format!("`{text}` is no span of time to keep: {message}"))]
        };
        let time = self.instant(&relative).map_err(failed)?;
        Ok(Some(time.div_euclid(DAY).saturating_mul(DAY)))
    }
}

/// The data model that a name means, and its object where one is named.
fn named<'a>(name: &str, knowledge: &'a Knowledge) -> Result<(&'a DataModel, Option<&'a DataObject>), Diagnostic> {
    let (model_name, path) = name.split_once('.').map_or((name, None), |(model, path)| (model, Some(path)));
    let unknown = |message: String, nearest: Option<&str>| {
        let error = Diagnostic::unplaced(Code::UnknownDataModel, message);
        Err(match nearest {
            Some(nearest) => error.help(format!("`{nearest}` is one")),
            None => error,
        })
    };
    let Some(model) = knowledge.data_model(model_name) else {
        let nearest = speleo_plan::nearest(model_name, knowledge.data_model_names());
        return unknown(format!("no data model is called `{model_name}`"), nearest);
    };
    match path.map(|path| (path, model.resolve(path))) {
        None => Ok((model, None)),
        Some((_, Some(object))) => Ok((model, Some(object))),
        Some((path, None)) => {
            let nearest = speleo_plan::nearest(path, model.objects.iter().map(|object| object.name.as_str()));
            unknown(format!("no object of the data model `{model_name}` is called `{path}`"), nearest)
        }
    }
}

fn no_project() -> Fault {
    Fault::new(Code::File, "there is no project: nothing says where summaries are kept")
}

#[cfg(test)]
mod tests;
