//! Named time ranges, as `times.conf` defines them: `[last_week]` with `label`, `earliest_time`, `latest_time`. A search takes one
//! with `--time-range "Last week"`.

use indexmap::IndexMap;

use crate::conf::Conf;

/// A time range with a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimePreset {
    /// What people read; the stanza's name where nothing is said.
    pub label: String,
    /// The start, absolute or relative; none is the first event.
    pub earliest: Option<String>,
    /// The end; none is the last event.
    pub latest: Option<String>,
    /// The place in a list, the smallest first.
    pub order: Option<i64>,
}

/// The presets of a `times.conf` in the order of a list; those that are disabled or only open a menu are left out.
pub fn from_conf(conf: &Conf) -> IndexMap<String, TimePreset> {
    let mut presets = IndexMap::new();
    for (name, stanza) in &conf.stanzas {
        let text = |key: &str| conf.text(stanza, key).filter(|text| !text.is_empty()).map(str::to_owned);
        let is_set = |key: &str| conf.text(stanza, key).and_then(crate::conf::truth) == Some(true);
        // `[settings]` says what the picker shows besides presets.
        if is_set("disabled") || is_set("is_sub_menu") || name == "settings" {
            continue;
        }
        let preset = TimePreset {
            label: text("label").unwrap_or_else(|| name.clone()),
            earliest: text("earliest_time"),
            latest: text("latest_time"),
            order: text("order").and_then(|number| number.parse().ok()),
        };
        presets.insert(name.clone(), preset);
    }
    presets.sort_by(|one, left, other, right| {
        let place = |preset: &TimePreset| preset.order.unwrap_or(i64::MAX);
        (place(left), one).cmp(&(place(right), other))
    });
    presets
}

/// A preset by its label or its stanza's name, whatever the case.
pub fn find<'a>(presets: &'a IndexMap<String, TimePreset>, name: &str) -> Option<&'a TimePreset> {
    let is_same = |text: &str| text.trim().to_lowercase() == name.trim().to_lowercase();
    presets
        .get(name)
        .or_else(|| presets.iter().find(|(key, own)| is_same(&own.label) || is_same(key)).map(|(_, own)| own))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn presets_stand_in_their_order() {
        let text = "[b]\nlabel = B\nearliest_time = -1d@d\nlatest_time = @d\norder = 20\n[a]\n[c]\norder = 3\n[d]\ndisabled = 1\n[settings]\nshow_advanced = 1\n";
        let presets = from_conf(&Conf::parse(text).0);
        assert_eq!(presets.keys().map(String::as_str).collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!((presets["b"].earliest.as_deref(), presets["a"].label.as_str()), (Some("-1d@d"), "a"));
        assert_eq!(find(&presets, " b ").map(|preset| preset.order), Some(Some(20)));
        assert!(find(&presets, "d").is_none());
    }
}
