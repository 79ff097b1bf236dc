//! Percent encoding, undone: `urldecode("a%20b")` is `a b`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The text with each `%XX` as the byte that it names. A percent sign without two hexadecimal digits stays, bytes that
/// are no UTF-8 become replacement characters.
pub(super) fn decode(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('%') {
        return text;
    }
    Cow::Owned(percent_decode_str(&text).decode_utf8_lossy().into_owned())
}
