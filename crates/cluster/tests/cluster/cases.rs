//! Golden cases: their plans travel, and what comes of them runs on standard operators alone and gives the same rows.
//!
//! Their events are lines of text, which do not travel; they are read here and go along as rows.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use datafusion::{
    catalog::TableProvider,
    common::tree_node::{Transformed, TransformedResult, TreeNodeRecursion},
    datasource::{MemTable, provider_as_source, source_as_provider},
    error::Result,
    execution::SessionState,
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
    physical_plan::collect,
    prelude::SessionConfig,
};
use speleo_engine::{Engine, IndexSetting, Settings, portable};

use tokio::{runtime::Builder, time::timeout};

use crate::{
    answers::{PATIENCE, texts},
    plans::sent,
};

/// Folders of golden cases below `tests`.
const FOLDERS: [&str; 2] = ["commands", "functions"];
/// What a search must not have: it writes, has other rows each time, or looks at where it runs.
const ELSEWHERE: [&str; 9] =
    ["outputlookup", "outputcsv", "outputtext", "collect", "random", "history", "rest ", "dump", "sendemail"];

/// What else a case may begin a line with.
const MORE: [&str; 17] = [
    "data",
    "lookup",
    "macros",
    "transforms",
    "datamodel",
    "geoip",
    "file",
    "query",
    "sourcetype",
    "source",
    "host",
    "now",
    "timezone",
    "earliest",
    "latest",
    "splunk-limits",
    "conf",
];

/// Plans of long searches are deep, and unoptimised code takes much of the stack for each step.
const STACK: usize = 256 << 20;

/// Blocks of events by the names of their indexes, and the searches.
type Case = (BTreeMap<String, String>, Vec<String>);

/// The blocks and searches of a part of a file; none where it needs more than these.
fn case(text: &str) -> Option<Case> {
    let (mut blocks, mut searches) = Case::default();
    let mut lines = text.split("\n--- ").next().unwrap_or_default().lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("data ").and_then(|rest| rest.strip_suffix(':')) {
            let mut block = String::new();
            while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
                block += &format!("{}\n", line.trim());
            }
            blocks.insert(name.to_owned(), block);
        } else if let Some(search) = line.strip_prefix("search:") {
            let mut search = search.to_owned();
            while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
                search += &format!(" {}", line.trim());
            }
            searches.push(search);
        } else if line.split_once([':', ' ']).is_some_and(|(word, _)| MORE.contains(&word)) {
            return None;
        }
    }
    Some((blocks, searches))
}

/// The engine of a case.
async fn engine(folder: &Path, blocks: &BTreeMap<String, String>) -> Engine {
    let mut indexes = Vec::new();
    for (name, block) in blocks {
        let path = folder.join(format!("{name}.{}", if block.starts_with('{') { "ndjson" } else { "log" }));
        std::fs::write(&path, block).unwrap();
        let path = path.to_string_lossy().into_owned();
        indexes.push(IndexSetting { name: name.clone(), path, ..IndexSetting::default() });
    }
    let lookups = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lookups");
    let settings = Settings {
        indexes,
        lookups: Some(lookups),
        now: Some("1700000000".into()),
        timezone: Some("UTC".into()),
        ..Settings::default()
    };
    Engine::open(settings).await.unwrap()
}

/// The plan with rows in the place of tables that only this machine can read.
async fn with_rows(plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    let mut tables: BTreeMap<String, Arc<dyn TableProvider>> = BTreeMap::new();
    let mut scans = Vec::new();
    plan.apply_with_subqueries(|node| {
        scans.extend(matches!(node, LogicalPlan::TableScan(_)).then(|| node.clone()));
        Ok(TreeNodeRecursion::Continue)
    })?;
    for scan in scans {
        let LogicalPlan::TableScan(scan) = scan else { continue };
        let table = source_as_provider(&scan.source)?;
        if !table.is::<MemTable>() && portable::bytes(table.as_ref())?.is_none() {
            let physical = table.scan(state, None, &[], None).await?;
            let rows = collect(physical, state.task_ctx()).await?;
            tables.insert(scan.table_name.to_string(), Arc::new(MemTable::try_new(table.schema(), vec![rows])?));
        }
    }
    plan.transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
        let Some(table) = tables.get(&scan.table_name.to_string()) else { return Ok(Transformed::no(node)) };
        let (name, source) = (scan.table_name.clone(), provider_as_source(Arc::clone(table)));
        let scan = LogicalPlanBuilder::scan_with_filters(name, source, scan.projection.clone(), scan.filters.clone())?;
        Ok(Transformed::yes(scan.build()?))
    })
    .data()
}

/// What a search gives where its plan has travelled.
async fn elsewhere(engine: &Engine, search: &str, state: &SessionState) -> Result<Vec<Vec<String>>> {
    let plan = with_rows(engine.logical_plan(search).await.unwrap(), state).await?;
    let physical = state.create_physical_plan(&sent(&plan)?).await?;
    Ok(texts(&collect(physical, state.task_ctx()).await?))
}

#[test]
fn golden_cases_give_the_same_rows_elsewhere() {
    let runtime = Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build().unwrap();
    runtime.block_on(async { tokio::spawn(check()).await.unwrap() });
}

/// Runs all cases.
async fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    let state = portable::session(SessionConfig::new()).unwrap();
    let (mut cases, mut wrong) = (0, Vec::new());
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let mut parts = text.split("\n=== ");
            let Some((shared, _)) = case(parts.next().unwrap_or_default()) else { continue };
            for part in parts {
                let Some((own, searches)) = case(part) else { continue };
                let mut blocks = shared.clone();
                blocks.extend(own);
                let [search] = searches.as_slice() else { continue };
                if ELSEWHERE.iter().any(|word| search.contains(word)) {
                    continue;
                }
                let folder = tempfile::tempdir().unwrap();
                let engine = engine(folder.path(), &blocks).await;
                let Ok(here) = engine.search(search).await.result else { continue };
                cases += 1;
                let here = texts(&here.batches);
                let name = format!("{}: {search}", path.file_stem().unwrap().to_string_lossy());
                match timeout(PATIENCE, elsewhere(&engine, search, &state)).await {
                    Err(_) => wrong.push(format!("{name}\n  no answer")),
                    Ok(Err(error)) => wrong.push(format!("{name}\n  {error}")),
                    Ok(Ok(there)) if here != there => {
                        wrong.push(format!("{name}\n  here  {here:?}\n  there {there:?}"))
                    }
                    Ok(Ok(_)) => {}
                }
            }
        }
    }
    println!("{cases} cases");
    assert!(cases > 900, "only {cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}
