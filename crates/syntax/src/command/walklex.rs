//! `walklex`: the words, fields and values of indexes. `| walklex type=term prefix=err index=web`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, clause::IndexList, cursor::Cursor, option::Choice,
    print,
};

/// List what an index of tokens would hold.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkLex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What is listed.
    pub lexicon: Lexicon,
    /// The indexes.
    pub indexes: IndexList,
    /// What the words are like; none is all.
    pub pattern: Option<Pattern>,
}

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lexicon {
    /// Words, and fields with their values.
    All,
    /// Fields.
    Field,
    /// Fields with their values.
    FieldValue,
    /// Words.
    Term,
}

/// What words are like.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// They begin so.
    Prefix(Spanned<String>),
    /// They match, `*` as any run of characters.
    Whole(Spanned<String>),
}

const LEXICONS: [(&str, Lexicon); 4] =
    [("all", Lexicon::All), ("field", Lexicon::Field), ("fieldvalue", Lexicon::FieldValue), ("term", Lexicon::Term)];

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["walklex"],
    kind: Kind::Generating,
    summary: "lists the words, fields and values of indexes",
    usage: "| walklex [type=(all|field|fieldvalue|term)] [prefix=<text> | pattern=<text>] index=<index>…",
    options: &["index", "pattern", "prefix", "splunk_server", "splunk_server_group", "type"],
    differs: &[
        "the events are read: there is one row for each index, not for each bucket, and new events count too",
        "every field of a file counts as indexed, those that are taken out of raw text do not",
        "of a segment of several words the whole and each word are listed, not what lies between",
        "`splunk_server` and `splunk_server_group` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut walk =
        WalkLex { span: cursor.command_span(), lexicon: Lexicon::All, indexes: IndexList::default(), pattern: None };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if walk.indexes.read_or(cursor) {
            continue;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option such as `index=web`");
            return None;
        };
        walk.set(cursor, option)?;
    }
    if walk.indexes.0.is_empty() {
        cursor.missing("an index: `index=…`");
        return None;
    }
    Some(Command::WalkLex(walk))
}

impl WalkLex {
    fn set(&mut self, cursor: &mut Cursor, option: Choice) -> Option<()> {
        let is_pattern = matches!(option.name.node.as_str(), "pattern" | "prefix");
        if is_pattern && self.pattern.is_some() {
            let message = "`walklex` takes one `prefix` or one `pattern`";
            cursor.fail(Diagnostic::new(Code::BadValue, option.name.span, message));
            return None;
        }
        match option.name.node.as_str() {
            "index" => self.indexes.push(option.value),
            "pattern" => self.pattern = Some(Pattern::Whole(option.value)),
            "prefix" => self.pattern = Some(Pattern::Prefix(option.value)),
            "splunk_server" | "splunk_server_group" => {}
            "type" => {
                let written = option.value.node.to_lowercase();
                let Some((_, lexicon)) = LEXICONS.iter().find(|(name, _)| *name == written) else {
                    let message =
                        format!("`type` takes `all`, `field`, `fieldvalue` or `term`, not `{}`", option.value.node);
                    cursor.fail(Diagnostic::new(Code::BadValue, option.value.span, message));
                    return None;
                };
                self.lexicon = *lexicon;
            }
            _ => cursor.unknown_option(&option),
        }
        Some(())
    }
}

impl Display for WalkLex {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("walklex")?;
        let name = LEXICONS.iter().find(|(_, lexicon)| *lexicon == self.lexicon).map(|(name, _)| *name);
        print::option(out, "type", name.filter(|name| *name != "all"))?;
        match &self.pattern {
            Some(Pattern::Prefix(text)) => write!(out, " prefix={}", print::Quoted(&text.node))?,
            Some(Pattern::Whole(text)) => write!(out, " pattern={}", print::Quoted(&text.node))?,
            None => {}
        }
        write!(out, "{}", self.indexes)
    }
}
