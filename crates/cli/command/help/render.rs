//! A page in the forms that people read: on a terminal or as plain text, as HTML, as a manual page of Unix. Markdown is what
//! pages are written in; `pulldown-cmark` reads it once for all forms.

pub(super) mod html;
pub(super) mod link;
pub(super) mod man;
pub(super) mod text;

use pulldown_cmark::{Options, Parser};

/// The Markdown of pages: CommonMark and tables.
fn parse(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES)
}
