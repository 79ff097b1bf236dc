//! The plans of the suite's searches come out of bytes as they went in.

use datafusion::{execution::TaskContext, logical_expr::LogicalPlan, prelude::SessionConfig};
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
};
use speleo_cluster::{TableCodec, with_empty_tables};
use speleo_engine::portable;

use crate::{events, suite};

/// The plan as another machine sees it.
pub(crate) fn sent(plan: &LogicalPlan) -> datafusion::error::Result<LogicalPlan> {
    let codec = TableCodec::default();
    let plan = with_empty_tables(plan.clone())?;
    let bytes = logical_plan_to_bytes_with_extension_codec(&plan, &codec)?;
    let there = TaskContext::from(&portable::session(SessionConfig::new())?);
    logical_plan_from_bytes_with_extension_codec(&bytes, &there, &codec)
}

/// What differs between a plan and what comes of it elsewhere.
fn difference(plan: &LogicalPlan) -> Option<String> {
    match sent(plan) {
        Err(error) => Some(error.to_string()),
        Ok(came) => {
            let (plan, came) = (plan.display_indent_schema().to_string(), came.display_indent_schema().to_string());
            (plan != came).then(|| format!("went as\n{plan}\ncame as\n{came}"))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plans_of_the_suite_travel_as_they_are_lowered_and_optimised() {
    let (engine, _folder) = events::engine().await;
    let state = portable::session(SessionConfig::new()).unwrap();
    let mut wrong = Vec::new();
    for search in suite::searches() {
        let plan = engine.logical_plan(&search.spl).await.unwrap();
        let optimised = state.optimize(&plan).unwrap();
        for (form, plan) in [("lowered", plan), ("optimised", optimised)] {
            wrong.extend(difference(&plan).map(|difference| format!("{} ({form}): {difference}", search.name)));
        }
    }
    assert!(wrong.is_empty(), "{} plans do not travel:\n{}", wrong.len(), wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_only_this_machine_can_read_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.ndjson");
    std::fs::write(&path, "{\"_time\":1767225600,\"a\":1}\n").unwrap();
    let index = speleo_engine::IndexSetting {
        name: "lines".into(),
        path: path.to_string_lossy().into_owned(),
        ..Default::default()
    };
    let settings = speleo_engine::Settings { indexes: vec![index], ..Default::default() };
    let engine = speleo_engine::Engine::open(settings).await.unwrap();
    let plan = engine.logical_plan("index=lines | stats count").await.unwrap();
    let error = sent(&plan).unwrap_err().to_string();
    assert!(error.contains("cannot be read by other machines"), "{error}");
}
