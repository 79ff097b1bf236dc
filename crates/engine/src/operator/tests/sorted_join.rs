//! Joins under a memory limit.

use std::sync::Arc;

use datafusion::{
    execution::SessionStateBuilder,
    functions_aggregate::expr_fn::count,
    logical_expr::{JoinType, LogicalPlanBuilder},
    prelude::{DataFrame, SessionContext, col},
};

use super::{Run, context, lines, run, spills, table};
use crate::operator::SortedJoins;

const LIMIT: usize = 4_000_000;

/// The context with the rule, or the one without a limit.
fn limited(is_limited: bool) -> SessionContext {
    let context = context(true, is_limited.then_some(LIMIT));
    if !is_limited {
        return context;
    }
    let state = context.state();
    let mut rules = state.physical_optimizers().to_vec();
    rules.insert(1, Arc::new(SortedJoins::within(LIMIT)));
    let state = SessionStateBuilder::new_from_existing(state).with_physical_optimizer_rules(rules).build();
    SessionContext::new_with_state(state)
}

/// Rows with the keys `k` and `n` of the others, which are `other` rows; `prepared` makes the other side.
async fn joined(is_limited: bool, kind: JoinType, other: i64, prepared: impl FnOnce(DataFrame) -> DataFrame) -> Run {
    let context = limited(is_limited);
    let renamed = vec![col("n").alias("m"), col("k").alias("l"), col("v").alias("w")];
    let right = prepared(context.read_table(table(other)).unwrap().select(renamed).unwrap());
    let left = context.read_table(table(60_000)).unwrap();
    let (left, right) = (left.logical_plan().clone(), right.logical_plan().clone());
    // Beside the keys a condition on both sides, as a `where` on two fields becomes one.
    let condition = col("v").lt_eq(col("w"));
    let plan = LogicalPlanBuilder::from(left)
        .join(right, kind, (vec!["n", "k"], vec!["m", "l"]), Some(condition))
        .unwrap()
        .build()
        .unwrap();
    run(&context, DataFrame::new(context.state(), plan)).await.unwrap()
}

#[tokio::test]
async fn many_rows_and_many_are_sorted_and_give_the_same() {
    for kind in [JoinType::Inner, JoinType::Left] {
        let hashed = joined(false, kind, 50_000, |right| right).await;
        assert!(hashed.shape.contains("HashJoinExec"), "{}", hashed.shape);
        let sorted = joined(true, kind, 50_000, |right| right).await;
        assert!(sorted.shape.contains("SortMergeJoinExec"), "{}", sorted.shape);
        assert!(spills(&sorted.plan, "NaturalSortExec") > 0, "the pool is smaller than the rows");
        assert_eq!(lines(&sorted.batches), lines(&hashed.batches));
    }
}

#[tokio::test]
async fn a_small_side_is_not_sorted() {
    // A quarter of the limit has room for 976 rows.
    for other in [900, 1_000] {
        let run = joined(true, JoinType::Left, other, |right| right).await;
        assert_eq!(run.shape.contains("SortMergeJoinExec"), other == 1_000, "{}", run.shape);
    }
    let first = joined(true, JoinType::Left, 50_000, |right| right.limit(0, Some(500)).unwrap()).await;
    assert!(!first.shape.contains("SortMergeJoinExec"), "{}", first.shape);
    let grouped =
        |right: DataFrame| right.aggregate(vec![col("m"), col("l")], vec![count(col("w")).alias("w")]).unwrap();
    // Fewer rows than above: how much the sums still hold when the join begins is a matter of time, and the pool is small.
    let grouped = joined(true, JoinType::Left, 10_000, grouped).await;
    assert!(!grouped.shape.contains("SortMergeJoinExec"), "{}", grouped.shape);
}
