//! What an app shares with others, as `metadata/default.meta` and `local.meta` say.
//!
//! ```text
//! [savedsearches/My%20Search]
//! export = system
//! ```
//!
//! The steps of a path are encoded as in addresses. The longest path that says something counts. Owners and access lists are
//! read by nothing here.

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use crate::conf::Conf;

/// The `export` settings of an app.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Visibility {
    /// By the steps of their paths; no step is the whole app.
    shared: IndexMap<Vec<String>, bool>,
}

impl Visibility {
    /// Reads an app's metadata, the local file laid over the default one.
    pub fn from_conf(conf: &Conf) -> Self {
        let mut shared = IndexMap::new();
        for (name, stanza) in &conf.stanzas {
            let Some(setting) = stanza.settings.get("export") else { continue };
            let step = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
            let path = name.split('/').filter(|step| !step.is_empty()).map(step).collect();
            shared.insert(path, setting.value == "system");
        }
        Self { shared }
    }

    /// Whether others see an object: `["macros", "name"]`, or one setting of a stanza, `["props", "sshd", "EXTRACT-user"]`.
    pub fn is_shared(&self, path: &[&str]) -> bool {
        let says = |length: usize| {
            let wanted = path.get(..length)?;
            let found =
                self.shared.iter().find(|(steps, _)| steps.iter().map(String::as_str).eq(wanted.iter().copied()));
            found.map(|(_, shared)| *shared)
        };
        (0..=path.len()).rev().find_map(says).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_path_counts() {
        let text = "[]\nexport = system\n[macros]\nexport = none\n[macros/My%20%2F%20macro]\nexport = system\naccess = read : [ * ]\n";
        let app = Visibility::from_conf(&Conf::parse(text).0);
        assert!(app.is_shared(&["props", "sshd", "EXTRACT-a"]));
        assert!(!app.is_shared(&["macros", "other"]));
        assert!(app.is_shared(&["macros", "My / macro"]));
        assert!(!Visibility::default().is_shared(&["props"]));
    }
}
