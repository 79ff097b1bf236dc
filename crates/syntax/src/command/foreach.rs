//! `foreach`: runs a template for each field or each value. `foreach total_* [eval sum = sum + '<<FIELD>>']`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Run a template once for each fitting field, or once for each value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct ForEach {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What it goes over.
    pub mode: ForEachMode,
    /// The fields, or the one whose values count.
    pub fields: Vec<Field>,
    /// The texts that stand for something in the template.
    pub tokens: Tokens,
    /// The text in the brackets.
    pub template: Spanned<String>,
}

/// What `foreach` goes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForEachMode {
    /// Fields by their names.
    Fields,
    /// The values of a field.
    Values,
    /// The elements of a JSON array.
    JsonArray,
    /// The values of a field, or the elements where it is a JSON array.
    Collections,
}

/// The texts of a template that stand for something.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// The field's name.
    pub field: String,
    /// What `*` took.
    pub matched: String,
    /// What the first, second and third `*` took.
    pub segments: [String; 3],
    /// The value.
    pub item: String,
    /// The value's number, from 0 on.
    pub iteration: String,
}

impl Default for Tokens {
    fn default() -> Self {
        let token = |name: &str| format!("<<{name}>>");
        Self {
            field: token("FIELD"),
            matched: token("MATCHSTR"),
            segments: ["MATCHSEG1", "MATCHSEG2", "MATCHSEG3"].map(token),
            item: token("ITEM"),
            iteration: token("ITER"),
        }
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["foreach"],
    kind: Kind::Streaming,
    summary: "runs a template for each field or each value",
    usage: "foreach [mode=multifield|multivalue|json_array|auto_collections] <field>… [<option>]… [<template>]",
    options: &["fieldstr", "itemstr", "iterstr", "matchseg1", "matchseg2", "matchseg3", "matchstr", "mode"],
    differs: &["a `foreach` within a template is not supported", "a row has 1,000 values at most"],
    takes_searches: true,
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut mode = ForEachMode::Fields;
    let (mut fields, mut tokens, mut template) = (Vec::new(), Tokens::default(), None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if cursor.peek() == Some('[') && template.is_none() {
            template = Some(cursor.template());
        } else if let Some(option) = cursor.option() {
            let value = option.value.node.clone();
            match option.name.node.as_str() {
                "mode" => mode = read_mode(cursor, &value, option.value.span),
                "fieldstr" => tokens.field = value,
                "itemstr" => tokens.item = value,
                "iterstr" => tokens.iteration = value,
                "matchstr" => tokens.matched = value,
                "matchseg1" => tokens.segments[0] = value,
                "matchseg2" => tokens.segments[1] = value,
                "matchseg3" => tokens.segments[2] = value,
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            fields.push(field);
        } else {
            break;
        }
    }
    let Some(template) = template else {
        cursor.missing("a template in brackets");
        return None;
    };
    match (mode, fields.len()) {
        (_, 0) => cursor.missing("a field"),
        (ForEachMode::Fields, _) | (_, 1) => {}
        _ => cursor.missing("one field only where `mode` goes over values"),
    }
    Some(Command::ForEach(ForEach { span: cursor.command_span(), mode, fields, tokens, template }))
}

fn read_mode(cursor: &mut Cursor, text: &str, span: Span) -> ForEachMode {
    match text.to_lowercase().as_str() {
        "multifield" => ForEachMode::Fields,
        "multivalue" => ForEachMode::Values,
        "json_array" => ForEachMode::JsonArray,
        "auto_collections" => ForEachMode::Collections,
        _ => {
            let message =
                format!("`mode` takes `multifield`, `multivalue`, `json_array` or `auto_collections`, not `{text}`");
            cursor.report(Diagnostic::new(Code::BadValue, span, message));
            ForEachMode::Fields
        }
    }
}

impl Display for ForEach {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("foreach")?;
        out.write_str(match self.mode {
            ForEachMode::Fields => "",
            ForEachMode::Values => " mode=multivalue",
            ForEachMode::JsonArray => " mode=json_array",
            ForEachMode::Collections => " mode=auto_collections",
        })?;
        for field in &self.fields {
            write!(out, " {field}")?;
        }
        let usual = Tokens::default();
        let tokens = [
            ("fieldstr", &self.tokens.field, &usual.field),
            ("matchstr", &self.tokens.matched, &usual.matched),
            ("matchseg1", &self.tokens.segments[0], &usual.segments[0]),
            ("matchseg2", &self.tokens.segments[1], &usual.segments[1]),
            ("matchseg3", &self.tokens.segments[2], &usual.segments[2]),
            ("itemstr", &self.tokens.item, &usual.item),
            ("iterstr", &self.tokens.iteration, &usual.iteration),
        ];
        for (name, own, usual) in tokens {
            print::option(out, name, (own != usual).then_some(print::Quoted(own)))?;
        }
        write!(out, " [{}]", self.template.node)
    }
}
