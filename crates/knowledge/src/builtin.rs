//! Source types that are known without any conf file: `sourcetype=access_combined status=404 | top uri_path`.
//!
//! They are conf text like any other, `builtin/props.conf` and `builtin/transforms.conf`, and the weakest of all; so are the time
//! ranges of `builtin/times.conf`. What events of Windows
//! are called in the Common Information Model, by fields, event types and tags, is in `builtin/windows_cim`.

use crate::{Conf, IndexTimeKnowledge, Knowledge, Problem, Props, event_type, tag, time_preset, transform};

/// The built-in source types and time ranges. What is said later of the same source type is laid over them.
pub fn source_types() -> Knowledge {
    read().0
}

fn read() -> (Knowledge, Vec<Problem>) {
    let (props, mut problems) = Conf::parse(include_str!("builtin/props.conf"));
    let (transforms, more) = Conf::parse(include_str!("builtin/transforms.conf"));
    problems.extend(more);
    let (mut props, more) = Props::from_conf(&props);
    problems.extend(more);
    let mut windows = |text: &str| {
        let (conf, more) = Conf::parse(text);
        problems.extend(more);
        conf
    };
    let names = windows(include_str!("builtin/windows_cim/props.conf"));
    let types = windows(include_str!("builtin/windows_cim/eventtypes.conf"));
    let tags = windows(include_str!("builtin/windows_cim/tags.conf"));
    let (names, more) = Props::from_conf(&names);
    problems.extend(more);
    let (event_types, more) = event_type::from_conf(&types);
    problems.extend(more);
    let (tags, more) = tag::from_conf(&tags);
    problems.extend(more);
    let (transforms, more) = transform::from_conf(&transforms);
    problems.extend(more);
    let (times, more) = Conf::parse(include_str!("builtin/times.conf"));
    problems.extend(more);
    let time_presets = time_preset::from_conf(&times);
    let index_time =
        IndexTimeKnowledge { props: props.clone(), transforms: transforms.clone(), ..IndexTimeKnowledge::default() };
    props.merge(names);
    (Knowledge { props, transforms, index_time, event_types, tags, time_presets, ..Knowledge::default() }, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nothing_is_wrong_with_them() {
        let (known, problems) = read();
        assert!(problems.is_empty(), "{problems:?}");
        for stanza in known.props.stanzas() {
            assert_eq!(stanza.priority, -1, "{}", stanza.name);
            let effective = known.props.effective(None, None, Some(stanza.pattern.text()));
            let lists = [effective.index_time().transforms, effective.search_time().reports].concat();
            for name in lists.iter().flat_map(|list| &list.transforms) {
                assert!(known.transforms.contains_key(name), "{name}");
            }
        }
    }

    #[test]
    fn names_are_found() {
        let known = source_types();
        let has = |sourcetype: &str, key: &str| {
            known.props.effective(None, None, Some(sourcetype)).text(key).map(str::to_owned)
        };
        for name in ["XmlWinEventLog", "xmlwineventlog", "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"] {
            assert!(has(name, "REPORT-windows").is_some(), "{name}");
        }
        assert_eq!(has("zeek", "INDEXED_EXTRACTIONS").as_deref(), Some("tsv"));
        assert_eq!(has("bro:conn", "INDEXED_EXTRACTIONS").as_deref(), Some("tsv"));
        assert_eq!(has("zeek:conn:json", "INDEXED_EXTRACTIONS"), None);
        assert_eq!(has("zeek:json", "KV_MODE").as_deref(), Some("json"));
        assert_eq!(has("Access_Combined", "TIME_PREFIX"), None);
        assert_eq!(has("text", "KV_MODE"), None);
    }

    #[test]
    fn a_user_wins() {
        let mut known = source_types();
        let user = "[access_combined]\nTIME_PREFIX = x\n[(?::){0}access_*]\nTIME_FORMAT = %s\n";
        let props = Props::from_conf(&Conf::parse(user).0).0;
        known.merge(Knowledge { props, ..Knowledge::default() });
        let effective = known.props.effective(None, None, Some("access_combined"));
        assert_eq!((effective.text("TIME_PREFIX"), effective.text("TIME_FORMAT")), (Some("x"), Some("%s")));
        assert_eq!(effective.text("REPORT-access"), Some("builtin_access"));
    }
}
