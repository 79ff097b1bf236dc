//! `pivot`: aggregates a data model's object as a table.
//! `| pivot Shop Orders sum(amount) AS total SPLITROW customer SPLITCOL paid TRUELABEL yes FILTER amount > 0 SORT 10 customer`

mod grammar;
mod print;

use crate::{
    CommandSpec, Field, Kind, Span, Spanned,
    clause::{Aggregate, SortKey, TimeUnit, bins::Bins},
};

/// Aggregate a data model's object as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Pivot {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// `Model.Object`.
    pub dataset: Spanned<String>,
    /// What the cells hold; the name of an object as argument stands for its events.
    pub cells: Vec<Aggregate>,
    /// What splits the rows.
    pub rows: Vec<Split>,
    /// What splits the columns.
    pub columns: Vec<Split>,
    /// The conditions; all must hold.
    pub filters: Vec<Filter>,
    /// Which values of a field take part.
    pub limits: Vec<Limit>,
    /// How many rows to keep; 0 is all.
    pub most_rows: u64,
    /// The order of the rows.
    pub sort: Vec<SortKey>,
    /// Whether there is a column of the whole row.
    pub row_summary: bool,
    /// Whether there is a row of the whole column.
    pub column_summary: bool,
    /// How many columns to keep; 0 is all.
    pub most_columns: u64,
    /// Whether the columns that are not kept become one.
    pub show_other: bool,
}

/// A field whose values split rows or columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The field.
    pub field: Field,
    /// What it is called in the table.
    pub label: Option<Field>,
    /// How its values are put together.
    pub groups: Groups,
}

/// How the values of a field are put together.
#[derive(Debug, Clone, PartialEq)]
pub enum Groups {
    /// Not at all.
    Values,
    /// `RANGE start=0 end=100 size=10 max=20`.
    Range(Bins),
    /// `PERIOD day`; none for `auto`.
    Period(Option<TimeUnit>),
    /// `TRUELABEL yes FALSELABEL no`: names for truth values.
    Truth {
        /// The name of true.
        yes: Option<String>,
        /// The name of false.
        no: Option<String>,
    },
}

/// `FILTER field test value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The field.
    pub field: Field,
    /// What is asked of it.
    pub test: Test,
    /// What it is compared with: none for `isNull`, several for `in`.
    pub values: Vec<Spanned<String>>,
}

/// The tests of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// `=`, `is`
    Is,
    /// `!=`, `isNot`
    IsNot,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `contains`
    Contains,
    /// `doesNotContain`
    DoesNotContain,
    /// `startsWith`
    StartsWith,
    /// `endsWith`
    EndsWith,
    /// `isNull`
    IsNull,
    /// `isNotNull`
    IsNotNull,
    /// `in (a, b)`
    In,
    /// `notIn (a, b)`
    NotIn,
    /// `regex`
    Regex,
}

/// `LIMIT field BY TOP 5 sum(bytes)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The field whose values are limited.
    pub field: Field,
    /// Whether those of the smallest score stay.
    pub bottom: bool,
    /// How many stay.
    pub count: u64,
    /// The score of a value.
    pub score: Aggregate,
}

/// How many columns there are where nothing is written.
const MOST_COLUMNS: u64 = 100;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["pivot"],
    kind: Kind::Generating,
    summary: "aggregates a data model's object as a table",
    usage: "pivot <model> <object> <function>(<field>) [AS <name>]… [SPLITROW <field> [AS <name>] [RANGE [start=<n>] [end=<n>] [size=<n>] [max=<n>] | PERIOD <unit> | TRUELABEL <text> FALSELABEL <text>]]… [SPLITCOL <field> …]… [FILTER <field> <test> [<value>]]… [LIMIT <field> BY TOP|BOTTOM <n> <function>(<field>)]… [SORT <n> [-]<field>…] [ROWSUMMARY <bool>] [COLSUMMARY <bool>] [NUMCOLS <n>] [SHOWOTHER <bool>]",
    options: &["end", "max", "size", "start"],
    differs: &[
        "`ROWSUMMARY` and `COLSUMMARY` aggregate the events of the whole row or column, for every function",
        "values that `LIMIT` leaves out are left out of the table",
        "the values of several `SPLITCOL` stand in the name of a column with `: ` between them",
    ],
    parse: grammar::parse,
    ..CommandSpec::NEW
};
