//! `kvform`: fields taken out of events by a form. `kvform form=sales_order`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, Spanned, cursor::Cursor, print};

/// Take fields out of `_raw` by a form.
#[derive(Debug, Clone, PartialEq)]
pub struct KvForm {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The form's name: the file `forms/NAME.form`.
    pub form: Option<Spanned<String>>,
    /// The field whose value is the form's name, where no form is written; `sourcetype` where this is not written either.
    pub field: Option<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["kvform"],
    kind: Kind::Streaming,
    summary: "extracts fields by a form",
    usage: "kvform [form=<name>] [field=<field>]",
    options: &["field", "form"],
    differs: &[
        "the form NAME is the file `forms/NAME.form` in the project's folder or in a folder of `--conf`, the last that has it",
        "a form is a text in which `[[int:age]]` takes a value into a field; the kinds are `all`, `alnums`, `alphas`, `float`, \
         `hex`, `int`, `ip`, `nspaces`, `qstring`, `string` and `word`; other stanzas of transforms.conf are not known",
        "a run of blanks in a form is any run of blanks in an event",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut form, mut field) = (None, None);
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "form" => form = Some(option.value.clone()),
        "field" => field = Some(option.field()),
        _ => cursor.unknown_option(option),
    });
    is_read.then(|| Command::KvForm(KvForm { span: cursor.command_span(), form, field }))
}

impl Display for KvForm {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("kvform")?;
        print::option(out, "form", self.form.as_ref().map(|form| print::Quoted(&form.node)))?;
        print::option(out, "field", self.field.as_ref().map(|field| print::Quoted(&field.name)))
    }
}
