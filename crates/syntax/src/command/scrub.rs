//! `scrub`: names, addresses and numbers replaced by made-up ones. `scrub private-terms=customers.txt`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print};

/// Make events anonymous. A list is a file with a term on each line.
#[derive(Debug, Clone, PartialEq)]
pub struct Scrub {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The file of terms that stay.
    pub public_terms: Option<Spanned<String>>,
    /// The file of terms that are replaced whatever else is said of them.
    pub private_terms: Option<Spanned<String>>,
    /// The file of names: they are replaced, and replace words of their length.
    pub name_terms: Option<Spanned<String>>,
    /// The file of words that stay.
    pub dictionary: Option<Spanned<String>>,
    /// The file of regular expressions of times that are replaced.
    pub time_config: Option<Spanned<String>>,
    /// The app whose files are used.
    pub namespace: Option<Spanned<String>>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["scrub"],
    kind: Kind::Streaming,
    summary: "makes events anonymous",
    usage: "scrub [public-terms=<file>] [private-terms=<file>] [name-terms=<file>] [dictionary=<file>] [timeconfig=<file>] \
            [namespace=<app>]",
    options: &["dictionary", "name-terms", "namespace", "private-terms", "public-terms", "timeconfig"],
    differs: &[
        "the same text always becomes the same text, so that events still belong together; there is no secret in it: who can \
         guess a value can find it again",
        "words stay that logs often have (a list of a few hundred is built in), as do names of keys before `=` and times; \
         `dictionary` and `public-terms` name more that stay; all other words and numbers are replaced by ones of the same \
         length, case and kind of character",
        "files are looked for in the folder `anonymizer` of the project and of the folders of `--conf`, with `namespace` of the \
         one that has its name; `timeconfig` has regular expressions, a line each: times that they match are replaced too",
        "there is no limit of 50,000 rows",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut scrub = Scrub {
        span: cursor.command_span(),
        public_terms: None,
        private_terms: None,
        name_terms: None,
        dictionary: None,
        time_config: None,
        namespace: None,
    };
    let is_read = cursor.only_options(|cursor, option| {
        let target = match option.name.node.as_str() {
            "public-terms" => &mut scrub.public_terms,
            "private-terms" => &mut scrub.private_terms,
            "name-terms" => &mut scrub.name_terms,
            "dictionary" => &mut scrub.dictionary,
            "timeconfig" => &mut scrub.time_config,
            "namespace" => &mut scrub.namespace,
            _ => return cursor.unknown_option(option),
        };
        *target = Some(option.value.clone());
    });
    is_read.then_some(Command::Scrub(scrub))
}

impl Display for Scrub {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("scrub")?;
        for (name, value) in [
            ("public-terms", &self.public_terms),
            ("private-terms", &self.private_terms),
            ("name-terms", &self.name_terms),
            ("dictionary", &self.dictionary),
            ("timeconfig", &self.time_config),
            ("namespace", &self.namespace),
        ] {
            print::option(out, name, value.as_ref().map(|value| print::Quoted(&value.node)))?;
        }
        Ok(())
    }
}
