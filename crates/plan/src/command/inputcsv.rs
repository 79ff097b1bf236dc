//! The meaning of `inputcsv`: the rows of a file of the lookup folder, as events where it says so. `| inputcsv results.csv`

use speleo_syntax::command::{inputcsv::InputCsv, inputlookup::InputLookup};

use super::outputcsv::file;
use crate::{
    Result,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{OrderKey, Relation, Shape, column},
};

impl Lower for InputCsv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let read = InputLookup {
            span: self.span,
            append: self.append,
            strict: self.strict,
            start: self.start,
            max: self.max,
            table: file(&self.file),
            condition: self.condition.clone(),
        };
        let mut found = read.lower(input, cx).await?;
        let Some(data_type) = found.data_type(TIME).cloned().filter(|_| self.events) else { return Ok(found) };
        if !meet::is_time(&data_type) {
            let time = meet::convert(column(TIME), &data_type, &meet::time_type())?;
            found = found.set(vec![(TIME.to_owned(), time)])?;
        }
        found.order.insert(0, OrderKey::descending(TIME));
        found.shape = Shape::Events;
        Ok(found)
    }
}
