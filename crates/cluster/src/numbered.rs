//! Scans of Parquet files that number their rows, on their way to an executor. `index=web | head 10`
//!
//! The place of an event among its equals is the number of its row, which the Parquet reader tells as a virtual column. DataFusion's
//! encoding of a scan leaves virtual columns out and still names them in its projection, so the scan would not come to life again. But
//! `file_row_index()` in the projection makes a decoded scan number its rows: in place of the column stands, in the bytes, the function.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, Field, SchemaRef},
    catalog::{Session, TableProvider},
    common::{
        Result, Statistics, assert_eq_or_internal_err,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    datasource::{
        TableType,
        physical_plan::{FileScanConfig, FileSource, ParquetSource},
        source::DataSourceExec,
    },
    execution::{SendableRecordBatchStream, TaskContext},
    functions::core::file_row_index,
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_expr::{PhysicalExpr, ScalarFunctionExpr, expressions::Column},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
        filter_pushdown::{FilterDescription, FilterPushdownPhase},
        metrics::MetricsSet,
        proto::ExecutionPlanEncodeCtx,
        statistics::{ChildStats, StatisticsArgs},
    },
};
use datafusion_proto::protobuf::{
    PhysicalPlanNode, ProjectionExpr, ProjectionExprs, physical_plan_node::PhysicalPlanType,
};

/// A table of files whose scans can travel.
#[derive(Debug)]
pub(crate) struct NumberedTable {
    files: Arc<dyn TableProvider>,
}

impl NumberedTable {
    pub(crate) fn new(files: Arc<dyn TableProvider>) -> Self {
        Self { files }
    }

    /// The table as the engine has it.
    pub(crate) fn files(&self) -> &Arc<dyn TableProvider> {
        &self.files
    }
}

#[async_trait]
impl TableProvider for NumberedTable {
    fn schema(&self) -> SchemaRef {
        self.files.schema()
    }

    fn table_type(&self) -> TableType {
        self.files.table_type()
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.files.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let scan = self.files.scan(state, projection, filters, limit).await?;
        Ok(if is_numbered(&scan) { Arc::new(NumberedExec { scan }) } else { scan })
    }
}

/// Whether a scan gives the numbers of rows.
fn is_numbered(scan: &Arc<dyn ExecutionPlan>) -> bool {
    let Some((config, source)) = files(scan) else { return false };
    let stored = stored(config);
    let mut found = false;
    for output in source.projection().into_iter().flatten() {
        // The closure never fails.
        let _ = output.expr.apply(|part| {
            found |= part.downcast_ref::<Column>().is_some_and(|column| column.index() >= stored);
            Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        });
    }
    found
}

/// The Parquet files of a scan.
fn files(scan: &Arc<dyn ExecutionPlan>) -> Option<(&FileScanConfig, &ParquetSource)> {
    scan.downcast_ref::<DataSourceExec>()?.downcast_to_file_source()
}

/// How many columns come before the virtual ones.
fn stored(config: &FileScanConfig) -> usize {
    config.file_schema().fields().len() + config.table_partition_cols().len()
}

/// A scan that numbers its rows. It stands where the scan is planned; in bytes it is the scan alone.
#[derive(Debug)]
struct NumberedExec {
    scan: Arc<dyn ExecutionPlan>,
}

impl NumberedExec {
    /// What the scan gives, with the function for the number.
    fn projection(&self, ctx: &ExecutionPlanEncodeCtx<'_>) -> Result<Option<ProjectionExprs>> {
        let Some((config, source)) = files(&self.scan) else { return Ok(None) };
        let stored = stored(config);
        let Some(outputs) = source.projection() else { return Ok(None) };
        let mut projections = Vec::new();
        for output in outputs {
            let expr = Arc::clone(&output.expr).transform(|part| {
                let is_number = part.downcast_ref::<Column>().is_some_and(|column| column.index() >= stored);
                Ok(if is_number { Transformed::yes(row_number()) } else { Transformed::no(part) })
            });
            projections
                .push(ProjectionExpr { alias: output.alias.clone(), expr: Some(ctx.encode_expr(&expr.data()?)?) });
        }
        Ok(Some(ProjectionExprs { projections }))
    }
}

/// A call of `file_row_index`.
fn row_number() -> Arc<dyn PhysicalExpr> {
    let function = file_row_index();
    let name = function.name().to_owned();
    let field = Arc::new(Field::new(&name, DataType::Int64, true));
    Arc::new(ScalarFunctionExpr::new(&name, function, Vec::new(), field, Arc::new(ConfigOptions::new())))
}

impl DisplayAs for NumberedExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberedExec")
    }
}

impl ExecutionPlan for NumberedExec {
    fn name(&self) -> &'static str {
        "NumberedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.scan.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.scan]
    }

    fn apply_expressions(
        &self,
        _visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    /// Nothing may come between.
    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "one scan is numbered");
        Ok(Arc::new(Self { scan: children.swap_remove(0) }))
    }

    fn repartitioned(&self, partitions: usize, config: &ConfigOptions) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let scan = self.scan.repartitioned(partitions, config)?;
        Ok(scan.map(|scan| Arc::new(Self { scan }) as Arc<dyn ExecutionPlan>))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.scan.execute(partition, context)
    }

    fn metrics(&self) -> Option<MetricsSet> {
        self.scan.metrics()
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(&self, inputs: &[Arc<Statistics>], _args: &StatisticsArgs) -> Result<Arc<Statistics>> {
        let unknown = || Arc::new(Statistics::new_unknown(&self.schema()));
        Ok(inputs.first().map_or_else(unknown, Arc::clone))
    }

    fn gather_filters_for_pushdown(
        &self,
        _phase: FilterPushdownPhase,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _config: &ConfigOptions,
    ) -> Result<FilterDescription> {
        FilterDescription::from_children(filters, &self.children())
    }

    fn try_to_proto(&self, ctx: &ExecutionPlanEncodeCtx<'_>) -> Result<Option<PhysicalPlanNode>> {
        let mut node = ctx.encode_child(&self.scan)?;
        // What became of the scan while it was planned may be something else.
        if let Some(PhysicalPlanType::ParquetScan(scan)) = &mut node.physical_plan_type
            && let Some(config) = &mut scan.base_conf
            && let Some(projection) = self.projection(ctx)?
        {
            config.projection_exprs = Some(projection);
        }
        Ok(Some(node))
    }
}
