//! The endpoints by their paths. `/servicesNS/nobody/search/saved/searches/Logins`

use percent_encoding::percent_decode_str;

/// What an endpoint gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Rows of something that speleo has.
    Listing(Listing),
    /// No rows: speleo has none of these.
    Nothing(&'static str),
}

/// What speleo has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    Indexes,
    SavedSearches,
    ServerInfo,
    LookupFiles,
    LookupDefinitions,
    Macros,
    DataModels,
}

use Endpoint::Nothing;

/// Every path, without what all begin with.
const PATHS: &[(&str, Endpoint)] = &[
    ("data/indexes", Endpoint::Listing(Listing::Indexes)),
    ("data/indexes-extended", Endpoint::Listing(Listing::Indexes)),
    ("cluster/master/indexes", Endpoint::Listing(Listing::Indexes)),
    ("saved/searches", Endpoint::Listing(Listing::SavedSearches)),
    ("admin/savedsearch", Endpoint::Listing(Listing::SavedSearches)),
    ("configs/conf-savedsearches", Endpoint::Listing(Listing::SavedSearches)),
    ("server/info", Endpoint::Listing(Listing::ServerInfo)),
    ("data/lookup-table-files", Endpoint::Listing(Listing::LookupFiles)),
    ("data/transforms/lookups", Endpoint::Listing(Listing::LookupDefinitions)),
    ("admin/transforms-lookup", Endpoint::Listing(Listing::LookupDefinitions)),
    ("configs/conf-transforms", Endpoint::Listing(Listing::LookupDefinitions)),
    ("admin/macros", Endpoint::Listing(Listing::Macros)),
    ("data/macros", Endpoint::Listing(Listing::Macros)),
    ("configs/conf-macros", Endpoint::Listing(Listing::Macros)),
    ("datamodel/model", Endpoint::Listing(Listing::DataModels)),
    ("data/models", Endpoint::Listing(Listing::DataModels)),
    ("admin/datamodel-files", Endpoint::Listing(Listing::DataModels)),
    ("alerts/fired_alerts", Nothing("fired alerts")),
    ("apps/local", Nothing("apps")),
    ("authentication/users", Nothing("users")),
    ("authorization/roles", Nothing("roles")),
    ("cluster/master/peers", Nothing("peers")),
    ("data/inputs", Nothing("inputs")),
    ("data/ui/panels", Nothing("dashboards")),
    ("data/ui/views", Nothing("dashboards")),
    ("deployment/server/clients", Nothing("deployment clients")),
    ("saved/eventtypes", Nothing("saved event types")),
    ("search/distributed/groups", Nothing("peers")),
    ("search/distributed/peers", Nothing("peers")),
    ("search/jobs", Nothing("jobs")),
    ("storage/collections/config", Nothing("key-value collections")),
];

/// An endpoint that was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) endpoint: Endpoint,
    /// The one row that is wanted.
    pub(super) title: Option<String>,
}

/// The endpoint of a path; none where there is none.
pub(super) fn find(path: &str) -> Option<Found> {
    let path = path.split('?').next().unwrap_or_default().trim_matches('/');
    let path = match path.split_once('/')? {
        ("services", rest) => rest,
        ("servicesNS", rest) => rest.splitn(3, '/').nth(2)?,
        _ => return None,
    };
    PATHS.iter().find_map(|(known, endpoint)| {
        let rest = path.strip_prefix(known)?;
        let title = match rest.strip_prefix('/') {
            Some(title) if matches!(endpoint, Endpoint::Listing(_)) && !title.contains('/') => Some(decoded(title)),
            Some(_) if matches!(endpoint, Nothing(_)) => None,
            None if rest.is_empty() => None,
            _ => return None,
        };
        Some(Found { endpoint: *endpoint, title })
    })
}

/// The paths with rows, for a message.
pub(super) fn listed() -> String {
    let paths = PATHS.iter().filter(|(_, endpoint)| matches!(endpoint, Endpoint::Listing(_)));
    paths.map(|(path, _)| format!("/services/{path}")).collect::<Vec<_>>().join(", ")
}

/// A part of a path with `%20` and its kin undone.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, endpoint: Endpoint, title: Option<&str>) {
        assert_eq!(find(path), Some(Found { endpoint, title: title.map(str::to_owned) }), "{path}");
    }

    #[test]
    fn paths_have_a_user_and_an_app_or_not() {
        let searches = Endpoint::Listing(Listing::SavedSearches);
        check("/services/saved/searches", searches, None);
        check("services/saved/searches/", searches, None);
        check("/servicesNS/-/-/saved/searches?count=5", searches, None);
        check("/servicesNS/nobody/search/saved/searches/a%20b%2", searches, Some("a b%2"));
        check("/services/data/indexes-extended", Endpoint::Listing(Listing::Indexes), None);
        check("/services/search/jobs/17/results", Nothing("jobs"), None);
        for path in [
            "/services/saved/search",
            "/services",
            "/servicesNS/a/b",
            "/saved/searches",
            "",
            "/services/saved/searches/a/b",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }
}
