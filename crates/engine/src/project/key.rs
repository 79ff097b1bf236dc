//! The keys of `speleo.toml` as the manual lists them. `speleo help projects`

/// A key of the file.
#[derive(Debug, Clone, Copy)]
pub struct ProjectKey {
    /// Its name.
    pub name: &'static str,
    /// A value as it is written.
    pub value: &'static str,
    /// What it says.
    pub summary: &'static str,
}

const fn key(name: &'static str, value: &'static str, summary: &'static str) -> ProjectKey {
    ProjectKey { name, value, summary }
}

/// Every key.
pub const PROJECT_KEYS: &[ProjectKey] = &[
    key(
        "indexes",
        "web = \"logs/*.gz\"",
        "Names for files, folders, globs and addresses: a path, or a table with `path`, `sourcetype`, `source`, `host`",
    ),
    key(
        "store",
        "\"indexes\"",
        "Where native indexes are: a folder, or an address in an object store. By default `indexes`",
    ),
    key("stores", "endpoint = \"http://localhost:9000\"", "Options of object stores, under `[stores.\"s3://bucket\"]`"),
    key("summaries", "\"summaries\"", "Where summaries of data models are. By default `summaries`"),
    key("ignore_summariesonly", "true", "Reads all events where a search says `summariesonly=true`"),
    key("conf", "[\"conf\"]", "Folders of conf files, apps, or folders of apps. What comes later wins"),
    key("app", "\"soc\"", "The app in which searches run, where `conf` has a folder of apps"),
    key("user", "\"anna\"", "Whose own settings searches see, where `conf` has a folder `users`"),
    key("macros", "[\"macros.conf\"]", "Files of macros"),
    key("lookups", "\"lookups\"", "The folder of lookup files"),
    key("datamodels", "[\"datamodels\"]", "Folders of data models, a JSON file each"),
    key(
        "queries",
        "[\"queries\"]",
        "Folders of saved query files, for `savedsearch` and for schedules. By default `queries`",
    ),
    key("geoip", "\"country.mmdb\"", "An MMDB with the places of addresses, in place of the bundled one of countries"),
    key("sourcetype", "\"access_combined\"", "The source type of events that name none"),
    key("source", "\"web.log\"", "The source of events that name none"),
    key("host", "\"web1\"", "The host of events that name none"),
    key("earliest", "\"-24h\"", "The first instant of searches that are given none"),
    key("latest", "\"now\"", "The instant after the last"),
    key("time_range", "\"Last 24 hours\"", "The same by the name of a time range"),
    key("now", "\"2024-06-14T12:00:00Z\"", "What `now()` and relative times start from, in place of the clock"),
    key("timezone", "\"Europe/Berlin\"", "The time zone by its IANA name. By default the system's"),
    key("memory_limit", "2000000000", "The most bytes of memory that a search may take"),
    key("splunk_limits", "true", "Applies Splunk's silent caps"),
];

#[cfg(test)]
mod tests {
    use super::{super::Project, PROJECT_KEYS};

    #[test]
    fn the_list_has_every_key_of_the_file() {
        // The deserializer names the keys that it knows where it meets another.
        let message = toml::from_str::<Project>("zzz = 1").err().map(|error| error.message().to_owned());
        let message = message.unwrap_or_default();
        let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        assert!(known.len() > 20, "{message}");
        assert_eq!(PROJECT_KEYS.iter().map(|key| key.name).collect::<Vec<_>>(), known);
    }
}
