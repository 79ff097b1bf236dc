//! `from`: reads a dataset by its kind and name. `| from datamodel:Authentication.Failed_Authentication`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, nearest, print, token};

/// Read a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct From {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What kind of dataset it is.
    pub kind: DatasetKind,
    /// Its name without quotes: `Model.Object`, `users.csv`.
    pub name: Spanned<String>,
}

/// The kinds of datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatasetKind {
    /// A data model, or one object of it.
    DataModel,
    /// A lookup table.
    Lookup,
    /// A saved search.
    SavedSearch,
}

const KINDS: [(&str, DatasetKind); 3] =
    [("datamodel", DatasetKind::DataModel), ("lookup", DatasetKind::Lookup), ("savedsearch", DatasetKind::SavedSearch)];

impl DatasetKind {
    fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["from"],
    kind: Kind::Generating,
    summary: "reads a dataset: a data model, a lookup table or a saved search",
    usage: "from (datamodel|lookup|savedsearch):<name>",
    differs: &["a data model gives the fields that it declares and no others"],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let Some(word) = cursor.token(token::word) else {
        cursor.missing("the kind and name of a dataset, such as `datamodel:Web`");
        return None;
    };
    let Some((_, kind)) = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word.node)) else {
        let names = KINDS.iter().map(|(name, _)| *name);
        let error = Diagnostic::new(Code::BadValue, word.span, format!("`from` reads no `{}`", word.node));
        cursor.fail(match nearest::nearest(word.node, names.clone()) {
            Some(near) => error.edit(format!("the nearest kind is `{near}`"), word.span, near),
            None => error.help(format!("it reads {}", names.collect::<Vec<_>>().join(", "))),
        });
        return None;
    };
    cursor.symbol(":");
    let Some(name) = name(cursor) else {
        cursor.missing("the name of a dataset");
        return None;
    };
    Some(Command::From(From { span: cursor.command_span(), kind: *kind, name }))
}

/// A name of parts that are quoted or not: `"Web Data"."Proxy"`.
fn name(cursor: &mut Cursor) -> Option<Spanned<String>> {
    cursor.skip_blanks();
    let start = cursor.position();
    let mut node = String::new();
    while let Some(next) = cursor.peek().filter(|next| !token::is_blank(*next)) {
        if let Some(part) = if next == '"' { cursor.token(token::quoted) } else { None } {
            node.push_str(&token::unescape(part.node));
        } else {
            node.push(next);
            cursor.go(cursor.position() + next.len_utf8());
        }
    }
    (!node.is_empty()).then(|| Spanned { span: cursor.span_from(start), node })
}

impl Display for From {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "from {}:{}", self.kind.name(), print::Quoted(&self.name.node))
    }
}
