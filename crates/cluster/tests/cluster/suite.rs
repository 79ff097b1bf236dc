//! The searches of `tests/bench/searches` over the web's events and the table of people.

use std::path::{Path, PathBuf};

/// A search and its name.
pub(crate) struct Search {
    pub(crate) name: String,
    pub(crate) spl: String,
}

/// Tables that are not made here.
const OTHERS: &[&str] = &["sessions.csv", "few.csv", "zones_by"];

/// All of them.
pub(crate) fn searches() -> Vec<Search> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bench/searches");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut searches = Vec::new();
    for file in files {
        let of_file: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let subject = file.file_stem().unwrap().to_string_lossy().into_owned();
        for search in of_file["search"].as_array().unwrap() {
            let text = |key: &str| search[key].as_str().unwrap().to_owned();
            // The shipped searches stand in files of their own.
            let Some(spl) = search.get("spl").and_then(toml::Value::as_str) else { continue };
            if spl.starts_with("index=web") && !OTHERS.iter().any(|other| spl.contains(other)) {
                searches.push(Search { name: format!("{subject}: {}", text("name")), spl: spl.to_owned() });
            }
        }
    }
    assert!(searches.len() >= 60, "the suite has {} searches", searches.len());
    searches
}
