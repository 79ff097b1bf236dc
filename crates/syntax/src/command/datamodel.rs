//! `datamodel`: reads the events of a data model's object, or its definition. `| datamodel Authentication Failed_Authentication search`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, print};

/// Read the events of a data model's object.
#[derive(Debug, Clone, PartialEq)]
pub struct DataModel {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// `Model.Object` where an object is named, `Model` where it is not; none for all models.
    pub name: Option<Spanned<String>>,
    /// What is wanted of it.
    pub mode: Mode,
    /// Whether events have only the fields that the model declares.
    pub strict_fields: bool,
}

/// What `datamodel` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The definition as JSON.
    Definition,
    /// Events, fields under the object's name.
    Search,
    /// Events, fields under their own names.
    Flat,
    /// The text of the search.
    SearchString,
    /// The text of the flat search.
    FlatString,
    /// The text of the search that fills summaries.
    AccelerationString,
}

/// The modes that are written; those of acceleration read the same events here.
const MODES: [(&str, Mode); 6] = [
    ("search", Mode::Search),
    ("flat", Mode::Flat),
    ("search_string", Mode::SearchString),
    ("flat_string", Mode::FlatString),
    ("acceleration_search", Mode::Search),
    ("acceleration_search_string", Mode::AccelerationString),
];

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["datamodel"],
    kind: Kind::Generating,
    summary: "reads the events of a data model's object, or gives its definition",
    usage: "datamodel [<model> [<object> [search|flat|search_string|flat_string|acceleration_search_string]]] [strict_fields=<bool>]",
    options: &["allow_old_summaries", "strict_fields", "summariesonly"],
    differs: &[
        "the texts of searches hold the model's macros as written",
        "reads events, never summaries: `summariesonly` and `allow_old_summaries` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut words: Vec<Spanned<String>> = Vec::new();
    let mut strict_fields = true;
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "allow_old_summaries" | "summariesonly" => {
                    cursor.boolean(&option);
                }
                "strict_fields" => strict_fields = cursor.boolean(&option),
                _ => cursor.unknown_option(&option),
            }
            continue;
        }
        match cursor.field().filter(|_| words.len() < 3) {
            Some(word) => words.push(Spanned { span: word.span, node: word.name }),
            None => {
                cursor.expected("the end of the command");
                return None;
            }
        }
    }
    let mut words = words.into_iter();
    let (model, object, mode) = (words.next(), words.next(), words.next());
    let name = match (model, object) {
        (Some(model), Some(object)) => {
            Some(Spanned { span: model.span.to(object.span), node: format!("{}.{}", model.node, object.node) })
        }
        (model, _) => model,
    };
    let mode = match mode {
        None => Mode::Definition,
        Some(word) => match MODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&word.node)) {
            Some((_, mode)) => *mode,
            None => {
                let message = format!("`datamodel` takes `search` or `flat`, not `{}`", word.node);
                cursor.fail(Diagnostic::new(Code::BadValue, word.span, message));
                return None;
            }
        },
    };
    Some(Command::DataModel(DataModel { span: cursor.command_span(), name, mode, strict_fields }))
}

impl Display for DataModel {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("datamodel")?;
        let Some(name) = &self.name else { return Ok(()) };
        let written = MODES.iter().find(|(_, mode)| *mode == self.mode).map(|(name, _)| name);
        match name.node.split_once('.') {
            Some((model, object)) => write!(out, " {} {}", print::Quoted(model), print::Quoted(object))?,
            None => write!(out, " {}", print::Quoted(&name.node))?,
        }
        written.map_or(Ok(()), |mode| write!(out, " {mode}"))?;
        if self.strict_fields { Ok(()) } else { out.write_str(" strict_fields=false") }
    }
}
