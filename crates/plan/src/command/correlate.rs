//! The meaning of `correlate`: how often fields occur together. `correlate`
//!
//! For each two fields the number of rows with both, divided by that of rows with either (Jaccard's index), to two decimals.

use speleo_syntax::command::correlate::Correlate;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    sheet::{self, Values},
};

impl Lower for Correlate {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "correlate", self.span)?;
        let mut names = sheet::fields(&input, &[]);
        names.sort();
        let found = sheet::texts(input, &names, "fields of rows", cx).await?;
        let fields: Vec<Bits> = found.into_iter().map(Bits::new).collect();
        let present: Vec<(&String, &Bits)> = names.iter().zip(&fields).filter(|(_, bits)| bits.count > 0).collect();
        let titles = present.iter().map(|(name, _)| Some((*name).clone())).collect();
        let mut table = vec![("RowField".to_owned(), Values::Text(titles))];
        for (name, column) in &present {
            let cells = present.iter().map(|(_, row)| Some(format!("{:.2}", row.together(column))));
            table.push(((*name).clone(), Values::Text(cells.collect())));
        }
        sheet::of_columns("correlation", table)
    }
}

/// The rows that have a field, a bit each.
struct Bits {
    words: Vec<u64>,
    count: u64,
}

impl Bits {
    fn new(values: Vec<Option<String>>) -> Self {
        let word = |values: &[Option<String>]| {
            values.iter().enumerate().fold(0_u64, |word, (bit, value)| word | u64::from(value.is_some()) << bit)
        };
        let words: Vec<u64> = values.chunks(64).map(word).collect();
        let count = words.iter().map(|word| u64::from(word.count_ones())).sum();
        Self { words, count }
    }

    /// The rows with both fields as a share of those with either.
    fn together(&self, other: &Self) -> f64 {
        let both: u64 = self.words.iter().zip(&other.words).map(|(a, b)| u64::from((a & b).count_ones())).sum();
        both as f64 / (self.count + other.count - both) as f64
    }
}
