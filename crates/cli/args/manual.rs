//! What is said of the manual and of shells: `speleo help stats`, `speleo help --all --format man --out man`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValuesParser};

use crate::completion;

/// `help`
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// The name of a page (a command, a function, a topic, a code), or words that pages speak of
    #[arg(value_name = "NAME", add = completion::pages())]
    pub(crate) words: Vec<String>,
    /// List the pages that say all of the words
    #[arg(long, requires = "words")]
    pub(crate) search: bool,
    /// Write the whole manual into files
    #[arg(long, requires = "out", conflicts_with_all = ["words", "search"])]
    pub(crate) all: bool,
    /// The form of the files
    #[arg(long, value_name = "FORMAT", default_value = "html", requires = "all")]
    pub(crate) format: ManualFormat,
    /// The folder for the files
    #[arg(long, value_name = "DIR", requires = "all")]
    pub(crate) out: Option<PathBuf>,
}

/// The forms of the whole manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ManualFormat {
    /// Pages for a browser, without a network
    Html,
    /// Markdown
    Markdown,
    /// Manual pages of Unix, in man1 and man7
    Man,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = PossibleValuesParser::new(completion::shells()))]
    pub(crate) shell: String,
}
