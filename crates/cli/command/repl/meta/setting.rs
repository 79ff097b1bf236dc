//! Settings of the shell: `:set timezone Europe/Berlin`.

use std::io::{self, Write};

use anyhow::Result;

use super::Shell;
use crate::{args, diagnostic};

/// A setting.
pub(in crate::command::repl) struct Setting {
    /// Its name.
    pub(in crate::command::repl) name: &'static str,
    /// One line: what it does, and its values.
    pub(in crate::command::repl) summary: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Limit,
    Pager,
    Progress,
    Timezone,
    App,
    Memory,
    SplunkLimits,
}

/// Every setting.
pub(in crate::command::repl) const SETTINGS: &[Setting] = &[
    Setting { name: "limit", summary: "rows printed, 0 for all; `default` for 100 in tables", kind: Kind::Limit },
    Setting { name: "pager", summary: "whether long output goes through a pager: on or off", kind: Kind::Pager },
    Setting { name: "progress", summary: "whether it is shown how far a search is: on or off", kind: Kind::Progress },
    Setting {
        name: "timezone",
        summary: "the time zone, such as Europe/Berlin; `default` for the system's",
        kind: Kind::Timezone,
    },
    Setting { name: "app", summary: "the app in which searches run; `default` for none", kind: Kind::App },
    Setting {
        name: "memory-limit",
        summary: "the most memory of a search, such as 2GB; `default` for three quarters",
        kind: Kind::Memory,
    },
    Setting { name: "splunk-limits", summary: "Splunk's silent caps: on or off", kind: Kind::SplunkLimits },
];

impl Shell {
    /// Changes a setting, or shows one or all.
    pub(super) async fn set(&mut self, said: &str) -> Result<()> {
        let (name, value) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        let value = value.trim();
        if name.is_empty() {
            return self.list_settings();
        }
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            let near = diagnostic::nearest(name, SETTINGS.iter().map(|setting| setting.name), "");
            diagnostic::print_error(&format!("there is no setting `{name}`{near}; `:set` lists what there is"));
            return Ok(());
        };
        if value.is_empty() {
            writeln!(io::stdout().lock(), "{name} = {}", self.value(setting.kind))?;
            return Ok(());
        }
        if let Err(expected) = self.change(setting.kind, value).await {
            diagnostic::print_error(&format!("`{name}` cannot be `{value}`: {expected}"));
        }
        Ok(())
    }

    fn list_settings(&self) -> Result<()> {
        let mut out = io::stdout().lock();
        for setting in SETTINGS {
            writeln!(out, "{:<14} {:<16} {}", setting.name, self.value(setting.kind), setting.summary)?;
        }
        Ok(())
    }

    fn value(&self, kind: Kind) -> String {
        let or_default = |value: Option<String>| value.unwrap_or_else(|| "default".to_owned());
        match kind {
            Kind::Limit => or_default(self.output.limit.map(|limit| limit.to_string())),
            Kind::Timezone => self.engine.timezone().to_string(),
            Kind::App => or_default(self.world.app.clone()),
            Kind::Memory => or_default(self.world.memory_limit.map(|bytes| bytes.to_string())),
            Kind::Pager => on_or_off(!self.output.no_pager),
            Kind::Progress => on_or_off(!self.output.no_progress),
            Kind::SplunkLimits => on_or_off(self.world.splunk_limits),
        }
    }

    /// Changes a setting; the error says what was expected. What opening the world anew finds wrong is told there.
    async fn change(&mut self, kind: Kind, value: &str) -> Result<(), String> {
        let given = Some(value).filter(|value| *value != "default");
        let mut world = self.world.clone();
        match kind {
            Kind::Limit => {
                let number = given.map(|value| value.parse().map_err(|_| "expected a number".to_owned()));
                self.output.limit = number.transpose()?;
                return Ok(());
            }
            Kind::Pager => {
                self.output.no_pager = !given.map_or(Ok(true), is_on)?;
                return Ok(());
            }
            Kind::Progress => {
                self.output.no_progress = !given.map_or(Ok(true), is_on)?;
                return Ok(());
            }
            Kind::Timezone => world.timezone = given.map(str::to_owned),
            Kind::App => world.app = given.map(str::to_owned),
            Kind::Memory => world.memory_limit = given.map(args::byte_size).transpose()?,
            Kind::SplunkLimits => world.splunk_limits = given.map_or(Ok(false), is_on)?,
        }
        self.reopen(world).await;
        Ok(())
    }
}

fn on_or_off(value: bool) -> String {
    if value { "on" } else { "off" }.to_owned()
}

fn is_on(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("expected `on` or `off`".to_owned()),
    }
}
