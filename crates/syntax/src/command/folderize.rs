//! `folderize`: values that begin alike as one row. `stats count BY uri | folderize attr=uri sep="/" size=count`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Group rows by what the values of a field begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Folderize {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the values.
    pub attribute: Field,
    /// What stands between the parts of a value.
    pub separator: String,
    /// The field that is added up.
    pub size: Field,
    /// How many folders there are at least, where there are so many values.
    pub least: u64,
    /// How many folders there are at most, unless that would be fewer than `least`.
    pub most: u64,
}

/// Splunk's separator.
const SEPARATOR: &str = "::";
/// Splunk's name for the size.
const SIZE: &str = "totalCount";
/// Splunk's numbers of folders.
const FOLDERS: (u64, u64) = (2, 20);

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["folderize"],
    kind: Kind::Transforming,
    summary: "groups rows by path prefixes",
    usage: "folderize attr=<field> [sep=<text>] [size=<field>] [minfolders=<n>] [maxfolders=<n>]",
    options: &["attr", "maxfolders", "minfolders", "sep", "size"],
    differs: &[
        "the largest folder is opened as long as there are no more than `maxfolders` rows after it; Splunk does not say which \
         folders it opens",
        "rows are ordered by size, the largest first; a row without the field of the size counts 1",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut attribute, mut size) = (None, None);
    let (mut separator, (mut least, mut most)) = (SEPARATOR.to_owned(), FOLDERS);
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "attr" => attribute = Some(option.field()),
        "sep" => separator = option.value.node.clone(),
        "size" => size = Some(option.field()),
        "minfolders" => least = cursor.at_least(option, 1),
        "maxfolders" => most = cursor.at_least(option, 1),
        _ => cursor.unknown_option(option),
    });
    if !is_read {
        return None;
    }
    let span = cursor.command_span();
    let Some(attribute) = attribute else {
        cursor.missing("`attr=` with a field");
        return None;
    };
    let size = size.unwrap_or_else(|| Field::new(SIZE, span));
    Some(Command::Folderize(Folderize { span, attribute, separator, size, least, most }))
}

impl Display for Folderize {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "folderize attr={}", print::Quoted(&self.attribute.name))?;
        let separator = Some(self.separator.as_str()).filter(|separator| *separator != SEPARATOR);
        print::option(out, "sep", separator.map(print::Quoted))?;
        let size = Some(self.size.name.as_str()).filter(|name| *name != SIZE);
        print::option(out, "size", size.map(print::Quoted))?;
        print::option(out, "minfolders", (self.least != FOLDERS.0).then_some(self.least))?;
        print::option(out, "maxfolders", (self.most != FOLDERS.1).then_some(self.most))
    }
}
