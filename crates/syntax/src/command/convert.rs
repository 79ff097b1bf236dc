//! `convert`: converts values of fields. `convert timeformat="%F %T" ctime(first_seen) AS since, rmcomma(*_bytes)`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, nearest, print, token};

/// The format of times where none is written.
pub const TIME_FORMAT: &str = "%m/%d/%Y %H:%M:%S";

/// Convert values of fields, in place or into new fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Convert {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The format that `ctime` writes and `mktime` reads; [`TIME_FORMAT`] where none is written.
    pub time_format: Option<String>,
    /// What to do, from left to right.
    pub conversions: Vec<Conversion>,
}

/// One `function(field) AS field`.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// How values are converted.
    pub function: Function,
    /// The fields read; may have wildcards.
    pub field: Field,
    /// The field written, with as many wildcards; none means in place.
    pub alias: Option<Field>,
}

/// How values are converted. What does not fit stays as it is, but for `Num`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// To a number, by whichever of the other functions fits.
    Auto,
    /// Epoch seconds to text.
    CTime,
    /// `[D+]HH:MM:SS` to seconds.
    Dur2Sec,
    /// `10k`, `3m`, `1g` to kilobytes.
    MemK,
    /// Text to epoch seconds.
    MkTime,
    /// `[MM:]SS.sss` to seconds.
    MsTime,
    /// Leaves fields out of the wildcards of the others.
    None,
    /// As `Auto`; what is no number is removed.
    Num,
    /// Removes commas.
    RmComma,
    /// Keeps the number that the value begins with.
    RmUnit,
}

const FUNCTIONS: [(&str, Function); 10] = [
    ("auto", Function::Auto),
    ("ctime", Function::CTime),
    ("dur2sec", Function::Dur2Sec),
    ("memk", Function::MemK),
    ("mktime", Function::MkTime),
    ("mstime", Function::MsTime),
    ("none", Function::None),
    ("num", Function::Num),
    ("rmcomma", Function::RmComma),
    ("rmunit", Function::RmUnit),
];

impl Function {
    /// The name in a search.
    pub fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("", |(name, _)| name)
    }

    fn find(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, function)| *function)
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["convert"],
    kind: Kind::Streaming,
    summary: "converts values, such as times and sizes",
    usage: "convert [timeformat=<text>] (auto|ctime|dur2sec|memk|mktime|mstime|none|num|rmcomma|rmunit)(<field>) [AS <field>]…",
    options: &["timeformat"],
    differs: &["`auto` decides value by value: one that is no number does not keep the others of its field"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut time_format, mut conversions) = (None, Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "timeformat" => time_format = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
            continue;
        }
        conversions.push(conversion(cursor)?);
    }
    if conversions.is_empty() {
        cursor.missing("a conversion such as `ctime(field)`");
        return None;
    }
    Some(Command::Convert(Convert { span: cursor.command_span(), time_format, conversions }))
}

fn conversion(cursor: &mut Cursor) -> Option<Conversion> {
    let Some(name) = cursor.token(token::word) else {
        cursor.expected("a conversion such as `ctime(field)`");
        return None;
    };
    let Some(function) = Function::find(name.node) else {
        let message = format!("`convert` has no function `{}`", name.node);
        let names = FUNCTIONS.iter().map(|(name, _)| *name);
        let diagnostic = Diagnostic::new(Code::UnknownFunction, name.span, message).named(name.node);
        cursor.fail(match nearest::nearest(&name.node.to_lowercase(), names.clone()) {
            Some(near) => diagnostic.edit(format!("the nearest name is `{near}`"), name.span, near),
            None => diagnostic.help(format!("it has {}", names.collect::<Vec<_>>().join(", "))),
        });
        return None;
    };
    let Some(open) = cursor.symbol("(") else {
        cursor.expected("a field in parentheses");
        return None;
    };
    let Some(field) = cursor.field() else {
        cursor.expected("a field");
        return None;
    };
    cursor.close(open);
    if cursor.failed() {
        return None;
    }
    let alias = cursor.alias();
    let stars = |field: &Field| field.name.matches('*').count();
    if let Some(alias) = alias.as_ref().filter(|alias| stars(alias) != stars(&field)) {
        let message = "both names need the same number of `*`";
        cursor.report(Diagnostic::new(Code::BadValue, alias.span, message).also(field.span, "the field read"));
    }
    Some(Conversion { function, field, alias })
}

impl Display for Convert {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("convert")?;
        print::option(out, "timeformat", self.time_format.as_deref().map(print::Quoted))?;
        for (index, Conversion { function, field, alias }) in self.conversions.iter().enumerate() {
            write!(out, "{} {}({field})", if index == 0 { "" } else { "," }, function.name())?;
            if let Some(alias) = alias {
                write!(out, " AS {alias}")?;
            }
        }
        Ok(())
    }
}
