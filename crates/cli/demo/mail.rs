//! The week of mail: ordinary business, the campaigns that the searches must find, and messages with odd lives.

use super::{
    generate::{DAY, pick},
    message::{Life, Mail, Message},
};

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
pub(super) const PARTNERS: &[&str] = &[
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

/// All messages in the order in which they came, each in a second of its own: equal times would leave the latest open.
pub(super) fn messages(now: i64, random: &mut fastrand::Rng) -> Vec<Message> {
    let mut rows = Vec::new();
    for _ in 0..6_000 {
        let partner = pick(random, PARTNERS);
        let life = if random.u8(..) < 20 { Life::Dropped("CASE") } else { Life::Delivered };
        rows.push((
            now - random.i64(0..7 * DAY),
            Mail {
                subject: pick(random, SUBJECTS),
                sender: format!("{}@{partner}", pick(random, PEOPLE)),
                recipients: vec![person(random)],
                host: format!("mx{}.{partner}", random.u8(1..4)),
                attachment: if random.u8(..) < 40 { "minutes.pdf" } else { "" },
                life,
            },
        ));
    }
    raw_addresses(now, random, &mut rows);
    attachments(now, random, &mut rows);
    spoofed(now, random, &mut rows);
    blocked_domains(now, random, &mut rows);
    new_senders(now, random, &mut rows);
    odd_lives(now, &mut rows);
    numbered(rows)
}

fn numbered(mut rows: Vec<(i64, Mail)>) -> Vec<Message> {
    rows.sort_by_key(|(time, _)| *time);
    let mut id = 70_000_000;
    let mut free = i64::MIN;
    let message = |(time, mail): (i64, Mail)| {
        // What the gateway makes of a message has the number behind it.
        id += 2;
        let time = time.max(free);
        free = time + 1;
        Message { time, id, size: 900 + (id * 7_919) % 200_000, mail }
    };
    rows.into_iter().map(message).collect()
}

/// Hosts without a name: three abroad, one at home, one that a whitelist excuses, one that returns bounces.
fn raw_addresses(now: i64, random: &mut fastrand::Rng, rows: &mut Vec<(i64, Mail)>) {
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
                recipients: vec![person(random)],
                host: host.to_owned(),
                attachment,
                life: Life::Delivered,
            };
            rows.push((now - random.i64(3_600..5 * DAY), mail));
        }
    }
}

/// Campaigns by attachment: a part is blocked, a part comes through.
fn attachments(now: i64, random: &mut fastrand::Rng, rows: &mut Vec<(i64, Mail)>) {
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
                recipients: vec![person(random)],
                host: format!("mx.{domain}"),
                attachment,
                life: if n < blocked {
                    if n % 2 == 0 { Life::Dropped("amp") } else { Life::Dropped("CASE") }
                } else {
                    Life::Delivered
                },
            };
            rows.push((start + n * random.i64(120..400), mail));
        }
    }
}

/// Mail in our own name from foreign hosts; the newsletter service and the payroll provider are excused.
fn spoofed(now: i64, random: &mut fastrand::Rng, rows: &mut Vec<(i64, Mail)>) {
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
                recipients: vec![person(random)],
                host: host.to_owned(),
                attachment: "",
                life: Life::Delivered,
            };
            rows.push((now - random.i64(3_600..6 * DAY), mail));
        }
    }
}

/// Hosts below top-level domains that the proxy blocks, with one whose mail never came through.
fn blocked_domains(now: i64, random: &mut fastrand::Rng, rows: &mut Vec<(i64, Mail)>) {
    for (subject, sender, host, life) in [
        ("Your parcel is waiting", "track@depotnotice.top", "mx1.depotnotice.top", Life::Delivered),
        ("New voice message from +1 555 0100", "voice@pbxmail.click", "out.pbxmail.click", Life::Released),
        ("Your mailbox is almost full", "help@quotadesk.xyz", "relay.quotadesk.xyz", Life::Delivered),
        ("Win a voucher", "win@voucherclub.gq", "mx.voucherclub.gq", Life::Dropped("CASE")),
    ] {
        for _ in 0..random.u8(2..7) {
            let mail = Mail {
                subject,
                sender: sender.to_owned(),
                recipients: vec![person(random)],
                host: host.to_owned(),
                attachment: if subject.starts_with("New voice") { "message.html" } else { "" },
                life,
            };
            rows.push((now - random.i64(3_600..6 * DAY), mail));
        }
    }
}

/// Domains first seen within hours that reach many people, and one that reaches too few.
fn new_senders(now: i64, random: &mut fastrand::Rng, rows: &mut Vec<(i64, Mail)>) {
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
                recipients: vec![format!("{}@example.com", PEOPLE[n as usize % PEOPLE.len()])],
                host: format!("mx.{domain}"),
                attachment: "",
                life: Life::Delivered,
            };
            rows.push((start + n * random.i64(200..500), mail));
        }
    }
}

/// Lives that ordinary mail seldom has, with ordinary content.
fn odd_lives(now: i64, rows: &mut Vec<(i64, Mail)>) {
    const LIVES: &[Life] = &[
        Life::Released,
        Life::Dropped("antivirus"),
        Life::Dropped("content filter 'no scripts' in the inbound table"),
        Life::Bounced,
        Life::PartlyBounced,
        Life::Delayed,
        Life::SpamQuarantine,
        Life::OffboxQuarantine,
        Life::Held,
        Life::CutOff,
        Life::Split,
        Life::Rewritten,
        Life::Copied,
    ];
    let lives = LIVES.iter().cycle().zip(PARTNERS.iter().cycle()).zip(PEOPLE.iter().zip(SUBJECTS).cycle());
    for (n, ((life, partner), (name, subject))) in lives.take(5 * LIVES.len()).enumerate() {
        let mail = Mail {
            subject,
            sender: format!("{name}@{partner}"),
            recipients: vec!["hugo.holm@example.com".to_owned(), "nadia.novak@example.com".to_owned()],
            host: format!("mx1.{partner}"),
            attachment: if n % 3 == 0 { "minutes of the meeting.pdf" } else { "" },
            life: *life,
        };
        rows.push((now - 7_200 - n as i64 * 8_761, mail));
    }
}

fn person(random: &mut fastrand::Rng) -> String {
    format!("{}@example.com", pick(random, PEOPLE))
}
