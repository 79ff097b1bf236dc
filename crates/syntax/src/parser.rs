//! Text to tree: pipelines, segments, the choice of the command. `index=web | stats count`
//!
//! Nothing here fails: each segment gives a command or a diagnostic, and reading goes on behind the next pipe.

mod advice;

use advice::{generating, leftover, list_in_brackets, unknown};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Expr, Kind, Search, SearchExpr, Severity, Span, Spanned,
    command::{self, find, search::SearchCommand},
    cursor::Cursor,
    eval, nearest, search, structure, token,
};

/// Commands that nobody looks for as a term: in front of a search without a pipe they are a slip.
const LOOKS_LIKE_A_COMMAND: &[&str] = &[
    "datamodel",
    "dbinspect",
    "eventcount",
    "gentimes",
    "inputcsv",
    "inputlookup",
    "loadjob",
    "makeresults",
    "mcatalog",
    "metasearch",
    "mstats",
    "multisearch",
    "savedsearch",
    "tstats",
];

/// Commands whose names are no words of English: between conditions they are a slip too.
pub(crate) const UNMISTAKABLE: &[&str] = &[
    "appendpipe",
    "dedup",
    "eval",
    "eventstats",
    "fillnull",
    "inputlookup",
    "iplocation",
    "mvexpand",
    "outputlookup",
    "rex",
    "spath",
    "stats",
    "streamstats",
    "timechart",
    "tstats",
];

/// How many problems are told at once: more help nobody, and each is shown with its line.
const MAX_DIAGNOSTICS: usize = 20;

/// Where a pipeline stands, which decides how it may begin.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// The search itself: without a leading pipe it begins with an implied `search`.
    Top,
    /// In brackets, where a search is expected.
    Bracket,
    /// In the brackets of `appendpipe`, which go on with the rows outside.
    Continuation,
}

/// Reads a search without macros and comments (see [`expand`](crate::expand)).
pub fn parse(text: &str) -> (Search, Vec<Diagnostic>) {
    read(text, |cursor| pipeline(cursor, Place::Top), Search { span: Span::new(0, text.len()), commands: Vec::new() })
}

/// Reads a pipeline that goes on with rows: what stands in the brackets of `foreach`, put together by whoever plans it.
pub fn parse_continuation(text: &str) -> (Search, Vec<Diagnostic>) {
    let nothing = Search { span: Span::new(0, text.len()), commands: Vec::new() };
    read(text, |cursor| pipeline(cursor, Place::Continuation), nothing)
}

/// Reads a search as a saved one: where it goes on with the rows of another search, as the panels of a dashboard do, its
/// first command is read as that and the second value is true. `stats count BY host`
///
/// Without a pipe in front, the first word must name a command that takes what follows; else it is a term to look for.
pub fn parse_saved(text: &str) -> (Search, Vec<Diagnostic>, bool) {
    let trimmed = text.trim_start_matches(token::is_blank);
    let (piped, rest) = match trimmed.strip_prefix('|') {
        Some(rest) => (true, rest.trim_start_matches(token::is_blank)),
        None => (false, trimmed),
    };
    let name = token::word(rest).map_or("", |(_, name)| name);
    let tail = rest.get(name.len()..).unwrap_or_default();
    let continues = find(&name.to_lowercase()).is_some_and(|spec| {
        spec.kind != Kind::Generating
            && if piped { !spec.leads } else { spec.name() != "search" && tail.starts_with(token::is_blank) }
    });
    if continues {
        let (search, problems) = parse_continuation(text);
        if piped || !problems.iter().any(Diagnostic::is_error) {
            return (search, problems, true);
        }
    }
    let (search, problems) = parse(text);
    (search, problems, false)
}

/// Reads one expression of `eval` and `where`.
pub fn parse_expr(text: &str) -> (Expr, Vec<Diagnostic>) {
    let nothing = Expr { span: Span::new(0, text.len()), kind: crate::ExprKind::Error };
    read(text, eval::grammar::expr, nothing)
}

/// Reads one condition of `search`.
pub fn parse_search_expr(text: &str) -> (SearchExpr, Vec<Diagnostic>) {
    let nothing = SearchExpr { span: Span::new(0, text.len()), kind: crate::SearchExprKind::Error };
    read(text, |cursor| search::grammar::expr(cursor, &[]), nothing)
}

fn read<T>(text: &str, parser: impl Fn(&mut Cursor) -> T, nothing: T) -> (T, Vec<Diagnostic>) {
    if u32::try_from(text.len()).is_err() {
        return (nothing, vec![Diagnostic::unplaced(Code::TooDeep, "the search is longer than 4 GiB")]);
    }
    let mut diagnostics = structure::check(text);
    if diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TooDeep) {
        return (nothing, diagnostics);
    }
    let mut cursor = Cursor::new(text);
    let tree = parser(&mut cursor);
    leftover(&mut cursor);
    let broken = diagnostics.iter().filter_map(Diagnostic::span).map(|span| span.start).min();
    diagnostics.extend(cursor.diagnostics.into_iter().filter(|found| match (broken, found.span()) {
        // What follows an open quote or bracket is read as part of it: errors there would be noise.
        (Some(broken), Some(span)) => {
            let last = found.labels.iter().map(|label| label.span.end).max().unwrap_or(span.end);
            span.start < broken && last < broken
        }
        _ => true,
    }));
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map_or(0, |span| span.start));
    let surplus = diagnostics.len().saturating_sub(MAX_DIAGNOSTICS);
    if surplus > 0 {
        // Warnings make room first: what is left must still stop the search.
        diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
        diagnostics.truncate(MAX_DIAGNOSTICS);
        let rest = Diagnostic::unplaced(Code::Syntax, format!("{surplus} more problems are not shown"));
        diagnostics.push(Diagnostic { severity: Severity::Note, ..rest });
    }
    (tree, diagnostics)
}

/// Reads what lies between the cursor and the end of its segment as a pipeline.
pub(crate) fn pipeline(cursor: &mut Cursor, place: Place) -> Search {
    let (start, end) = (cursor.position(), cursor.end());
    let segments = structure::segments(cursor.text(), start, end);
    let blank = |&(start, end): &(usize, usize)| {
        cursor.text().get(start..end).is_some_and(|text| text.trim_matches(token::is_blank).is_empty())
    };
    let piped = segments.len() > 1 && segments.first().is_some_and(blank);
    let empty: Vec<bool> = segments.iter().map(blank).collect();
    let (mut commands, mut skips) = (Vec::new(), false);
    for (index, (&(from, to), &empty)) in segments.iter().zip(&empty).enumerate().skip(usize::from(piped)) {
        let frame = cursor.narrow(from, to);
        if empty {
            skips = nothing(cursor, from, to, segments.len() == 1, commands.last());
        } else if skips {
            skips = false;
        } else if cursor.rest().trim_matches(token::is_blank) == "\"\"" && index > 0 {
            // What a macro stands for that does nothing.
        } else if index == 0 {
            commands.extend(first(cursor, place));
        } else {
            commands.extend(command(cursor, place, index == 1 && piped));
        }
        cursor.restore(frame);
    }
    cursor.go(end);
    Search { span: Span::new(start, end), commands }
}

/// Reports the empty segment at `from..to`. True where the next segment is no command, but the right side of `||`.
fn nothing(cursor: &mut Cursor, from: usize, to: usize, alone: bool, before: Option<&Command>) -> bool {
    if alone {
        cursor.report(Diagnostic::new(Code::EmptySearch, Span::new(from, from), "there is no search"));
        return false;
    }
    let pipe = Span::new(from.saturating_sub(usize::from(from > 0)), from);
    let after = cursor.text().get(to + 1..).unwrap_or_default().trim_start_matches(token::is_blank);
    let name = token::word(after).map_or("", |(_, name)| name);
    let conditions = matches!(before, Some(Command::Where(_) | Command::Eval(_) | Command::Search(_)));
    // `a || b` is written by who thinks of another language, `a || stats` by who doubled a pipe.
    if conditions && from == to && !name.is_empty() && find(&name.to_lowercase()).is_none() {
        let span = Span::new(from - 1, to + 1);
        let diagnostic = Diagnostic::new(Code::Syntax, span, "there is no operator `||`");
        cursor.report(diagnostic.edit("`OR` is the operator", span, "OR"));
        return true;
    }
    let doubled = Span::new(from.saturating_sub(usize::from(from > 0)), to);
    let diagnostic = Diagnostic::new(Code::EmptySearch, pipe, "there is no command after the pipe");
    cursor.report(if name.is_empty() { diagnostic } else { diagnostic.edit("one pipe is enough", doubled, "") });
    false
}

/// The first segment where no pipe stands before it.
fn first(cursor: &mut Cursor, place: Place) -> Option<Command> {
    if place == Place::Continuation {
        return command(cursor, place, true);
    }
    let start = cursor.position();
    let name = cursor.token(token::word).map(|name| name.node.to_lowercase());
    let follow = cursor.rest().trim_start_matches(token::is_blank);
    // `::` takes no blanks: `search ::1` looks for an address.
    let compares = follow.starts_with(['=', '<', '>']) || follow.starts_with("!=") || cursor.rest().starts_with("::");
    let ends =
        cursor.rest().is_empty() || cursor.rest().starts_with(|next| token::is_blank(next) || "([\"".contains(next));
    cursor.go(start);
    let names_command = match (place, name.as_deref()) {
        (_, Some("search")) => ends && !compares,
        (Place::Top, _) | (_, None) => false,
        (_, Some(name)) => {
            !compares && (find(name).is_some() || ends && nearest::nearest(name, generating()).is_some())
        }
    };
    if names_command {
        return command(cursor, place, true);
    }
    cursor.skip_blanks();
    let start = cursor.position();
    if place == Place::Bracket {
        // Read as if it were there, so that what follows is checked too.
        let span = cursor.here();
        let place = Span { end: span.start, ..span };
        let message = "a search in brackets begins with a command";
        let diagnostic = Diagnostic::new(Code::UnknownCommand, span, message);
        cursor.report(match list_in_brackets(cursor) {
            Some((list, text)) => diagnostic.edit("the values of `IN` stand in parentheses", list, text),
            None => diagnostic.edit("conditions belong to `search`", place, "search "),
        });
    }
    if let Some(name) = name.filter(|name| !compares && LOOKS_LIKE_A_COMMAND.contains(&name.as_str())) {
        let span = Span::new(start, start + name.len());
        let message = format!("`{name}` is a term to look for here, not the command");
        let help = "a command in front needs a pipe before it";
        let pipe = Span::new(start, start);
        cursor.report(Diagnostic::new(Code::MissingPipe, span, message).edit(help, pipe, "| "));
    }
    if let Some(spec) = find("search") {
        cursor.begin_command(start, spec);
    }
    let expr = search::grammar::expr(cursor, &[]);
    leftover(cursor);
    Some(Command::Search(SearchCommand { span: cursor.command_span(), implied: place == Place::Top, expr }))
}

/// One segment: a name and its arguments.
fn command(cursor: &mut Cursor, place: Place, leads: bool) -> Option<Command> {
    let Some(name) = cursor.token(token::word) else {
        cursor.expected("a command");
        return None;
    };
    let Some(spec) = find(&name.node.to_lowercase()) else {
        let compares = cursor.rest().trim_start_matches(token::is_blank).starts_with(['=', '<', '>', '!']);
        cursor.fail(unknown(name.node, name.span, compares));
        return None;
    };
    cursor.begin_command(name.span.start as usize, spec);
    let start = cursor.position();
    let known = cursor.diagnostics.len();
    let outer = std::mem::take(&mut cursor.met_bracket);
    let mut parsed = (spec.parse)(cursor);
    leftover(cursor);
    if std::mem::replace(&mut cursor.met_bracket, outer) && !spec.takes_searches {
        // The bracket's text belongs to the command's own: what it says is known when the search runs.
        let frame = cursor.narrow(start, cursor.end());
        cursor.diagnostics.truncate(known);
        cursor.begin_command(name.span.start as usize, spec);
        parsed = Some(command::spliced::parse(cursor));
        cursor.restore(frame);
        cursor.go(cursor.end());
    }
    check_position(cursor, name.span, spec, parsed.as_ref(), place, leads);
    parsed
}

/// A command that makes rows stands first, every other one does not.
fn check_position(
    cursor: &mut Cursor,
    name: Span,
    spec: &CommandSpec,
    parsed: Option<&Command>,
    place: Place,
    leads: bool,
) {
    let adds = match parsed {
        Some(Command::InputLookup(lookup)) => lookup.append,
        Some(Command::MStats(stats)) => stats.append,
        Some(Command::InputCsv(input)) => input.append,
        Some(Command::Spliced(_)) => true,
        Some(Command::TStats(tstats)) => tstats.append,
        Some(Command::Union(_)) => true,
        Some(Command::Unsupported(other)) => command::unsupported::may_follow(other),
        None => true,
        _ => false,
    };
    let first = spec.name();
    if leads && place != Place::Continuation && spec.kind != Kind::Generating && !spec.leads {
        if first == "outputlookup" {
            let message = "`outputlookup` with nothing before it is not supported here: it would empty the table";
            return cursor.report(Diagnostic::new(Code::UnsupportedForm, name, message));
        }
        let message = format!("`{first}` needs rows, and nothing comes before it");
        let help = "a search begins with conditions, or with a command that makes rows, such as `| makeresults`";
        cursor.report(Diagnostic::new(Code::Position, name, message).help(help));
    } else if !leads && spec.kind == Kind::Generating && !adds {
        let message = format!("`{first}` makes rows and must be the first command");
        cursor.report(Diagnostic::new(Code::Position, name, message).help("put it first, or into `append [ … ]`"));
    }
}

/// Whether a search may write a table, a file or an index: a command in it does, in brackets too, or one runs texts that are
/// not known before it runs.
pub fn may_write(text: &str) -> bool {
    let mut cursor = Cursor::new(text);
    if !structure::check(text).is_empty() {
        return true;
    }
    pipeline(&mut cursor, Place::Top);
    cursor.commands.iter().any(|name| find(name).is_some_and(|spec| spec.may_write))
}

/// Whether the tree of the command of that canonical name holds the text of its arguments.
pub(crate) fn holds_text(name: &str) -> bool {
    command::unsupported::ROWS.iter().chain(&command::noop::ALL).any(|spec| spec.name() == name)
}

impl Cursor<'_> {
    /// Reads `[ … ]` as a search.
    pub(crate) fn bracket(&mut self, place: Place) -> Option<Search> {
        self.skip_blanks();
        if self.peek() != Some('[') || !self.enter() {
            return None;
        }
        let open = self.position();
        let close = open + structure::partner(self.rest());
        let frame = self.narrow(open + 1, close);
        let search = pipeline(self, place);
        self.restore(frame);
        self.go(close + 1);
        self.leave();
        Some(search)
    }

    /// Takes the text in the brackets that open here, without the blanks at its ends.
    pub(crate) fn template(&mut self) -> Spanned<String> {
        let open = self.position();
        let close = open + structure::partner(self.rest());
        let inside = self.text().get(open + 1..close).unwrap_or_default();
        let text = inside.trim_matches(token::is_blank);
        let start = open + 1 + (inside.len() - inside.trim_start_matches(token::is_blank).len());
        self.go(close + 1);
        Spanned { span: Span::new(start, start + text.len()), node: text.to_owned() }
    }
}
