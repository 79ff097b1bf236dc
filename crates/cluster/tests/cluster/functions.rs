//! Every function of ours is found by its name, and comes out of bytes as it went in.

use datafusion::{
    execution::{FunctionRegistry, TaskContext},
    logical_expr::{
        Expr, WindowFunctionDefinition,
        expr::{AggregateFunction, ScalarFunction, WindowFunction},
        registry::MemoryFunctionRegistry,
    },
    prelude::SessionConfig,
};
use datafusion_proto::bytes::Serializeable;
use speleo_engine::portable;

/// What a scheduler or an executor knows that has just begun.
fn fresh() -> TaskContext {
    TaskContext::from(&portable::session(SessionConfig::new()).unwrap())
}

/// Ours, and no others.
fn ours() -> MemoryFunctionRegistry {
    let mut functions = MemoryFunctionRegistry::new();
    speleo_functions::register(&mut functions).unwrap();
    functions
}

/// The functions of one kind that do not come back.
fn lost(names: impl IntoIterator<Item = String>, call: impl Fn(&str) -> Expr) -> Vec<String> {
    let there = fresh();
    let comes_back = |name: &String| {
        let call = call(name);
        let back = call.to_bytes().and_then(|bytes| Expr::from_bytes_with_ctx(&bytes, &there));
        back.is_ok_and(|back| back == call)
    };
    names.into_iter().filter(|name| !name.starts_with("spl_") || !comes_back(name)).collect()
}

fn check(kind: &str, names: std::collections::HashSet<String>, call: impl Fn(&str) -> Expr) {
    assert!(!names.is_empty(), "there are no {kind} functions");
    let lost = lost(names, call);
    assert!(lost.is_empty(), "{kind} functions that do not travel by their names: {lost:?}");
}

#[test]
fn scalar_functions_travel_by_name() {
    let ours = ours();
    check("scalar", ours.udfs(), |name| {
        Expr::ScalarFunction(ScalarFunction::new_udf(ours.udf(name).unwrap(), Vec::new()))
    });
}

#[test]
fn aggregates_travel_by_name() {
    let ours = ours();
    check("aggregate", ours.udafs(), |name| {
        let function = ours.udaf(name).unwrap();
        Expr::AggregateFunction(AggregateFunction::new_udf(function, Vec::new(), false, None, Vec::new(), None))
    });
}

#[test]
fn window_functions_travel_by_name() {
    let ours = ours();
    check("window", ours.udwfs(), |name| {
        let function = WindowFunctionDefinition::WindowUDF(ours.udwf(name).unwrap());
        Expr::WindowFunction(Box::new(WindowFunction::new(function, Vec::new())))
    });
}

#[test]
fn a_function_that_nobody_registered_is_missed() {
    let function = ours().udf("spl_text").unwrap();
    let call = Expr::ScalarFunction(ScalarFunction::new_udf(function, Vec::new()));
    assert!(Expr::from_bytes_with_ctx(&call.to_bytes().unwrap(), &TaskContext::default()).is_err());
}
