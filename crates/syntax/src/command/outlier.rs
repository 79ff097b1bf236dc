//! `outlier`: clips or removes numbers far from the others. `outlier action=remove param=1.5 bytes`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, option::Choice, print};

/// Clip or remove extreme numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlier {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether rows with extreme numbers go; otherwise the numbers are clipped.
    pub remove: bool,
    /// How many interquartile ranges a number may lie outside of the quartiles.
    pub factor: f64,
    /// Whether small numbers can be extreme too.
    pub use_lower: bool,
    /// Whether `000` is put before what was clipped.
    pub mark: bool,
    /// The fields, wildcards allowed; empty means all that are not internal.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["outlier"],
    kind: Kind::Dataset,
    summary: "clips or removes extreme numbers",
    usage: "outlier [type=iqr] [action=remove|transform] [param=<number>] [uselower=<bool>] [mark=<bool>] [<field>…]",
    options: &["action", "mark", "param", "type", "uselower"],
    differs: &["fields with several values are left alone"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut outlier = Outlier {
        span: cursor.command_span(),
        remove: false,
        factor: 2.5,
        use_lower: false,
        mark: false,
        fields: Vec::new(),
    };
    outlier.fields = cursor.any_fields(|cursor, option| outlier.set(cursor, option))?;
    Some(Command::Outlier(outlier))
}

impl Outlier {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let value = option.value.node.to_lowercase();
        match (option.name.node.as_str(), value.as_str()) {
            ("action", "remove" | "rm") => self.remove = true,
            ("action", "transform" | "tf") => self.remove = false,
            ("action", _) => bad(cursor, option, "`remove` or `transform`"),
            ("mark", _) => self.mark = cursor.boolean(option),
            ("param", _) => self.factor = cursor.number(option),
            ("type", "iqr") => {}
            ("type", _) => bad(cursor, option, "`iqr`"),
            ("uselower", _) => self.use_lower = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

/// Reports a word that the option does not take.
pub(super) fn bad(cursor: &mut Cursor, option: &Choice, expected: &str) {
    let text = format!("`{}` takes {expected}, not `{}`", option.name.node, option.value.node);
    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
}

impl Display for Outlier {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(if self.remove { "outlier action=remove" } else { "outlier" })?;
        print::option(out, "param", (self.factor != 2.5).then_some(self.factor))?;
        print::flag(out, "uselower", self.use_lower)?;
        print::flag(out, "mark", self.mark)?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, " ")
    }
}
