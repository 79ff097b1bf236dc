//! Fields outside expressions: `host, "my field" a.b{}.c count(x)`. Commas and blanks separate alike.

use crate::{Code, Diagnostic, Field, Span, command, cursor::Cursor, token};

/// Commands that nobody calls a field after.
const COMMANDS_AMONG_FIELDS: &[&str] =
    &["dedup", "eval", "eventstats", "rename", "sort", "stats", "streamstats", "table", "timechart", "where"];

impl Cursor<'_> {
    /// Takes the name of a field: in double or single quotes, or up to what cannot be part of a bare name.
    pub(crate) fn field(&mut self) -> Option<Field> {
        if let Some(name) = self.token(token::quoted) {
            return Some(Field::new(token::unescape(name.node), name.span));
        }
        if let Some(name) = self.token(token::single_quoted) {
            return Some(Field::new(name.node, name.span));
        }
        let start = self.position();
        let length = bare_length(self.rest());
        let name = self.rest().get(..length)?;
        self.go(start + length);
        (length > 0).then(|| Field::new(name, Span::new(start, start + length)))
    }

    /// Takes fields up to the end or to one of the keywords; an option among them is reported.
    pub(crate) fn fields(&mut self, stops: &[&str]) -> Vec<Field> {
        let mut fields = Vec::new();
        loop {
            self.skip_separators();
            if self.at_end() || self.at_keyword(stops) {
                return fields;
            }
            if let Some(option) = self.option() {
                self.unknown_option(&option);
                continue;
            }
            match self.field() {
                Some(field) => {
                    if !self.add_field(&mut fields, field) {
                        return fields;
                    }
                }
                None => {
                    self.expected("a field");
                    return fields;
                }
            }
        }
    }

    /// Adds a field to a list; false where it cannot be one, and something is said.
    pub(crate) fn add_field(&mut self, fields: &mut Vec<Field>, field: Field) -> bool {
        let Some(last) = fields.last() else {
            fields.push(field);
            return true;
        };
        if matches!(field.name.as_str(), "-" | "+") && self.is_bare(&field) {
            let message = format!("expected a field, found `{}`", field.name);
            let diagnostic = Diagnostic::new(Code::Syntax, field.span, message);
            let pipe = Span { end: last.span.start, ..last.span };
            let help = format!("`{}` is a command; a pipe is missing before it", last.name);
            let is_command = command::find(&last.name).is_some();
            self.fail(if is_command { diagnostic.edit(help, pipe, "| ") } else { diagnostic });
            return false;
        }
        self.warn_about_pipe(last);
        fields.push(field);
        true
    }

    /// Whether the field is written without quotes.
    fn is_bare(&self, field: &Field) -> bool {
        self.text().get(field.span.range()).is_some_and(|text| text == field.name)
    }

    /// A name in a list that is a command's, and something behind it: a pipe may be missing.
    fn warn_about_pipe(&mut self, field: &Field) {
        if self.is_bare(field) && COMMANDS_AMONG_FIELDS.contains(&field.name.as_str()) {
            let message = format!("`{}` is taken as a field here, not as the command", field.name);
            let pipe = Span { end: field.span.start, ..field.span };
            let diagnostic = Diagnostic::new(Code::MissingPipe, field.span, message);
            self.report(diagnostic.edit("a command needs a pipe before it", pipe, "| "));
        }
    }

    /// Whether one of the keywords comes next.
    pub(crate) fn at_keyword(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.peek_keyword(word).is_some())
    }

    /// Takes `AS name`, if it comes next.
    pub(crate) fn alias(&mut self) -> Option<Field> {
        let keyword = self.keyword("as")?;
        let field = if self.peek_keyword("by").is_some() { None } else { self.field() };
        if field.is_none() {
            self.fail(Diagnostic::new(Code::Syntax, keyword, "expected a name after `AS`"));
        }
        field
    }
}

/// How long the bare name at the start is. Parentheses belong to it where they match: `count(x)`.
fn bare_length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut last_balanced = 0;
    for (at, next) in text.char_indices() {
        match next {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            ',' | '[' | ']' | '|' | '"' if depth == 0 => return at,
            '=' | '<' | '>' if depth == 0 => return at,
            _ if token::is_blank(next) && depth == 0 => return at,
            _ => {}
        }
        if depth == 0 {
            last_balanced = at + next.len_utf8();
        }
    }
    last_balanced
}

/// Whether the name can stand bare in a list of fields.
pub(crate) fn is_bare(name: &str) -> bool {
    const KEYWORDS: &[&str] = &["as", "by", "d", "desc", "from", "output", "outputnew", "over", "sortby", "where"];
    let plain = |next: char| {
        next.is_alphanumeric() || matches!(next, '_' | '.' | '*' | ':' | '{' | '}' | '@' | '/' | '#' | '-')
    };
    name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '*' | '{'))
        && name.chars().all(plain)
        && !KEYWORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}
