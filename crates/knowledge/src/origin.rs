//! Where objects are defined: what an editor opens for a macro's name. `` `errors("web")` `` → `macros.conf:12`
//!
//! Beside the objects, not in them: what they mean does not change with the line on which they stand.

use indexmap::IndexMap;

use crate::conf::{Conf, Place, Stanza};

/// The places of objects by the names under which [`crate::Knowledge`] has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Of macros, by key.
    pub macros: IndexMap<String, Place>,
    /// Of lookup definitions.
    pub lookups: IndexMap<String, Place>,
    /// Of data models.
    pub data_models: IndexMap<String, Place>,
    /// Of saved searches.
    pub saved_searches: IndexMap<String, Place>,
}

impl Origins {
    /// Lays other places over these.
    pub fn merge(&mut self, later: Origins) {
        self.macros.extend(later.macros);
        self.lookups.extend(later.lookups);
        self.data_models.extend(later.data_models);
        self.saved_searches.extend(later.saved_searches);
    }
}

/// The places of a conf file's stanzas under the names that `name` gives them: the header, where it is in the file whose `key`
/// counts.
pub fn of_conf(conf: &Conf, key: &str, name: impl Fn(&str) -> String) -> IndexMap<String, Place> {
    let place = |(stanza_name, stanza): (&String, &Stanza)| {
        let deciding: Place = conf.get(stanza, key)?.into();
        let header: Place = stanza.into();
        let place = if header.file == deciding.file && header.line <= deciding.line { header } else { deciding };
        Some((name(stanza_name), place))
    };
    conf.stanzas.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use std::path::Path;

    use super::*;

    #[test]
    fn the_file_whose_setting_wins_is_the_origin() {
        let read = |file: &str, text: &str| Conf::parse_file(Path::new(file), text).0;
        let mut conf = read("default", "[a]\ndefinition = 1\n[b]\n# x\ndefinition = 1\n");
        conf.layer(read("local", "\n[b]\ndefinition = 2\n[a]\niseval = 0\n"));
        let places = of_conf(&conf, "definition", str::to_owned);
        let place = |name: &str| {
            let place = &places[name];
            (place.file.as_deref().unwrap().to_str().unwrap().to_owned(), place.line)
        };
        assert_eq!(place("b"), ("local".to_owned(), 2));
        // The later file says something else of it: the definition is what one looks for.
        assert_eq!(place("a"), ("default".to_owned(), 2));
    }
}
