//! Transaction types, as `transactiontypes.conf` defines them.
//!
//! ```text
//! [mail]
//! fields = qid, pid
//! search = sourcetype=sendmail
//! maxspan = 10m
//! ```
//!
//! The options are those of `transaction` and kept as text: its parser reads them.

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

/// A transaction type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionType {
    /// The name.
    pub name: String,
    /// The fields whose values the events of a transaction share.
    pub fields: Vec<String>,
    /// The search for events that can belong to a transaction of this type.
    pub search: Option<String>,
    /// The options, under their names in the file.
    pub options: IndexMap<String, String>,
}

/// The options of `transaction` that a type may set.
const OPTIONS: [&str; 12] = [
    "connected",
    "delim",
    "endswith",
    "keepevicted",
    "maxevents",
    "maxopenevents",
    "maxopentxn",
    "maxpause",
    "maxspan",
    "mvlist",
    "nullstr",
    "startswith",
];

/// Options whose values are conditions, quoted by whoever wrote them.
const CONDITIONS: [&str; 2] = ["endswith", "startswith"];

impl TransactionType {
    /// The type as the command `transaction` with all its options.
    pub fn command(&self) -> String {
        let mut text = "transaction".to_owned();
        for field in &self.fields {
            text.push_str(&format!(" \"{field}\""));
        }
        for (name, value) in &self.options {
            let is_condition = CONDITIONS.contains(&name.as_str())
                && (value.starts_with(['"', '(']) || value.starts_with("eval(") || !value.contains(' '));
            if is_condition {
                text.push_str(&format!(" {name}={value}"));
            } else {
                let value = value.trim_matches('"').replace('\\', "\\\\").replace('"', "\\\"");
                text.push_str(&format!(" {name}=\"{value}\""));
            }
        }
        text
    }
}

/// The transaction types of a `transactiontypes.conf`. A setting without a value counts as absent; one that is none of
/// `transaction`'s is reported.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, TransactionType>, Vec<Problem>) {
    let mut types = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let mut found = TransactionType { name: name.clone(), ..TransactionType::default() };
        let own = stanza.settings.iter();
        let defaults = conf.defaults.settings.iter().filter(|(key, _)| !stanza.settings.contains_key(*key));
        for (key, setting) in own.chain(defaults).filter(|(_, setting)| !setting.value.is_empty()) {
            match key.as_str() {
                "fields" => {
                    let names = setting.value.trim_matches('"').split([',', ' ']).filter(|name| !name.is_empty());
                    found.fields = names.map(str::to_owned).collect();
                }
                "search" => found.search = Some(setting.value.clone()),
                key if OPTIONS.contains(&key) => {
                    found.options.insert(key.to_owned(), setting.value.clone());
                }
                key => problems.push(Problem::new(setting, format!("no transaction has a setting `{key}`"))),
            }
        }
        types.insert(name.clone(), found);
    }
    (types, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_type_is_a_command() {
        let text = "maxpause = 2m\n[mail]\nfields = qid,  pid\nsearch = sourcetype=mail\nstartswith = \"log in\"\n\
                    endswith = eval(code > 200)\nmaxspan =\nmaxevents = 5\n[open]\nstartswith = two words\n";
        let (types, problems) = from_conf(&Conf::parse(text).0);
        assert!(problems.is_empty());
        assert_eq!(types["mail"].search.as_deref(), Some("sourcetype=mail"));
        let written = "transaction \"qid\" \"pid\" startswith=\"log in\" endswith=eval(code > 200) maxevents=\"5\" maxpause=\"2m\"";
        assert_eq!(types["mail"].command(), written);
        assert_eq!(types["open"].command(), "transaction startswith=\"two words\" maxpause=\"2m\"");
    }

    #[test]
    fn other_settings_are_reported() {
        let (types, problems) = from_conf(&Conf::parse("[a]\nmax_span = 1\n").0);
        assert_eq!((types.len(), problems[0].line), (1, 2));
    }
}
