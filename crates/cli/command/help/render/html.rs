//! A page as HTML that stands alone: its style is in it, and it asks no network for anything.

use pulldown_cmark::html;

/// The style of every page, for light and dark.
const STYLE: &str = include_str!("manual.css");

/// A document of Markdown whose links end in `.html`. `home` is the way to the index; none where it is the index.
pub(crate) fn document(title: &str, markdown: &str, home: Option<&str>, script: &str) -> String {
    let mut body = String::new();
    html::push_html(&mut body, super::parse(markdown));
    let home = home.map_or_else(String::new, |home| format!("<nav><a href=\"{home}\">speleo manual</a></nav>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{} – speleo</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{home}<main>\n{body}</main>\n{script}</body>\n</html>\n",
        escape(title)
    )
}

/// Text as it stands between tags.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
