//! Conditions of `search`.

use proptest::{collection::vec, prelude::*, sample::select};
use speleo_syntax::{CompareOp, Field, Search, SearchExpr, SearchExprKind, SearchValue, Span};

use crate::{command, name};

const OPERATORS: &[CompareOp] = &[
    CompareOp::Equal,
    CompareOp::NotEqual,
    CompareOp::Less,
    CompareOp::LessOrEqual,
    CompareOp::Greater,
    CompareOp::GreaterOrEqual,
];

/// A word that can stand bare: escapes are written back.
fn bare() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[a-z0-9*][a-z0-9*./@_-]{0,6}", 1 => "[a-z]\\\\[a-z|\"\\\\]{0,3}"]
        .prop_filter("a word of its own meaning", |word| !["search", "by", "groupby"].contains(&word.as_str()))
}

fn subsearch() -> impl Strategy<Value = Box<Search>> {
    command::retrieval().prop_map(|command| Box::new(Search { span: Span::default(), commands: vec![command] }))
}

fn value() -> impl Strategy<Value = SearchValue> {
    prop_oneof![
        4 => bare().prop_map(|text| SearchValue::Text { text, quoted: false }),
        3 => name::text().prop_map(|text| SearchValue::Text { text, quoted: true }),
        1 => name::text().prop_map(|text| SearchValue::Case(text.trim().to_string())),
        1 => name::text().prop_map(|text| SearchValue::Term(text.trim().to_string())),
        1 => subsearch().prop_map(SearchValue::Subsearch),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    let name = prop_oneof![4 => "[a-z_][a-z0-9_.:{}]{0,5}[a-z]", 1 => "[ -~ä]{1,6}", 1 => select(vec!["earliest", "OR", "IN"]).prop_map(String::from)];
    name.prop_map(|name| Field::new(name, Span::default()))
}

fn at(kind: SearchExprKind) -> SearchExpr {
    SearchExpr { span: Span::default(), kind }
}

/// A condition of some depth.
pub(crate) fn condition() -> BoxedStrategy<SearchExpr> {
    let indexed = ("[a-z]{1,5}", "[a-z0-9]{1,5}", any::<bool>()).prop_map(|(name, text, quoted)| {
        let field = Field::new(name, Span::default());
        SearchExprKind::Comparison { field, op: CompareOp::Indexed, value: SearchValue::Text { text, quoted } }
    });
    let modifier = (select(vec!["earliest", "latest", "_index_earliest", "daysago"]), select(OPERATORS), value())
        .prop_map(|(name, op, value)| SearchExprKind::TimeModifier { name: name.to_string(), op, value });
    let leaf = prop_oneof![
        6 => (field(), select(OPERATORS), value())
            .prop_map(|(field, op, value)| SearchExprKind::Comparison { field, op, value }),
        3 => bare().prop_map(|text| SearchExprKind::Term { text, quoted: false }),
        2 => name::text().prop_map(|text| SearchExprKind::Term { text, quoted: true }),
        2 => (field(), vec(value(), 1..4), any::<bool>())
            .prop_map(|(field, values, negated)| SearchExprKind::In { field, values, negated }),
        1 => indexed,
        1 => modifier,
        1 => name::text().prop_map(|text| SearchExprKind::TermDirective(text.trim().to_string())),
        1 => name::text().prop_map(|text| SearchExprKind::CaseDirective(text.trim().to_string())),
        1 => subsearch().prop_map(SearchExprKind::Subsearch),
        1 => Just(SearchExprKind::All),
        1 => Just(SearchExprKind::Nothing),
    ];
    leaf.prop_map(at)
        .prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                2 => vec(inner.clone(), 2..4).prop_map(SearchExprKind::And),
                2 => vec(inner.clone(), 2..4).prop_map(SearchExprKind::Or),
                1 => inner.prop_map(|item| SearchExprKind::Not(Box::new(item))),
            ]
            .prop_map(at)
        })
        .boxed()
}
