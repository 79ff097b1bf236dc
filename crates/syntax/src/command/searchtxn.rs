//! `searchtxn`: the transactions of a type that hold what is searched for. `| searchtxn mail max_terms=100 to=root`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, SearchExpr, SearchExprKind, Span, Spanned, cursor::Cursor, print, search};

/// Retrieve the transactions of a type that hold what is searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchTxn {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The transaction type.
    pub name: Spanned<String>,
    /// How many values of a field are followed at most.
    pub max_terms: u64,
    /// Whether an event with any of the terms begins the search, not only one with all.
    pub use_disjunct: bool,
    /// Whether the events are wanted as they are.
    pub events_only: bool,
    /// What a transaction must hold.
    pub expr: SearchExpr,
}

/// How many values of a field are followed where nothing is written, and at most.
const MOST_TERMS: u64 = 1_000;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["searchtxn"],
    kind: Kind::Generating,
    summary: "retrieves the transactions of a type that hold what is searched for",
    usage: "searchtxn <type> [max_terms=<n>] [use_disjunct=<bool>] [eventsonly=<bool>] <condition>…",
    options: &["eventsonly", "max_terms", "use_disjunct"],
    differs: &[
        "`index=` and times hold for every event, also with `use_disjunct`",
        "values are followed until no event adds one, and events that have any of them belong to the transactions",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let Some(name) = cursor.field() else {
        cursor.missing("the name of a transaction type");
        return None;
    };
    let mut found = SearchTxn {
        span: cursor.command_span(),
        name: Spanned { span: name.span, node: name.name },
        max_terms: MOST_TERMS,
        use_disjunct: true,
        events_only: false,
        expr: SearchExpr { span: Span::default(), kind: SearchExprKind::All },
    };
    loop {
        let start = cursor.position();
        // What is no option is a field to search for.
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "max_terms" | "maxterms" => found.max_terms = cursor.at_least(&option, 1).clamp(1, MOST_TERMS),
            "use_disjunct" => found.use_disjunct = cursor.boolean(&option),
            "eventsonly" => found.events_only = cursor.boolean(&option),
            _ => {
                cursor.go(start);
                break;
            }
        }
    }
    if cursor.at_end() {
        cursor.missing("a condition that transactions are searched for");
        return None;
    }
    found.expr = search::grammar::expr(cursor, &[]);
    Some(Command::SearchTxn(found))
}

impl Display for SearchTxn {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "searchtxn {}", print::Quoted(&self.name.node))?;
        print::option(out, "max_terms", Some(self.max_terms).filter(|most| *most != MOST_TERMS))?;
        print::option(out, "use_disjunct", Some(false).filter(|_| !self.use_disjunct))?;
        print::flag(out, "eventsonly", self.events_only)?;
        write!(out, " {}", self.expr)
    }
}
