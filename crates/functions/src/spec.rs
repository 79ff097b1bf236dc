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

/// The functions of one kind, such as all that work on texts.
#[derive(Debug)]
pub struct Family {
    /// What they have to do with: `texts`.
    pub name: &'static str,
    /// The functions.
    pub functions: &'static [EvalSpec],
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
    /// What it does.
    pub summary: &'static str,
    /// What a missing argument gives, a sentence.
    pub nulls: &'static str,
    /// What several values give, a sentence.
    pub several: &'static str,
    /// Every known departure from Splunk, sentences.
    pub differs: &'static [&'static str],
    /// Expressions and their results as text (`null` for no value, `[a, b]` for several values); each is a test.
    pub examples: &'static [(&'static str, &'static str)],
}

impl EvalSpec {
    /// A function of one value that gives a text, with the common rules: what families fill in.
    pub const NEW: Self = Self {
        names: &[],
        min_args: 1,
        max_args: Some(1),
        args: &[Kind::Any],
        returns: Returns::Always(Kind::Text),
        ambient: &[],
        kernel: Kernel::Form,
        usage: "",
        summary: "",
        nulls: "A missing argument gives null.",
        several: "Several values give null.",
        differs: &[],
        examples: &[],
    };

    /// The canonical name.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// The arguments as `usage` names them; one whose name is `…` stands for more of those before it.
    pub fn arguments(&self) -> impl Iterator<Item = Argument> {
        let inner = self.usage.split_once('(').map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
        let mut depth = 0_usize;
        let names = inner.split(move |c| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        });
        let names = names.map(str::trim).filter(|name| !name.is_empty());
        names.enumerate().map(|(place, name)| Argument {
            name,
            kind: self.args.get(place).or(self.args.last()).copied().unwrap_or(Kind::Any),
            is_optional: place >= self.min_args,
        })
    }
}

/// An argument of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// What `usage` calls it.
    pub name: &'static str,
    /// The kind that it has to have.
    pub kind: Kind,
    /// Whether a call may leave it out.
    pub is_optional: bool,
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
    /// Whether it is of the time series of `mstats`, and runs there alone.
    pub of_series: bool,
    /// Whether it depends on where its rows stand among others, or on their times.
    pub in_order: bool,
    /// The call: `sum(field)`.
    pub usage: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What rows without the field give, a sentence.
    pub nulls: &'static str,
    /// What several values in a row give, a sentence.
    pub several: &'static str,
    /// Every known departure from Splunk, sentences.
    pub differs: &'static [&'static str],
    /// Rows as CSV (the first names the fields, blanks stand for line ends), a command whose result is `r`, and that as text;
    /// each is a test.
    pub examples: &'static [(&'static str, &'static str, &'static str)],
}

impl AggregateSpec {
    /// A function of texts with the common rules.
    pub const NEW: Self = Self {
        names: &[],
        has_number: false,
        kind: StatsKind::Text,
        of_series: false,
        in_order: false,
        usage: "",
        summary: "",
        nulls: "Rows without the field do not count; null where there is none with it.",
        several: "Each of several values counts.",
        differs: &[],
        examples: &[],
    };

    /// A function of texts.
    pub(crate) const fn of_texts(
        names: &'static [&'static str],
        usage: &'static str,
        summary: &'static str,
        examples: Examples,
    ) -> Self {
        Self { names, usage, summary, examples, ..Self::NEW }
    }

    /// A function of numbers: other values do not count.
    pub(crate) const fn of_numbers(
        names: &'static [&'static str],
        usage: &'static str,
        summary: &'static str,
        examples: Examples,
    ) -> Self {
        Self {
            kind: StatsKind::Numeric,
            nulls: "Rows without the field and values that are no numbers do not count.",
            ..Self::of_texts(names, usage, summary, examples)
        }
    }

    /// The canonical name.
    pub fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }
}

/// Rows, a command and its result: see [`AggregateSpec::examples`].
type Examples = &'static [(&'static str, &'static str, &'static str)];
