//! The meaning of `kmeans`: rows with near numbers share one. `kmeans k=3 bytes duration`
//!
//! One window function over all rows tells each row's cluster; its centre is the mean of its numbers. Rows of a cluster stand
//! together. A range of numbers of clusters makes a row for each, with the mean distance of a row to its centre.

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::average::avg_udaf,
    logical_expr::{Expr, LogicalPlanBuilder, lit, when},
};
use speleo_syntax::command::kmeans::KMeans;

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column, is_internal, named},
    window::{self, Window},
};

impl Lower for KMeans {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "kmeans", self.span)?;
        let numbers = self.numbers(&input, cx)?;
        if self.count.0 < self.count.1 { self.compared(input, numbers) } else { self.labelled(input, numbers) }
    }
}

/// The two forms of `kmeans`.
trait Forms {
    /// The fields and their numbers.
    fn numbers(&self, input: &Relation, cx: &mut Context<'_>) -> Result<Vec<(String, Expr)>>;
    /// What the function says of each row for a number of clusters.
    fn told(&self, input: &Relation, numbers: &[(String, Expr)], count: u64) -> Result<Expr>;
    /// Rows with their cluster.
    fn labelled(&self, input: Relation, numbers: Vec<(String, Expr)>) -> Result<Relation>;
    /// A row for each number of clusters.
    fn compared(&self, input: Relation, numbers: Vec<(String, Expr)>) -> Result<Relation>;
}

impl Forms for KMeans {
    fn numbers(&self, input: &Relation, cx: &mut Context<'_>) -> Result<Vec<(String, Expr)>> {
        let mut found: Vec<(String, Expr, DataType)> = Vec::new();
        for field in &self.fields {
            if let Some((value, data_type)) = field::resolve(field, input, cx) {
                found.push((field.name.clone(), value, data_type));
            }
        }
        if self.fields.is_empty() {
            let shown = input.fields().into_iter().filter(|name| !is_internal(name));
            found =
                shown.filter_map(|name| Some((name.clone(), column(&name), input.data_type(&name)?.clone()))).collect();
            if found.iter().any(|(.., data_type)| meet::is_number(data_type)) {
                found.retain(|(.., data_type)| meet::is_number(data_type));
            }
        }
        let convert = |(name, value, data_type): (String, Expr, DataType)| {
            Ok((name, meet::convert(value, &data_type, &DataType::Float64)?))
        };
        found.into_iter().map(convert).collect()
    }

    fn told(&self, input: &Relation, numbers: &[(String, Expr)], count: u64) -> Result<Expr> {
        let whole = |number: u64| lit(i64::try_from(number).unwrap_or(i64::MAX));
        let mut args = vec![whole(count), lit(self.distance.name()), whole(self.rounds), lit(self.tolerance)];
        args.extend(numbers.iter().map(|(_, number)| number.clone()));
        Window::so_far(input).apply(kernel::window("spl_kmeans")?, args)
    }

    fn labelled(&self, input: Relation, numbers: Vec<(String, Expr)>) -> Result<Relation> {
        let told = self.told(&input, &numbers, self.count.0)?;
        let (input, told) = window::add_one(input, "kmeans", told)?;
        let (input, cluster) =
            input.hidden("cluster", kernel::call("spl_part", vec![told.clone(), lit("cluster")])?)?;
        let mut input = input.filter(column(&cluster).is_not_null())?;
        let mut columns = Vec::new();
        if self.show_centers {
            let center = kernel::call("spl_part", vec![told, lit("center")])?;
            for (place, (name, _)) in (0_i64..).zip(&numbers) {
                let own = kernel::call("spl_mvindex", vec![center.clone(), lit(place)])?;
                columns.push((format!("centroid_{name}"), kernel::call("spl_num", vec![own])?));
            }
        }
        let name = self.cluster_field.as_ref().map_or("CLUSTERNUM", |field| field.name.as_str());
        columns.insert(0, (name.to_owned(), column(&cluster)));
        input.order.insert(0, OrderKey::ascending(&cluster));
        input.set(columns)
    }

    fn compared(&self, input: Relation, numbers: Vec<(String, Expr)>) -> Result<Relation> {
        let (from, to) = self.count;
        let told = (from..=to).map(|count| self.told(&input, &numbers, count)).collect::<Result<Vec<_>>>()?;
        let (input, places) = window::add(input, "kmeans", told)?;
        let mut calls = Vec::with_capacity(places.len());
        for (count, place) in (from..=to).zip(&places) {
            let distance = kernel::call("spl_part", vec![column(place), lit("distance")])?;
            let mean = Call { function: avg_udaf(), args: vec![distance] }.aggregate();
            calls.push(named(mean, &format!("__distortion{count}")));
        }
        let means = LogicalPlanBuilder::from(input.plan).aggregate(Vec::<Expr>::new(), calls)?.build()?;
        let counts = (from..=to).map(|count| vec![lit(i64::try_from(count).unwrap_or(i64::MAX))]).collect();
        let counts = LogicalPlanBuilder::values(counts)?.project(vec![named(column("column1"), "k")])?.build()?;
        let plan = LogicalPlanBuilder::from(counts).cross_join(means)?.build()?;
        let mut distortion = when(column("k").eq(lit(-1_i64)), meet::null_of(&DataType::Float64)?);
        for count in from..=to {
            let number = lit(i64::try_from(count).unwrap_or(i64::MAX));
            distortion.when(column("k").eq(number), column(&format!("__distortion{count}")));
        }
        let table = Relation::results(plan, vec![OrderKey::ascending("k")]);
        table.select(vec![("k".to_owned(), column("k")), ("distortion".to_owned(), distortion.end()?)])
    }
}
