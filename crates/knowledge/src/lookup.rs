//! Lookup definitions, as `transforms.conf` gives them.

/// How a column of a lookup table is compared with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchKind {
    /// As text.
    Exact,
    /// The cell is a pattern with `*`.
    Wildcard,
    /// The cell is an address block.
    Cidr,
}

/// A lookup definition.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupDefinition {
    /// The name that searches use.
    pub name: String,
    /// The CSV file by name.
    pub filename: String,
    /// The most matches for one event.
    pub max_matches: usize,
    /// The fewest; missing ones are filled with `default_match`.
    pub min_matches: usize,
    /// What an event without a match gets.
    pub default_match: String,
    /// Whether upper and lower case differ.
    pub case_sensitive: bool,
    /// Columns that are not compared as text, with how they are.
    pub match_types: Vec<(String, MatchKind)>,
    /// The column that holds a time, for lookups bound in time.
    pub time_field: Option<String>,
    /// How that time is written.
    pub time_format: String,
    /// The longest time in seconds that an event may be after the row.
    pub max_offset_secs: i64,
    /// The shortest.
    pub min_offset_secs: i64,
}

impl LookupDefinition {
    /// The definition that a plain file has.
    pub fn of_file(filename: &str) -> Self {
        Self {
            name: filename.to_owned(),
            filename: filename.to_owned(),
            max_matches: 1000,
            min_matches: 0,
            default_match: String::new(),
            case_sensitive: true,
            match_types: Vec::new(),
            time_field: None,
            time_format: "%s".to_owned(),
            max_offset_secs: 2_000_000_000,
            min_offset_secs: 0,
        }
    }
}
