//! The mail gateway's own log of the demo's messages: `Sun Mar 10 11:00:00 2024 Info: MID 77 ICID 5 From: <a@example.com>`
//!
//! The lines are those of Cisco's `mail_logs`. A connection serves several messages, a delivery too; most connections are
//! refused. Absent on purpose: what no search reads, such as SPF and DKIM verdicts.

use std::{collections::HashMap, net::IpAddr};

use chrono::DateTime;

use super::message::{Life, Mail, Message};

/// How long a connection waits for another message, in seconds.
const PATIENCE: i64 = 300;

/// The log as text, in the order of its seconds.
pub(super) fn log(messages: &[Message]) -> String {
    let mut log =
        Log { lines: Vec::new(), next_icid: 400_000, next_dcid: 900_000, inbound: HashMap::new(), outbound: None };
    if let Some(first) = messages.first() {
        log.header(first.time - 2);
    }
    for message in messages {
        log.message(message);
    }
    log.close();
    log.lines.sort_by_key(|(time, _)| *time);
    let mut text = String::new();
    for (time, line) in &log.lines {
        let stamp = DateTime::from_timestamp(*time, 0).unwrap_or_default();
        text.push_str(&format!("{} {line}\n", stamp.format("%a %b %e %H:%M:%S %Y")));
    }
    text
}

/// A connection and when it was used last.
#[derive(Clone, Copy)]
struct Connection {
    id: u64,
    used: i64,
}

struct Log {
    lines: Vec<(i64, String)>,
    next_icid: u64,
    next_dcid: u64,
    /// Open connections by the sending host.
    inbound: HashMap<String, Connection>,
    outbound: Option<Connection>,
}

impl Log {
    fn info(&mut self, time: i64, text: impl AsRef<str>) {
        self.lines.push((time, format!("Info: {}", text.as_ref())));
    }

    fn header(&mut self, time: i64) {
        self.info(time, "Begin Logfile");
        self.info(time, "Version: 14.2.0-620 SN: 000000000000-000000");
        self.info(time, "Time offset from UTC: 0 seconds");
    }

    fn close(&mut self) {
        let mut open: Vec<_> = self.inbound.drain().map(|(_, connection)| connection).collect();
        open.sort_by_key(|connection| connection.id);
        for connection in open {
            self.info(connection.used + 5, format!("ICID {} close", connection.id));
        }
        if let Some(connection) = self.outbound.take() {
            self.info(connection.used + 5, format!("DCID {} close", connection.id));
        }
    }

    /// The connection of a sending host: the open one, or a new one.
    fn connection(&mut self, host: &str, time: i64) -> u64 {
        let open = self.inbound.get(host).copied();
        if let Some(Connection { id, used }) = open {
            if time - used <= PATIENCE {
                self.inbound.insert(host.to_owned(), Connection { id, used: time });
                return id;
            }
            self.info(used + 5, format!("ICID {id} close"));
        }
        self.refused(time);
        self.next_icid += 1;
        let id = self.next_icid;
        self.inbound.insert(host.to_owned(), Connection { id, used: time });
        let peer = match host.parse::<IpAddr>() {
            Ok(address) => format!("{address} reverse dns host unknown verified no"),
            Err(_) => format!("198.51.100.{} reverse dns host {host} verified yes", 1 + id % 120),
        };
        self.info(time, format!("New SMTP ICID {id} interface Data 1 (198.18.0.25) address {peer}"));
        self.info(time, format!("ICID {id} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 1.7 country Invented"));
        self.info(time, format!("ICID {id} TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384"));
        id
    }

    /// A connection of a host with a bad name, which sends nothing.
    fn refused(&mut self, time: i64) {
        self.next_icid += 1;
        let id = self.next_icid;
        let host = if id.is_multiple_of(3) { "unknown".to_owned() } else { format!("dyn{id}.pool.example") };
        let address = format!("203.0.113.{}", 1 + id % 60);
        let interface = "interface Data 1 (198.18.0.25)";
        self.info(
            time,
            format!("New SMTP ICID {id} {interface} address {address} reverse dns host {host} verified no"),
        );
        self.info(time, format!("ICID {id} REJECT SG BLACKLIST match sbrs[-10.0:-2.5] SBRS -5.4 country Invented"));
        self.info(time, format!("ICID {id} close"));
    }

    fn message(&mut self, message: &Message) {
        let Message { time, id, size, mail } = message;
        let (time, id) = (*time, *id);
        let icid = self.connection(&mail.host, time);
        self.envelope(time, id, icid, &mail.sender, &mail.recipients);
        if mail.life == Life::CutOff {
            self.info(time + 1, format!("MID {id} Receiving aborted by sender"));
            self.info(time + 1, format!("Message finished MID {id} aborted"));
            return;
        }
        self.info(time, format!("MID {id} Message-ID '<{id}.{time}@mail.example>'"));
        self.info(time, format!("MID {id} Subject '{}'", mail.subject));
        self.info(time, format!("MID {id} ready {size} bytes from <{}>", mail.sender));
        self.info(
            time,
            format!("MID {id} matched all recipients for per-recipient policy DEFAULT in the inbound table"),
        );
        let is_spam = matches!(mail.life, Life::Dropped("CASE") | Life::SpamQuarantine | Life::OffboxQuarantine);
        let verdict = if is_spam { "positive" } else { "negative" };
        self.info(time + 1, format!("MID {id} interim verdict using engine: CASE spam {verdict}"));
        self.info(time + 1, format!("MID {id} using engine: CASE spam {verdict}"));
        if !mail.attachment.is_empty() {
            self.info(time + 1, format!("MID {id} attachment '{}'", mail.attachment));
        }
        self.life(time, id, mail);
    }

    fn envelope(&mut self, time: i64, id: u64, icid: u64, sender: &str, recipients: &[String]) {
        self.info(time, format!("Start MID {id} ICID {icid}"));
        self.info(time, format!("MID {id} ICID {icid} From: <{sender}>"));
        for (n, recipient) in recipients.iter().enumerate() {
            self.info(time, format!("MID {id} ICID {icid} RID {n} To: <{recipient}>"));
        }
    }

    fn life(&mut self, time: i64, id: u64, mail: &Mail) {
        let made = id + 1;
        let all: Vec<usize> = (0..mail.recipients.len()).collect();
        let unknown = "5.1.0 - Unknown address error ('550', ['5.1.1 user unknown'])";
        match mail.life {
            Life::Delivered => self.delivered(time + 2, id, &all),
            Life::CutOff => {}
            Life::Dropped(by) => {
                self.info(time + 2, format!("Message aborted MID {id} Dropped by {by}"));
                self.finished(time + 2, id);
            }
            Life::Held => self.info(time + 2, format!("MID {id} quarantined to \"Policy\" (content filter:macros)")),
            Life::Released => {
                self.info(time + 2, format!("MID {id} quarantined to \"Policy\" (content filter:macros)"));
                self.info(time + 600, format!("MID {id} released from quarantine \"Policy\" (manual) t=598"));
                self.info(time + 600, format!("MID {id} released from all quarantines"));
                self.outbound = None;
                self.delivered(time + 600, id, &all);
            }
            Life::Bounced => {
                let dcid = self.delivery(time + 2);
                self.info(time + 2, format!("Bounced: DCID {dcid} MID {id} to RID 0 - {unknown}"));
                self.info(time + 3, format!("MID {made} was generated for bounce of MID {id}"));
                self.envelope(time + 3, made, 0, "", std::slice::from_ref(&mail.sender));
                self.finished(time + 3, id);
                self.delivered(time + 4, made, &[0]);
            }
            Life::PartlyBounced => {
                let dcid = self.delivery(time + 2);
                let names =
                    format!("From: <{}> To: <{}>", mail.sender, mail.recipients.last().map_or("", String::as_str));
                self.info(time + 2, format!("Bounced: DCID {dcid} MID {id} {names} RID 1 - {unknown}"));
                self.delivered(time + 2, id, &[0]);
            }
            Life::Delayed => {
                let dcid = self.delivery(time + 2);
                let reason = "4.3.2 - Not accepting messages at this time ('421', ['4.3.2 try again later'])";
                self.info(time + 2, format!("Delayed: DCID {dcid} MID {id} to RID 0 - {reason}"));
                self.outbound = None;
                self.delivered(time + 900, id, &all);
            }
            Life::SpamQuarantine => {
                self.info(time + 2, format!("ISQ: Tagging MID {id} for quarantine"));
                let place = "to local IronPort Spam Quarantine";
                self.info(time + 2, format!("RPC Delivery start RCID {id} MID {id} {place}"));
                self.info(time + 2, format!("ISQ: Quarantined MID {id}"));
                self.info(time + 2, format!("RPC Message done RCID {id} MID {id}"));
                self.finished(time + 2, id);
            }
            Life::OffboxQuarantine => {
                let dcid = self.delivery(time + 2);
                self.info(time + 2, format!("ISQ: Tagging MID {id} for quarantine"));
                let place = "to offbox IronPort Spam Quarantine";
                self.info(time + 2, format!("Delivery start DCID {dcid} MID {id} {place}"));
                self.info(time + 2, format!("Message done DCID {dcid} MID {id} (external quarantine)"));
                self.finished(time + 2, id);
            }
            Life::Split => {
                let others: Vec<String> = mail.recipients.iter().skip(1).cloned().collect();
                self.info(time + 1, format!("MID {id} was split creating MID {made} due to a per-recipient policy"));
                self.envelope(time + 1, made, 0, &mail.sender, &others);
                self.delivered(time + 2, id, &[0]);
                self.delivered(time + 2, made, &[0]);
            }
            Life::Rewritten => {
                // The log knows the new number before it says where it comes from.
                self.info(time + 1, format!("MID {made} using engine: GRAYMAIL negative"));
                self.info(time + 1, format!("MID {id} rewritten to MID {made} by add-footer filter 'disclaimer'"));
                self.finished(time + 1, id);
                self.delivered(time + 2, made, &all);
            }
            Life::Copied => {
                self.info(time + 1, format!("MID {made} was generated based on MID {id} by bcc filter 'archive'"));
                self.envelope(time + 1, made, 0, &mail.sender, &["archive@example.com".to_owned()]);
                self.delivered(time + 2, id, &all);
                self.delivered(time + 2, made, &[0]);
            }
        }
    }

    fn finished(&mut self, time: i64, id: u64) {
        self.info(time, format!("Message finished MID {id} done"));
    }

    /// The connection to the receiving server.
    fn delivery(&mut self, time: i64) -> u64 {
        match &mut self.outbound {
            Some(open) if (0..=PATIENCE).contains(&(time - open.used)) => {
                open.used = time;
                open.id
            }
            stale => {
                let stale = stale.take();
                self.next_dcid += 1;
                let id = self.next_dcid;
                self.outbound = Some(Connection { id, used: time });
                if let Some(Connection { id, used }) = stale {
                    self.info(used + 5, format!("DCID {id} close"));
                }
                let addresses = "interface 198.18.0.25 address 198.18.0.26";
                self.info(time, format!("New SMTP DCID {id} {addresses} port 25"));
                id
            }
        }
    }

    fn delivered(&mut self, time: i64, id: u64, recipients: &[usize]) {
        self.info(time, format!("MID {id} queued for delivery"));
        let dcid = self.delivery(time);
        self.info(time, format!("Delivery start DCID {dcid} MID {id} to RID {recipients:?}"));
        self.info(time + 1, format!("Message done DCID {dcid} MID {id} to RID {recipients:?}"));
        self.info(time + 1, format!("MID {id} RID {recipients:?} Response '2.0.0 Ok: queued as {:X}'", id * 31));
        self.finished(time + 1, id);
    }
}
