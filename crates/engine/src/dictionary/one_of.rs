//! [`OneOf`]: a text of a few that stand in the search. `case(bytes<1000, "small", true(), "large")`
//!
//! Conditions choose a number, and the texts are written once.

use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, DictionaryArray, RecordBatch, StringArray},
        datatypes::{DataType, Field, FieldRef, Int32Type, Schema},
    },
    common::{Result, ScalarValue, assert_eq_or_internal_err},
    logical_expr::ColumnarValue,
    physical_expr::{
        PhysicalExpr,
        expressions::{CaseExpr, Literal},
    },
};

use super::repeated_text;

/// The expression.
#[derive(Debug)]
pub(crate) struct OneOf {
    /// The place of the text, an Int32; null is no text.
    choice: Arc<dyn PhysicalExpr>,
    texts: Vec<String>,
    name: String,
}

/// A choice among literal texts that stays numbers; none where an expression is something else.
pub(super) fn one_of(expr: &Arc<dyn PhysicalExpr>) -> Option<Arc<dyn PhysicalExpr>> {
    let case = expr.downcast_ref::<CaseExpr>()?;
    let mut texts: Vec<String> = Vec::new();
    let mut place = |expr: &Arc<dyn PhysicalExpr>| -> Option<Arc<dyn PhysicalExpr>> {
        let literal = match expr.downcast_ref::<Literal>()?.value() {
            ScalarValue::Utf8(text) => text,
            ScalarValue::Null => &None,
            _ => return None,
        };
        let place = literal.as_ref().map(|text| {
            texts.iter().position(|known| known == text).unwrap_or_else(|| {
                texts.push(text.clone());
                texts.len() - 1
            })
        });
        let place = place.map(i32::try_from).transpose().ok()?;
        Some(Arc::new(Literal::new(ScalarValue::Int32(place))))
    };
    let mut branches = Vec::with_capacity(case.when_then_expr().len());
    for (when, then) in case.when_then_expr() {
        branches.push((Arc::clone(when), place(then)?));
    }
    let otherwise = match case.else_expr() {
        Some(otherwise) => Some(place(otherwise)?),
        None => None,
    };
    let choice = CaseExpr::try_new(case.expr().cloned(), branches, otherwise).ok()?;
    (!texts.is_empty()).then(|| Arc::new(OneOf { choice: Arc::new(choice), texts, name: expr.to_string() }) as _)
}

impl OneOf {
    /// The choice as it stands in the search.
    pub(crate) fn written(&self) -> Option<Arc<dyn PhysicalExpr>> {
        let case = self.choice.downcast_ref::<CaseExpr>()?;
        let text = |expr: &Arc<dyn PhysicalExpr>| -> Option<Arc<dyn PhysicalExpr>> {
            let ScalarValue::Int32(place) = expr.downcast_ref::<Literal>()?.value() else { return None };
            let text = place.and_then(|place| self.texts.get(usize::try_from(place).ok()?)).cloned();
            Some(Arc::new(Literal::new(ScalarValue::Utf8(text))))
        };
        let branch =
            |(when, then): &(Arc<dyn PhysicalExpr>, Arc<dyn PhysicalExpr>)| Some((Arc::clone(when), text(then)?));
        let branches = case.when_then_expr().iter().map(branch).collect::<Option<Vec<_>>>()?;
        let case = CaseExpr::try_new(case.expr().cloned(), branches, case.else_expr().and_then(text)).ok()?;
        Some(Arc::new(case))
    }
}

impl PhysicalExpr for OneOf {
    fn return_field(&self, input_schema: &Schema) -> Result<FieldRef> {
        let nullable = self.choice.nullable(input_schema)?;
        Ok(Arc::new(Field::new(&self.name, repeated_text(), nullable)))
    }

    fn data_type(&self, _input_schema: &Schema) -> Result<DataType> {
        Ok(repeated_text())
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let places = self.choice.evaluate(batch)?.into_array(batch.num_rows())?;
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values(&self.texts));
        let rows = DictionaryArray::<Int32Type>::try_new(places.as_primitive::<Int32Type>().clone(), texts)?;
        Ok(ColumnarValue::Array(Arc::new(rows)))
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.choice]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        assert_eq_or_internal_err!(children.len(), 1, "a choice is one expression");
        let choice = children.swap_remove(0);
        Ok(Arc::new(Self { choice, texts: self.texts.clone(), name: self.name.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl PartialEq for OneOf {
    fn eq(&self, other: &Self) -> bool {
        self.choice.eq(&other.choice) && self.texts == other.texts
    }
}

impl Eq for OneOf {}

impl Hash for OneOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.choice.hash(state);
        self.texts.hash(state);
    }
}

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
