//! `savedsearch`: runs a search by its name. `| savedsearch "Logins by country" country=AT`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Run a saved search.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedSearch {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Its name.
    pub name: Field,
    /// What `$name$` becomes in its text.
    pub values: Vec<(String, String)>,
    /// Whether `$name$` stays as it is.
    pub no_substitution: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["savedsearch"],
    kind: Kind::Generating,
    summary: "runs a saved search",
    usage: "| savedsearch <name> [<token>=<value>]… [nosubstitution=<bool>]",
    options: &["nosubstitution"],
    differs: &[
        "saved searches are the project's query files, by file name or title, and the stanzas of savedsearches.conf",
        "names are compared without regard to case where none is written exactly so",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut name, mut values, mut no_substitution) = (None, Vec::new(), false);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "nosubstitution" => no_substitution = cursor.boolean(&option),
                _ => {
                    // A token's case counts, an option's does not: the name as written.
                    let written = cursor.text().get(option.name.span.range()).unwrap_or_default();
                    values.push((written.to_owned(), option.value.node));
                }
            }
        } else if name.is_none() {
            name = cursor.field();
            if name.is_none() {
                break;
            }
        } else {
            break;
        }
    }
    let Some(name) = name else {
        cursor.missing("the name of a saved search");
        return None;
    };
    Some(Command::SavedSearch(SavedSearch { span: cursor.command_span(), name, values, no_substitution }))
}

impl Display for SavedSearch {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "savedsearch {}", self.name)?;
        print::flag(out, "nosubstitution", self.no_substitution)?;
        for (name, value) in &self.values {
            print::option(out, name, Some(print::Quoted(value)))?;
        }
        Ok(())
    }
}
