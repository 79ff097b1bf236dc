//! The report of sender domains over a simulated week: a run each ten minutes, over the minutes from -20m to -10m.
//!
//! What its lookup holds in the end is what a plain loop over the mail says, though the machine was off now and then.

use std::{collections::BTreeMap, fmt::Write};

use super::*;

/// 2024-06-10T00:00:00Z
const START: i64 = 1_717_977_600;
const MINUTE: i64 = 60;
/// How many times the report runs.
const RUNS: i64 = 7 * 24 * 6;
const DOMAINS: usize = 40;

/// The next of a row of numbers that look like chance and are always the same.
fn chance(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Mail from an hour before the week to an hour after it: times and senders.
fn mail() -> Vec<(i64, String)> {
    let mut seed = 11;
    let mut mail = Vec::new();
    let mut time = START - 60 * MINUTE;
    while time < START + 7 * 24 * 60 * MINUTE + 60 * MINUTE {
        // Some domains write often, others once or twice.
        let (one, other) = (chance(&mut seed) as usize % DOMAINS, chance(&mut seed) as usize % DOMAINS);
        let domain = one.min(other).min(chance(&mut seed) as usize % DOMAINS);
        let sender = match chance(&mut seed) % 8 {
            0 => format!("A.Name@D{domain}.EXAMPLE"),
            1 => "<>".to_owned(),
            _ => format!("box{}@d{domain}.example", chance(&mut seed) % 5),
        };
        mail.push((time, sender));
        // On the first second of a window, too, and on the last.
        time += match chance(&mut seed) % 4 {
            0 => 10 * MINUTE - time % (10 * MINUTE),
            1 => (20 * MINUTE - 1) - time % (10 * MINUTE),
            _ => (chance(&mut seed) % 900) as i64 + 1,
        };
    }
    mail
}

fn domain(sender: &str) -> Option<String> {
    sender.split_once('@').map(|(_, domain)| domain.to_lowercase())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a thousand searches take minutes in a build for debugging: cargo nextest run -p speleo-engine week --run-ignored all"]
async fn first_and_last_sightings_are_right_after_a_week() {
    let report = concat!(env!("CARGO_MANIFEST_DIR"), "/../../queries/reports/sender_domains.spl");
    let project = Project::new(&[("queries/sender_domains.spl", &std::fs::read_to_string(report).unwrap())]);
    project.write(
        "speleo.toml",
        "timezone = \"Europe/Berlin\"\nlookups = \"lookups\"\n[indexes]\nsummary_esa = \"mail.ndjson\"\n",
    );
    let known = START - 30 * 24 * 60 * MINUTE;
    let lookup = "lookups/afi_esa_domain_sender.csv";
    project.write(
        lookup,
        &format!("sender_domain,first_seen,last_seen\nd0.example,{known},{known}\nold.example,{known},{known}\n"),
    );
    let mail = mail();
    let mut lines = String::new();
    for (time, sender) in &mail {
        writeln!(lines, "{{\"_time\":{time},\"sender\":\"{sender}\"}}").unwrap();
    }
    project.write("mail.ndjson", &lines);

    let mut expected: BTreeMap<String, (i64, i64)> =
        ["d0.example", "old.example"].into_iter().map(|domain| (domain.to_owned(), (known, known))).collect();
    let seen = START - 20 * MINUTE..START + (RUNS - 2) * 10 * MINUTE;
    let senders = mail.iter().filter(|(time, _)| seen.contains(time));
    for (time, domain) in senders.filter_map(|(time, sender)| Some((*time, domain(sender)?))) {
        let (first, last) = expected.entry(domain).or_insert((time, time));
        (*first, *last) = ((*first).min(time), (*last).max(time));
    }
    assert!(expected.len() > DOMAINS / 2, "the mail is too uniform");

    let scheduler = project.scheduler().await;
    let mut seed = 5;
    let mut runs = 0;
    for tick in 0..RUNS {
        // Cron calls some seconds late, and now and then not at all for hours.
        let is_off = tick % 97 > 90 && tick + 1 < RUNS;
        if is_off {
            continue;
        }
        let now = START + tick * 10 * MINUTE + (chance(&mut seed) % 50) as i64;
        let now = DateTime::from_timestamp(now, 0).unwrap().to_rfc3339();
        for told in run(&scheduler, &now).await {
            assert!(told.contains(" success "), "{told}");
            runs += 1;
        }
    }
    assert_eq!(runs, RUNS);

    let text = std::fs::read_to_string(project.0.path().join(lookup)).unwrap();
    let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        found.insert(cells[0].to_owned(), (cells[1].parse().unwrap(), cells[2].parse().unwrap()));
    }
    assert_eq!(found, expected);
    let history = "index=_internal | stats count dc(scheduled_time) AS times min(scheduled_time) AS first BY status";
    assert_eq!(project.rows(history).await, [format!("success {RUNS} {RUNS} {START}")]);
}
