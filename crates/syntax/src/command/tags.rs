//! `tags`: the tags of field values. `index=web | typer | tags outputfield=tag eventtype host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Write the tags of the values of fields into each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Tags {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field for the tags of all fields; none means `tag`, and `tag::<field>` for each.
    pub output: Option<Field>,
    /// Whether a tag in the output field begins with the name of its field.
    pub with_name: bool,
    /// Whether it begins with the value.
    pub with_value: bool,
    /// The tags that count; empty means all.
    pub allowed: Vec<String>,
    /// The fields; empty means all that have tags.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["tags"],
    kind: Kind::Streaming,
    summary: "adds the tags of field values",
    usage: "tags [outputfield=<field>] [inclname=<bool>] [inclvalue=<bool>] [allowed_tags=\"<tag>,…\"] [<field>…]",
    options: &["allowed_tags", "inclname", "inclvalue", "outputfield"],
    differs: &[
        "the tags are those of tags.conf, in the order of their names",
        "`inclname` and `inclvalue` write `field::tag`, `value::tag` and `field::value::tag`",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut tags = Tags {
        span: cursor.command_span(),
        output: None,
        with_name: false,
        with_value: false,
        allowed: Vec::new(),
        fields: Vec::new(),
    };
    tags.fields = cursor.any_fields(|cursor, option| tags.set(cursor, option))?;
    Some(Command::Tags(tags))
}

impl Tags {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "allowed_tags" => self.allowed = option.value.node.split(',').map(|tag| tag.trim().to_owned()).collect(),
            "inclname" => self.with_name = cursor.boolean(option),
            "inclvalue" => self.with_value = cursor.boolean(option),
            "outputfield" => self.output = Some(option.field()),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Tags {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("tags")?;
        print::option(out, "outputfield", self.output.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::flag(out, "inclname", self.with_name)?;
        print::flag(out, "inclvalue", self.with_value)?;
        let allowed = (!self.allowed.is_empty()).then(|| self.allowed.join(","));
        print::option(out, "allowed_tags", allowed.as_deref().map(print::Quoted))?;
        self.fields.iter().try_for_each(|field| write!(out, " {field}"))
    }
}
