//! The meaning of `format`: all rows as the text of one condition. `format "(" "(" "OR" ")" "OR" ")"`
//!
//! Internal fields take no part; columns stand in alphabetical order. A field called `search` or `query` holds text that goes in
//! as it is. No rows give the text that matches nothing.

use datafusion::{
    arrow::datatypes::DataType,
    functions::string::expr_fn::concat,
    logical_expr::{lit, when},
};
use speleo_syntax::command::format::Format;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::{Relation, column, is_internal},
    text,
};

/// Fields whose values are text of a search.
const RAW_FIELDS: [&str; 2] = ["search", "query"];

impl Lower for Format {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let mut input = rows(input, "format", self.span)?;
        if self.max_results > 0 {
            input = input.sorted(usize::try_from(self.max_results).ok())?;
        }
        let [row_start, column_start, column_separator, column_end, row_separator, row_end] = &self.parts;
        let mut names = input.fields();
        names.retain(|name| !is_internal(name));
        names.sort();
        let mut cells = Vec::with_capacity(names.len());
        for name in &names {
            let data_type = input.data_type(name).cloned().unwrap_or(DataType::Utf8);
            cells.push(if RAW_FIELDS.contains(&name.as_str()) {
                text::plain(column(name), &data_type)?
            } else {
                text::assignment(name, column(name), &data_type, &self.mv_separator)?
            });
        }
        let cells = text::join(cells, &format!(" {column_separator} "))?;
        let ends = [format!("{column_start} "), format!(" {column_end}")];
        let [before, after] = ends.map(lit);
        let row = when(cells.clone().is_not_null(), concat(vec![before, cells, after])).end()?;
        let whole = text::collect(input, row, &format!(" {row_separator} "))?;
        let found = column(text::SEARCH);
        let full = concat(vec![lit(format!("{row_start} ")), found.clone(), lit(format!(" {row_end}"))]);
        let answer = when(found.is_not_null(), full).otherwise(lit(self.empty_text.as_str()))?;
        whole.set(vec![(text::SEARCH.to_owned(), answer)])
    }
}
