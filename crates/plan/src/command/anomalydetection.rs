//! The meaning of `anomalydetection`: events that are improbable as a whole. `anomalydetection action=annotate bytes, user`
//!
//! The probability of an event is the product of the frequencies of its values; numbers count as the bins of a histogram, as wide
//! as 2·IQR/∛n (Freedman and Diaconis, 1981). An event is anomalous where the logarithm of its probability is below
//! Q1 − 1.5·IQR of all these logarithms. The probable cause is the field with the rarest value. The methods `zscore` and `iqr` are
//! `anomalousvalue` and `outlier`.

use datafusion::{
    arrow::datatypes::DataType,
    functions::{
        core::{coalesce, least},
        math::expr_fn::{cbrt, floor, ln},
    },
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{Expr, WindowFrame, cast, lit, when},
};
use speleo_syntax::command::{
    anomalousvalue::{Action, AnomalousValue},
    anomalydetection::{AnomalyDetection, Method},
    outlier::Outlier,
};

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{self, Relation, column, named},
    sheet,
    window::{self, Window},
};

/// How many interquartile ranges below the first quartile an event is anomalous.
const MARGIN: f64 = 1.5;

impl Lower for AnomalyDetection {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let fields = self.fields.clone();
        match self.method {
            Method::Histogram => self.histogram(rows(input, "anomalydetection", self.span)?),
            Method::ZScore => {
                let usual = AnomalousValue::usual(self.span);
                let threshold = self.threshold.unwrap_or(usual.threshold);
                AnomalousValue { action: self.action, threshold, fields, ..usual }.lower(input, cx).await
            }
            Method::Iqr => {
                let (span, remove) = (self.span, self.remove);
                Outlier { span, remove, factor: 2.5, use_lower: false, mark: false, fields }.lower(input, cx).await
            }
        }
    }
}

/// The parts of the method `histogram`.
trait Histogram {
    /// The events, judged by the frequencies of their values.
    fn histogram(&self, input: Relation) -> Result<Relation>;
    /// The rows with a label for each of the fields: a bin or the value itself.
    fn labelled(&self, input: Relation, names: &[String]) -> Result<(Relation, Vec<String>)>;
    /// The logarithm below which an event is anomalous.
    fn limit(&self, low: Expr, high: Expr, rarest: Expr) -> Expr;
}

impl Histogram for AnomalyDetection {
    fn histogram(&self, input: Relation) -> Result<Relation> {
        let names = sheet::fields(&input, &self.fields);
        if names.is_empty() {
            return if self.action == Action::Filter { input.filter(lit(false)) } else { Ok(input) };
        }
        let of = |partition: Vec<Expr>| Window { partition, order: Vec::new(), frame: WindowFrame::new(None) };
        let every = of(Vec::new());
        let (relation, labels) = self.labelled(input, &names)?;
        let mut windows = vec![every.apply(count_udaf(), vec![lit(1_i64)])?];
        for label in &labels {
            windows.push(of(vec![column(label)]).apply(count_udaf(), vec![column(label)])?);
        }
        let (mut relation, places) = window::add(relation, "often", windows)?;
        let Some((all, often)) = places.split_first() else { return Ok(relation) };
        let all = cast(column(all), DataType::Float64);
        let share = |place: &str, label: &str| -> Result<Expr> {
            Ok(when(column(label).is_not_null(), cast(column(place), DataType::Float64) / all.clone()).end()?)
        };
        let shares = often.iter().zip(&labels).map(|(place, label)| share(place, label)).collect::<Result<Vec<_>>>()?;
        let logarithm = shares.iter().map(|share| coalesce().call(vec![ln(share.clone()), lit(0.0)]));
        let logarithm = logarithm.reduce(|sum, one| sum + one).unwrap_or_else(|| lit(0.0));
        let (logarithm_place, rarest_place);
        (relation, logarithm_place) = relation.hidden("logarithm", logarithm)?;
        let rarest = if let [only] = shares.as_slice() { only.clone() } else { least().call(shares.clone()) };
        (relation, rarest_place) = relation.hidden("rarest", rarest)?;
        let logarithm = column(&logarithm_place);
        let mut windows = Vec::new();
        for percent in [25.0, 75.0, 1.0] {
            windows.push(every.apply(kernel::aggregate("spl_perc")?, vec![logarithm.clone(), lit(percent)])?);
        }
        for place in often {
            windows.push(every.apply(max_udaf(), vec![column(place)])?);
        }
        let (relation, places) = window::add(relation, "spread", windows)?;
        let [low, high, hundredth, most @ ..] = places.as_slice() else { return Ok(relation) };
        let limit = self.limit(column(low), column(high), column(hundredth));
        if self.action == Action::Summary {
            return summary(relation, &logarithm, [column(low), column(high), limit]);
        }
        let is_found = logarithm.clone().lt(limit).is_true();
        let (mut cause, mut cause_most) = (meet::null_of(&DataType::Utf8)?, meet::null_of(&DataType::Float64)?);
        for ((name, share), most) in names.iter().zip(&shares).zip(most).rev() {
            let is_rarest = share.clone().eq(column(&rarest_place));
            cause = when(is_rarest.clone(), lit(name.as_str())).otherwise(cause)?;
            cause_most = when(is_rarest, cast(column(most), DataType::Float64) / all.clone()).otherwise(cause_most)?;
        }
        let columns = [
            ("log_event_prob", logarithm),
            ("probable_cause", cause),
            ("probable_cause_freq", column(&rarest_place)),
            ("max_freq", cause_most),
        ];
        let is_filter = self.action == Action::Filter;
        let relation = if is_filter { relation.filter(is_found.clone())? } else { relation };
        let mut outputs = Vec::with_capacity(columns.len());
        for (name, value) in columns {
            outputs.push((name.to_owned(), if is_filter { value } else { when(is_found.clone(), value).end()? }));
        }
        relation.set(outputs)
    }

    fn labelled(&self, input: Relation, names: &[String]) -> Result<(Relation, Vec<String>)> {
        let every = Window { partition: Vec::new(), order: Vec::new(), frame: WindowFrame::new(None) };
        let mut windows = Vec::with_capacity(names.len() * 4);
        for name in names {
            let number = sheet::number(&input, name)?;
            windows.push(every.apply(count_udaf(), vec![column(name)])?);
            windows.push(every.apply(count_udaf(), vec![number.clone()])?);
            for percent in [25.0, 75.0] {
                windows.push(every.apply(kernel::aggregate("spl_perc")?, vec![number.clone(), lit(percent)])?);
            }
        }
        let (mut relation, places) = window::add(input, "bins", windows)?;
        let mut labels = Vec::with_capacity(names.len());
        for (name, places) in names.iter().zip(places.chunks_exact(4)) {
            let [count, numbers, low, high] = places else { continue };
            let own = relation.data_type(name).cloned().unwrap_or(DataType::Utf8);
            let number = sheet::number(&relation, name)?;
            let width = lit(2.0) * (column(high) - column(low)) / cbrt(cast(column(count), DataType::Float64));
            let bin = kernel::call("spl_text", vec![floor(number / width)])?;
            let text = meet::whole(
                meet::convert(column(name), &own, if meet::is_list(&own) { &own } else { &DataType::Utf8 })?,
                &own,
            );
            let has_bins = column(count).eq(column(numbers)).and(column(high).gt(column(low)));
            let label = when(has_bins, bin).otherwise(meet::utf8(text, &own))?;
            let place;
            (relation, place) = relation.hidden("label", label)?;
            labels.push(place);
        }
        Ok((relation, labels))
    }

    fn limit(&self, low: Expr, high: Expr, rarest: Expr) -> Expr {
        if let Some(threshold) = self.threshold {
            return lit(threshold.ln());
        }
        let fence = low.clone() - (high - low) * lit(MARGIN);
        if self.cutoff { least().call(vec![fence, rarest]) } else { fence }
    }
}

/// One row about all events.
fn summary(rows: Relation, logarithm: &Expr, [low, high, limit]: [Expr; 3]) -> Result<Relation> {
    let is_found = when(logarithm.clone().lt(limit.clone()).is_true(), lit(1_i64)).otherwise(lit(0_i64))?;
    let call = |function, expr: Expr| Call { function, args: vec![expr] }.aggregate();
    let calls = vec![
        named(call(sum_udaf(), is_found), "num_anomalies"),
        named(call(max_udaf(), limit), "thresh"),
        named(call(max_udaf(), logarithm.clone()), "max_logprob"),
        named(call(min_udaf(), logarithm.clone()), "min_logprob"),
        named(call(max_udaf(), low), "1st_quartile"),
        named(call(max_udaf(), high), "3rd_quartile"),
    ];
    Ok(Relation::results(relation::aggregate(rows.plan, Vec::new(), calls)?, Vec::new()))
}
