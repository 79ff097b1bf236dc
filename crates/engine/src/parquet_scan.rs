//! Scans of Parquet files in a plan: what they are asked for. `index=web session=s77 | head 10`
//!
//! A scan leaves out row groups by its condition, and may evaluate it while rows are decoded. [`TextBounds`] adds what a condition
//! says of texts as they are written, [`filtering`] decides where it is evaluated, [`leaving_out`] adds what an operator learns while
//! it runs, and [`tallied`] reads different rows with how often each comes. How files become columns is [`crate::source`]'s.

mod bounds;
mod column;
mod pushed;
mod ranges;
mod tally;

use std::sync::Arc;

use datafusion::{
    datasource::{
        physical_plan::{FileGroup, FileScanConfig, FileScanConfigBuilder, ParquetSource},
        source::DataSourceExec,
    },
    physical_plan::ExecutionPlan,
};

pub(crate) use self::{
    bounds::TextBounds,
    column::{leaving_out, of_files},
    pushed::{filtering, filtering_per_value},
    ranges::Footer,
    tally::{ROWS, tallied},
};

/// A scan.
struct ParquetScan<'p> {
    config: &'p FileScanConfig,
    source: &'p ParquetSource,
}

impl<'p> ParquetScan<'p> {
    /// The scan that a plan is; none where it is something else.
    fn of(plan: &'p Arc<dyn ExecutionPlan>) -> Option<Self> {
        let config: &FileScanConfig = plan.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref()?;
        Some(Self { config, source: config.file_source().downcast_ref()? })
    }

    /// The same with another source.
    fn with(&self, source: ParquetSource) -> Arc<dyn ExecutionPlan> {
        self.over(source, self.config.file_groups.clone())
    }

    /// The same with another source and other files.
    fn over(&self, source: ParquetSource, files: Vec<FileGroup>) -> Arc<dyn ExecutionPlan> {
        let config = FileScanConfigBuilder::from(self.config.clone()).with_source(Arc::new(source));
        DataSourceExec::from_data_source(config.with_file_groups(files).build())
    }
}
