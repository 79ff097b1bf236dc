//! What stands at a place: a command, a function, a macro, a lookup, a time. `| stats dc(user)` at `dc` is a stats function.

use speleo_functions::{AggregateSpec, EvalSpec, eval};
use speleo_syntax::{CommandSpec, PieceKind, Span, called, is_time_modifier};

use super::stage::{Pipeline, Stage};
use crate::{command::help, editor::is_statistical};

/// Something that has a name.
#[derive(Clone)]
pub(super) struct Target {
    /// Where it stands.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: TargetKind,
}

/// What a name means.
#[derive(Clone)]
pub(super) enum TargetKind {
    /// A command.
    Command(&'static CommandSpec),
    /// An eval function.
    Function(&'static EvalSpec),
    /// A stats function.
    Aggregate(&'static AggregateSpec),
    /// An option of a command.
    Choice(&'static CommandSpec, String),
    /// A macro with so many arguments.
    Macro(String, usize),
    /// A lookup definition or file.
    Lookup(String),
    /// A data model, and an object of it perhaps.
    DataModel(String),
    /// A saved search.
    SavedSearch(String),
    /// An index.
    Index(String),
    /// A bound of the time range, with its name.
    Time(String, String),
}

/// The eval function of a name.
pub(super) fn function(name: &str) -> Option<&'static EvalSpec> {
    eval::find(&name.to_ascii_lowercase())
}

/// The stats function of a name, a number behind it included: `perc95`.
pub(super) fn aggregate(name: &str) -> Option<&'static AggregateSpec> {
    let name = name.to_ascii_lowercase();
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let exact = help::aggregates().find(|spec| spec.names.contains(&name.as_str()));
    exact.or_else(|| help::aggregates().find(|spec| spec.has_number && spec.names.contains(&bare)))
}

/// Whether the arguments of a command are stats functions first and eval expressions within.
pub(super) fn aggregates(stage: &Stage) -> bool {
    stage.spec.is_some_and(is_statistical)
}

/// What stands at an offset.
pub(super) fn target(pipeline: &Pipeline, offset: usize) -> Option<Target> {
    let place = pipeline.piece(offset)?;
    let piece = pipeline.pieces.get(place)?;
    let text = pipeline.at(piece.span);
    let stage = pipeline.stage(offset)?;
    match piece.kind {
        PieceKind::Macro => {
            let (name, arguments) = called(text)?;
            return Some(Target { span: piece.span, kind: TargetKind::Macro(name, arguments) });
        }
        PieceKind::Word | PieceKind::Quoted => {}
        _ => return None,
    }
    if stage.name == Some(piece.span) {
        return stage.spec.map(|spec| Target { span: piece.span, kind: TargetKind::Command(spec) });
    }
    if let Some(found) = setting(pipeline, stage, place, offset) {
        return Some(found);
    }
    if let Some(found) = argument(pipeline, stage, place) {
        return Some(found);
    }
    if piece.kind == PieceKind::Quoted {
        return None;
    }
    let span = word(text, piece.span.range().start, offset)?;
    let is_called = span.end == piece.span.end && opens(pipeline, place + 1, piece.span.end);
    let kind = call(pipeline, stage, pipeline.at(span), is_called, offset)?;
    Some(Target { span, kind })
}

/// Whether a parenthesis opens right behind.
fn opens(pipeline: &Pipeline, place: usize, end: u32) -> bool {
    pipeline.pieces.get(place).is_some_and(|next| next.kind == PieceKind::Open('(') && next.span.start == end)
}

fn call(pipeline: &Pipeline, stage: &Stage, name: &str, is_called: bool, offset: usize) -> Option<TargetKind> {
    let outer = aggregates(stage) && !within_eval(pipeline, stage, offset);
    if outer && let Some(spec) = aggregate(name).filter(|_| is_called || name.eq_ignore_ascii_case("count")) {
        return Some(TargetKind::Aggregate(spec));
    }
    function(name).filter(|_| is_called).map(TargetKind::Function)
}

/// Whether a place is in the parentheses of `eval(…)`.
pub(super) fn within_eval(pipeline: &Pipeline, stage: &Stage, offset: usize) -> bool {
    let mut open: Vec<bool> = Vec::new();
    let mut is_eval = false;
    for piece in pipeline.pieces.iter().filter(|piece| piece.span.start >= stage.span.start) {
        if piece.span.range().start >= offset {
            break;
        }
        match piece.kind {
            PieceKind::Open('(') => open.push(is_eval),
            PieceKind::Close(')') => drop(open.pop()),
            _ => {}
        }
        is_eval = pipeline.at(piece.span).to_ascii_lowercase().ends_with("eval");
    }
    open.contains(&true)
}

/// `key=value`: a time, an index, a data model, an option; the value may be quoted.
fn setting(pipeline: &Pipeline, stage: &Stage, place: usize, offset: usize) -> Option<Target> {
    let piece = pipeline.pieces.get(place)?;
    let start = piece.span.range().start;
    let (key_start, key, value) = if piece.kind == PieceKind::Quoted {
        let before = pipeline.pieces.get(place.checked_sub(1)?).filter(|before| before.span.end == piece.span.start)?;
        (before.span.range().start, pipeline.at(before.span).strip_suffix('=')?, piece.span)
    } else {
        let (key, value) = pipeline.at(piece.span).split_once('=')?;
        (start, key, Span::new(piece.span.range().end - value.len(), piece.span.range().end))
    };
    let key = key.trim_end_matches(['!', '<', '>']);
    let lower = key.to_ascii_lowercase();
    if offset <= key_start + key.len() && piece.kind == PieceKind::Word {
        let span = Span::new(key_start, key_start + key.len());
        let spec = stage.spec.filter(|spec| spec.options.contains(&lower.as_str()))?;
        return Some(Target { span, kind: TargetKind::Choice(spec, lower) });
    }
    let text = pipeline.at(value).trim_matches('"').to_owned();
    let kind = match lower.as_str() {
        "index" => TargetKind::Index(text),
        "datamodel" => TargetKind::DataModel(text),
        "savedsearch" => TargetKind::SavedSearch(text),
        _ if is_time_modifier(&lower) && !text.is_empty() => TargetKind::Time(lower, text),
        _ => return None,
    };
    Some(Target { span: value, kind })
}

/// The argument of a command that names something: the first that is no option.
fn argument(pipeline: &Pipeline, stage: &Stage, place: usize) -> Option<Target> {
    let piece = pipeline.pieces.get(place)?;
    let name = stage.name?;
    let is_option = |text: &str| text.contains('=');
    let mut arguments =
        pipeline.pieces.iter().enumerate().filter(|(_, piece)| {
            piece.span.start >= name.end && matches!(piece.kind, PieceKind::Word | PieceKind::Quoted)
        });
    let mut skipped_value = false;
    let first = arguments.find(|(_, piece)| {
        let text = pipeline.at(piece.span);
        let is_value = std::mem::replace(&mut skipped_value, text.ends_with('='));
        !(is_value || piece.kind == PieceKind::Word && is_option(text))
    })?;
    if first.0 != place {
        return None;
    }
    let text = pipeline.at(piece.span).trim_matches('"').to_owned();
    let kind = match stage.spec?.name() {
        "lookup" | "inputlookup" | "outputlookup" => TargetKind::Lookup(text),
        "savedsearch" => TargetKind::SavedSearch(text),
        "datamodel" => TargetKind::DataModel(text),
        "from" => match text.split_once(':')? {
            ("datamodel", model) => TargetKind::DataModel(model.trim_matches('"').to_owned()),
            ("lookup", table) => TargetKind::Lookup(table.trim_matches('"').to_owned()),
            ("savedsearch", search) => TargetKind::SavedSearch(search.trim_matches('"').to_owned()),
            _ => return None,
        },
        _ => return None,
    };
    Some(Target { span: piece.span, kind })
}

/// The letters, digits and underscores around an offset.
fn word(text: &str, start: usize, offset: usize) -> Option<Span> {
    let at = offset.checked_sub(start)?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (before, behind) = text.split_at_checked(at)?;
    let from = before.len() - before.trim_end_matches(is_part).len();
    let to = behind.len() - behind.trim_start_matches(is_part).len();
    (from + to > 0).then(|| Span::new(offset - from, offset + to))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target at the first `^` of the text, which is taken out.
    fn check(marked: &str, expected: &str) {
        let offset = marked.find('^').unwrap_or_default();
        let text = marked.replacen('^', "", 1);
        let found = target(&Pipeline::of(&text), offset);
        let shown = found.map_or("nothing".to_owned(), |found| {
            let place = text.get(found.span.range()).unwrap_or_default();
            match found.kind {
                TargetKind::Command(spec) => format!("command {}", spec.name()),
                TargetKind::Function(spec) => format!("function {}", spec.name()),
                TargetKind::Aggregate(spec) => format!("aggregate {}", spec.name()),
                TargetKind::Choice(spec, name) => format!("option {name} of {}", spec.name()),
                TargetKind::Macro(name, count) => format!("macro {name}/{count}"),
                TargetKind::Lookup(name) => format!("lookup {name}"),
                TargetKind::DataModel(name) => format!("model {name}"),
                TargetKind::SavedSearch(name) => format!("search {name}"),
                TargetKind::Index(name) => format!("index {name}"),
                TargetKind::Time(name, text) => format!("{name} {text} at {place}"),
            }
        });
        assert_eq!(shown, expected, "{marked}");
    }

    #[test]
    fn names_mean_what_their_place_says() {
        check("index=a | st^ats count", "command stats");
        check("index=a | stats c^ount", "aggregate count");
        check("index=a | stats perc95^(x)", "aggregate perc");
        check("index=a | stats count(eval(if^(a=1,1,null())))", "function if");
        check("index=a | eval a=lo^wer(b)", "function lower");
        // A field of that name.
        check("index=a | eval lo^wer=b", "nothing");
        check("index=a | `err^ors(a, \"b, c\")`", "macro errors/2");
        check("index=w^eb host=x", "index web");
        check("earliest=-1^d@d", "earliest -1d@d at -1d@d");
        check("latest=\"no^w\" x", "latest now at \"now\"");
        check("index=a | lookup lo^cal=true users.csv user", "option local of lookup");
        check("index=a | lookup local=true us^ers.csv user", "lookup users.csv");
        check("index=a | lookup users.csv us^er", "nothing");
        check("| inputlookup \"my us^ers.csv\"", "lookup my users.csv");
        check("| from datamodel:We^b", "model Web");
        check("| tstats count from datamodel=Web.W^eb by x", "model Web.Web");
        check("| savedsearch \"Log^ins\"", "search Logins");
        check("index=a ^", "nothing");
        check("^", "nothing");
    }
}
