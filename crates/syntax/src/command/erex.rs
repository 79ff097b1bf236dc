//! `erex`: values like the examples. `erex port fromfield=message examples="8080, 443"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Learn an extraction from examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Erex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field for the values.
    pub field: Field,
    /// The field with the text; `_raw` where none is written.
    pub from: Option<Field>,
    /// Values to be found, with commas between them.
    pub examples: Spanned<String>,
    /// Values that must not be found.
    pub counterexamples: Option<String>,
    /// How many rows are learnt from at most, from 1 to 1,000.
    pub max_trainers: u64,
}

/// Splunk's number of rows.
const TRAINERS: u64 = 100;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["erex"],
    kind: Kind::Streaming,
    summary: "learns an extraction from examples",
    usage: "erex <field> examples=\"<value>, …\" [counterexamples=\"<value>, …\"] [fromfield=<field>] [maxtrainers=<n>]",
    options: &["counterexamples", "examples", "fromfield", "maxtrainers"],
    differs: &[
        "the pattern that is learnt is told in a note; it need not be the one that Splunk learns",
        "only rows that hold an example or a counterexample are learnt from",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut from, mut examples, mut counterexamples, mut max_trainers) = (None, None, None, TRAINERS);
    let field = cursor.one_field("a field and `examples=`", |cursor, option| match option.name.node.as_str() {
        "examples" => examples = Some(option.value.clone()),
        "counterexamples" => counterexamples = Some(option.value.node.clone()),
        "fromfield" => from = Some(option.field()),
        "maxtrainers" => max_trainers = cursor.unsigned(option).clamp(1, 1_000),
        _ => cursor.unknown_option(option),
    })?;
    let Some(examples) = examples else {
        cursor.missing("a field and `examples=`");
        return None;
    };
    Some(Command::Erex(Erex { span: cursor.command_span(), field, from, examples, counterexamples, max_trainers }))
}

impl Display for Erex {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "erex {}", self.field)?;
        print::option(out, "fromfield", self.from.as_ref().map(|field| print::Quoted(&field.name)))?;
        write!(out, " examples={}", print::Quoted(&self.examples.node))?;
        print::option(out, "counterexamples", self.counterexamples.as_deref().map(print::Quoted))?;
        print::option(out, "maxtrainers", (self.max_trainers != TRAINERS).then_some(self.max_trainers))
    }
}
