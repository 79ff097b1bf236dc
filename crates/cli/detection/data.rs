//! Where a test's files are: beside the test, above it, or below the folders that the caller names.

use std::path::{Path, PathBuf};

/// The file that `place` names, a path or an address. Of an address, or a path from elsewhere, the longest end counts that
/// exists: `https://host/repository/datasets/T1003/sysmon.log` is `datasets/T1003/sysmon.log` below a folder.
pub(super) fn find(place: &str, test: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let is_address = place.contains("://");
    let path = place.split_once("://").map_or(place, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().filter(|_| is_address).unwrap_or(path);
    if !is_address && Path::new(path).is_absolute() && Path::new(path).exists() {
        return Some(PathBuf::from(path));
    }
    let steps: Vec<&str> = path.split(['/', '\\']).filter(|step| !matches!(*step, "" | ".")).collect();
    let ends = (0..steps.len()).filter_map(|start| steps.get(start..)).map(|end| end.iter().collect::<PathBuf>());
    let ends: Vec<PathBuf> = ends.collect();
    let absolute = std::path::absolute(test).unwrap_or_else(|_| test.to_owned());
    let beside = absolute.parent().map(Path::to_owned);
    let above: Vec<PathBuf> = absolute.ancestors().skip(2).map(Path::to_owned).collect();
    let in_folders = folders.iter().chain(&beside).flat_map(|folder| ends.iter().map(|end| folder.join(end)));
    // Above the test only the whole path counts: a bare name could be anybody's.
    let whole = ends.first().into_iter().filter(|_| !is_address);
    let in_above = whole
        .flat_map(|end| above.iter().flat_map(move |folder| [folder.join(end), folder.join("detections").join(end)]));
    in_folders.chain(in_above).find(|candidate| candidate.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_longest_end_of_an_address_that_exists_counts() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["data/datasets/T1/sysmon.log", "data/sysmon.log", "tests/near.log", "top.log"] {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), "x").unwrap();
        }
        let found = |place: &str| find(place, &at("tests/t.yml"), &[at("data")]);
        assert_eq!(found("https://h/r/master/datasets/T1/sysmon.log?raw=1"), Some(at("data/datasets/T1/sysmon.log")));
        assert_eq!(found("https://h/r/other/T2/sysmon.log"), Some(at("data/sysmon.log")));
        assert_eq!(found("near.log"), Some(at("tests/near.log")));
        assert_eq!(found("top.log"), Some(at("top.log")));
        assert_eq!(found("https://h/top.log"), None);
        assert_eq!(found("nothing.log"), None);
    }
}
