//! The demo's data: a week of mail, two weeks of traffic, a few notables, made around one instant.
//!
//! The same instant gives the same bytes. Every address is from a documentation or benchmark block and every domain is
//! invented; what each search must find is planted on top of ordinary business.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::{
    country, esa,
    mail::{self, PARTNERS},
    message,
};

pub(super) const DAY: i64 = 86_400;

/// Writes the demo's data below `folder`: `data/*.ndjson`, `data/mail.log`, `data/country.mmdb` and `lookups/afi_esa_domain_sender.csv`.
///
/// `now` is the instant in epoch seconds that the data lead up to.
pub(crate) fn write(folder: &Path, now: i64) -> io::Result<()> {
    let data = folder.join("data");
    fs::create_dir_all(&data)?;
    fs::create_dir_all(folder.join("lookups"))?;
    let mut random = fastrand::Rng::with_seed(20_240_614);
    let messages = mail::messages(now, &mut random);
    write_lines(&data.join("summary_esa.ndjson"), messages.iter().flat_map(message::summary).collect())?;
    fs::write(data.join("mail.log"), esa::log(&messages))?;
    write_lines(&data.join("network_traffic.ndjson"), traffic(now, &mut random))?;
    write_lines(&data.join("notable.ndjson"), notables(now, &mut random))?;
    fs::write(data.join("country.mmdb"), country::database(now))?;
    fs::write(folder.join("lookups/afi_esa_domain_sender.csv"), sender_domains(now))
}

fn write_lines(path: &Path, mut rows: Vec<(i64, Map<String, Value>)>) -> io::Result<()> {
    rows.sort_by_key(|(time, _)| *time);
    let mut out = BufWriter::new(File::create(path)?);
    for (_, row) in rows {
        serde_json::to_writer(&mut out, &row)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Two weeks of flows between clients and the e-mail servers, with one client that pulls and one host that receives far
/// more than ever today.
fn traffic(now: i64, random: &mut fastrand::Rng) -> Vec<(i64, Map<String, Value>)> {
    let mut rows = Vec::new();
    let today = now - now.rem_euclid(DAY);
    for day in 0..14 {
        let start = today - day * DAY;
        let span = if day == 0 { (now - today).max(1) } else { DAY };
        for client in 1..=40 {
            let address = format!("198.18.4.{client}");
            for _ in 0..random.u8(6..14) {
                let time = start + random.i64(0..span);
                let (sent, received) = (random.i64(20_000..90_000), random.i64(150_000..600_000));
                rows.push(flow(time, &address, "198.18.0.25", ("workstation", "email_server"), received, sent));
                rows.push(flow(time, "198.18.0.26", &address, ("email_server", "workstation"), sent, received));
            }
        }
    }
    for n in 0..20 {
        let time = today + (n + 1) * (now - today).max(21) / 21;
        rows.push(flow(time, "198.18.4.17", "198.18.0.25", ("workstation", "email_server"), 42_000_000, 61_000));
        rows.push(flow(time, "198.18.0.26", "198.18.4.31", ("email_server", "workstation"), 55_000, 38_000_000));
    }
    rows
}

fn flow(
    time: i64,
    src: &str,
    dest: &str,
    (src_category, dest_category): (&str, &str),
    bytes_in: i64,
    bytes_out: i64,
) -> (i64, Map<String, Value>) {
    let row = json!({
        "_time": time,
        "src_ip": src,
        "dest_ip": dest,
        "src_category": src_category,
        "dest_category": dest_category,
        "dest_port": 993,
        "transport": "tcp",
        "action": "allowed",
        "bytes_in": bytes_in,
        "bytes_out": bytes_out,
    });
    (time, object(row))
}

fn notables(now: i64, random: &mut fastrand::Rng) -> Vec<(i64, Map<String, Value>)> {
    (0..24)
        .map(|n| {
            let time = now - random.i64(0..6 * DAY);
            let row = json!({
                "_time": time,
                "event_id": format!("notable-{n:04}"),
                "search_name": pick(random, &["Phishing - raw address", "Phishing - attachment", "Access - brute force"]),
                "status_label": pick(random, &["New", "In Progress", "Resolved", "Closed"]),
                "owner": pick(random, &["ana", "hugo", "irene"]),
            });
            (time, object(row))
        })
        .collect()
}

fn sender_domains(now: i64) -> String {
    let mut text = String::from("sender_domain,first_seen,last_seen\n");
    for (n, domain) in PARTNERS.iter().enumerate() {
        let first = now - (90 + n as i64) * DAY;
        text.push_str(&format!("{domain},{first},{}\n", now - 3_600));
    }
    for domain in ["staff-survey.example", "bonus-points.example", "mailer-daemon.example", "small-talk.example"] {
        text.push_str(&format!("{domain},{},{}\n", now - 5 * 3_600, now - 3_600));
    }
    text
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn pick<'a>(random: &mut fastrand::Rng, list: &[&'a str]) -> &'a str {
    list.get(random.usize(..list.len().max(1))).copied().unwrap_or_default()
}
