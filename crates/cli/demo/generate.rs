//! The demo's data: a week of mail, two weeks of traffic, a few notables, made around one instant.
//!
//! The same instant gives the same bytes. Every address is from a documentation or benchmark block and every domain is
//! invented; what each search must find is planted on top of ordinary business. Not here: raw Cisco ESA log lines.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value, json};

use super::country;

const DAY: i64 = 86_400;
const DELIVERED: &str = "Message done done";
const RELEASED: &str = "Quarantined done released";
const ABORTED: &str = "Message aborted Dropped by antispam";
const AMP: &str = "Message aborted Dropped by amp";

const PEOPLE: &[&str] = &[
    "ana.adler",
    "ben.brandt",
    "carla.castro",
    "dmitri.dumont",
    "elena.eriksen",
    "farid.fischer",
    "greta.garcia",
    "hugo.holm",
    "irene.ivanov",
    "jonas.jansen",
    "karim.keller",
    "lucia.lopez",
    "marek.moreau",
    "nadia.novak",
    "oscar.olsen",
    "petra.petit",
];
const PARTNERS: &[&str] = &[
    "parts.example.net",
    "office.example.org",
    "events.example.net",
    "press.example.org",
    "logistics.example.net",
    "bank.example.org",
    "travel.example.net",
    "lab.example.org",
];
const SUBJECTS: &[&str] = &[
    "Re: project status",
    "Meeting notes",
    "Order confirmation",
    "Your ticket was updated",
    "Lunch on Friday?",
    "Statement of account",
    "Invitation: planning",
    "Parts list, final",
    "Shipment delayed",
    "Build passed",
];

/// What a mail event says; the rest follows from the row's place.
#[derive(Clone)]
struct Mail<'a> {
    subject: &'a str,
    sender: String,
    recipient: String,
    host: String,
    attachment: &'a str,
    verdict: &'a str,
}

/// Writes the demo's data below `folder`: `data/*.ndjson`, `data/country.mmdb` and `lookups/afi_esa_domain_sender.csv`.
///
/// `now` is the instant in epoch seconds that the data lead up to.
pub(crate) fn write(folder: &Path, now: i64) -> io::Result<()> {
    let data = folder.join("data");
    fs::create_dir_all(&data)?;
    fs::create_dir_all(folder.join("lookups"))?;
    let mut random = fastrand::Rng::with_seed(20_240_614);
    write_lines(&data.join("summary_esa.ndjson"), mail(now, &mut random))?;
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

/// The mail summary: ordinary mail, then each campaign.
fn mail(now: i64, random: &mut fastrand::Rng) -> Vec<(i64, Map<String, Value>)> {
    let mut rows = MailRows { rows: Vec::new(), next_id: 70_000_000 };
    for _ in 0..6_000 {
        let partner = pick(random, PARTNERS);
        let verdict = if random.u8(..) < 20 { ABORTED } else { DELIVERED };
        rows.add(
            now - random.i64(0..7 * DAY),
            &Mail {
                subject: pick(random, SUBJECTS),
                sender: format!("{}@{partner}", pick(random, PEOPLE)),
                recipient: person(random),
                host: format!("mx{}.{partner}", random.u8(1..4)),
                attachment: if random.u8(..) < 40 { "minutes.pdf" } else { "" },
                verdict,
            },
        );
    }
    raw_addresses(now, random, &mut rows);
    attachments(now, random, &mut rows);
    spoofed(now, random, &mut rows);
    blocked_domains(now, random, &mut rows);
    new_senders(now, random, &mut rows);
    rows.rows
}

/// Hosts without a name: three abroad, one at home, one that a whitelist excuses, one that returns bounces.
fn raw_addresses(now: i64, random: &mut fastrand::Rng, rows: &mut MailRows) {
    for (subject, sender, host, attachment) in [
        ("Your parcel is waiting at the depot", "service@parcel-depot.example", "192.0.2.77", ""),
        ("Outstanding payment, second notice", "accounts@billing-desk.example", "198.51.100.140", "statement.pdf"),
        ("Mailbox quota reached", "admin@mail-quota.example", "203.0.113.90", ""),
        ("Quarterly figures", "office@branch.example.net", "192.0.2.10", ""),
        ("Kantine: this week", "kitchen@kantine.example", "192.0.2.78", ""),
        ("Undeliverable", "bounce@lists.example.org", "203.0.113.91", ""),
    ] {
        for _ in 0..random.u8(3..9) {
            let mail = Mail {
                subject,
                sender: sender.to_owned(),
                recipient: person(random),
                host: host.to_owned(),
                attachment,
                verdict: DELIVERED,
            };
            rows.add(now - random.i64(3_600..5 * DAY), &mail);
        }
    }
}

/// Campaigns by attachment: a part is blocked, a part comes through.
fn attachments(now: i64, random: &mut fastrand::Rng, rows: &mut MailRows) {
    for (subject, attachment, domain, count, blocked) in [
        ("Invoice 48213 overdue", "invoice_48213.docm", "billing-desk.example", 14, 6),
        ("Salary adjustment for you", "salary.xlsm", "people-office.example", 9, 4),
        ("Scan from the copier", "scan.pdf.exe", "copier.example", 8, 5),
        ("Weekly parts list", "parts.xls", "parts.example.net", 12, 0),
    ] {
        let start = now - random.i64(DAY..4 * DAY);
        for n in 0..count {
            let mail = Mail {
                subject,
                sender: format!("{}@{domain}", pick(random, PEOPLE)),
                recipient: person(random),
                host: format!("mx.{domain}"),
                attachment,
                verdict: if n < blocked { if n % 2 == 0 { AMP } else { ABORTED } } else { DELIVERED },
            };
            rows.add(start + n * random.i64(120..400), &mail);
        }
    }
}

/// Mail in our own name from foreign hosts; the newsletter service and the payroll provider are excused.
fn spoofed(now: i64, random: &mut fastrand::Rng, rows: &mut MailRows) {
    for (subject, sender, host, count) in [
        ("Quick request", "ceo@example.com", "vps17.cheap-hosting.example", 5),
        ("Updated bank details", "accounting@mail.example.com", "smtp.relay-farm.example", 4),
        ("Our newsletter", "news@example.com", "out3.newsletter.example.net", 40),
        ("Payslip for May", "payroll@example.com", "mx.payroll.example.org", 25),
        ("Re: project status", "ana.adler@example.com", "mail.example.com", 60),
    ] {
        for _ in 0..count {
            let mail = Mail {
                subject,
                sender: sender.to_owned(),
                recipient: person(random),
                host: host.to_owned(),
                attachment: "",
                verdict: DELIVERED,
            };
            rows.add(now - random.i64(3_600..6 * DAY), &mail);
        }
    }
}

/// Hosts below top-level domains that the proxy blocks, with one whose mail never came through.
fn blocked_domains(now: i64, random: &mut fastrand::Rng, rows: &mut MailRows) {
    for (subject, sender, host, verdict) in [
        ("Your parcel is waiting", "track@depotnotice.top", "mx1.depotnotice.top", DELIVERED),
        ("New voice message from +1 555 0100", "voice@pbxmail.click", "out.pbxmail.click", RELEASED),
        ("Your mailbox is almost full", "help@quotadesk.xyz", "relay.quotadesk.xyz", DELIVERED),
        ("Win a voucher", "win@voucherclub.gq", "mx.voucherclub.gq", ABORTED),
    ] {
        for _ in 0..random.u8(2..7) {
            let mail = Mail {
                subject,
                sender: sender.to_owned(),
                recipient: person(random),
                host: host.to_owned(),
                attachment: if subject.starts_with("New voice") { "message.html" } else { "" },
                verdict,
            };
            rows.add(now - random.i64(3_600..6 * DAY), &mail);
        }
    }
}

/// Domains first seen within hours that reach many people, and one that reaches too few.
fn new_senders(now: i64, random: &mut fastrand::Rng, rows: &mut MailRows) {
    for (sender, subject, recipients) in [
        ("survey@staff-survey.example", "Two minutes for your opinion", 9),
        ("rewards@bonus-points.example", "Your points expire today", 6),
        ("bounce@mailer-daemon.example", "Delivery report", 8),
        ("hello@small-talk.example", "Coffee?", 2),
    ] {
        let domain = sender.split('@').next_back().unwrap_or(sender);
        let start = now - 5 * 3_600;
        for n in 0..recipients {
            let mail = Mail {
                subject,
                sender: sender.to_owned(),
                recipient: format!("{}@example.com", PEOPLE[n as usize % PEOPLE.len()]),
                host: format!("mx.{domain}"),
                attachment: "",
                verdict: DELIVERED,
            };
            rows.add(start + n * random.i64(200..500), &mail);
        }
    }
}

struct MailRows {
    rows: Vec<(i64, Map<String, Value>)>,
    next_id: u64,
}

impl MailRows {
    fn add(&mut self, time: i64, mail: &Mail<'_>) {
        self.next_id += 1;
        // A thousandth of its own for each event: equal times would leave the latest value open.
        let millis = self.rows.len() as i64 % 1_000;
        let mut row = object(json!({
            "_time": time as f64 + millis as f64 / 1_000.0,
            "message_subject": mail.subject,
            "sender": mail.sender,
            "recipient": mail.recipient,
            "email_dns_name": mail.host,
            "vendor_action": mail.verdict,
            "internal_message_id": self.next_id.to_string(),
            "time_start": time - 2,
            "message_size": 900 + (self.next_id * 7_919) % 200_000,
        }));
        if let Some((_, ending)) = mail.attachment.rsplit_once('.') {
            row.insert("attachment".into(), json!(mail.attachment));
            row.insert("attachment_type".into(), json!(ending));
        }
        self.rows.push((time * 1_000 + millis, row));
    }
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

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn pick<'a>(random: &mut fastrand::Rng, list: &[&'a str]) -> &'a str {
    list.get(random.usize(..list.len().max(1))).copied().unwrap_or_default()
}

fn person(random: &mut fastrand::Rng) -> String {
    format!("{}@example.com", pick(random, PEOPLE))
}
