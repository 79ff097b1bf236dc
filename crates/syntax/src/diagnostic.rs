//! What went wrong, as data: the command line draws it, editors and tests read it.

use crate::Span;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the answer is as expected.
    Note,
    /// The answer may not be what the author meant.
    Warning,
    /// There is no answer.
    Error,
}

/// A place with a remark.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
}

/// A replacement of text that would mend the search.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// What to replace; an empty range inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
}

/// Advice, with an edit where one is certain.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// The advice in one line.
    pub text: String,
    /// The change that follows it.
    pub edit: Option<Edit>,
}

/// One problem in a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Its number; `speleo explain E0203` prints the meaning.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One short line: what was found and what was expected.
    pub message: String,
    /// Places; the first is the primary one. Empty where no text is to blame (a file, a limit).
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Vec<Help>,
}

impl Diagnostic {
    /// A diagnostic of the code's own severity at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![Label { span, text: String::new() }],
            help: Vec::new(),
        }
    }

    /// A diagnostic without a place in the search.
    pub fn unplaced(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: code.severity(), message: message.into(), labels: Vec::new(), help: Vec::new() }
    }

    /// Puts a remark on the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds another place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: None });
        self
    }

    /// Adds advice with the change that follows it.
    pub fn edit(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.help.push(Help { text: text.into(), edit: Some(Edit { span, text: replacement.into() }) });
        self
    }

    /// Where it points, if anywhere.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Whether it stops the search.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// One row per code: the only list of them.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $severity:ident;)+) => {
        /// The number of a diagnostic. E01 syntax, E02 names and fields, E03 types and arguments, E04 valid SPL that is
        /// not supported here, E05 data and files, W05 limits and traps, E09 a bug of speleo's.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The printed form, such as `E0203`.
            pub fn text(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// The page that `speleo explain` prints: meaning, example, what to write instead.
            pub fn page(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc, "\n",)+),)+ }
            }

            fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    /// The text does not follow the grammar of the command.
    Syntax = "E0100", Error;
    /// A quote is opened and never closed.
    UnbalancedQuote = "E0101", Error;
    /// A bracket or parenthesis has no partner.
    UnbalancedBracket = "E0102", Error;
    /// There is no search text, or nothing between two pipes.
    EmptySearch = "E0103", Error;
    /// Brackets, parentheses or macros are nested too deeply.
    TooDeep = "E0104", Error;
    /// A regular expression cannot be read.
    Regex = "E0105", Error;
    /// A generating command stands after a pipe, or a command that needs input stands first.
    Position = "E0106", Error;

    /// No command of that name exists.
    UnknownCommand = "E0201", Error;
    /// No eval function of that name exists.
    UnknownFunction = "E0202", Error;
    /// No stats function of that name exists.
    UnknownAggregate = "E0203", Error;
    /// The macro is not defined, or not with that number of arguments.
    UnknownMacro = "E0204", Error;
    /// The lookup table or definition does not exist.
    UnknownLookup = "E0205", Error;
    /// The index is not known.
    UnknownIndex = "E0206", Error;
    /// The data model or dataset does not exist.
    UnknownDataModel = "E0207", Error;
    /// No field of that name exists in the source.
    UnknownField = "W0208", Warning;

    /// The command has no such option.
    UnknownOption = "E0301", Error;
    /// An option or argument has a value of the wrong kind.
    BadValue = "E0302", Error;
    /// A function is called with the wrong number of arguments.
    Arity = "E0303", Error;
    /// An operator or function is given a kind of value that it does not take.
    Type = "E0304", Error;
    /// A time or time modifier cannot be read.
    Time = "E0305", Error;
    /// A needed argument is missing.
    MissingArgument = "E0306", Error;

    /// The command is valid SPL that speleo cannot run yet.
    UnsupportedCommand = "E0401", Error;
    /// The function is valid SPL that speleo cannot run yet.
    UnsupportedFunction = "E0402", Error;
    /// The option or form is valid SPL that speleo cannot run yet.
    UnsupportedForm = "E0403", Error;

    /// A file or folder cannot be read or written.
    File = "E0501", Error;
    /// Data cannot be decoded.
    Data = "E0502", Error;
    /// Lines of a data file could not be read and were left out.
    SkippedLines = "W0503", Warning;
    /// A knowledge object (macro, lookup definition, data model) cannot be read.
    Knowledge = "E0504", Error;
    /// The memory limit was reached.
    Resources = "E0505", Error;
    /// The query was cancelled.
    Cancelled = "E0506", Error;

    /// Where Splunk would have cut the result in silence.
    SplunkLimit = "W0551", Note;
    /// `OR` binds tighter than `AND` in `search`.
    OrBeforeAnd = "W0552", Warning;
    /// A lower-case `or`, `and` or `not` in `search` is a search term.
    LowerCaseOperator = "W0553", Warning;
    /// `sort desc x` sorts by a field called `desc`.
    SortDesc = "W0554", Warning;
    /// A wildcard in `where` or `eval` is an ordinary character.
    WildcardInEval = "W0555", Warning;
    /// A blank is missing between two aggregations.
    MissingBlank = "W0556", Warning;
    /// A no-break space was read as a blank.
    NoBreakSpace = "W0557", Note;
    /// A macro that names a filter is not defined and was taken as `search *`.
    FilterMacro = "W0558", Note;
    /// `summariesonly=true` has no effect: the data model is not accelerated.
    SummariesOnly = "W0559", Note;
    /// A quoted number is compared as text.
    QuotedNumber = "W0560", Warning;
    /// A search begins with the name of a command and no pipe: the name is a term to look for.
    MissingPipe = "W0561", Warning;

    /// A bug of speleo's.
    Bug = "E0901", Error;
}
