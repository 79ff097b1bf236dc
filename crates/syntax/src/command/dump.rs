//! `dump`: writes rows to files. `dump basename=logins format=csv fields="_time, user" compress=0`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, Spanned, cursor::Cursor, option::Choice, print,
};

/// Write the rows to files and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct Dump {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What the names of the files begin with.
    pub name: Spanned<String>,
    /// The fields, wildcards allowed; empty means all.
    pub fields: Vec<Field>,
    /// How many megabytes a file has before the next one begins.
    pub roll_size: u64,
    /// The level of gzip; 0 is none.
    pub compress: u64,
    /// The form of the rows.
    pub format: DumpFormat,
}

/// The form of rows in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpFormat {
    /// The texts of events.
    Raw,
    /// Comma-separated, with a header.
    Csv,
    /// Tab-separated, with a header.
    Tsv,
    /// An object a line.
    Json,
    /// A `result` for each row.
    Xml,
}

impl DumpFormat {
    /// The name, which is the ending of files too.
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(_, format)| *format == self).map_or("raw", |(name, _)| name)
    }
}

const FORMATS: [(&str, DumpFormat); 5] = [
    ("raw", DumpFormat::Raw),
    ("csv", DumpFormat::Csv),
    ("tsv", DumpFormat::Tsv),
    ("json", DumpFormat::Json),
    ("xml", DumpFormat::Xml),
];

const ROLL_SIZE: u64 = 63;
const COMPRESS: u64 = 2;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["dump"],
    kind: Kind::Centralized,
    summary: "writes rows to files",
    usage: "dump basename=<name> [fields=\"<field>, …\"] [format=(raw|csv|tsv|json|xml)] [rollsize=<megabytes>] [compress=<0 to 9>]",
    options: &["basefilename", "basename", "compress", "fields", "format", "rollsize"],
    differs: &[
        "files go to the folder `dump` in the folder of lookup tables, called `<name>_<number>.<format>`; none is overwritten",
        "`_dstpath` of a row names folders in there, never one outside",
        "`json` is an object a line",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut dump = Dump {
        span: cursor.command_span(),
        name: Spanned { span: Span::default(), node: String::new() },
        fields: Vec::new(),
        roll_size: ROLL_SIZE,
        compress: COMPRESS,
        format: DumpFormat::Raw,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option such as `basename=…`");
            return None;
        };
        dump.set(cursor, option);
    }
    if dump.name.node.is_empty() {
        cursor.missing("`basename=…`");
        return None;
    }
    Some(Command::Dump(dump))
}

impl Dump {
    fn set(&mut self, cursor: &mut Cursor, option: Choice) {
        match option.name.node.as_str() {
            "basefilename" | "basename" => self.name = option.value,
            "compress" => {
                self.compress = cursor.unsigned(&option);
                if self.compress > 9 {
                    let message = format!("`compress` takes a level from 0 to 9, not `{}`", self.compress);
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                }
            }
            "fields" => {
                let names = option.value.node.split(',').map(str::trim).filter(|name| !name.is_empty());
                self.fields = names.map(|name| Field::new(name, option.value.span)).collect();
            }
            "format" => {
                let written = option.value.node.to_lowercase();
                match FORMATS.iter().find(|(name, _)| *name == written) {
                    Some((_, format)) => self.format = *format,
                    None => {
                        let message =
                            format!("`format` takes `raw`, `csv`, `tsv`, `json` or `xml`, not `{}`", option.value.node);
                        cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                    }
                }
            }
            "rollsize" => self.roll_size = cursor.at_least(&option, 1),
            _ => cursor.unknown_option(&option),
        }
    }
}

impl Display for Dump {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "dump basename={}", print::Quoted(&self.name.node))?;
        if !self.fields.is_empty() {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            write!(out, " fields={}", print::Quoted(&names.join(", ")))?;
        }
        print::option(out, "format", Some(self.format.name()).filter(|name| *name != "raw"))?;
        print::option(out, "rollsize", Some(self.roll_size).filter(|size| *size != ROLL_SIZE))?;
        print::option(out, "compress", Some(self.compress).filter(|level| *level != COMPRESS))
    }
}
