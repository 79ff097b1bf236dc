//! Expressions of `eval`.

use proptest::{collection::vec, prelude::*, sample::select};
use speleo_syntax::{BinaryOp, Expr, ExprKind, Search, Span, UnaryOp};

use crate::{command, name};

const OPERATORS: &[BinaryOp] = &[
    BinaryOp::Xor,
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessOrEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterOrEqual,
    BinaryOp::Like,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Modulo,
    BinaryOp::Concat,
];

fn at(kind: ExprKind) -> Expr {
    Expr { span: Span::default(), kind }
}

/// An expression of some depth.
pub(crate) fn expression() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        4 => name::expression_field().prop_map(ExprKind::Field),
        2 => "[0-9]{1,3}|[0-9]{1,2}\\.[0-9]{0,2}|\\.[0-9]{1,2}|[1-9]e-?[0-9]".prop_map(ExprKind::Number),
        2 => name::text().prop_map(ExprKind::String),
        1 => command::retrieval().prop_map(|command| {
            ExprKind::Subsearch(Box::new(Search { span: Span::default(), commands: vec![command] }))
        }),
    ];
    leaf.prop_map(at)
        .prop_recursive(5, 40, 3, |inner| {
            let call = ("[a-z_][a-z0-9_]{3,6}", vec(inner.clone(), 0..3)).prop_map(|(name, args)| ExprKind::Call {
                name,
                name_span: Span::default(),
                args,
            });
            let membership = (inner.clone(), vec(inner.clone(), 1..3), any::<bool>())
                .prop_map(|(value, items, negated)| ExprKind::In { value: Box::new(value), items, negated });
            prop_oneof![
                1 => (select(vec![UnaryOp::Minus, UnaryOp::Plus, UnaryOp::Not]), inner.clone())
                    .prop_map(|(op, operand)| ExprKind::Unary(op, Box::new(operand))),
                4 => (select(OPERATORS), inner.clone(), inner)
                    .prop_map(|(op, left, right)| ExprKind::Binary(op, Box::new(left), Box::new(right))),
                1 => call,
                1 => membership,
            ]
            .prop_map(at)
        })
        .boxed()
}
