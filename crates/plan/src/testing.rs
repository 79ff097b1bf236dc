//! A world of small tables for tests: searches run with DataFusion, and their rows come back as text.

use std::sync::Arc;

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{Field, Schema},
    },
    datasource::{MemTable, provider_as_source},
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    prelude::SessionContext,
};
use speleo_functions::value::{ListBuilder, Lists, Texts, parse_number};
use speleo_knowledge::{Conf, DataModel, Knowledge, LookupDefinition, Props, event_type, tag, transform};
use speleo_syntax::{Code, Diagnostic};

use crate::{IndexEntry, IndexFile, LookupTable, Origin, Result, Rows, Source, TimeRange, World, Write, plan};

/// The search's start in all tests: 2024-03-10 12:00:00 UTC.
pub(crate) const NOW: i64 = 1_710_072_000;

/// Indexes, lookup tables and a clock.
#[derive(Default)]
pub(crate) struct TestWorld {
    indexes: Vec<(String, Arc<MemTable>, bool)>,
    lookups: Vec<(LookupDefinition, Arc<MemTable>)>,
    knowledge: Knowledge,
    range: TimeRange,
    blind: bool,
}

impl TestWorld {
    /// An index of CSV text. A column named `_time` holds epoch seconds, `x:int` and `x:num` are numeric, `x:list` has
    /// values separated by `;`, others are text; an empty cell is null. Columns that every index has are added.
    pub(crate) fn index(mut self, name: &str, csv: &str) -> Self {
        self.indexes.push((name.to_owned(), table(name, csv), false));
        self
    }

    /// An index whose events have more fields than its schema lists.
    pub(crate) fn open_index(mut self, name: &str, csv: &str) -> Self {
        self.indexes.push((name.to_owned(), table(name, csv), true));
        self
    }

    /// A lookup table of CSV text.
    pub(crate) fn lookup_table(mut self, name: &str, csv: &str) -> Self {
        self.lookups.push((LookupDefinition::of_file(name), table("", csv)));
        self
    }

    /// A lookup table of CSV text with a definition.
    pub(crate) fn defined_lookup(mut self, definition: LookupDefinition, csv: &str) -> Self {
        self.lookups.push((definition, table("", csv)));
        self
    }

    /// A data model.
    pub(crate) fn data_model(mut self, model: DataModel) -> Self {
        self.knowledge.data_models.insert(model.name.clone(), model);
        self
    }

    /// What conf files say: `props.conf`, `transforms.conf`, `eventtypes.conf`, `tags.conf`.
    pub(crate) fn conf(mut self, props: &str, transforms: &str, event_types: &str, tags: &str) -> Self {
        let read = |text: &str| Conf::parse(text).0;
        self.knowledge.props = Props::from_conf(&read(props)).0;
        self.knowledge.transforms = transform::from_conf(&read(transforms)).0;
        self.knowledge.event_types = event_type::from_conf(&read(event_types)).0;
        self.knowledge.tags = tag::from_conf(&read(tags)).0;
        self
    }

    /// The range asked for outside the search, in epoch seconds.
    pub(crate) fn range(mut self, earliest: i64, latest: i64) -> Self {
        self.range = TimeRange { earliest: Some(earliest * 1_000_000), latest: Some(latest * 1_000_000) };
        self
    }

    /// Knows nothing of the data, as `check`.
    pub(crate) fn blind(mut self) -> Self {
        self.blind = true;
        self
    }

    /// Rows of a search, a line each, cells joined by `,`: null is empty, several values joined by `;`.
    pub(crate) fn rows(&self, search: &str) -> Vec<String> {
        match self.run(search) {
            Ok((rows, _)) => rows,
            Err(problems) => {
                problems.iter().map(|problem| format!("{}: {}", problem.code.text(), problem.message)).collect()
            }
        }
    }

    /// The codes of what a search reports.
    pub(crate) fn codes(&self, search: &str) -> Vec<Code> {
        let problems = match self.run(search) {
            Ok((_, notes)) => notes,
            Err(problems) => problems,
        };
        problems.iter().map(|problem| problem.code).collect()
    }

    /// The warnings of a search.
    pub(crate) fn warnings(&self, search: &str) -> Vec<String> {
        let notes = self.run(search).unwrap().1;
        notes.into_iter().map(|note| note.message).collect()
    }

    /// The optimized plan of a search.
    pub(crate) fn optimized(&self, search: &str) -> String {
        runtime().block_on(async {
            let (search, _) = speleo_syntax::parse(search);
            let planned = plan(&search, self).await.unwrap();
            session().state().optimize(&planned.plan).unwrap().display_indent().to_string()
        })
    }

    /// Plans a search without running it; the codes of what stops it.
    pub(crate) fn plan_only(&self, search: &str) -> std::result::Result<(), Vec<Code>> {
        let (search, problems) = speleo_syntax::parse(search);
        let codes = |problems: Vec<Diagnostic>| problems.iter().map(|problem| problem.code).collect();
        if problems.iter().any(Diagnostic::is_error) {
            return Err(codes(problems));
        }
        let planned = runtime().block_on(plan(&search, self));
        planned.map(|_| ()).map_err(|error| codes(error.into_diagnostics()))
    }

    fn run(&self, text: &str) -> std::result::Result<(Vec<String>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let (search, problems) = speleo_syntax::parse(text);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(problems);
        }
        runtime().block_on(async {
            let planned = plan(&search, self).await.map_err(crate::Error::into_diagnostics)?;
            let rows = execute(planned.plan).await.map_err(crate::Error::into_diagnostics)?;
            Ok((shown(&rows), planned.notes))
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

fn session() -> SessionContext {
    let mut session = SessionContext::new();
    speleo_functions::register(&mut session).unwrap();
    session
}

async fn execute(plan: LogicalPlan) -> Result<Rows> {
    let schema = plan.schema().inner().clone();
    let batches = session().execute_logical_plan(plan).await?.collect().await?;
    Ok(Rows { schema, batches })
}

fn shown(rows: &Rows) -> Vec<String> {
    let mut lines = Vec::new();
    for batch in &rows.batches {
        let columns: Vec<Lists> = batch.columns().iter().map(|column| Lists::new(column).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| column.get(row).map(|values| values.collect::<Vec<_>>().join(";")).unwrap_or_default())
                .collect();
            lines.push(cells.join(","));
        }
    }
    lines
}

fn table(index: &str, csv: &str) -> Arc<MemTable> {
    let mut lines = csv.trim().lines().map(str::trim);
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let cells = |column: usize| -> Vec<Option<&str>> {
        rows.iter().map(|row| row.get(column).copied().filter(|cell| !cell.is_empty())).collect()
    };
    let mut columns: Vec<(String, ArrayRef)> = header
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let cells = cells(place);
            let numbers = cells.iter().map(|cell| cell.and_then(parse_number));
            match name.split_once(':') {
                Some((name, "int")) => {
                    let whole: Int64Array = numbers.map(|number| number.map(|number| number as i64)).collect();
                    (name.to_owned(), Arc::new(whole) as ArrayRef)
                }
                Some((name, "num")) => (name.to_owned(), Arc::new(numbers.collect::<Float64Array>()) as ArrayRef),
                Some((name, "list")) => {
                    let mut list = ListBuilder::new(cells.len());
                    for cell in cells {
                        cell.into_iter().flat_map(|cell| cell.split(';')).for_each(|value| list.value(value));
                        list.end_row();
                    }
                    (name.to_owned(), list.finish())
                }
                _ if *name == "_time" => {
                    let times: TimestampMicrosecondArray =
                        numbers.map(|number| number.map(|number| (number * 1e6) as i64)).collect();
                    (name.to_string(), Arc::new(times.with_timezone("UTC")) as ArrayRef)
                }
                _ => (name.to_string(), Arc::new(cells.into_iter().collect::<StringArray>()) as ArrayRef),
            }
        })
        .collect();
    let count = rows.len();
    let mut add = |name: &str, array: ArrayRef| {
        if !columns.iter().any(|(known, _)| known == name) {
            columns.push((name.to_owned(), array));
        }
    };
    if !index.is_empty() {
        let times = (0..count).map(|row| Some((NOW - row as i64) * 1_000_000)).collect::<TimestampMicrosecondArray>();
        add("_time", Arc::new(times.with_timezone("UTC")));
        add("index", Arc::new(StringArray::from(vec![index; count])));
        for name in ["_raw", "host", "source", "sourcetype"] {
            add(name, Arc::new(StringArray::new_null(count)));
        }
    }
    add("__seq", Arc::new((0..count as i64).collect::<Int64Array>()));
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    Arc::new(MemTable::try_new(schema, vec![vec![batch]]).unwrap())
}

#[async_trait]
impl World for TestWorld {
    fn now(&self) -> i64 {
        NOW * 1_000_000
    }

    fn timezone(&self) -> Tz {
        Tz::UTC
    }

    fn time_range(&self) -> TimeRange {
        self.range
    }

    fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    fn geoip(&self) -> Option<String> {
        None
    }

    fn splunk_limits(&self) -> bool {
        false
    }

    fn is_blind(&self) -> bool {
        self.blind
    }

    fn gives_rows(&self) -> bool {
        !self.blind
    }

    async fn files(&self, _index: &str) -> Result<Vec<IndexFile>> {
        Ok(Vec::new())
    }

    fn indexes(&self) -> Vec<IndexEntry> {
        self.indexes.iter().map(|(name, ..)| IndexEntry { name: name.clone(), default: name == "main" }).collect()
    }

    async fn index(&self, name: &str) -> Result<Option<Source>> {
        let found = self.indexes.iter().find(|(known, ..)| known == name);
        Ok(found.map(|(_, table, open)| Source {
            table: provider_as_source(table.clone()),
            open: *open,
            origins: Vec::new(),
            said: vec!["source", "host", "sourcetype"],
        }))
    }

    async fn origins(&self, index: &str, columns: &[&'static str]) -> Result<Vec<Origin>> {
        let Some((_, table, open)) = self.indexes.iter().find(|(known, ..)| known == index) else {
            return Ok(Vec::new());
        };
        let names = columns.iter().map(|name| crate::relation::column(name));
        let plan = LogicalPlanBuilder::scan(index, provider_as_source(table.clone()), None)?.project(names)?;
        let mut origins = Vec::new();
        for batch in execute(plan.distinct()?.build()?).await?.batches {
            let value = |name: &str, row: usize| {
                let texts = Texts::new(batch.column_by_name(name)?).unwrap();
                texts.get(row).map(|text| text.into_owned())
            };
            origins.extend((0..batch.num_rows()).map(|row| Origin {
                source: value("source", row),
                host: value("host", row),
                sourcetype: value("sourcetype", row),
                structured: !open,
            }));
        }
        Ok(origins)
    }

    async fn lookup(&self, name: &str) -> Result<Option<LookupTable>> {
        let found = self.lookups.iter().find(|(definition, _)| definition.name == name);
        Ok(found.map(|(definition, table)| LookupTable {
            table: provider_as_source(table.clone()),
            definition: definition.clone(),
            batches: Vec::new(),
        }))
    }

    fn lookup_names(&self) -> Vec<String> {
        self.lookups.iter().map(|(definition, _)| definition.name.clone()).collect()
    }

    async fn rows(&self, _step: &str, plan: LogicalPlan) -> Result<Rows> {
        execute(plan).await
    }

    async fn write(&self, _step: &str, _write: Write, plan: LogicalPlan) -> Result<Rows> {
        execute(plan).await
    }
}
