//! Percent encoding, undone: `urldecode("a%20b")` is `a b`.

use std::borrow::Cow;

/// The text with each `%XX` as the byte that it names. A percent sign without two hexadecimal digits stays, bytes that
/// are no UTF-8 become replacement characters.
pub(super) fn decode(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('%') {
        return text;
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let digits = (bytes.get(place + 1).and_then(hex), bytes.get(place + 2).and_then(hex));
        if let (b'%', (Some(high), Some(low))) = (byte, digits) {
            decoded.push(high << 4 | low);
            place += 3;
        } else {
            decoded.push(byte);
            place += 1;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn hex(byte: &u8) -> Option<u8> {
    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
