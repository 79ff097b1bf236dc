//! Runs a kernel in each way that DataFusion may: at once, in pieces merged through states, groups leaving early, and
//! group by group without a `GroupsAccumulator`. The answers must agree.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, UInt32Array},
        compute::{concat, take},
        datatypes::{DataType, Field, FieldRef, Float64Type, Schema},
        util::display::array_value_to_string,
    },
    common::ScalarValue,
    logical_expr::{Accumulator, AggregateUDF, EmitTo, GroupsAccumulator, function::AccumulatorArgs},
    physical_expr::{
        PhysicalExpr,
        expressions::{Column, Literal},
    },
};

use crate::stats::kernels;

struct Call {
    function: Arc<AggregateUDF>,
    schema: Schema,
    fields: Vec<FieldRef>,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
}

impl Call {
    fn new(kernel: &str, columns: &[ArrayRef]) -> Self {
        let function = kernels().into_iter().find(|function| function.name() == kernel).expect("kernel");
        let fields: Vec<FieldRef> = columns
            .iter()
            .enumerate()
            .map(|(place, column)| Arc::new(Field::new(format!("c{place}"), column.data_type().clone(), true)))
            .collect();
        let exprs = (0..columns.len()).map(|place| -> Arc<dyn PhysicalExpr> {
            if place == 1 && kernel.ends_with("perc") || place == 2 {
                let option = ScalarValue::try_from_array(&columns[place], 0).unwrap();
                return Arc::new(Literal::new(option));
            }
            Arc::new(Column::new(&format!("c{place}"), place))
        });
        let exprs = exprs.collect();
        Self { function, schema: Schema::new(fields.clone()), fields, exprs }
    }

    fn arguments(&self) -> AccumulatorArgs<'_> {
        AccumulatorArgs {
            return_field: self.function.return_field(&self.fields).unwrap(),
            schema: &self.schema,
            ignore_nulls: false,
            order_bys: &[],
            is_reversed: false,
            name: self.function.name(),
            is_distinct: false,
            exprs: &self.exprs,
            expr_fields: &self.fields,
        }
    }

    fn grouped(&self) -> Box<dyn GroupsAccumulator> {
        self.function.create_groups_accumulator(self.arguments()).unwrap()
    }

    fn sliding(&self) -> Box<dyn Accumulator> {
        self.function.create_sliding_accumulator(self.arguments()).unwrap()
    }

    fn single(&self) -> Box<dyn Accumulator> {
        self.function.accumulator(self.arguments()).unwrap()
    }
}

fn pick(column: &ArrayRef, rows: &[usize]) -> ArrayRef {
    take(column, &UInt32Array::from_iter_values(rows.iter().map(|row| *row as u32)), None).unwrap()
}

fn pick_all(columns: &[ArrayRef], rows: &[usize]) -> Vec<ArrayRef> {
    columns.iter().map(|column| pick(column, rows)).collect()
}

fn join(parts: &[ArrayRef]) -> ArrayRef {
    concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>()).unwrap()
}

/// Cuts rows at random places.
fn cut(rows: &[usize], random: &mut fastrand::Rng) -> Vec<Vec<usize>> {
    let mut pieces = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.usize(1..=rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

fn at_once(
    call: &Call,
    columns: &[ArrayRef],
    groups: &[usize],
    filter: Option<&BooleanArray>,
    total: usize,
) -> ArrayRef {
    let mut accumulator = call.grouped();
    accumulator.update_batch(columns, groups, filter, total).unwrap();
    let answer = accumulator.evaluate(EmitTo::All).unwrap();
    // Emitting resets: the same input gives the same answer again.
    accumulator.update_batch(columns, groups, filter, total).unwrap();
    assert_same(&accumulator.evaluate(EmitTo::All).unwrap(), &answer);
    answer
}

fn merged(
    call: &Call,
    columns: &[ArrayRef],
    groups: &[usize],
    filter: Option<&BooleanArray>,
    total: usize,
    random: &mut fastrand::Rng,
) -> ArrayRef {
    let mut rows: Vec<usize> = (0..groups.len()).collect();
    random.shuffle(&mut rows);
    let mut pieces = cut(&rows, random);
    random.shuffle(&mut pieces);

    let mut whole = call.grouped();
    whole.merge_batch(&call.grouped().state(EmitTo::All).unwrap(), &[], total).unwrap();
    for piece in pieces {
        let part = pick_all(columns, &piece);
        let part_filter = filter.map(|filter| pick(&(Arc::new(filter.clone()) as ArrayRef), &piece));
        let part_filter = part_filter.as_ref().map(|filter| filter.as_boolean());
        let own: Vec<usize> = piece.iter().map(|row| groups[*row]).collect();
        if random.bool() {
            let state = call.grouped().convert_to_state(&part, part_filter).unwrap();
            whole.merge_batch(&state, &own, total).unwrap();
            continue;
        }
        let mut accumulator = call.grouped();
        accumulator.update_batch(&part, &own, part_filter, total).unwrap();
        let early = random.usize(0..=total);
        let order: Vec<usize> = (0..total).collect();
        let state = accumulator.state(EmitTo::First(early)).unwrap();
        whole.merge_batch(&state, &order[..early], total).unwrap();
        let state = accumulator.state(EmitTo::All).unwrap();
        whole.merge_batch(&state, &order[early..], total).unwrap();
    }
    let early = random.usize(0..=total);
    let first = whole.evaluate(EmitTo::First(early)).unwrap();
    join(&[first, whole.evaluate(EmitTo::All).unwrap()])
}

/// As over input sorted by group: finished groups leave while later ones still take rows.
fn leaving(
    call: &Call,
    columns: &[ArrayRef],
    groups: &[usize],
    filter: Option<&BooleanArray>,
    total: usize,
    random: &mut fastrand::Rng,
) -> ArrayRef {
    let mut rows: Vec<usize> = (0..groups.len()).collect();
    rows.sort_by_key(|row| groups[*row]);
    let mut accumulator = call.grouped();
    let (mut answers, mut gone) = (Vec::new(), 0);
    for piece in cut(&rows, random) {
        let own: Vec<usize> = piece.iter().map(|row| groups[*row] - gone).collect();
        let part_filter = filter.map(|filter| pick(&(Arc::new(filter.clone()) as ArrayRef), &piece));
        let part_filter = part_filter.as_ref().map(|filter| filter.as_boolean());
        let open = own.iter().max().copied().unwrap_or(0);
        accumulator.update_batch(&pick_all(columns, &piece), &own, part_filter, open + 1).unwrap();
        let done = random.usize(0..=open);
        answers.push(accumulator.evaluate(EmitTo::First(done)).unwrap());
        gone += done;
    }
    let none: Vec<ArrayRef> = pick_all(columns, &[]);
    accumulator.update_batch(&none, &[], None, total - gone).unwrap();
    answers.push(accumulator.evaluate(EmitTo::All).unwrap());
    assert!(accumulator.size() < 4096, "{} bytes are left", accumulator.size());
    join(&answers)
}

fn one_by_one(
    call: &Call,
    columns: &[ArrayRef],
    groups: &[usize],
    filter: Option<&BooleanArray>,
    total: usize,
    random: &mut fastrand::Rng,
) -> ArrayRef {
    let kept = |row: &usize| filter.is_none_or(|filter| filter.is_valid(*row) && filter.value(*row));
    let answers = (0..total).map(|group| {
        let rows: Vec<usize> = (0..groups.len()).filter(kept).filter(|row| groups[*row] == group).collect();
        let mut whole = call.single();
        for piece in cut(&rows, random) {
            // A running window asks after each step.
            whole.evaluate().unwrap();
            if random.bool() {
                whole.update_batch(&pick_all(columns, &piece)).unwrap();
            } else {
                let mut part = call.single();
                part.update_batch(&pick_all(columns, &piece)).unwrap();
                let state = part.state().unwrap();
                let state: Vec<ArrayRef> = state.iter().map(|value| value.to_array().unwrap()).collect();
                whole.merge_batch(&state).unwrap();
            }
        }
        let answer = whole.evaluate().unwrap();
        assert_eq!(whole.evaluate().unwrap(), answer);

        let mut frame = call.sliding();
        let extra = random.usize(0..=rows.len());
        let twice = || rows[..extra].iter().chain(&rows).copied().collect::<Vec<_>>();
        cut(&twice(), random).iter().for_each(|piece| frame.update_batch(&pick_all(columns, piece)).unwrap());
        frame.evaluate().unwrap();
        cut(&rows[..extra], random).iter().for_each(|piece| frame.retract_batch(&pick_all(columns, piece)).unwrap());
        assert_same(&frame.evaluate().unwrap().to_array().unwrap(), &answer.to_array().unwrap());
        answer.to_array().unwrap()
    });
    join(&answers.collect::<Vec<_>>())
}

#[track_caller]
pub(super) fn assert_same(left: &ArrayRef, right: &ArrayRef) {
    assert_eq!(left.data_type(), right.data_type());
    assert_eq!(left.len(), right.len());
    if left.data_type() == &DataType::Float64 {
        for (a, b) in left.as_primitive::<Float64Type>().iter().zip(right.as_primitive::<Float64Type>()) {
            let close = match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
                (a, b) => a == b,
            };
            assert!(close, "{a:?} and {b:?}");
        }
        return;
    }
    assert_eq!(left, right);
}

/// The answer of each group as text.
#[track_caller]
pub(super) fn run(kernel: &str, columns: &[ArrayRef], groups: &[usize], filter: Option<&BooleanArray>) -> Vec<String> {
    let call = Call::new(kernel, columns);
    let total = groups.iter().max().map_or(1, |group| group + 1);
    let answer = at_once(&call, columns, groups, filter, total);
    for seed in 0..8 {
        let mut random = fastrand::Rng::with_seed(seed);
        assert_same(&merged(&call, columns, groups, filter, total, &mut random), &answer);
        assert_same(&leaving(&call, columns, groups, filter, total, &mut random), &answer);
        assert_same(&one_by_one(&call, columns, groups, filter, total, &mut random), &answer);
    }
    let text = |row| {
        if answer.is_null(row) || answer.data_type() == &DataType::Null {
            "null".to_owned()
        } else {
            array_value_to_string(&answer, row).unwrap()
        }
    };
    (0..total).map(text).collect()
}

/// What a kernel says that it holds, in bytes for each group, after one row for each of many groups.
pub(super) fn bytes_for_each_group(kernel: &str, columns: &[ArrayRef]) -> usize {
    let groups: Vec<usize> = (0..columns[0].len()).collect();
    let mut accumulator = Call::new(kernel, columns).grouped();
    accumulator.update_batch(columns, &groups, None, groups.len()).unwrap();
    accumulator.size() / groups.len()
}
