//! A page as a manual page of Unix (roff). `man ./man7/speleo-stats.7`

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::text::{self, Style};
use crate::command::help::page::Page;

/// How wide tables of three columns and more are: they stand as they are drawn.
const WIDTH: usize = 76;

/// The page's text.
pub(crate) fn document(name: &str, page: &Page) -> String {
    let mut out = format!(
        ".TH \"{}\" \"7\" \"\" \"speleo {}\" \"speleo manual\"\n.SH NAME\n{} \\- {}\n.SH DESCRIPTION\n",
        escape(&name.to_uppercase()),
        escape(env!("CARGO_PKG_VERSION")),
        escape(name),
        escape(&plain(&page.summary))
    );
    let mut writer = Roff::default();
    writer.page(&page.body);
    out.push_str(&writer.out);
    out
}

/// The text of a line of Markdown.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    for event in super::parse(markdown) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

/// Letters that roff would take for its own, in a text that begins a line.
fn escape(text: &str) -> String {
    after(text, "")
}

/// The same for a text that follows another one.
fn after(text: &str, before: &str) -> String {
    let mut begins = before.is_empty() || before.ends_with('\n');
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines =
        text.split('\n').map(|line| match std::mem::replace(&mut begins, true) && line.starts_with(['.', '\'']) {
            true => format!("\\&{line}"),
            false => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

#[derive(Default)]
struct Roff {
    out: String,
    line: String,
    lists: Vec<Option<u64>>,
    block: Option<String>,
    is_item: bool,
}

impl Roff {
    fn page(&mut self, markdown: &str) {
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (event, range) in super::parse(markdown).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. } | Tag::Table(_)) => self.flush(),
                // The name of the page stands above already.
                Event::End(TagEnd::Heading(HeadingLevel::H1)) => self.line.clear(),
                Event::End(TagEnd::Heading(level)) => {
                    let macro_name = if level == HeadingLevel::H2 { "SH" } else { "SS" };
                    let heading = std::mem::take(&mut self.line);
                    self.out.push_str(&format!(".{macro_name} {heading}\n"));
                }
                Event::Start(Tag::CodeBlock(_)) => {
                    self.flush();
                    self.block = Some(String::new());
                }
                Event::End(TagEnd::CodeBlock) => {
                    let code = self.block.take().unwrap_or_default();
                    self.verbatim(&code);
                }
                Event::Text(part) => match &mut self.block {
                    Some(block) => block.push_str(&part),
                    None => self.line.push_str(&after(&part, &self.line)),
                },
                Event::Code(part) => self.line.push_str(&format!("\\fB{}\\fR", escape(&part))),
                Event::SoftBreak => self.line.push('\n'),
                Event::HardBreak => self.line.push_str("\n.br\n"),
                Event::Start(Tag::List(first)) => {
                    self.flush();
                    if !self.lists.is_empty() {
                        self.out.push_str(".RS\n");
                    }
                    self.lists.push(first);
                }
                Event::End(TagEnd::List(_)) => {
                    self.flush();
                    self.lists.pop();
                    if !self.lists.is_empty() {
                        self.out.push_str(".RE\n");
                    }
                }
                Event::Start(Tag::Item) => {
                    let mark = match self.lists.last_mut() {
                        Some(Some(number)) => {
                            *number += 1;
                            format!("{}. 3", *number - 1)
                        }
                        _ => "\\(bu 2".to_owned(),
                    };
                    self.out.push_str(&format!(".IP {mark}\n"));
                    self.is_item = true;
                }
                Event::End(TagEnd::Paragraph | TagEnd::Item) => self.flush(),
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(Vec::new()),
                Event::End(TagEnd::TableCell) => {
                    let cell = std::mem::take(&mut self.line);
                    if let Some(row) = rows.last_mut() {
                        row.push(cell);
                    }
                }
                Event::End(TagEnd::Table) => {
                    self.table(&std::mem::take(&mut rows), markdown.get(range).unwrap_or_default())
                }
                _ => {}
            }
        }
        self.flush();
    }

    /// A paragraph; the first one of an item goes on from its mark.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.trim().is_empty() {
            return;
        }
        if !std::mem::replace(&mut self.is_item, false) {
            self.out.push_str(".PP\n");
        }
        self.out.push_str(line.trim());
        self.out.push('\n');
    }

    fn verbatim(&mut self, text: &str) {
        self.is_item = false;
        self.out.push_str(&format!(".PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", escape(text.trim_end_matches('\n'))));
    }

    /// Two columns are terms and what they mean; more stand as they are drawn.
    fn table(&mut self, rows: &[Vec<String>], markdown: &str) {
        if rows.iter().all(|row| row.len() == 2) {
            for row in rows.iter().skip(1) {
                if let [term, meaning] = row.as_slice() {
                    self.out.push_str(&format!(".TP\n{}\n{}\n", term.trim(), meaning.trim()));
                }
            }
            return;
        }
        let mut drawn = Vec::new();
        // Writing into memory does not fail.
        let _ = text::write(markdown, Style { width: WIDTH, colour: false }, &mut drawn);
        self.verbatim(&String::from_utf8_lossy(&drawn));
    }
}

#[cfg(test)]
mod tests {
    use super::{Roff, escape};

    #[test]
    fn roff_has_its_own_marks() {
        assert_eq!(escape(".a\n-b \\c"), "\\&.a\n\\-b \\ec");
        let mut roff = Roff::default();
        roff.page("# T\n\nA `b`.\n\n## H\n\n* c\n\n```\n.x\n```\n\n| k | v |\n| --- | --- |\n| `k` | w |\n");
        assert_eq!(
            roff.out,
            ".PP\nA \\fBb\\fR.\n.SH H\n.IP \\(bu 2\nc\n.PP\n.RS 4\n.nf\n\\&.x\n.fi\n.RE\n.TP\n\\fBk\\fR\nw\n"
        );
    }
}
