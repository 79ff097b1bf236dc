//! The processes of a cluster: one scheduler, any number of executors.
//!
//! Both know our functions; the scheduler also makes tables of the bytes in plans, and plans with our options.

use std::{path::PathBuf, sync::Arc};

use ballista_core::{error::Result, registry::BallistaFunctionRegistry};
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::{
    cluster::BallistaCluster,
    config::SchedulerConfig,
    scheduler_process::{create_scheduler, start_grpc_service_with_listener},
};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use speleo_engine::portable;
use tokio::net::TcpListener;

use crate::TableCodec;

/// The address that everything listens on.
const LOOPBACK: &str = "127.0.0.1";

/// An executor, and the scheduler that it works for.
#[derive(Debug, Clone)]
pub struct Executor {
    /// The port of the scheduler on this machine.
    pub scheduler: u16,
    /// The port that others fetch its rows from.
    pub port: u16,
    /// The port that the scheduler gives it work at.
    pub work_port: u16,
    /// The folder that it keeps rows in on their way to others.
    pub folder: PathBuf,
    /// How many tasks run at once.
    pub tasks: usize,
}

/// Runs a scheduler that listens there.
///
/// # Errors
/// Where it cannot begin; otherwise it runs until the process ends.
pub async fn schedule(listener: TcpListener) -> Result<()> {
    let config = SchedulerConfig {
        external_host: LOOPBACK.into(),
        bind_host: LOOPBACK.into(),
        bind_port: listener.local_addr()?.port(),
        override_session_builder: Some(Arc::new(portable::session)),
        override_logical_codec: Some(Arc::new(TableCodec::default())),
        ..SchedulerConfig::default()
    };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config)).await?;
    start_grpc_service_with_listener(listener, scheduler).await
}

/// Runs an executor until it is told to stop.
///
/// # Errors
/// Where there is no scheduler, or a port is taken.
pub async fn execute(executor: Executor) -> Result<()> {
    let functions = BallistaFunctionRegistry::from(&portable::session(SessionConfig::new())?);
    let config = ExecutorProcessConfig {
        bind_host: LOOPBACK.into(),
        external_host: Some(LOOPBACK.into()),
        port: executor.port,
        grpc_port: executor.work_port,
        scheduler_host: LOOPBACK.into(),
        scheduler_port: executor.scheduler,
        vcores: executor.tasks,
        work_dir: Some(executor.folder.to_string_lossy().into_owned()),
        override_function_registry: Some(Arc::new(functions)),
        override_logical_codec: Some(Arc::new(TableCodec::default())),
        ..ExecutorProcessConfig::default()
    };
    start_executor_process(Arc::new(config)).await
}
