//! The meaning of `contingency`: how often two values occur together, as a table. `contingency host status`
//!
//! Rows and columns come by frequency, the most frequent first, equal ones by their texts. Of these as many are shown as cover the share
//! asked for, within the limit. Rows of the input without one of the fields do not count.

use std::collections::HashMap;

use datafusion::{functions_aggregate::count::count_udaf, logical_expr::lit};
use speleo_syntax::command::contingency::{Contingency, Cover};

use crate::{
    Result,
    aggregate::{self, Output},
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

impl Lower for Contingency {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "contingency", self.span)?;
        // With one field for both, the cells are on the diagonal.
        let names = [self.row.name.as_str(), self.column.name.as_str()];
        let count = Output::plain("count of rows", count_udaf(), vec![lit(1_i64)]);
        let cells = aggregate::group(aggregate::keys(input, names, false)?, std::slice::from_ref(&count))?;
        let asked = [names[0].to_owned(), names[1].to_owned(), count.name];
        let found = sheet::texts(cells, &asked, "cells of contingency", cx).await?;
        let [of_rows, of_columns, counts] = found.as_slice() else {
            return sheet::of_columns("contingency", Vec::new());
        };
        let mut cells: HashMap<(&str, &str), i64> = HashMap::new();
        let (mut row_sums, mut column_sums) = (HashMap::new(), HashMap::new());
        for ((row, column), count) in of_rows.iter().zip(of_columns).zip(counts) {
            let (Some(row), Some(column), Some(count)) = (row, column, count) else { continue };
            let count: i64 = count.parse().unwrap_or(0);
            *cells.entry((row, column)).or_default() += count;
            *row_sums.entry(row.as_str()).or_default() += count;
            *column_sums.entry(column.as_str()).or_default() += count;
        }
        let (row_labels, column_labels) = (shown(row_sums, self.rows), shown(column_sums, self.columns));
        let cell = |row: &str, column: &str| cells.get(&(row, column)).copied().unwrap_or(0);

        let mut titles: Vec<Option<String>> = row_labels.iter().map(|row| Some((*row).to_owned())).collect();
        if self.totals {
            titles.push(Some(self.total_text.clone()));
        }
        let mut table = vec![(self.row.name.clone(), Values::Text(titles))];
        let mut sums = vec![0_i64; row_labels.len() + 1];
        for column in &column_labels {
            let mut values: Vec<i64> = row_labels.iter().map(|row| cell(row, column)).collect();
            let sum = values.iter().sum();
            if self.totals {
                values.push(sum);
            }
            sums.iter_mut().zip(&values).for_each(|(sum, value)| *sum += value);
            table.push((unused(column, &table), Values::Whole(values)));
        }
        if self.totals {
            table.push((unused(&self.total_text, &table), Values::Whole(sums)));
        }
        sheet::of_columns("contingency", table)
    }
}

/// The name of a column, with a number behind it where it is taken.
fn unused(name: &str, table: &[(String, Values)]) -> String {
    let is_free = |name: &String| table.iter().all(|(taken, _)| taken != name);
    let numbered = (1..=table.len()).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

/// The values that are shown, the most frequent first.
fn shown(sums: HashMap<&str, i64>, cover: Cover) -> Vec<&str> {
    let all: i64 = sums.values().sum();
    let mut ranked: Vec<(&str, i64)> = sums.into_iter().collect();
    ranked.sort_by(|(a, a_sum), (b, b_sum)| b_sum.cmp(a_sum).then(a.cmp(b)));
    let most = if cover.most == 0 { usize::MAX } else { usize::try_from(cover.most).unwrap_or(usize::MAX) };
    let needed = cover.share * all as f64;
    let mut covered = 0;
    let mut labels = Vec::new();
    for (label, sum) in ranked.into_iter().take(most) {
        if covered as f64 >= needed {
            break;
        }
        covered += sum;
        labels.push(label);
    }
    labels
}
