//! What splits the rows and columns of `pivot`. `SPLITROW amount RANGE size=10`, `SPLITCOL paid TRUELABEL yes`
//!
//! The labels are those of `chart`. Several splits of columns are one label, their values side by side.

use datafusion::{
    arrow::datatypes::DataType,
    functions::{
        core::coalesce,
        string::{concat, lower},
    },
    functions_nested::{array_has::array_has_any, concat::array_append, make_array::make_array},
    logical_expr::{Expr, lit, when},
};
use speleo_syntax::{
    Span,
    clause::{
        Argument, BinSpan,
        bins::{Axis, Bins},
        series::Series,
    },
    command::pivot::{Groups, Limit, Split},
};

use crate::{
    Result,
    aggregate::Input,
    command::chart::{axis::Label, select},
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// How many periods `auto` makes at most.
const MOST_PERIODS: u64 = 100;

/// The label that a split gives to an event.
pub(super) async fn label(split: &Split, events: &Relation, span: Span, cx: &mut Context<'_>) -> Result<Label> {
    let bins = match &split.groups {
        Groups::Range(bins) if bins.is_empty() => Bins { bins: Some(MOST_PERIODS), ..Bins::default() },
        Groups::Range(bins) => bins.clone(),
        Groups::Period(None) => Bins { bins: Some(MOST_PERIODS), ..Bins::default() },
        Groups::Period(Some(unit)) => {
            Bins { width: Some(BinSpan::Time { count: 1, unit: *unit, snap: None }), ..Bins::default() }
        }
        Groups::Values | Groups::Truth { .. } => Bins::default(),
    };
    let axis = Axis { field: split.field.clone(), bins };
    let mut label = Label::of_rows(&axis, events, span, cx).await?;
    if let Groups::Truth { yes, no } = &split.groups {
        let text = meet::utf8(meet::convert(label.expr, &label.data_type, &DataType::Utf8)?, &label.data_type);
        let any_case = lower().call(vec![text.clone()]);
        let is = |words: [&str; 5]| any_case.clone().in_list(words.into_iter().map(lit).collect(), false);
        let name = |name: &Option<String>| name.as_ref().map_or_else(|| text.clone(), |name| lit(name.as_str()));
        label.expr = when(is(["true", "t", "1", "yes", "y"]), name(yes))
            .when(is(["false", "f", "0", "no", "n"]), name(no))
            .otherwise(text.clone())?;
        label.data_type = DataType::Utf8;
    }
    if let Some(written) = &split.label {
        label.name.clone_from(&written.name);
    }
    Ok(label)
}

/// The label of columns that several splits make together; with `total` each event has that label too.
pub(super) async fn columns(
    splits: &[Split],
    total: Option<&str>,
    series: &Series,
    events: &Relation,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Option<Label>> {
    let mut all: Option<Label> = None;
    for split in splits {
        let next = label(split, events, span, cx).await?.into_column(series)?;
        all = Some(match all {
            None => next,
            Some(before) => {
                let text = |label: &Label| meet::convert(label.expr.clone(), &label.data_type, &DataType::Utf8);
                let expr = concat().call(vec![text(&before)?, lit(": "), text(&next)?]);
                Label { expr, data_type: DataType::Utf8, ..before }
            }
        });
    }
    let (Some(mut label), Some(total)) = (all.clone(), total) else { return Ok(all) };
    label.expr = match meet::is_list(&label.data_type) {
        true => coalesce().call(vec![array_append(label.expr, lit(total)), make_array(vec![lit(total)])]),
        false => make_array(vec![label.expr, lit(total)]),
    };
    label.data_type = meet::list_type();
    Ok(Some(label))
}

/// The events whose value has one of the best scores.
pub(super) async fn limited(
    limit: &Limit,
    split: Option<&Split>,
    events: Relation,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let label = match split {
        Some(split) => label(split, &events, span, cx).await?,
        None => Label::plain(&limit.field.name, Input::field(&events, &limit.field.name)?),
    };
    let series = Series {
        limit: limit.count,
        bottom: limit.bottom,
        score: Some(limit.score.function.clone()),
        use_null: false,
        ..Series::default()
    };
    let label = label.into_column(&series)?;
    let (events, place) = events.hidden("limit", label.expr)?;
    let value = match &limit.score.argument {
        Argument::Field(field) => field.name.as_str(),
        _ => place.as_str(),
    };
    let chosen = select::choose(&events, &place, value, false, &series, "pivot", cx).await?;
    let kept: Vec<Expr> = chosen.kept.iter().map(|label| lit(label.as_str())).collect();
    let value = column(&place);
    events.filter(match meet::is_list(&label.data_type) {
        true => array_has_any(value, make_array(kept)),
        false => value.in_list(kept, false),
    })
}
