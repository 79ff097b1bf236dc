//! The searches of `tests/bench/suite.toml`.

use std::path::Path;

/// A search and its name.
pub(crate) struct Search {
    pub(crate) name: String,
    pub(crate) spl: String,
}

/// All of them.
pub(crate) fn searches() -> Vec<Search> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bench/suite.toml");
    let suite: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let text = |search: &toml::Value, key: &str| search[key].as_str().unwrap().to_owned();
    let searches = suite["search"].as_array().unwrap().iter();
    let searches: Vec<Search> =
        searches.map(|search| Search { name: text(search, "name"), spl: text(search, "spl") }).collect();
    assert!(searches.len() >= 40, "the suite has {} searches", searches.len());
    searches
}
