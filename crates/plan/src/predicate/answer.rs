//! The rows of a bracket as a condition: `[search index=threats | fields src dest]`.
//!
//! Rows are alternatives, cells of a row hold together, several values of a cell are alternatives. Many rows become one
//! lookup, not a long condition; values with `*` and address blocks keep their meaning.

use datafusion::logical_expr::{Expr, lit};
use speleo_syntax::{Span, is_time_modifier};

use super::{
    Lowering, all, any,
    compare::{among, among_all, equals, text_list},
    unknown,
};
use crate::{
    Result,
    expr::Typed,
    field, kernel,
    subsearch::{Answer, Row},
};

/// Up to so many rows, plain comparisons say more to a scan than a lookup.
const FEW: usize = 8;

impl Lowering<'_, '_> {
    /// The condition that the bracket at a place makes. Nothing is known of it: all rows may pass.
    pub(super) fn answer(&mut self, bracket: Span) -> Result<Expr> {
        let answers = self.answers;
        let rows = match answers.get(&bracket).and_then(Option::as_ref) {
            None => return Ok(lit(true)),
            Some(Answer::Column(name, texts)) => {
                let Some((column, data_type)) = field::find(name, self.relation) else { return Ok(unknown()) };
                return among_all(&Typed::field(column, data_type), texts);
            }
            Some(Answer::Rows(rows)) => rows,
        };
        let mut alternatives = Vec::new();
        let mut groups: Vec<(Vec<&str>, Vec<&Row>)> = Vec::new();
        for row in rows {
            let simple = row.cells.len() == 1 || row.cells.iter().all(|(_, values)| values.len() == 1);
            if !row.spliced.is_empty() || !simple {
                alternatives.push(self.row(row, bracket)?);
                continue;
            }
            let fields = || row.cells.iter().map(|(field, _)| field.as_ref());
            match groups.iter_mut().find(|(known, _)| fields().eq(known.iter().copied())) {
                Some((_, members)) => members.push(row),
                None => groups.push((fields().collect(), vec![row])),
            }
        }
        for (fields, members) in groups {
            alternatives.push(self.rows(&fields, &members, bracket)?);
        }
        Ok(any(alternatives))
    }

    /// Rows with the same fields.
    fn rows(&mut self, fields: &[&str], rows: &[&Row], bracket: Span) -> Result<Expr> {
        if let [field] = fields {
            let texts: Vec<&str> = rows.iter().flat_map(|row| row.texts()).collect();
            return self.cell(field, &texts);
        }
        if rows.len() <= FEW {
            let conditions = rows.iter().map(|row| self.row(row, bracket)).collect::<Result<Vec<_>>>()?;
            return Ok(any(conditions));
        }
        let mut conditions = Vec::new();
        let mut args = vec![text_list(&rows.iter().flat_map(|row| row.texts()).collect::<Vec<_>>())];
        for (place, name) in fields.iter().enumerate() {
            // What no row can match in one field never gets to the lookup of whole rows.
            let texts: Vec<&str> = rows.iter().filter_map(|row| row.texts().nth(place)).collect();
            conditions.push(self.cell(name, &texts)?);
            let Some((column, _)) = field::find(name, self.relation) else { return Ok(unknown()) };
            args.push(column);
        }
        conditions.push(kernel::call("spl_search_rows", args)?);
        Ok(all(conditions))
    }

    /// One row: all of its cells, and the conditions that it holds as text.
    fn row(&mut self, row: &Row, bracket: Span) -> Result<Expr> {
        let mut conditions = Vec::with_capacity(row.cells.len() + row.spliced.len());
        for (field, values) in row.cells.iter().filter(|(field, _)| !is_time_modifier(field)) {
            let texts: Vec<&str> = values.iter().map(String::as_str).collect();
            conditions.push(self.cell(field, &texts)?);
        }
        for expr in &row.spliced {
            conditions.push(self.foreign(expr, bracket)?);
        }
        Ok(all(conditions))
    }

    /// A field with one of several texts.
    fn cell(&mut self, name: &str, texts: &[&str]) -> Result<Expr> {
        if let (Some(own), "index") = (self.index, name) {
            return Ok(lit(texts.iter().any(|pattern| super::index::matches(pattern, own))));
        }
        let Some((column, data_type)) = field::find(name, self.relation) else { return Ok(unknown()) };
        let value = Typed::field(column, data_type);
        match texts {
            [text] => equals(&value, text, false),
            texts => among(&value, texts),
        }
    }
}
