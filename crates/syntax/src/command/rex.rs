//! `rex`: extracts named groups into fields, or edits a field with sed. `rex field=sender ".*@(?<domain>.*)"`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Extract named groups into fields, or edit a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Rex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field read; `_raw` where none is written.
    pub field: Option<Field>,
    /// What to do with it.
    pub mode: RexMode,
}

/// The two modes of `rex`.
#[derive(Debug, Clone, PartialEq)]
pub enum RexMode {
    /// Named groups become fields.
    Extract {
        /// The pattern.
        pattern: Spanned<String>,
        /// The largest number of matches; 0 is all. With 1 a field gets one value, else all.
        max_match: u64,
        /// The field that gets the places of the groups.
        offset_field: Option<Field>,
    },
    /// `mode=sed`.
    Sed {
        /// `s/pattern/replacement/flags` or `y/abc/xyz/`.
        script: Spanned<String>,
    },
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["rex"],
    kind: Kind::Streaming,
    summary: "extracts named groups into fields, or edits a field",
    usage: "rex [field=<field>] <pattern> [max_match=<count>] [offset_field=<field>] | mode=sed <script>",
    options: &["field", "max_match", "mode", "offset_field"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut field, mut max_match, mut offset_field, mut sed) = (None, 1, None, false);
    let mut pattern: Option<Spanned<String>> = None;
    while !cursor.at_end() {
        let start = cursor.position();
        match cursor.option() {
            Some(option) => match option.name.node.as_str() {
                "field" => field = Some(option.field()),
                "max_match" => max_match = cursor.unsigned(&option),
                "mode" if option.value.node.eq_ignore_ascii_case("sed") => sed = true,
                "mode" => {
                    let message = format!("`mode` takes `sed`, not `{}`", option.value.node);
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                }
                "offset_field" => offset_field = Some(option.field()),
                _ => cursor.unknown_option(&option),
            },
            None if pattern.is_none() && cursor.peek() == Some('[') => cursor.expected("a regular expression"),
            None if pattern.is_none() => {
                cursor.go(start);
                pattern = cursor.pattern();
            }
            None => break,
        }
    }
    let Some(pattern) = pattern else {
        cursor.missing("a regular expression");
        return None;
    };
    let mode = match sed {
        true => RexMode::Sed { script: pattern },
        false => RexMode::Extract { pattern, max_match, offset_field },
    };
    Some(Command::Rex(Rex { span: cursor.command_span(), field, mode }))
}

impl Display for Rex {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("rex")?;
        print::option(out, "field", self.field.as_ref())?;
        match &self.mode {
            RexMode::Extract { pattern, max_match, offset_field } => {
                print::option(out, "max_match", Some(max_match).filter(|&&count| count != 1))?;
                print::option(out, "offset_field", offset_field.as_ref())?;
                write!(out, " {}", print::Quoted(&pattern.node))
            }
            RexMode::Sed { script } => write!(out, " mode=sed {}", print::Quoted(&script.node)),
        }
    }
}
