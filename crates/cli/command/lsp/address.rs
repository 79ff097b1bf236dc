//! Paths and the addresses under which clients know them: `/a b.spl` is `file:///a%20b.spl`.

use std::path::{Path, PathBuf};

use lsp_types::Uri;
use url::Url;

/// The address of an absolute path.
pub(super) fn of(path: &Path) -> Option<Uri> {
    Url::from_file_path(path).ok().map(|url| Uri(url.into()))
}

/// The path of an address. A buffer that is no file yet (`untitled:Untitled-1`) has one that leads nowhere.
pub(super) fn path(uri: &str) -> PathBuf {
    let file = Url::parse(uri).ok().filter(|url| url.scheme() == "file").and_then(|url| url.to_file_path().ok());
    file.unwrap_or_else(|| PathBuf::from(uri.split_once(':').map_or(uri, |(_, rest)| rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_letters_survive_the_way_there_and_back() {
        let path_of = |text: &str| of(Path::new(text)).map(|uri| uri.0).unwrap_or_default();
        if cfg!(unix) {
            assert_eq!(path_of("/a b/ü.spl"), "file:///a%20b/%C3%BC.spl");
            assert_eq!(path("file:///a%20b/%C3%BC.spl"), Path::new("/a b/ü.spl"));
        }
        assert_eq!(path("untitled:Untitled-1"), Path::new("Untitled-1"));
    }
}
