//! `extract`: extracts key and value pairs from the text (`extract`, `kv`). `extract pairdelim=";" kvdelim=":"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Extract `key=value` pairs from `_raw`.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Named extractions of Splunk's configuration.
    pub stanzas: Vec<Field>,
    /// The characters that separate a key from its value.
    pub key_delimiters: Option<String>,
    /// The characters that separate pairs.
    pub pair_delimiters: Option<String>,
    /// Whether all values of a key count, and not the first alone.
    pub add_values: bool,
    /// Whether names consist of letters, digits and `_` only.
    pub clean_keys: bool,
    /// How many pairs of an event count.
    pub limit: Option<u64>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["extract", "kv"],
    kind: Kind::Streaming,
    summary: "extracts key and value pairs from the text",
    usage: "extract [kvdelim=<characters>] [pairdelim=<characters>] [mv_add=<bool>] [clean_keys=<bool>] [limit=<count>] [<transform>]…",
    options: &["auto", "clean_keys", "kvdelim", "limit", "maxchars", "mv_add", "pairdelim", "reload", "segment"],
    differs: &[
        "all pairs of an event count; `limit` does only where it is written",
        "`auto`, `maxchars`, `reload` and `segment` are read and have no effect",
        "names are those of transforms in the project's `transforms.conf`; Splunk's own are not built in",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut extract = Extract {
        span: cursor.command_span(),
        stanzas: Vec::new(),
        key_delimiters: None,
        pair_delimiters: None,
        add_values: false,
        clean_keys: true,
        limit: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "auto" | "reload" | "segment" => drop(cursor.boolean(&option)),
                "clean_keys" => extract.clean_keys = cursor.boolean(&option),
                "kvdelim" => extract.key_delimiters = Some(option.value.node),
                "limit" => extract.limit = Some(cursor.unsigned(&option)),
                "maxchars" => drop(cursor.unsigned(&option)),
                "mv_add" => extract.add_values = cursor.boolean(&option),
                "pairdelim" => extract.pair_delimiters = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(stanza) = cursor.field() {
            extract.stanzas.push(stanza);
        } else {
            break;
        }
    }
    Some(Command::Extract(extract))
}

impl Display for Extract {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("extract")?;
        for stanza in &self.stanzas {
            write!(out, " {stanza}")?;
        }
        print::option(out, "kvdelim", self.key_delimiters.as_deref().map(print::Quoted))?;
        print::option(out, "pairdelim", self.pair_delimiters.as_deref().map(print::Quoted))?;
        print::flag(out, "mv_add", self.add_values)?;
        if !self.clean_keys {
            out.write_str(" clean_keys=false")?;
        }
        print::option(out, "limit", self.limit)
    }
}
