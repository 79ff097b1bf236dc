//! Object stores: which credentials the environment has, by name, and the certificates that secure connections need.
//!
//! Values are never shown.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::Finding;

/// A cloud: the schemes of its addresses, and how its names in the environment begin.
struct Cloud {
    name: &'static str,
    schemes: &'static [&'static str],
    prefixes: &'static [&'static str],
}

const CLOUDS: &[Cloud] = &[
    Cloud { name: "S3", schemes: &["s3", "s3a"], prefixes: &["AWS_"] },
    Cloud { name: "Google Cloud Storage", schemes: &["gs"], prefixes: &["GOOGLE_", "SERVICE_ACCOUNT"] },
    Cloud { name: "Azure", schemes: &["az", "azure", "abfs", "abfss", "adl"], prefixes: &["AZURE_"] },
];

/// Where systems keep the certificates of authorities.
const CERTIFICATES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Credentials of each cloud, and certificates.
pub(super) fn findings(places: &[String]) -> Vec<Finding> {
    let names: Vec<String> = env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    let mut findings: Vec<_> = CLOUDS.iter().filter_map(|cloud| credentials(cloud, &names, places)).collect();
    if findings.is_empty() {
        findings.push(Finding::ok("stores", "no credentials in the environment, and no index that needs any"));
    }
    let is_remote = places.iter().any(|place| place.contains("://"));
    findings.push(certificates(is_remote));
    findings
}

/// None where neither the environment nor an index speaks of the cloud.
fn credentials(cloud: &Cloud, names: &[String], places: &[String]) -> Option<Finding> {
    let mut known: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| cloud.prefixes.iter().any(|prefix| name.starts_with(prefix)))
        .collect();
    known.sort_unstable();
    let is_used = places
        .iter()
        .filter_map(|place| place.split_once("://"))
        .any(|(scheme, _)| cloud.schemes.contains(&scheme.to_ascii_lowercase().as_str()));
    match (known.as_slice(), is_used) {
        ([], false) => None,
        ([], true) => Some(Finding::warning(
            "stores",
            format!("{}: an index is there, and the environment has no {}…", cloud.name, cloud.prefixes[0]),
            "fine for public data and for machines that have a role; else set them, `speleo help stores` names them",
        )),
        (known, _) => Some(Finding::ok("stores", format!("{}: the environment has {}", cloud.name, known.join(", ")))),
    }
}

fn certificates(is_remote: bool) -> Finding {
    const TOPIC: &str = "tls";
    let own = env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    if let Some(path) = &own {
        return if path.is_file() {
            Finding::ok(TOPIC, format!("{} (SSL_CERT_FILE)", path.display()))
        } else {
            Finding::problem(
                TOPIC,
                format!("SSL_CERT_FILE={}: no such file", path.display()),
                "name a file, or unset it",
            )
        };
    }
    // Windows and macOS keep them elsewhere, and always have some.
    if cfg!(not(target_os = "linux")) {
        return Finding::ok(TOPIC, "the system's certificates");
    }
    match CERTIFICATES.iter().find(|path| Path::new(path).is_file()) {
        Some(path) => Finding::ok(TOPIC, *path),
        None => {
            let text = "there are no certificates of authorities";
            let advice = "https:// and object stores need them: install ca-certificates, or set SSL_CERT_FILE";
            if is_remote { Finding::problem(TOPIC, text, advice) } else { Finding::warning(TOPIC, text, advice) }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{CLOUDS, credentials};
    use crate::command::doctor::Verdict;

    #[test]
    fn a_cloud_is_told_of_where_it_is_used_or_known() {
        let (s3, google) = (&CLOUDS[0], &CLOUDS[1]);
        let names = ["AWS_SECRET_ACCESS_KEY".to_owned(), "PATH".to_owned(), "AWS_ACCESS_KEY_ID".to_owned()];
        let place = ["S3://bucket/logs".to_owned(), "logs/gs".to_owned()];
        assert_eq!(
            credentials(s3, &names, &[]).unwrap().text,
            "S3: the environment has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
        );
        assert_eq!(credentials(s3, &[], &place).unwrap().verdict, Verdict::Warning);
        assert!(credentials(google, &names, &place).is_none());
    }
}
