//! A message that the mail gateway handled, and what the mail summary must say of it.
//!
//! The summary is written from what is known here, not from log lines: `queries/reports/mail_summary.spl` has to make the same
//! of `data/mail.log`.

use serde_json::{Map, Value, json};

use super::generate::object;

/// The gateway's name, the host of its log.
pub(super) const GATEWAY: &str = "esa1.example.com";

/// What a message says and what becomes of it.
pub(super) struct Mail {
    pub(super) subject: &'static str,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    /// The sending host's name, or its address where it has none.
    pub(super) host: String,
    /// A file's name; empty for none.
    pub(super) attachment: &'static str,
    pub(super) life: Life,
}

/// What becomes of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Delivered,
    /// Refused by an engine or filter.
    Dropped(&'static str),
    /// Held in a policy quarantine, then delivered.
    Released,
    /// Still in a policy quarantine.
    Held,
    /// Refused by the receiving server; the sender is told.
    Bounced,
    /// Refused for the second recipient.
    PartlyBounced,
    /// Delivered at the second try.
    Delayed,
    /// In the gateway's own spam quarantine.
    SpamQuarantine,
    /// In the spam quarantine of another appliance.
    OffboxQuarantine,
    /// The sender hung up.
    CutOff,
    /// The second recipient gets a message of their own.
    Split,
    /// A filter changed the text, which makes a new message.
    Rewritten,
    /// An archive gets a copy.
    Copied,
}

impl Life {
    /// The field `vendor_action` of the summary.
    pub(super) fn action(self) -> String {
        let action = match self {
            Self::Delivered | Self::Split | Self::Copied => "Message done done",
            Self::Dropped(by) => return format!("Dropped by {by} Message aborted done"),
            Self::Released => "Message done Quarantined done released",
            Self::Held => "Quarantined",
            Self::Bounced => "Bounced done",
            Self::PartlyBounced => "Bounced Message done done",
            Self::Delayed => "Delayed Message done done",
            Self::SpamQuarantine => "Quarantine Quarantined done",
            Self::OffboxQuarantine => "Message done Quarantine done",
            Self::CutOff => "aborted",
            Self::Rewritten => "done",
        };
        action.to_owned()
    }
}

/// A message with its place in the log.
pub(super) struct Message {
    /// Epoch seconds of its first line.
    pub(super) time: i64,
    /// Its number; the next one is free for what the gateway makes of it.
    pub(super) id: u64,
    /// Bytes.
    pub(super) size: u64,
    pub(super) mail: Mail,
}

/// The summary's events: the message, and what the gateway made of it.
pub(super) fn summary(message: &Message) -> Vec<(i64, Map<String, Value>)> {
    let Message { time, id, size, mail } = message;
    let mut content = object(json!({"sender": mail.sender, "email_dns_name": mail.host}));
    if mail.life != Life::CutOff {
        content.insert("message_subject".into(), json!(mail.subject));
        content.insert("message_size".into(), json!(size));
    }
    if mail.life != Life::CutOff
        && let Some((_, ending)) = mail.attachment.rsplit_once('.')
    {
        content.insert("attachment".into(), json!(mail.attachment));
        content.insert("attachment_type".into(), json!(ending));
    }
    let row = |content: &Map<String, Value>, id: u64, time: i64, recipients: &[String], action: &str| {
        let recipient = if let [one] = recipients { json!(one) } else { json!(recipients) };
        let mut row = object(json!({
            "_time": time,
            "time_start": time,
            "orig_host": GATEWAY,
            "internal_message_id": id.to_string(),
            "recipient": recipient,
            "vendor_action": action,
        }));
        row.extend(content.clone());
        (time, row)
    };
    let mut rows = vec![row(&content, *id, *time, &mail.recipients, &mail.life.action())];
    let made = |sender: &str| object(json!({"sender": sender}));
    let (content, time, recipients, action) = match mail.life {
        Life::Split => {
            (content, time + 1, mail.recipients.iter().skip(1).cloned().collect(), "Message done done mid_split")
        }
        Life::Rewritten => (content, time + 1, mail.recipients.clone(), "Message done done mid_rewritten"),
        Life::Copied => (made(&mail.sender), time + 1, vec!["archive@example.com".to_owned()], "Message done done"),
        Life::Bounced => (made(""), time + 3, vec![mail.sender.clone()], "Message done done mid_generated"),
        _ => return rows,
    };
    rows.push(row(&content, id + 1, time, &recipients, action));
    rows
}
