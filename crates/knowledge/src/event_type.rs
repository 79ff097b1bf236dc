//! Event types, as `eventtypes.conf` defines them.
//!
//! ```text
//! [failed_login]
//! search = sourcetype=auth action=failure
//! priority = 3
//! ```

use indexmap::IndexMap;

use crate::conf::{Conf, Place, Problem};

/// The priority of types that say none, the lowest.
const LOWEST: u8 = 10;

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    /// The name.
    pub name: String,
    /// The conditions of its events.
    pub search: String,
    /// 1 to 10; 1 is the highest.
    pub priority: u8,
    /// Where its search was written.
    pub place: Place,
}

/// The event types of an `eventtypes.conf`, by priority and then by name; those that are disabled or have no search are left out.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, EventType>, Vec<Problem>) {
    let mut types = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        if conf.flag(stanza, "disabled", &mut problems) == Some(true) {
            continue;
        }
        let setting = |key: &str| conf.get(stanza, key).filter(|setting| !setting.value.is_empty());
        let Some(search) = setting("search") else { continue };
        let mut priority = LOWEST;
        if let Some(setting) = setting("priority") {
            match setting.value.parse() {
                Ok(number @ 1..=LOWEST) => priority = number,
                _ => problems.push(Problem::new(setting, "`priority` is a number from 1 to 10".to_owned())),
            }
        }
        let place = search.into();
        types.insert(name.clone(), EventType { name: name.clone(), search: search.value.clone(), priority, place });
    }
    types.sort_by(|one, left, other, right| (left.priority, one).cmp(&(right.priority, other)));
    (types, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn types_stand_by_priority_and_name() {
        let text = "[b]\nsearch = b=1\n[a]\nsearch = a=1\n[z]\nsearch = z=1\npriority = 2\n[off]\nsearch = x\ndisabled = yes\n\
                    [empty]\ndescription = none\n[odd]\nsearch = o\npriority = 11\n";
        let (types, problems) = from_conf(&Conf::parse(text).0);
        assert_eq!(types.keys().map(String::as_str).collect::<Vec<_>>(), ["z", "a", "b", "odd"]);
        assert_eq!(types["z"].search, "z=1");
        assert_eq!((problems.len(), problems[0].line), (1, 15));
    }
}
