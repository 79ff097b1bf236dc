//! What holds for any text that is read as a conf file. The test `crates/knowledge/tests/fuzz.rs` calls the same function.

use speleo_knowledge::{
    Conf, Props, collection, event_type, field_setting, layer::Visibility, lookup, macros, props::Pattern,
    saved_search, tag, time_preset, transaction_type, transform,
};

/// Sources, hosts and source types that patterns are tried on.
const SUBJECTS: [&str; 6] = ["/var/log/a.log", "C:\\logs\\b.txt", "web1", "aws:x", "", "é\u{301}日本"];

/// No panic; each problem has a line of the text; what is printed reads as the same stanzas and prints as the same text.
pub(crate) fn conf_any(text: &str) {
    let (conf, mut problems) = Conf::parse(text);
    problems.extend(macros::from_conf(&conf).1);
    problems.extend(lookup::from_conf(&conf).1);
    problems.extend(transform::from_conf(&conf).1);
    problems.extend(saved_search::from_conf(&conf).1);
    problems.extend(event_type::from_conf(&conf).1);
    problems.extend(tag::from_conf(&conf).1);
    problems.extend(transaction_type::from_conf(&conf).1);
    problems.extend(field_setting::from_conf(&conf).1);
    problems.extend(collection::from_conf(&conf).1);
    time_preset::from_conf(&conf);
    Visibility::from_conf(&conf).is_shared(&["macros", text]);
    let (props, more) = Props::from_conf(&conf);
    problems.extend(more);
    let lines = text.lines().count().max(1);
    for problem in &problems {
        assert!((1..=lines).contains(&problem.line), "{problem:?} of {lines} in {text:?}");
    }
    for subject in SUBJECTS {
        props.search_time(Some(subject), Some(subject), Some(subject));
        props.effective(Some(subject), None, Some(subject)).index_time();
    }
    for name in conf.stanzas.keys() {
        if let Ok(Some((_, pattern))) = Pattern::of_stanza(name)
            && pattern.is_literal()
            && !name.contains("::")
        {
            assert!(pattern.matches(name), "{name:?}");
        }
    }
    let printed = conf.to_string();
    let (again, _) = Conf::parse(&printed);
    assert_eq!(values(&again), values(&conf), "{text:?} as {printed:?}");
    assert_eq!(again.to_string(), printed, "{text:?}");
}

/// All settings in order, without their lines.
fn values(conf: &Conf) -> Vec<(&str, &str, &str)> {
    let defaults =
        conf.defaults.settings.iter().map(|(key, setting)| ("default", key.as_str(), setting.value.as_str()));
    let stanzas = conf.stanzas.iter().flat_map(|(name, stanza)| {
        // A stanza without a setting counts too.
        let header = std::iter::once((name.as_str(), "", ""));
        header.chain(
            stanza.settings.iter().map(move |(key, setting)| (name.as_str(), key.as_str(), setting.value.as_str())),
        )
    });
    defaults.chain(stanzas).collect()
}
