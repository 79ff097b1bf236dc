//! `spl_cluster(text, threshold, similarity, delims)`: groups of similar texts. `cluster t=0.9 match=termset`
//!
//! Leader clustering (Hartigan, *Clustering Algorithms*, 1975, ch. 3): rows come in order, each joins the cluster whose first
//! row is most similar if that is similar enough, else it begins one. Similarity is the cosine of two sets of features (Salton
//! and McGill, 1983): what both have, divided by the root of the product of their sizes. An index from features to clusters
//! finds those that have any in common. The result has the cluster's number from 1, how many rows it has, and whether the row
//! is its first; a row without a text has none.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, StructArray},
        datatypes::{DataType, Field, Fields},
    },
    common::Result,
};

use super::whole::Columns;
use crate::words::is_word;

/// How many texts are remembered with their cluster, so that repeated ones need no comparison.
const REMEMBERED: usize = 100_000;
/// What rounding may take from a similarity.
const SLACK: f64 = 1e-9;

/// The type of the result.
pub(super) fn result() -> DataType {
    DataType::Struct(parts())
}

fn parts() -> Fields {
    ["label", "count", "first"].map(|name| Field::new(name, DataType::Int64, true)).to_vec().into()
}

pub(super) fn cluster(columns: &Columns, rows: usize) -> Result<ArrayRef> {
    let texts = columns.texts(0)?;
    let delims = columns.text(3)?;
    let mut clusters = Clusters::new(columns.double(1)?, Features::new(&columns.text(2)?, &delims));
    let mut labels = Vec::with_capacity(rows);
    let mut firsts = Vec::with_capacity(rows);
    for row in 0..rows {
        let before = clusters.counts.len();
        let label = texts.get(row).map(|text| clusters.add(&text));
        firsts.push(label.map(|label| i64::from(label == before)));
        labels.push(label);
    }
    let counts = labels.iter().map(|label| label.and_then(|label| clusters.counts.get(label)).copied());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(labels.iter().map(|label| label.map(|label| label as i64 + 1)).collect::<Int64Array>()),
        Arc::new(counts.collect::<Int64Array>()),
        Arc::new(Int64Array::from(firsts)),
    ];
    Ok(Arc::new(StructArray::try_new(parts(), columns, None)?))
}

/// What of a text is compared.
enum Features {
    /// Terms and their places.
    List(Delims),
    /// Terms.
    Set(Delims),
    /// Runs of three characters.
    Ngrams,
}

/// What separates terms.
struct Delims(Option<Vec<char>>);

impl Delims {
    fn separates(&self, character: char) -> bool {
        match &self.0 {
            Some(delims) => delims.contains(&character),
            None => !is_word(character),
        }
    }
}

impl Features {
    fn new(similarity: &str, delims: &str) -> Self {
        let delims = Delims((!delims.is_empty()).then(|| delims.chars().collect()));
        match similarity {
            "termset" => Self::Set(delims),
            "ngramset" => Self::Ngrams,
            _ => Self::List(delims),
        }
    }

    /// Visits the features of a text: a place, 0 where it does not count, and a piece. A text without any has one empty piece.
    fn each(&self, text: &str, mut visit: impl FnMut(usize, &str)) {
        let mut is_empty = true;
        match self {
            Self::List(delims) | Self::Set(delims) => {
                let terms = text.split(|next| delims.separates(next)).filter(|term| !term.is_empty());
                for (place, term) in terms.enumerate() {
                    visit(if matches!(self, Self::List(_)) { place } else { 0 }, term);
                    is_empty = false;
                }
            }
            Self::Ngrams => {
                let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).chain([text.len()]).collect();
                for window in starts.windows(4) {
                    if let [start, .., end] = window {
                        visit(0, text.get(*start..*end).unwrap_or_default());
                        is_empty = false;
                    }
                }
                if is_empty && !text.is_empty() {
                    visit(0, text);
                    is_empty = false;
                }
            }
        }
        if is_empty {
            visit(0, "");
        }
    }
}

struct Clusters {
    threshold: f64,
    features: Features,
    /// How many rows each has.
    counts: Vec<i64>,
    /// How many features the first row of each has.
    sizes: Vec<usize>,
    /// The place of each feature in `postings`: first by piece, then by place.
    known: HashMap<String, HashMap<usize, usize>>,
    /// The clusters whose first row has the feature.
    postings: Vec<Vec<usize>>,
    remembered: HashMap<String, usize>,
    /// How many features each cluster shares with the row at hand: all 0 between rows.
    shared: Vec<usize>,
}

impl Clusters {
    fn new(threshold: f64, features: Features) -> Self {
        Self {
            threshold,
            features,
            counts: Vec::new(),
            sizes: Vec::new(),
            known: HashMap::new(),
            postings: Vec::new(),
            remembered: HashMap::new(),
            shared: Vec::new(),
        }
    }

    /// The cluster of a text, counted from 0.
    fn add(&mut self, text: &str) -> usize {
        let label = match self.remembered.get(text) {
            Some(label) => *label,
            None => {
                let label = self.nearest(text).unwrap_or_else(|| self.begin(text));
                if self.remembered.len() < REMEMBERED {
                    self.remembered.insert(text.to_owned(), label);
                }
                label
            }
        };
        if let Some(count) = self.counts.get_mut(label) {
            *count += 1;
        }
        label
    }

    /// The most similar cluster that is similar enough; of equal ones the oldest.
    fn nearest(&mut self, text: &str) -> Option<usize> {
        let mut seen = HashSet::new();
        let mut touched = Vec::new();
        let mut size = 0;
        let (known, postings, shared) = (&self.known, &self.postings, &mut self.shared);
        let mut unknown = HashSet::new();
        self.features.each(text, |place, piece| match known.get(piece).and_then(|places| places.get(&place)) {
            Some(feature) => {
                if seen.insert(*feature) {
                    size += 1;
                    for &cluster in postings.get(*feature).into_iter().flatten() {
                        if let Some(count) = shared.get_mut(cluster) {
                            if *count == 0 {
                                touched.push(cluster);
                            }
                            *count += 1;
                        }
                    }
                }
            }
            None => {
                if unknown.insert((place, piece.to_owned())) {
                    size += 1;
                }
            }
        });
        let mut best: Option<(f64, usize)> = None;
        touched.sort_unstable();
        for cluster in touched {
            let (Some(count), Some(other)) = (self.shared.get_mut(cluster), self.sizes.get(cluster)) else { continue };
            let similarity = std::mem::take(count) as f64 / (size as f64 * *other as f64).sqrt();
            if similarity + SLACK >= self.threshold && best.is_none_or(|(most, _)| similarity > most) {
                best = Some((similarity, cluster));
            }
        }
        best.map(|(_, cluster)| cluster)
    }

    fn begin(&mut self, text: &str) -> usize {
        let label = self.counts.len();
        let mut size = 0;
        let (known, postings) = (&mut self.known, &mut self.postings);
        self.features.each(text, |place, piece| {
            if !known.contains_key(piece) {
                known.insert(piece.to_owned(), HashMap::new());
            }
            let Some(places) = known.get_mut(piece) else { return };
            let feature = *places.entry(place).or_insert(postings.len());
            if feature == postings.len() {
                postings.push(Vec::new());
            }
            if let Some(clusters) = postings.get_mut(feature).filter(|clusters| clusters.last() != Some(&label)) {
                clusters.push(label);
                size += 1;
            }
        });
        self.counts.push(0);
        self.sizes.push(size);
        self.shared.push(0);
        label
    }
}

#[cfg(test)]
mod tests {
    use super::{Clusters, Features};

    fn check(similarity: &str, threshold: f64, texts: &[&str], expected: &[usize]) {
        let mut clusters = Clusters::new(threshold, Features::new(similarity, ""));
        let labels: Vec<usize> = texts.iter().map(|text| clusters.add(text)).collect();
        assert_eq!(labels, expected, "{similarity} {texts:?}");
    }

    #[test]
    fn similar_texts_share_a_cluster() {
        // Three of four terms at their places: 3 / √(4·4) is 0.75.
        check("termlist", 0.75, &["a b c d", "a b c e", "b a c d"], &[0, 0, 1]);
        check("termlist", 0.76, &["a b c d", "a b c e"], &[0, 1]);
        check("termset", 0.9, &["a b c d", "d, c; b a", "a b"], &[0, 0, 1]);
        // One run of three of each two is common: 1 / √(2·2).
        check("ngramset", 0.5, &["abcd", "bcde", "xyz", "ab"], &[0, 0, 1, 2]);
        check("termlist", 0.8, &["", "...", "a", ""], &[0, 0, 1, 0]);
        check("ngramset", 1.0, &["ä", "äöü", "ä"], &[0, 1, 0]);
    }

    #[test]
    fn the_most_similar_first_row_counts() {
        check("termset", 0.5, &["a b c d", "c d e f g h i", "c d e f"], &[0, 1, 1]);
    }
}
