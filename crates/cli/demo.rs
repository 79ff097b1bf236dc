//! What `speleo demo` is made of: the bundled searches with their lookups and definitions, and a generator of data.

mod country;
mod esa;
mod generate;
mod mail;
mod message;

pub(crate) use generate::write as write_data;

/// The project file of a demo.
pub(crate) const PROJECT: &str = r#"# A project: what the searches in this folder find without options.

conf = ["conf"]
lookups = "lookups"
macros = ["queries/macros.conf"]
datamodels = ["queries/datamodels"]
geoip = "data/country.mmdb"

[indexes]
summary_esa = "data/summary_esa.ndjson"
mail = { path = "data/mail.log", sourcetype = "cisco:esa:textmail", host = "esa1.example.com" }
network_traffic = "data/network_traffic.ndjson"
notable = "data/notable.ndjson"
"#;

/// The search that `speleo demo` writes and does not run: the summary that it makes is there already.
pub(crate) const NOT_SHOWN: &str = "queries/reports/mail_summary.spl";

/// Knowledge of the demo's own: the gateway's stamps name no zone.
pub(crate) const PROPS: &str = "[cisco:esa:textmail]\nTZ = UTC\n";

macro_rules! bundled {
    ($($path:literal,)+) => {
        /// The files of `queries/` and `lookups/` by path, queries in the order in which the demo shows them. The country
        /// database is not among them: the demo has one of its own, for the documentation networks in its data.
        pub(crate) const FILES: &[(&str, &[u8])] = &[$(($path, include_bytes!(concat!("../../", $path))),)+];
    };
}

bundled! {
    "queries/phishing/raw_ip.spl",
    "queries/phishing/attachment.spl",
    "queries/phishing/spoofed.spl",
    "queries/phishing/blocked_tld.spl",
    "queries/phishing/new_sender.spl",
    "queries/email_server/servers_sending.spl",
    "queries/email_server/hosts_receiving.spl",
    "queries/metrics/attempted.spl",
    "queries/metrics/campaigns.spl",
    "queries/metrics/classification.spl",
    "queries/metrics/targets.spl",
    "queries/metrics/top_aborted.spl",
    "queries/metrics/top_aborted_events.spl",
    "queries/metrics/top_amp.spl",
    "queries/metrics/amp_dropped.spl",
    "queries/metrics/rawip_country.spl",
    "queries/metrics/threat_tld.spl",
    "queries/metrics/notables_handled.spl",
    "queries/reports/sender_domains.spl",
    "queries/reports/mail_summary.spl",
    "queries/macros.conf",
    "queries/datamodels/Network_Traffic.json",
    "lookups/ess_whitelist_Phishing.csv",
    "lookups/ess_whitelist_email_spoofers.csv",
    "lookups/phishing_signatures.csv",
    "lookups/wsa_blocked_domain.csv",
}
