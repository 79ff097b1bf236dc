//! Which of several conf files wins: those of one name, from the system, apps and a user, laid over each other.
//!
//! ```text
//! etc/apps/alpha/default/props.conf      [sshd] TZ = UTC
//! etc/apps/zeta/default/props.conf       [sshd] TZ = CET      wins for searches, loses when events are read
//! ```
//!
//! Merging is key by key within a stanza. A search sees its own app first, then what other apps share, the app whose name sorts
//! last before the others; reading of events knows no app, and the name that sorts first wins. Absent: the settings of
//! forwarders and clusters, and groups of users that objects are shared with.

mod visibility;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

pub use self::visibility::Visibility;
use crate::conf::{Conf, Stanza};

/// A folder of conf files, by what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// `system/default`
    SystemDefault,
    /// `system/local`
    SystemLocal,
    /// A folder of an app, by the app's name.
    App(String, AppLayer),
    /// A user's own settings within an app.
    User(String),
}

/// A folder within an app. The order is that of precedence, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppLayer {
    /// Files beside `default` and `local`, as folders of conf files have them.
    Plain,
    /// `default`
    Default,
    /// `local`
    Local,
}

/// For whom files are laid over each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context<'a> {
    /// A search in an app; in none, it sees what apps share.
    Search(Option<&'a str>),
    /// The reading of events.
    Index,
}

/// The files of one name.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    files: Vec<(Home, Conf)>,
}

impl Layers {
    /// Adds a file.
    pub fn push(&mut self, home: Home, conf: Conf) {
        self.files.push((home, conf));
    }

    /// The stanzas that an app's own files have, a user's among them.
    pub fn stanzas_of(&self, app: &str) -> BTreeSet<&str> {
        let is_own = |home: &Home| matches!(home, Home::App(name, _) | Home::User(name) if name == app);
        let own = self.files.iter().filter(|(home, _)| is_own(home));
        own.flat_map(|(_, conf)| conf.stanzas.keys().map(String::as_str)).collect()
    }

    /// Lays the files over each other. `kind` is their name without ending, under which `visibility` says what an app shares.
    pub fn resolve(&self, kind: &str, context: Context<'_>, visibility: &BTreeMap<String, Visibility>) -> Conf {
        let mut files: Vec<&(Home, Conf)> =
            self.files.iter().filter(|(home, _)| context == Context::Index || !is_unseen(home, context)).collect();
        match context {
            Context::Search(current) => files.sort_by_key(|(home, _)| home.search_rank(current)),
            Context::Index => {
                files.retain(|(home, _)| !matches!(home, Home::User(_)));
                files.sort_by_key(|(home, _)| home.index_rank());
            }
        }
        let mut laid = Conf::default();
        for (home, conf) in files {
            let app = match (home, context) {
                (Home::App(app, _), Context::Search(current)) if current != Some(app) => visibility.get(app),
                _ => None,
            };
            match app {
                Some(app) => laid.layer(shared(conf, kind, app)),
                None => laid.layer(conf.clone()),
            }
        }
        laid
    }
}

/// Whether a search in this context does not see a user's folder: it belongs to another app.
fn is_unseen(home: &Home, context: Context<'_>) -> bool {
    matches!((home, context), (Home::User(app), Context::Search(Some(current))) if app != current)
}

/// What an app shares of a file.
fn shared(conf: &Conf, kind: &str, app: &Visibility) -> Conf {
    let of = |name: &str, stanza: &Stanza| {
        let mut stanza = stanza.clone();
        stanza.settings.retain(|key, _| app.is_shared(&[kind, name, key]));
        stanza
    };
    let mut seen = Conf { defaults: of("default", &conf.defaults), ..Conf::default() };
    for (name, stanza) in &conf.stanzas {
        if app.is_shared(&[kind, name]) || stanza.settings.keys().any(|key| app.is_shared(&[kind, name, key])) {
            seen.stanzas.insert(name.clone(), of(name, stanza));
        }
    }
    seen
}

impl Home {
    /// The place among files that a search sees: the greatest wins.
    pub fn search_rank(&self, current: Option<&str>) -> (u8, String, AppLayer) {
        match self {
            Home::SystemDefault => (0, String::new(), AppLayer::Default),
            Home::SystemLocal => (1, String::new(), AppLayer::Local),
            Home::App(app, layer) if current == Some(app) => (3, String::new(), *layer),
            Home::App(app, layer) => (2, app.clone(), *layer),
            Home::User(app) => (4, app.clone(), AppLayer::Local),
        }
    }

    fn index_rank(&self) -> (u8, Reverse<String>, AppLayer) {
        let first = Reverse(String::new());
        match self {
            Home::SystemDefault => (0, first, AppLayer::Default),
            Home::App(app, AppLayer::Local) => (2, Reverse(app.clone()), AppLayer::Local),
            Home::App(app, layer) => (1, Reverse(app.clone()), *layer),
            Home::User(app) => (2, Reverse(app.clone()), AppLayer::Local),
            Home::SystemLocal => (3, first, AppLayer::Local),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// The value of `[s] k` where each of these files sets it to its own name.
    fn winner(homes: &[(&str, Home)], context: Context<'_>, meta: &[(&str, &str)]) -> Option<String> {
        let mut layers = Layers::default();
        for (name, home) in homes {
            layers.push(home.clone(), Conf::parse(&format!("[s]\nk = {name}\n")).0);
        }
        let visibility =
            meta.iter().map(|(app, text)| ((*app).to_owned(), Visibility::from_conf(&Conf::parse(text).0))).collect();
        let conf = layers.resolve("props", context, &visibility);
        conf.stanzas.get("s").and_then(|stanza| conf.text(stanza, "k")).map(str::to_owned)
    }

    fn app(name: &str, layer: AppLayer) -> Home {
        Home::App(name.to_owned(), layer)
    }

    #[test]
    fn searches_and_reading_have_opposite_orders_of_apps() {
        let homes = [
            ("z-default", app("z", AppLayer::Default)),
            ("a-local", app("a", AppLayer::Local)),
            ("a-default", app("a", AppLayer::Default)),
            ("system-default", Home::SystemDefault),
        ];
        assert_eq!(winner(&homes, Context::Search(None), &[]).unwrap(), "z-default");
        assert_eq!(winner(&homes, Context::Search(Some("a")), &[]).unwrap(), "a-local");
        assert_eq!(winner(&homes, Context::Index, &[]).unwrap(), "a-local");
        let defaults = [homes[0].clone(), homes[2].clone()];
        assert_eq!(winner(&defaults, Context::Search(None), &[]).unwrap(), "z-default");
        assert_eq!(winner(&defaults, Context::Index, &[]).unwrap(), "a-default");
    }

    #[test]
    fn the_system_is_last_for_searches_and_first_for_reading() {
        let homes = [
            ("system-local", Home::SystemLocal),
            ("app", app("b", AppLayer::Local)),
            ("user", Home::User("b".to_owned())),
        ];
        assert_eq!(winner(&homes, Context::Search(None), &[]).unwrap(), "user");
        assert_eq!(winner(&homes, Context::Search(Some("c")), &[]).unwrap(), "app");
        assert_eq!(winner(&homes, Context::Index, &[]).unwrap(), "system-local");
    }

    #[test]
    fn what_an_app_does_not_share_is_seen_in_the_app_alone() {
        let homes = [("private", app("z", AppLayer::Local)), ("shared", app("a", AppLayer::Default))];
        let meta = [("z", "[]\nexport = none\n"), ("a", "[props]\nexport = system\n")];
        assert_eq!(winner(&homes, Context::Search(None), &meta).unwrap(), "shared");
        assert_eq!(winner(&homes, Context::Search(Some("z")), &meta).unwrap(), "private");
        // Reading knows no visibility, and `local` is before `default` there.
        assert_eq!(winner(&homes, Context::Index, &meta).unwrap(), "private");
        let key = [("z", "[props/s/k]\nexport = system\n")];
        assert_eq!(winner(&homes[..1], Context::Search(None), &key).unwrap(), "private");
        let other = [("z", "[props/s/other]\nexport = system\n")];
        assert_eq!(winner(&homes[..1], Context::Search(None), &other), None);
    }

    #[test]
    fn keys_are_merged_one_by_one() {
        let mut layers = Layers::default();
        layers.push(app("a", AppLayer::Default), Conf::parse("[s]\nk = 1\nm = 1\n").0);
        layers.push(app("a", AppLayer::Local), Conf::parse("[s]\nm = 2\n").0);
        let conf = layers.resolve("props", Context::Search(None), &BTreeMap::new());
        let stanza = &conf.stanzas["s"];
        assert_eq!((conf.text(stanza, "k"), conf.text(stanza, "m")), (Some("1"), Some("2")));
    }
}
