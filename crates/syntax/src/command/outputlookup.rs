//! `outputlookup`: writes rows to a lookup table. `outputlookup append=t seen.csv`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Write the rows to a lookup table and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputLookup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The table: a file name or a lookup definition.
    pub table: Field,
    /// Whether to add to the table; its columns stay.
    pub append: bool,
    /// Whether no rows make an empty file.
    pub create_empty: bool,
    /// Whether no rows clear the table.
    pub override_if_empty: bool,
    /// How many rows at most.
    pub max: Option<u64>,
    /// Rows with an equal key are replaced.
    pub key_field: Option<Field>,
    /// Whether `output_format=splunk_mv_csv` is written.
    pub multivalue_columns: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["outputlookup"],
    kind: Kind::Centralized,
    summary: "writes rows to a lookup table",
    usage: "outputlookup [append=<bool>] [create_empty=<bool>] [override_if_empty=<bool>] [max=<count>] [key_field=<field>] <table>",
    options: &[
        "allow_updates",
        "append",
        "create_context",
        "create_empty",
        "createinapp",
        "key_field",
        "max",
        "output_format",
        "override_if_empty",
    ],
    differs: &["`allow_updates`, `createinapp` and `create_context` are read and have no effect"],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut lookup = OutputLookup {
        span: cursor.command_span(),
        table: Field::new("", Span::default()),
        append: false,
        create_empty: false,
        override_if_empty: true,
        max: None,
        key_field: None,
        multivalue_columns: false,
    };
    let (mut append, mut table) = (None, None);
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "append" => append = Some(cursor.boolean(&option)),
                _ => lookup.set(cursor, &option),
            }
        } else if table.is_none() {
            table = cursor.field();
            if table.is_none() {
                break;
            }
        } else {
            break;
        }
    }
    let Some(table) = table else {
        cursor.missing("the name of a lookup table");
        return None;
    };
    // A key implies `append=true`: rows are replaced one by one.
    let append = append.unwrap_or(lookup.key_field.is_some());
    Some(Command::OutputLookup(OutputLookup { table, append, ..lookup }))
}

impl OutputLookup {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "allow_updates" | "createinapp" => drop(cursor.boolean(option)),
            "create_context" => {}
            "create_empty" => self.create_empty = cursor.boolean(option),
            "key_field" => self.key_field = Some(option.field()),
            "max" => self.max = Some(cursor.unsigned(option)),
            "output_format" => match option.value.node.as_str() {
                "splunk_sv_csv" => self.multivalue_columns = false,
                "splunk_mv_csv" => self.multivalue_columns = true,
                other => {
                    let message = format!("`output_format` takes `splunk_sv_csv` or `splunk_mv_csv`, not `{other}`");
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                }
            },
            "override_if_empty" => self.override_if_empty = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for OutputLookup {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("outputlookup")?;
        print::option(out, "append", Some(self.append).filter(|&append| append != self.key_field.is_some()))?;
        print::flag(out, "create_empty", self.create_empty)?;
        print::option(out, "override_if_empty", Some(false).filter(|_| !self.override_if_empty))?;
        print::option(out, "max", self.max)?;
        print::option(out, "key_field", self.key_field.as_ref())?;
        print::option(out, "output_format", self.multivalue_columns.then_some("splunk_mv_csv"))?;
        write!(out, " {}", self.table)
    }
}
