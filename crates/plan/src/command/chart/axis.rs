//! What names the rows and the columns of a table. `chart count OVER bytes span=100 BY host usenull=f`

use datafusion::{
    arrow::datatypes::DataType,
    functions::{core::coalesce, math::expr_fn::floor},
    functions_nested::make_array::make_array,
    logical_expr::{Expr, lit},
};
use speleo_functions::time;
use speleo_syntax::{
    Code, Diagnostic, Span,
    clause::{
        BinSpan,
        bins::{Axis, Bins as Options},
        series::Series,
    },
};

use crate::{
    Result,
    aggregate::Input,
    command::bin,
    lower::Context,
    meet,
    relation::Relation,
    span::{self, Bins},
};

/// How many bins at most where nothing is written.
const DEFAULT_BINS: u64 = 100;

/// The label that each row of the input gives to its row or column of the table.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    /// The field.
    pub(crate) name: String,
    /// The label; null where the row takes no part.
    pub(crate) expr: Expr,
    /// Its type.
    pub(crate) data_type: DataType,
    /// A number behind a label of numbers in bins: these sort by it.
    pub(crate) low: Option<Expr>,
    /// The width of the bins.
    pub(crate) width: Option<BinSpan>,
    /// An instant in microseconds at which a bin starts.
    pub(crate) align: Option<i64>,
}

impl Label {
    /// The label of rows.
    pub(crate) async fn of_rows(axis: &Axis, input: &Relation, place: Span, cx: &mut Context<'_>) -> Result<Self> {
        let value = Input::field(input, &axis.field.name)?;
        Self::binned(&axis.field.name, &axis.bins, value, input, place, cx).await
    }

    /// The label of columns: a text, also for rows without the field where these make a column.
    pub(crate) async fn of_columns(
        axis: &Axis,
        input: &Relation,
        series: &Series,
        place: Span,
        cx: &mut Context<'_>,
    ) -> Result<Self> {
        Self::of_rows(axis, input, place, cx).await?.into_column(series)
    }

    /// A value as it is.
    pub(crate) fn plain(name: &str, value: Input) -> Self {
        Self {
            name: name.to_owned(),
            expr: value.expr,
            data_type: value.data_type,
            low: None,
            width: None,
            align: None,
        }
    }

    /// The label as a text.
    pub(crate) fn into_column(self, series: &Series) -> Result<Self> {
        let mut label = self;
        let is_list = meet::is_list(&label.data_type);
        if !is_list {
            let text = meet::convert(label.expr, &label.data_type, &DataType::Utf8)?;
            label.expr = meet::utf8(text, &label.data_type);
            label.data_type = DataType::Utf8;
        }
        if series.use_null {
            let null = lit(series.null_text.as_str());
            let null = if is_list { make_array(vec![null]) } else { null };
            label.expr = coalesce().call(vec![label.expr, null]);
        }
        label.low = None;
        Ok(label)
    }

    /// A value in bins, where options ask for any.
    pub(crate) async fn binned(
        name: &str,
        options: &Options,
        value: Input,
        input: &Relation,
        place: Span,
        cx: &mut Context<'_>,
    ) -> Result<Self> {
        let mut label = Self::plain(name, value.clone());
        if options.is_empty() {
            return Ok(label);
        }
        let width = match &options.width {
            Some(width) => width.clone(),
            None => match bin::range(name, input, &value.expr, &value.data_type, cx).await? {
                Some(range) => automatic(options, range, meet::is_time(&value.data_type)),
                None => return Ok(label),
            },
        };
        label.align = align(options.align_time.as_deref(), place, cx)?;
        let bins = Bins { width: &width, align: label.align, span: place };
        (label.expr, label.data_type) = bins.of(value.expr.clone(), &value.data_type, cx)?;
        if !meet::is_time(&label.data_type) {
            let number = meet::convert(value.expr, &value.data_type, &DataType::Float64)?;
            // The same number for all of a bin, where other labels may stand behind it.
            label.low = Some(match &width {
                BinSpan::Number(width) => floor(number / lit(*width)),
                _ => number,
            });
        }
        label.width = Some(width);
        Ok(label)
    }
}

/// The width that follows from the range of values; a range of times is in seconds.
pub(crate) fn automatic(options: &Options, (low, high): (f64, f64), is_time: bool) -> BinSpan {
    let low = options.start.map_or(low, |start| start.min(low));
    let high = options.end.map_or(high, |end| end.max(high));
    let most = options.bins.unwrap_or(DEFAULT_BINS).max(1);
    let floor = options.min_span.as_ref().map_or(0.0, span::seconds);
    if is_time {
        return span::nice_time(low, high, most, floor);
    }
    span::nice_number(low, high, most, floor)
}

/// The instant that `aligntime` names, in microseconds.
pub(crate) fn align(text: Option<&str>, place: Span, cx: &Context<'_>) -> Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    match text {
        "earliest" => Ok(cx.range.earliest),
        "latest" => Ok(cx.range.latest),
        text => match time::parse_time(text, cx.world.now(), cx.world.timezone(), None) {
            Ok(instant) => Ok(Some(instant)),
            Err(reason) => Err(Diagnostic::new(Code::Time, place, reason).into()),
        },
    }
}
