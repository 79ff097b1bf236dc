//! A page of the manual: a name, a line, and a text in Markdown from which all forms are drawn.

/// What a page is about; the order is that in which pages of one name are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A subject, such as time ranges.
    Topic,
    /// A command of SPL.
    Command,
    /// A function of `eval`.
    Eval,
    /// A function of `stats`.
    Stats,
    /// A command of the program.
    Program,
    /// A diagnostic code.
    Code,
}

impl Kind {
    /// Every kind.
    pub(super) const ALL: [Kind; 6] = [Kind::Topic, Kind::Command, Kind::Eval, Kind::Stats, Kind::Program, Kind::Code];

    /// The folder of its pages, and the part of a manual page's name.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Kind::Topic => "topics",
            Kind::Command => "commands",
            Kind::Eval => "eval",
            Kind::Stats => "stats",
            Kind::Program => "program",
            Kind::Code => "codes",
        }
    }

    /// Its heading in an index.
    pub(super) fn title(self) -> &'static str {
        match self {
            Kind::Topic => "Topics",
            Kind::Command => "Commands of SPL",
            Kind::Eval => "Eval functions",
            Kind::Stats => "Stats functions",
            Kind::Program => "Commands of the program",
            Kind::Code => "Diagnostic codes",
        }
    }
}

/// A page.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// What it is about.
    pub(crate) kind: Kind,
    /// The name by which `speleo help` finds it, and others for the same; the first is the file's.
    pub(crate) names: Vec<String>,
    /// One line: what it says, in Markdown.
    pub(crate) summary: String,
    /// The text, which begins with `# Title`.
    pub(crate) body: String,
}

impl Page {
    /// Its first name.
    pub(crate) fn name(&self) -> &str {
        self.names.first().map(String::as_str).unwrap_or_default()
    }

    /// Whether it is called so.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The place of its file below the folder of a manual, without an ending.
    pub(super) fn place(&self) -> String {
        format!("{}/{}", self.kind.folder(), self.name())
    }
}

/// A plain text as Markdown: nothing in it means anything but backticks around code.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            out.push('`');
        }
        // Every other part is code; of an odd number of backticks the last one opens nothing.
        let is_code = place % 2 == 1 && text.split('`').count() > place + 1;
        for letter in part.chars() {
            let begins = out.is_empty() && matches!(letter, '#' | '>' | '-' | '+' | '|');
            if begins || !is_code && matches!(letter, '\\' | '*' | '_' | '[' | ']' | '<' | '&') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// A text of a table as a sentence: a capital first, and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let text: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    let ends = text.is_empty() || text.ends_with(['.', '…', '?', '!']);
    if ends { text } else { format!("{text}.") }
}

/// A block of code. The fence is longer than any run of backticks inside.
pub(super) fn code(text: &str, language: &str) -> String {
    let fence = "`".repeat(if text.contains("```") { 4 } else { 3 });
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Text as a span of code, whatever backticks are in it.
pub(super) fn span(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A table; cells are Markdown.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(head.iter().map(ToString::to_string).collect());
    out.push_str(&line(head.iter().map(|_| "---".to_owned()).collect()));
    for row in rows {
        out.push_str(&line(row.into_iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{code, escape, sentence, span, table};

    #[test]
    fn texts_keep_their_letters() {
        assert_eq!(escape("a_b * `x_y` <f>"), "a\\_b \\* `x_y` \\<f>");
        assert_eq!(escape("a ` b_c"), "a ` b\\_c");
        assert_eq!(sentence("makes rows"), "Makes rows.");
        assert_eq!(span("`m`"), "`` `m` ``");
        assert_eq!(code("a ```b``` c", "spl"), "````spl\na ```b``` c\n````\n");
        assert_eq!(
            table(&["a", "b"], [vec!["1|2".to_owned(), "x".to_owned()]]),
            "| a | b |\n| --- | --- |\n| 1\\|2 | x |\n"
        );
    }
}
