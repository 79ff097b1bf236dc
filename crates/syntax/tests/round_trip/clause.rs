//! Clauses that several commands share.

use proptest::{prelude::*, sample::select};
use speleo_syntax::{
    Span,
    clause::{Aggregate, Argument, BinSpan, SortKey, SortKind, TimeUnit},
};

use crate::{expression, name};

/// An aggregation with the text that reading its canonical form gives it.
pub(crate) fn aggregate() -> BoxedStrategy<Aggregate> {
    let argument = prop_oneof![
        1 => Just(Argument::None),
        4 => name::field().prop_map(Argument::Field),
        2 => expression::expression().prop_map(Argument::Eval),
        1 => "[a-z]{1,4}=".prop_map(Argument::Prefix),
    ];
    let functions = vec!["count", "sum", "dc", "values", "perc95", "first"];
    (select(functions), argument, proptest::option::of(name::field()))
        .prop_map(|(function, argument, alias)| {
            let mut aggregate = Aggregate {
                span: Span::default(),
                function: function.to_string(),
                function_span: Span::default(),
                argument,
                alias: None,
                text: String::new(),
            };
            aggregate.text = match (&alias, &aggregate.argument) {
                (Some(_), _) => String::new(),
                (None, Argument::Field(field)) => format!("{function}({})", field.name),
                (None, _) => aggregate.to_string(),
            };
            aggregate.alias = alias;
            aggregate
        })
        .boxed()
}

/// A sort key.
pub(crate) fn sort_key() -> impl Strategy<Value = SortKey> {
    let kinds = vec![SortKind::Auto, SortKind::Text, SortKind::Number, SortKind::Ip];
    (name::field(), any::<bool>(), select(kinds)).prop_map(|(field, descending, kind)| SortKey {
        span: Span::default(),
        field,
        descending,
        kind,
    })
}

/// The width of a bin.
pub(crate) fn bin_span() -> impl Strategy<Value = BinSpan> {
    let units = vec![
        TimeUnit::Microsecond,
        TimeUnit::Millisecond,
        TimeUnit::Second,
        TimeUnit::Minute,
        TimeUnit::Hour,
        TimeUnit::Day,
        TimeUnit::Week,
        TimeUnit::Month,
        TimeUnit::Quarter,
        TimeUnit::Year,
    ];
    let snaps = vec![None, Some("d".to_string()), Some("w1".to_string())];
    prop_oneof![
        (1_u32..10_000).prop_map(|width| BinSpan::Number(f64::from(width) / 8.0)),
        (1_i64..100, select(units), select(snaps)).prop_map(|(count, unit, snap)| BinSpan::Time { count, unit, snap }),
        (1_u8..5, 5_u8..11)
            .prop_map(|(coefficient, base)| BinSpan::Log { coefficient: coefficient.into(), base: base.into() }),
    ]
}
