//! The meaning of `bin`: values become the bins that they fall into. `bin _time span=5m AS slot`
//!
//! Without `span` the width follows from the range of the values, which a named step asks for.

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{DataType, Float64Type},
    },
    functions_aggregate::min_max::{max_udaf, min_udaf},
    logical_expr::{Expr, LogicalPlanBuilder},
};
use speleo_functions::time;
use speleo_syntax::{Code, Diagnostic, clause::BinSpan, command::bin::Bin};

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, named},
    span::{self, Bins},
};

/// How many bins at most where nothing is written.
const DEFAULT_BINS: u64 = 100;

/// A column of bins of time beside the times themselves, which functions such as `rate` heed.
pub(super) const TIME_BIN: &str = "bin of _time";

impl Lower for Bin {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "bin", self.span)?;
        let target = self.alias.as_ref().unwrap_or(&self.field);
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        let chosen;
        let width = match &self.width {
            Some(width) => width,
            None => match self.automatic(&input, &value, &data_type, cx).await? {
                Some(width) => {
                    chosen = width;
                    &chosen
                }
                None => return Ok(input),
            },
        };
        let bins = Bins { width, align: self.align(cx)?, span: self.span };
        let (label, label_type) = bins.of(value, &data_type, cx)?;
        let label = meet::stored(&target.name, label, &label_type)?;
        input.set(vec![(target.name.clone(), label)])
    }
}

/// The parts of `bin` that look at more than one row.
trait Range {
    /// The width that follows from the values' range; none where there is no number.
    async fn automatic(
        &self,
        input: &Relation,
        value: &Expr,
        data_type: &DataType,
        cx: &mut Context<'_>,
    ) -> Result<Option<BinSpan>>;

    /// The instant that `aligntime` names.
    fn align(&self, cx: &Context<'_>) -> Result<Option<i64>>;
}

impl Range for Bin {
    async fn automatic(
        &self,
        input: &Relation,
        value: &Expr,
        data_type: &DataType,
        cx: &mut Context<'_>,
    ) -> Result<Option<BinSpan>> {
        let Some((low, high)) = range(&self.field.name, input, value, data_type, cx).await? else { return Ok(None) };
        let low = self.start.map_or(low, |start| start.min(low));
        let high = self.end.map_or(high, |end| end.max(high));
        let most = self.bins.unwrap_or(DEFAULT_BINS).max(1);
        let floor = self.min_span.as_ref().map_or(0.0, span::seconds);
        if meet::is_time(data_type) {
            return Ok(Some(span::nice_time(low, high, most, floor)));
        }
        Ok(Some(span::nice_number(low, high, most, floor)))
    }

    fn align(&self, cx: &Context<'_>) -> Result<Option<i64>> {
        let Some(text) = &self.align_time else { return Ok(None) };
        let range = cx.outer_range;
        match text.as_str() {
            "earliest" => Ok(range.earliest),
            "latest" => Ok(range.latest),
            text => match time::parse_time(text, cx.world.now(), cx.world.timezone(), None) {
                Ok(instant) => Ok(Some(instant)),
                Err(reason) => Err(Diagnostic::new(Code::Time, self.span, reason).into()),
            },
        }
    }
}

/// The smallest and the largest number of a field, a time in seconds.
pub(crate) async fn range(
    name: &str,
    input: &Relation,
    value: &Expr,
    data_type: &DataType,
    cx: &mut Context<'_>,
) -> Result<Option<(f64, f64)>> {
    let number = meet::convert(value.clone(), data_type, &DataType::Float64)?;
    let low = Call { function: min_udaf(), args: vec![number.clone()] };
    let high = Call { function: max_udaf(), args: vec![number] };
    let plan = LogicalPlanBuilder::from(input.plan.clone())
        .aggregate(Vec::<Expr>::new(), vec![named(low.aggregate(), "low"), named(high.aggregate(), "high")])?
        .build()?;
    let found = cx.world.rows(&format!("range of {name}"), plan).await?;
    let row = found.batches.iter().find(|batch| batch.num_rows() > 0);
    let Some([low, high]) = row.map(|batch| batch.columns()) else { return Ok(None) };
    let first = |column: &datafusion::arrow::array::ArrayRef| {
        column.as_primitive_opt::<Float64Type>().and_then(|values| values.iter().next().flatten())
    };
    Ok(first(low).zip(first(high)).filter(|(low, high)| low.is_finite() && high.is_finite()))
}
