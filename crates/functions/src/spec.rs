//! The rows of the two function tables.

/// What a value is, as far as the text of a search can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number: a numeric column, a number literal, the result of arithmetic.
    Number,
    /// A text: a string literal, the result of a text function.
    Text,
    /// True, false or unknown; lives inside expressions only.
    Bool,
    /// Several texts.
    List,
    /// A field of text type: a number where it reads as one. Also "any kind" in a signature.
    Any,
}

/// Something of the search that a kernel needs; lowering appends it as a literal argument, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ambient {
    /// The IANA name of the search's time zone, as text.
    Timezone,
    /// The search's start, as microseconds since the epoch (Int64).
    Now,
}

/// The kind that a call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// Always this kind.
    Always(Kind),
    /// A field-like value, decided by the types of the arguments.
    Arguments,
}

/// How an eval function becomes a plan expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// By lowering itself: `if`, `case`, `coalesce`, `now`, `mvmap`, …
    Form,
    /// By a call of the scalar function of this name.
    Call(&'static str),
}

/// An eval function.
#[derive(Debug)]
pub struct EvalSpec {
    /// The names in lower case; the first is canonical.
    pub names: &'static [&'static str],
    /// The fewest arguments.
    pub min_args: usize,
    /// The most arguments; none means no bound.
    pub max_args: Option<usize>,
    /// The kinds of the arguments in order; the last one holds for all that follow. A static kind that does not fit is
    /// an error at planning time; `Any` fits all.
    pub args: &'static [Kind],
    /// The kind of the result.
    pub returns: Returns,
    /// What lowering appends to the arguments.
    pub ambient: &'static [Ambient],
    /// How it is lowered.
    pub kernel: Kernel,
    /// The call: `round(x, digits)`.
    pub usage: &'static str,
    /// What it does, with its null and multivalue rule.
    pub summary: &'static str,
    /// Expressions and their results as text (`null` for no value, `[a, b]` for several values); each is a test.
    pub examples: &'static [(&'static str, &'static str)],
}

/// How a stats function sees its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatsKind {
    /// Numeric: values that are no numbers are left out.
    Numeric,
    /// Works on texts.
    Text,
}

/// A stats function.
#[derive(Debug)]
pub struct AggregateSpec {
    /// The names in lower case; the first is canonical. `perc<N>` and its kin are listed as `perc`, `p`, …
    pub names: &'static [&'static str],
    /// Whether a number follows the name directly: `perc95`.
    pub has_number: bool,
    /// How it sees its input.
    pub kind: StatsKind,
    /// The call: `sum(field)`.
    pub usage: &'static str,
    /// What it does, with its null and multivalue rule.
    pub summary: &'static str,
}
