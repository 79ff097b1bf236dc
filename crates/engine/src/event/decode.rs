//! Bytes as text. `CHARSET = UTF-16LE`
//!
//! A byte order mark wins over what is said. Bytes that are no text become U+FFFD. Without a charset the text is UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, WINDOWS_1252};

/// How much is read at a time.
const STEP: usize = 256 << 10;

/// How much of a file tells its encoding.
const SAMPLE: usize = 64 << 10;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// One that is known.
    Known(&'static Encoding),
    /// UTF-8 where the start of the file is, else that of Western Windows.
    Auto,
}

impl Charset {
    /// The encoding of a name; none where there is no such encoding.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let name = name.trim();
        if name.eq_ignore_ascii_case("auto") {
            return Some(Self::Auto);
        }
        let name = match name.to_ascii_uppercase().as_str() {
            "UCS-2LE" | "UCS2LE" => "UTF-16LE".to_owned(),
            "UCS-2BE" | "UCS2BE" => "UTF-16BE".to_owned(),
            "ASCII" | "US-ASCII" => "UTF-8".to_owned(),
            "CP932" | "WINDOWS-932" => "Shift_JIS".to_owned(),
            "CP936" | "WINDOWS-936" => "GBK".to_owned(),
            "CP950" | "WINDOWS-950" => "Big5".to_owned(),
            other => other.replace("CP", "windows-"),
        };
        Encoding::for_label(name.as_bytes())
            .or_else(|| Encoding::for_label(name.replace('_', "-").as_bytes()))
            .map(Self::Known)
    }
}

/// A stream of bytes as text.
pub(super) struct Decoded {
    reader: Box<dyn Read + Send>,
    charset: Charset,
    decoder: Option<Decoder>,
    bytes: Vec<u8>,
    at_end: bool,
    /// Whether the last step met bytes that are no text.
    damaged: bool,
}

impl Decoded {
    pub(super) fn new(reader: Box<dyn Read + Send>, charset: Charset) -> Self {
        Self { reader, charset, decoder: None, bytes: Vec::new(), at_end: false, damaged: false }
    }

    /// Whether everything was read.
    pub(super) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Whether the last step met bytes that are no text.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Appends some more text, or finds the end.
    pub(super) fn fill(&mut self, text: &mut String) -> io::Result<()> {
        self.bytes.resize(STEP, 0);
        let mut filled = 0;
        while let Some(space) = self.bytes.get_mut(filled..).filter(|space| !space.is_empty()) {
            match self.reader.read(space) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let read = self.bytes.get(..filled).unwrap_or_default();
        let decoder = self.decoder.get_or_insert_with(|| encoding(self.charset, read).new_decoder());
        text.reserve(decoder.max_utf8_buffer_length(read.len()).unwrap_or(read.len() * 3 + 16));
        let (_, _, damaged) = decoder.decode_to_string(read, text, self.at_end);
        self.damaged = damaged;
        Ok(())
    }
}

fn encoding(charset: Charset, start: &[u8]) -> &'static Encoding {
    match charset {
        Charset::Known(encoding) => encoding,
        Charset::Auto => {
            let sample = start.get(..SAMPLE).unwrap_or(start);
            match std::str::from_utf8(sample) {
                Ok(_) => UTF_8,
                // A character that the end of the sample cuts in two is no damage, unless the file ends there too.
                Err(error) if error.error_len().is_none() && sample.len() < start.len() => UTF_8,
                Err(_) => WINDOWS_1252,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(charset: &str, bytes: &[u8], expected: &str, damaged: bool) {
        let mut decoded = Decoded::new(Box::new(io::Cursor::new(bytes.to_vec())), Charset::of_name(charset).unwrap());
        let mut text = String::new();
        decoded.fill(&mut text).unwrap();
        assert_eq!((text.as_str(), decoded.is_damaged()), (expected, damaged), "{charset}");
    }

    #[test]
    fn bytes_are_read_as_the_charset_says_unless_a_mark_says_otherwise() {
        check("UTF-8", b"\xef\xbb\xbfa\xc3\xa9", "aé", false);
        check("latin1", b"a\xe9", "aé", false);
        check("CP1252", b"\x80", "€", false);
        check("UTF-16LE", b"a\0\xe9\0", "aé", false);
        check("UCS-2LE", b"a\0", "a", false);
        check("UTF-8", b"\xff\xfea\0", "a", false);
        check("UTF-8", b"\xfe\xff\0a", "a", false);
        check("SHIFT_JIS", b"\x82\xa0", "あ", false);
        check("CP932", b"\x82\xa0", "あ", false);
        check("cp936", b"\xc4\xe3", "你", false);
        check("AUTO", b"a\xe9", "aé", false);
        check("AUTO", "aé".as_bytes(), "aé", false);
        check("UTF-8", b"a\xffb", "a\u{fffd}b", true);
        assert!(Charset::of_name("klingon").is_none());
    }
}
