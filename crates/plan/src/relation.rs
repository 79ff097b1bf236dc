//! A plan, and what SPL knows of its rows that a schema cannot say.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, FieldRef},
    common::{
        Column, DFSchema, TableReference,
        tree_node::{Transformed, TreeNode},
    },
    logical_expr::{
        Aggregate, Expr, ExprSchemable, Filter, LogicalPlan, LogicalPlanBuilder, Projection, Sort, SortExpr, Window,
        expr::Alias,
    },
};

use crate::Result;

/// Columns whose names begin so carry order and are never shown: the storage order `__seq`, and sort keys.
pub(crate) const HIDDEN: &str = "__";

/// The column that holds the place in storage order.
pub(crate) const SEQUENCE: &str = "__seq";

/// Whether rows are events with `_time` and `_raw`, or the results of a transforming command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Rows retrieved from an index.
    Events,
    /// Rows made by a command.
    Results,
}

/// One key of the arrival order: a column of the plan, shown or hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OrderKey {
    /// The column.
    pub(crate) column: String,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
    /// Where nulls go.
    pub(crate) nulls_first: bool,
}

impl OrderKey {
    /// Smallest first, nulls last.
    pub(crate) fn ascending(column: impl Into<String>) -> Self {
        Self { column: column.into(), descending: false, nulls_first: false }
    }

    /// Largest first, nulls last.
    pub(crate) fn descending(column: impl Into<String>) -> Self {
        Self { column: column.into(), descending: true, nulls_first: false }
    }

    /// The key as a plan's sort expression.
    pub(crate) fn sort_expr(&self) -> SortExpr {
        column(&self.column).sort(!self.descending, self.nulls_first)
    }
}

/// A plan plus what SPL knows and a schema cannot say.
///
/// The rows' order is a *property*: `order` says how they would stand, and a sort enters the plan only when a command or the
/// final output needs it. Its columns stay in the plan, hidden where the search dropped or overwrote them.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    /// The rows.
    pub(crate) plan: LogicalPlan,
    /// Arrival order, most significant key first; empty means the plan's own order.
    pub(crate) order: Vec<OrderKey>,
    /// Events or results.
    pub(crate) shape: Shape,
}

/// A column by its exact name: no parsing, no folding of case, dots and blanks are plain characters.
pub(crate) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

/// Gives an expression its column name.
pub(crate) fn named(expr: Expr, name: &str) -> Expr {
    match &expr {
        Expr::Column(own) if own.relation.is_none() && own.name == name => expr,
        _ => Expr::Alias(Alias::new(expr, None::<&str>, name)),
    }
}

/// An expression that reads the column that it overwrites, as no projection below has it.
///
/// DataFusion takes a projection that equals the one below it for a repetition and drops it: of `x=x+1 | eval x=x+1` one
/// step would be lost. An inner alias with the plan's depth in it makes them differ and means nothing.
fn told_apart(expr: Expr, name: &str, plan: &LogicalPlan) -> Expr {
    let reads_itself = !matches!(expr, Expr::Column(_))
        && expr.column_refs().iter().any(|read| read.relation.is_none() && read.name == name);
    if reads_itself { expr.alias(format!("{HIDDEN}step{}", depth(plan))) } else { expr }
}

/// A projection. The builder would look through the whole plan for each column, which makes a pipeline's cost the cube of its
/// length; columns are exact here, and the input's schema knows them all. What a column is passed on as is not computed anew.
///
/// # Errors
/// Where an expression does not fit the columns, or two outputs have one name.
pub(crate) fn project(plan: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan> {
    let schema = plan.schema();
    let places: HashMap<&str, usize> =
        schema.fields().iter().enumerate().map(|(place, field)| (field.name().as_str(), place)).collect();
    let tables = Places::of(&plan);
    let mut outputs = Vec::with_capacity(exprs.len());
    let mut fields = Vec::with_capacity(exprs.len());
    for expr in exprs {
        let place = match &expr {
            Expr::Column(own) if own.relation.is_none() => places.get(own.name.as_str()),
            _ => None,
        };
        if let Some(place) = place {
            let (table, field) = schema.qualified_field(*place);
            outputs.push(Expr::Column(Column::from((table, field))));
            fields.push((table.cloned(), Arc::clone(field)));
        } else {
            let expr = tables.qualified(expr)?;
            fields.push(field_of(&expr, schema)?);
            outputs.push(expr);
        }
    }
    let schema = Arc::new(DFSchema::new_with_metadata(fields, schema.metadata().clone())?);
    Ok(LogicalPlan::Projection(Projection::try_new_with_schema(outputs, Arc::new(plan), schema)?))
}

/// A column of a plan's output, with the table that it is from.
type Place = (Option<TableReference>, FieldRef);

/// The column that an expression makes. DataFusion computes what stands below a name twice, and below two names four times.
fn field_of(expr: &Expr, schema: &DFSchema) -> Result<Place> {
    match expr {
        Expr::Alias(Alias { expr, relation, name, metadata: None, .. }) => {
            let (_, field) = field_of(expr, schema)?;
            Ok((relation.clone(), Arc::new(field.as_ref().clone().with_name(name))))
        }
        other => Ok(other.to_field(schema)?),
    }
}

/// An aggregation, without the walk of [`project`] either.
///
/// # Errors
/// Where an expression does not fit the columns.
pub(crate) fn aggregate(plan: LogicalPlan, keys: Vec<Expr>, calls: Vec<Expr>) -> Result<LogicalPlan> {
    let tables = Places::of(&plan);
    let qualified = |exprs: Vec<Expr>| exprs.into_iter().map(|expr| tables.qualified(expr)).collect::<Result<Vec<_>>>();
    let (keys, calls) = (qualified(keys)?, qualified(calls)?);
    let schema = plan.schema();
    let fields = keys.iter().chain(&calls).map(|expr| field_of(expr, schema)).collect::<Result<Vec<_>>>()?;
    let schema = Arc::new(DFSchema::new_with_metadata(fields, schema.metadata().clone())?);
    Ok(LogicalPlan::Aggregate(Aggregate::try_new_with_schema(Arc::new(plan), keys, calls, schema)?))
}

/// Windows beside the columns, without the walk of [`project`] either.
///
/// Equal windows are one, and the other names are columns of it: DataFusion's elimination of common expressions would take
/// them out of the node, where nothing can run them.
///
/// # Errors
/// Where an expression does not fit the columns, or two outputs have one name.
pub(crate) fn windows(plan: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan> {
    let tables = Places::of(&plan);
    let exprs = exprs.into_iter().map(|expr| tables.qualified(expr)).collect::<Result<Vec<_>>>()?;
    let mut computed: Vec<Expr> = Vec::with_capacity(exprs.len());
    let mut columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    for expr in exprs {
        let name = expr.schema_name().to_string();
        let window = expr.clone().unalias();
        match computed.iter().find(|known| (*known).clone().unalias() == window) {
            Some(known) => columns.push(named(column(&known.schema_name().to_string()), &name)),
            None => {
                columns.push(column(&name));
                computed.push(expr);
            }
        }
    }
    let repeats = columns.len() > plan.schema().fields().len() + computed.len();
    let plan = LogicalPlan::Window(Window::try_new(computed, Arc::new(plan))?);
    if repeats { project(plan, columns) } else { Ok(plan) }
}

/// The columns of a plan with the tables that they are from.
struct Places(HashMap<String, Column>);

impl Places {
    fn of(plan: &LogicalPlan) -> Self {
        let qualified = plan.schema().iter().filter(|(table, _)| table.is_some());
        Self(qualified.map(|place| (place.1.name().clone(), Column::from(place))).collect())
    }

    /// The expression with the table of each column, which rules of the optimizer expect.
    fn qualified(&self, expr: Expr) -> Result<Expr> {
        let qualify = |expr: Expr| {
            let place = match &expr {
                Expr::Column(own) if own.relation.is_none() => self.0.get(&own.name),
                _ => None,
            };
            Ok(match place {
                Some(place) => Transformed::yes(Expr::Column(place.clone())),
                None => Transformed::no(expr),
            })
        };
        if self.0.is_empty() { Ok(expr) } else { Ok(expr.transform(qualify)?.data) }
    }
}

/// How many nodes stand on the plan's first branch.
fn depth(plan: &LogicalPlan) -> usize {
    let mut depth = 1;
    let mut node = plan;
    while let Some(input) = node.inputs().first() {
        depth += 1;
        node = input;
    }
    depth
}

/// Whether a column is hidden from the search.
pub(crate) fn is_hidden(name: &str) -> bool {
    name.starts_with(HIDDEN)
}

/// Whether a field is internal in Splunk's sense: wildcards pass over it unless they begin with `_`.
pub(crate) fn is_internal(name: &str) -> bool {
    name.starts_with('_')
}

impl Relation {
    /// Rows made by a command, in the order of `order`.
    pub(crate) fn results(plan: LogicalPlan, order: Vec<OrderKey>) -> Self {
        Self { plan, order, shape: Shape::Results }
    }

    /// The shown fields in column order.
    pub(crate) fn fields(&self) -> Vec<String> {
        self.plan.schema().fields().iter().map(|field| field.name().clone()).filter(|name| !is_hidden(name)).collect()
    }

    /// The type of a shown or hidden column; none where it does not exist.
    pub(crate) fn data_type(&self, name: &str) -> Option<&DataType> {
        self.plan.schema().fields().iter().find(|field| field.name() == name).map(|field| field.data_type())
    }

    /// Whether the column exists.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.data_type(name).is_some()
    }

    /// Keeps rows for which `condition` is true.
    pub(crate) fn filter(mut self, condition: Expr) -> Result<Self> {
        let condition = Places::of(&self.plan).qualified(condition)?;
        self.plan = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(self.plan))?);
        Ok(self)
    }

    /// Projects to exactly `outputs` (name and expression), plus the columns that the order needs.
    ///
    /// An order column that is kept unchanged under its name serves as before; one that is dropped or overwritten goes on
    /// under a hidden name.
    pub(crate) fn select(mut self, outputs: Vec<(String, Expr)>) -> Result<Self> {
        let mut taken: Vec<String> = outputs.iter().map(|(name, _)| name.clone()).collect();
        let mut exprs: Vec<Expr> = Vec::with_capacity(outputs.len() + self.order.len());
        let unchanged = |name: &str| {
            outputs.iter().any(|(output, expr)| output == name && matches!(expr, Expr::Column(own) if own.name == name))
        };
        let mut carried = Vec::new();
        for key in &mut self.order {
            if unchanged(&key.column) {
                continue;
            }
            let old = key.column.clone();
            let mut name = old.clone();
            if !is_hidden(&name) || taken.contains(&name) {
                let mut n = 0;
                while taken.contains(&name) || !is_hidden(&name) {
                    name = format!("{HIDDEN}order{n}");
                    n += 1;
                }
            }
            taken.push(name.clone());
            carried.push(named(column(&old), &name));
            key.column = name;
        }
        exprs.extend(outputs.into_iter().map(|(name, expr)| named(told_apart(expr, &name, &self.plan), &name)));
        exprs.extend(carried);
        self.plan = project(self.plan, exprs)?;
        Ok(self)
    }

    /// Sets columns: existing ones keep their place, new ones come last. Every expression sees the old columns.
    pub(crate) fn set(self, columns: Vec<(String, Expr)>) -> Result<Self> {
        let mut outputs: Vec<(String, Expr)> =
            self.fields().into_iter().map(|name| (name.clone(), column(&name))).collect();
        for (name, expr) in columns {
            match outputs.iter_mut().find(|(output, _)| *output == name) {
                Some(output) => output.1 = expr,
                None => outputs.push((name, expr)),
            }
        }
        self.select(outputs)
    }

    /// Adds a hidden column for a command's own use and returns its name; the next `select` or `set` drops it unless the
    /// order names it.
    pub(crate) fn hidden(mut self, stem: &str, expr: Expr) -> Result<(Self, String)> {
        let mut name = format!("{HIDDEN}{stem}");
        let mut n = 1;
        while self.has(&name) {
            name = format!("{HIDDEN}{stem}{n}");
            n += 1;
        }
        let mut exprs: Vec<Expr> = self.plan.schema().fields().iter().map(|field| column(field.name())).collect();
        exprs.push(named(expr, &name));
        self.plan = project(self.plan, exprs)?;
        Ok((self, name))
    }

    /// The order as sort expressions.
    pub(crate) fn sort_exprs(&self) -> Vec<SortExpr> {
        self.order.iter().map(OrderKey::sort_expr).collect()
    }

    /// The first rows in their order, so many at most; all where no number is given.
    pub(crate) fn at_most(self, most: Option<u64>) -> Result<Self> {
        match most {
            Some(most) => self.sorted(usize::try_from(most).ok()),
            None => Ok(self),
        }
    }

    /// Puts the sort into the plan, for a command that needs its rows in order; keeps the first `fetch` rows.
    pub(crate) fn sorted(mut self, fetch: Option<usize>) -> Result<Self> {
        // DataFusion's top-k takes no 0.
        if self.order.is_empty() || fetch == Some(0) {
            if fetch.is_some() {
                self.plan = LogicalPlanBuilder::from(self.plan).limit(0, fetch)?.build()?;
            }
            return Ok(self);
        }
        let tables = Places::of(&self.plan);
        let key = |key: SortExpr| Ok(SortExpr { expr: tables.qualified(key.expr)?, ..key });
        let expr = self.sort_exprs().into_iter().map(key).collect::<Result<Vec<_>>>()?;
        self.plan = LogicalPlan::Sort(Sort { expr, input: Arc::new(self.plan), fetch });
        Ok(self)
    }

    /// The final plan: in order, shown columns only.
    pub(crate) fn finish(self) -> Result<LogicalPlan> {
        let sorted = self.sorted(None)?;
        let exprs: Vec<Expr> = sorted.fields().iter().map(|name| column(name)).collect();
        project(sorted.plan, exprs)
    }
}
