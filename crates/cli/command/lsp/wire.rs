//! Messages on a pipe: `Content-Length: 52`, an empty line, and 52 bytes of JSON.
//!
//! Reading is done here and not by `lsp-server`, whose reader ends at the first message that it does not understand.

use std::io::{self, BufRead, Read};

use lsp_server::Message;
use serde_json::Value;

/// A message longer than this is not held: nobody writes such a search.
const LONGEST: u64 = 64 << 20;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// Bytes that are none, and why; with the id where there is one to answer to.
    Malformed(Value, String),
}

/// Reads the next message; none at the end.
///
/// # Errors
/// Where the pipe breaks, or nothing says how long the message is: what follows cannot be told from it.
pub(super) fn read(input: &mut dyn BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = header(input)? else { return Ok(None) };
    if length > LONGEST {
        io::copy(&mut Read::take(&mut *input, length), &mut io::sink())?;
        return Ok(Some(Incoming::Malformed(Value::Null, format!("a message of {length} bytes is too long"))));
    }
    let mut bytes = Vec::new();
    Read::take(&mut *input, length).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Ok(None);
    }
    let value: Value = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(error) => return Ok(Some(Incoming::Malformed(Value::Null, format!("no JSON: {error}")))),
    };
    let id = value.get("id").cloned().unwrap_or_default();
    Ok(Some(match serde_json::from_value(value) {
        Ok(message) => Incoming::Message(message),
        Err(_) => Incoming::Malformed(id, "neither a request, a notification nor a response".to_owned()),
    }))
}

/// The length that the header gives; none at the end.
fn header(input: &mut dyn BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        // A header is short; a client that sends something else is not waited for.
        if Read::take(&mut *input, 4096).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            match length {
                Some(length) => return Ok(Some(length)),
                None => return Err(io::Error::other("a message without `Content-Length`")),
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse().map_err(|_| io::Error::other("`Content-Length` is no number"))?);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn what_is_no_message_does_not_end_the_conversation() {
        let mut bytes: &[u8] = b"Content-Length: 3\r\n\r\n{]}Content-Type: x\r\ncontent-length: 17\r\n\r\n\
            {\"id\": 7, \"x\": 1}Content-Length: 38\r\n\r\n{\"jsonrpc\": \"2.0\", \"method\": \"exit\"}  ";
        let Some(Incoming::Malformed(Value::Null, why)) = read(&mut bytes).unwrap() else { panic!("no JSON") };
        assert!(why.starts_with("no JSON"), "{why}");
        let Some(Incoming::Malformed(id, _)) = read(&mut bytes).unwrap() else { panic!("no message") };
        assert_eq!(id, 7);
        let Some(Incoming::Message(Message::Notification(exit))) = read(&mut bytes).unwrap() else { panic!("exit") };
        assert_eq!(exit.method, "exit");
        assert!(read(&mut bytes).unwrap().is_none());
    }

    #[test]
    fn a_message_has_a_length() {
        for text in ["hello\r\n\r\n", "Content-Length: many\r\n\r\n"] {
            assert!(read(&mut text.as_bytes()).is_err(), "{text}");
        }
    }
}
