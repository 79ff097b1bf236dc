//! `iplocation`: adds country, city and place of an address. `iplocation prefix=src_ src_ip`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Add `City Country Region lat lon` of an address.
#[derive(Debug, Clone, PartialEq)]
pub struct IpLocation {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that holds the address.
    pub field: Field,
    /// What stands before each new name.
    pub prefix: String,
    /// Whether to add `Continent MetroCode Timezone` too.
    pub all_fields: bool,
    /// The language of names.
    pub lang: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["iplocation"],
    kind: Kind::Streaming,
    summary: "adds country, city and place of an address",
    usage: "iplocation [prefix=<text>] [allfields=<bool>] [lang=<text>] <field>",
    options: &["allfields", "lang", "prefix"],
    differs: &["without `--geoip`, only `Country` is known"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut prefix, mut all_fields, mut lang) = (String::new(), false, None);
    let field =
        cursor.one_field("a field that holds an address", |cursor, option| match option.name.node.as_str() {
            "allfields" => all_fields = cursor.boolean(option),
            "lang" => lang = Some(option.value.node.clone()),
            "prefix" => prefix = option.value.node.clone(),
            _ => cursor.unknown_option(option),
        })?;
    Some(Command::IpLocation(IpLocation { span: cursor.command_span(), field, prefix, all_fields, lang }))
}

impl Display for IpLocation {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("iplocation")?;
        print::option(out, "prefix", Some(print::Quoted(&self.prefix)).filter(|_| !self.prefix.is_empty()))?;
        print::flag(out, "allfields", self.all_fields)?;
        print::option(out, "lang", self.lang.as_deref().map(print::Quoted))?;
        write!(out, " {}", self.field)
    }
}
