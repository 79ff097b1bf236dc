//! `tojson` and `makejson`: fields as a JSON object. `tojson str(id) num(bytes_*) output_field=record`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, nearest, print, token};

/// Pack fields into a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct ToJson {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether it is `makejson`, which takes internal fields too.
    pub is_make: bool,
    /// The fields, wildcards allowed; empty means all of the result.
    pub fields: Vec<(Option<JsonType>, Field)>,
    /// The type of fields without one.
    pub default_type: JsonType,
    /// Whether a value that is missing or of another type is written as `null`.
    pub fill_null: bool,
    /// Whether fields whose names begin with `_` are among all.
    pub include_internal: bool,
    /// The field that gets the object; `_raw` where none is written.
    pub output: Option<Field>,
}

/// What a value becomes in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// What it looks like: a number, a truth value, null, an object or array, else a string.
    Auto,
    /// `true` or `false`.
    Bool,
    /// The JSON that it is.
    Json,
    /// A number where it is one, else a string.
    None,
    /// A number.
    Num,
    /// A string.
    Str,
}

const TYPES: [(&str, JsonType); 6] = [
    ("auto", JsonType::Auto),
    ("bool", JsonType::Bool),
    ("json", JsonType::Json),
    ("none", JsonType::None),
    ("num", JsonType::Num),
    ("str", JsonType::Str),
];

/// What `makejson` also calls them.
const MAKE_TYPES: [(&str, JsonType); 8] = [
    ("array", JsonType::Json),
    ("boolean", JsonType::Bool),
    ("float", JsonType::Num),
    ("int", JsonType::Num),
    ("integer", JsonType::Num),
    ("number", JsonType::Num),
    ("object", JsonType::Json),
    ("string", JsonType::Str),
];

impl JsonType {
    /// The name as it is written.
    pub fn name(self) -> &'static str {
        TYPES.iter().find(|(_, json_type)| *json_type == self).map_or("none", |(name, _)| name)
    }

    fn find(name: &str) -> Option<Self> {
        TYPES.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, json_type)| *json_type)
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["tojson"],
    kind: Kind::Streaming,
    summary: "packs each row into a JSON object",
    usage: "tojson [<field> | auto|bool|json|none|num|str(<field>)]… [default_type=<type>] [fill_null=<bool>] \
            [include_internal=<bool>] [output_field=<field>]",
    options: &["default_type", "fill_null", "include_internal", "output_field"],
    parse: |cursor| parse(cursor, false),
    ..CommandSpec::NEW
};

/// The row of `makejson`.
pub(crate) const MAKE: CommandSpec = CommandSpec {
    names: &["makejson"],
    kind: Kind::Streaming,
    summary: "packs fields into a JSON object",
    usage: "makejson [<field> | <field>(auto|bool|json|none|num|str)]… output=<field>",
    options: &["output"],
    parse: |cursor| parse(cursor, true),
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor, is_make: bool) -> Option<Command> {
    let mut json = ToJson {
        span: cursor.command_span(),
        is_make,
        fields: Vec::new(),
        default_type: JsonType::None,
        fill_null: false,
        include_internal: is_make,
        output: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "output" if is_make => json.output = Some(option.field()),
                "output_field" if !is_make => json.output = Some(option.field()),
                "fill_null" if !is_make => json.fill_null = cursor.boolean(&option),
                "include_internal" if !is_make => json.include_internal = cursor.boolean(&option),
                "default_type" if !is_make => match JsonType::find(&option.value.node) {
                    Some(json_type) => json.default_type = json_type,
                    None => unknown_type(cursor, &option.value.node, option.value.span),
                },
                _ => cursor.unknown_option(&option),
            }
        } else {
            json.fields.push(if is_make { field_of_type(cursor)? } else { typed(cursor)? });
        }
    }
    if is_make && json.output.is_none() {
        cursor.missing("`output=` and a field");
        return None;
    }
    Some(Command::ToJson(json))
}

/// A field, or `field(type)`, as `makejson` has it; with the names that other languages give to types.
fn field_of_type(cursor: &mut Cursor) -> Option<(Option<JsonType>, Field)> {
    let start = cursor.position();
    if let Some(name) = cursor.token(token::word)
        && let Some(open) = cursor.symbol("(")
    {
        let json_type = cursor.token(token::word).and_then(|written| {
            let json_type = MAKE_TYPES.iter().find(|(own, _)| own.eq_ignore_ascii_case(written.node));
            let json_type = json_type.map(|(_, json_type)| *json_type).or_else(|| JsonType::find(written.node));
            if json_type.is_none() {
                unknown_type(cursor, written.node, written.span);
            }
            json_type
        });
        cursor.close(open);
        return Some((json_type, Field::new(name.node, name.span)));
    }
    cursor.go(start);
    typed(cursor)
}

/// A field, or `type(field)`.
fn typed(cursor: &mut Cursor) -> Option<(Option<JsonType>, Field)> {
    let start = cursor.position();
    if let Some(name) = cursor.token(token::word)
        && let Some(open) = cursor.symbol("(")
    {
        let json_type = JsonType::find(name.node);
        if json_type.is_none() {
            unknown_type(cursor, name.node, name.span);
        }
        let Some(field) = cursor.field() else {
            cursor.expected("a field");
            return None;
        };
        cursor.close(open);
        return Some((json_type, field));
    }
    cursor.go(start);
    match cursor.field() {
        Some(field) => Some((None, field)),
        None => {
            cursor.expected("a field");
            None
        }
    }
}

fn unknown_type(cursor: &mut Cursor, name: &str, span: Span) {
    let error = Diagnostic::new(Code::BadValue, span, format!("`{name}` is no type of JSON"));
    let names = TYPES.iter().map(|(name, _)| *name);
    cursor.report(match nearest::nearest(name, names.clone()) {
        Some(near) => error.edit(format!("the nearest name is `{near}`"), span, near),
        None => error.help(format!("there are {}", names.collect::<Vec<_>>().join(", "))),
    });
}

impl Display for ToJson {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(if self.is_make { "makejson" } else { "tojson" })?;
        for (json_type, field) in &self.fields {
            match json_type {
                Some(json_type) if self.is_make => write!(out, " {field}({})", json_type.name())?,
                Some(json_type) => write!(out, " {}({field})", json_type.name())?,
                None => write!(out, " {field}")?,
            }
        }
        let output = self.output.as_ref().map(|field| print::Quoted(&field.name));
        if self.is_make {
            return print::option(out, "output", output);
        }
        let default_type = Some(self.default_type).filter(|json_type| *json_type != JsonType::None);
        print::option(out, "default_type", default_type.map(JsonType::name))?;
        print::flag(out, "fill_null", self.fill_null)?;
        print::flag(out, "include_internal", self.include_internal)?;
        print::option(out, "output_field", output)
    }
}
