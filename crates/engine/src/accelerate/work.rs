//! A root is computed: what summaries lack is read, a unit at a time, and what has changed is taken out before.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch},
        datatypes::{DataType, Field, Int64Type, Schema},
    },
    common::Column,
    error::Result as PlanResult,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit},
    physical_plan::execute_stream,
    scalar::ScalarValue,
};
use speleo_index::{Index, IndexError, Problem, Progress, Staged};
use speleo_knowledge::{DataModel, DataObject};
use speleo_plan::{Result, TimeRange, summarize, summarized_indexes};

use super::{
    Accelerated, definition,
    place::{self, Note},
    unit::{self, Known, Unit, groups, units},
};
use crate::{
    Engine,
    clock::Clock,
    fault::Fault,
    native::{self, GRACE},
    run,
    source::{self, INPUT, Input, InputKey, SEQUENCE},
    world::{EngineWorld, Mode, Record},
};

/// How often it begins anew because somebody else computes the same root.
const ATTEMPTS: usize = 10;
/// What counts the units of a summary in its log: of two that are shown at once, one comes too late.
const COUNTER: &str = "units";

/// A root that is to be computed.
pub(super) struct Work<'a> {
    pub(super) engine: &'a Engine,
    pub(super) model: &'a DataModel,
    pub(super) root: &'a DataObject,
    /// Whether all is computed anew.
    pub(super) rebuild: bool,
    /// Events before this time in epoch microseconds are left out.
    pub(super) from: Option<i64>,
    pub(super) told: &'a (dyn Fn(&Accelerated) + Send + Sync),
}

impl Work<'_> {
    /// Computes what is missing.
    ///
    /// # Errors
    /// Where an input cannot be read, or the summary not be written. What was done until then stays done.
    pub(super) async fn run(&self) -> Result<Accelerated> {
        let world = self.world(None)?;
        let definition = definition::of_root(self.model, self.root, &world)?;
        let folder = self.folder()?;
        let own = folder.join(&definition);
        if self.rebuild {
            place::delete(&own)?;
        }
        let made = world.clock.now / 1_000_000;
        let note = Note {
            model: self.model.name.clone(),
            root: self.root.name.clone(),
            definition,
            made: Note::read(&own).map_or(made, |known| known.made),
            from: self.from,
        };
        let mut index = open(&own, &note).await?;
        let mut done = Accelerated::of(&self.model.name, &self.root.name);
        let indexes = summarized_indexes(self.model, self.root, &world)?;
        for attempt in 1.. {
            match self.complete(&mut index, &indexes, &mut done).await {
                Err(Stopped::Overtaken) if attempt < ATTEMPTS => index.refresh().await.map_err(Fault::from)?,
                Err(Stopped::Overtaken) => {
                    let error = IndexError { problem: Problem::Contended, message: overtaken(&own) };
                    return Err(Fault::from(error).into());
                }
                Err(Stopped::Failed(error)) => return Err(error),
                Ok(()) => break,
            }
        }
        if let Some(from) = self.from {
            let retained = index.retain(from).await.map_err(Fault::from)?;
            done.removed += retained.files;
        }
        index.clean(GRACE).await.map_err(Fault::from)?;
        for (other, _) in place::all(&folder).iter().filter(|(other, _)| *other != own) {
            place::delete(other)?;
        }
        (self.told)(&done);
        Ok(done)
    }

    fn folder(&self) -> std::result::Result<PathBuf, Fault> {
        let summaries = self.engine.summaries().ok_or_else(super::no_project)?;
        place::of_root(summaries, &self.model.name, &self.root.name).ok_or_else(|| {
            let message = format!("no folder can be called `{}` or `{}`", self.model.name, self.root.name);
            Fault::new(speleo_syntax::Code::File, message)
        })
    }

    /// The world of some files, whatever the time.
    fn world(&self, only: Option<HashSet<InputKey>>) -> Result<EngineWorld<'_>> {
        let world = self.engine.world(Mode::Run).map_err(speleo_plan::Error::Diagnostics)?;
        let clock = Clock { range: TimeRange::default(), ..world.clock };
        Ok(EngineWorld { only, clock, record: Record::default(), ..world })
    }

    /// Takes out what does not hold any more, and adds what is missing.
    async fn complete(
        &self,
        index: &mut Index,
        indexes: &[String],
        done: &mut Accelerated,
    ) -> std::result::Result<(), Stopped> {
        let mut inputs: Vec<(String, Vec<Input>)> = Vec::new();
        for name in indexes {
            inputs.push((name.clone(), self.engine.catalog().inputs(name).await?));
        }
        let known = units(index.parts()?, self.from.is_none());
        let holds = |unit: &Unit| {
            let of_index = inputs.iter().find(|(name, _)| *name == unit.index);
            let current = of_index.map(|(_, inputs)| inputs.iter().map(|input| (&input.key, input)).collect());
            // A summary that reaches back less far than is wanted is computed anew.
            let reaches = unit.from.is_none_or(|from| self.from.is_some_and(|wanted| from <= wanted));
            reaches && current.is_some_and(|current| unit.holds(&current))
        };
        let kept: HashSet<&str> =
            known.iter().filter(|(_, (unit, _))| holds(unit)).map(|(name, _)| name.as_str()).collect();
        let removed = index.remove(|part| unit::name(part).is_none_or(|name| !kept.contains(name))).await?;
        let units: Vec<&Unit> =
            known.iter().filter(|(name, _)| kept.contains(name.as_str())).map(|(_, (unit, _))| unit).collect();
        let covered: HashSet<InputKey> =
            units.iter().flat_map(|unit| &unit.inputs).map(|known| known.key.clone()).collect();
        let mut next = units.iter().flat_map(|unit| &unit.inputs).map(|known| known.number + 1).max().unwrap_or(0);
        let mut counter = index.progress(COUNTER).await?.unwrap_or(0);
        let total = inputs.iter().map(|(_, inputs)| inputs.len()).sum();
        let groups: Vec<(String, Vec<Input>)> = inputs
            .into_iter()
            .flat_map(|(name, inputs)| groups(inputs, &covered).into_iter().map(move |group| (name.clone(), group)))
            .collect();
        done.removed += removed.files;
        done.files = total;
        done.bytes = done.bytes_read + groups.iter().flat_map(|(_, group)| group).map(|input| input.size).sum::<u64>();
        (self.told)(done);
        for (name, group) in groups {
            counter += 1;
            let mut unit = Unit {
                rows: 0,
                index: name,
                from: self.from,
                inputs: group
                    .iter()
                    .zip(next..)
                    .map(|(input, number)| Known { number, key: input.key.clone(), place: input.number })
                    .collect(),
            };
            next += i64::try_from(group.len()).unwrap_or(i64::MAX);
            let staged = self.stage(index, &mut unit, counter, done).await?;
            let progress = Progress { input: COUNTER.to_owned(), place: counter };
            let added = index.publish(staged, &[progress]).await?;
            done.rows += added.rows;
            done.bytes_written += added.bytes;
            done.read += group.len();
            done.bytes_read += group.iter().map(|input| input.size).sum::<u64>();
            (self.told)(done);
        }
        Ok(())
    }

    /// Writes the rows of a unit to files that no search sees yet.
    async fn stage(&self, index: &Index, unit: &mut Unit, counter: i64, done: &mut Accelerated) -> Result<Vec<Staged>> {
        let only = unit.inputs.iter().map(|known| known.key.clone()).collect();
        let world = self.world(Some(only))?;
        let summary = summarize(self.model, self.root, &world).await?;
        let plan = since(summary.plan, self.from)?;
        let numbers: HashMap<i64, i64> =
            unit.inputs.iter().filter_map(|known| Some((i64::from(known.place?), known.number))).collect();
        let name = counter.to_string();
        let (_, others) = unit.tags(&name);
        let state = self.engine.session().state();
        let work = async {
            let physical = state.create_physical_plan(&plan).await?;
            let rows = execute_stream(physical, state.task_ctx())?;
            let staged = native::stage(rows, index, |batch| numbered(&batch, &numbers)).await?;
            let mut staged: Vec<Staged> = staged.into_iter().map(|staged| staged.tagged(&others)).collect();
            unit.rows = staged.iter().map(Staged::rows).sum();
            let list = index.stage_empty().await.map_err(Fault::from)?;
            staged.push(list.tagged(&unit.tags(&name).0));
            Ok(staged)
        };
        let staged = run::guard(work).await?;
        let warnings = world.record.warnings().into_iter().chain(summary.notes);
        for warning in warnings {
            if !done.warnings.contains(&warning) {
                done.warnings.push(warning);
            }
        }
        Ok(staged)
    }
}

/// What ends the work on a root.
enum Stopped {
    /// Somebody else has shown a unit meanwhile.
    Overtaken,
    Failed(speleo_plan::Error),
}

impl From<IndexError> for Stopped {
    fn from(error: IndexError) -> Self {
        match error.problem {
            Problem::Exists | Problem::Contended => Self::Overtaken,
            _ => Self::Failed(Fault::from(error).into()),
        }
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.into())
    }
}

impl From<speleo_plan::Error> for Stopped {
    fn from(error: speleo_plan::Error) -> Self {
        Self::Failed(error)
    }
}

fn overtaken(folder: &Path) -> String {
    format!("others change the summary `{}` all the time", folder.display())
}

/// Opens the summary in a folder, or makes an empty one. The note comes first: a table without one is none.
async fn open(folder: &Path, note: &Note) -> Result<Index> {
    std::fs::create_dir_all(folder).map_err(|error| Fault::file(folder, "make", error))?;
    if Note::read(folder).as_ref() != Some(note) {
        note.write(folder)?;
    }
    let place = folder.to_string_lossy();
    if !Index::is_at(folder) {
        match Index::create(&place).await {
            Err(error) if error.problem != Problem::Exists => return Err(Fault::from(error).into()),
            _ => {}
        }
    }
    Ok(Index::open(&place).await.map_err(Fault::from)?)
}

/// The rows from a time on.
fn since(plan: LogicalPlan, from: Option<i64>) -> PlanResult<LogicalPlan> {
    let Some(from) = from else { return Ok(plan) };
    let time = Expr::Column(Column::new_unqualified(speleo_index::TIME));
    let from = lit(ScalarValue::TimestampMicrosecond(Some(from), Some("UTC".into())));
    LogicalPlanBuilder::from(plan).filter(time.gt_eq(from))?.build()
}

/// Rows with the numbers of the files that they are of.
fn numbered(batch: &RecordBatch, numbers: &HashMap<i64, i64>) -> PlanResult<RecordBatch> {
    let places = batch.column_by_name(SEQUENCE).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let of = |place: i64| {
        let (file, _) = source::split_place(place);
        numbers.get(&i64::try_from(file).unwrap_or(i64::MAX)).copied()
    };
    let files: Int64Array = match places {
        Some(places) if !numbers.is_empty() => {
            (0..places.len()).map(|row| if places.is_valid(row) { of(places.value(row)) } else { None }).collect()
        }
        _ => (0..batch.num_rows()).map(|_| None).collect(),
    };
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    let mut fields: Vec<Arc<Field>> = batch.schema().fields().iter().cloned().collect();
    columns.push(Arc::new(files));
    fields.push(Arc::new(Field::new(INPUT, DataType::Int64, true)));
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}
