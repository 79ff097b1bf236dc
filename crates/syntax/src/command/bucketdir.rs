//! `bucketdir`: paths replaced by their directories. `top source | bucketdir pathfield=source sizefield=count maxcount=10`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Roll paths up into directories until few rows are left.
#[derive(Debug, Clone, PartialEq)]
pub struct BucketDir {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the paths.
    pub path: Field,
    /// The field with the size of each path; it is added up.
    pub size: Field,
    /// The field with the number of events of each path, added up too; that of the size where none is written.
    pub count: Option<Field>,
    /// How many rows there are at most.
    pub most: u64,
    /// What stands between the parts of a path; where none is written `/`, or `\` where no path has a `/`.
    pub separator: Option<String>,
}

/// Splunk's number of rows.
const MOST: u64 = 20;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["bucketdir"],
    kind: Kind::Dataset,
    summary: "replaces paths by their folders",
    usage: "bucketdir pathfield=<field> sizefield=<field> [maxcount=<n>] [countfield=<field>] [sep=<character>]",
    options: &["countfield", "maxcount", "pathfield", "sep", "sizefield"],
    differs: &[
        "directories are rolled up from the deepest ones up, those with the most files by events first, until there are no more \
         than `maxcount` rows; Splunk says only that it prefers directories with many files and few events",
        "rows have the path, the size and the count, the largest first; a row without them counts 1",
        "a directory ends with the separator, so that it differs from a file",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut path, mut size, mut count, mut most, mut separator) = (None, None, None, MOST, None);
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "pathfield" => path = Some(option.field()),
        "sizefield" => size = Some(option.field()),
        "countfield" => count = Some(option.field()),
        "maxcount" => most = cursor.at_least(option, 1),
        "sep" => separator = Some(option.value.node.clone()),
        _ => cursor.unknown_option(option),
    });
    if !is_read {
        return None;
    }
    let span = cursor.command_span();
    let (Some(path), Some(size)) = (path, size) else {
        cursor.missing("`pathfield=` and `sizefield=` with a field each");
        return None;
    };
    Some(Command::BucketDir(BucketDir { span, path, size, count, most, separator }))
}

impl Display for BucketDir {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "bucketdir pathfield={}", print::Quoted(&self.path.name))?;
        write!(out, " sizefield={}", print::Quoted(&self.size.name))?;
        print::option(out, "maxcount", (self.most != MOST).then_some(self.most))?;
        print::option(out, "countfield", self.count.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "sep", self.separator.as_deref().map(print::Quoted))
    }
}
