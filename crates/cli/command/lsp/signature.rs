//! The call that is being written: `round(x, ` shows `round(x, digits)` with `digits` marked.

use lsp_types::{
    Documentation, ParameterInformation, ParameterInformationLabel, SignatureHelp, SignatureHelpParams,
    SignatureInformation,
};
use speleo_syntax::{PieceKind, called};

use super::{
    document::number,
    snapshot::Snapshot,
    stage::Pipeline,
    target::{aggregate, aggregates, function, within_eval},
};

/// The functions that an unfinished call may be of.
pub(super) fn signature(snapshot: &Snapshot, params: &SignatureHelpParams) -> Option<SignatureHelp> {
    let offset = snapshot.document.offset(params.text_document_position_params.position);
    let (region, inside) = snapshot.region(offset)?;
    let pipeline = Pipeline::of(&region.text);
    if let Some(help) = of_macro(snapshot, &pipeline, inside) {
        return Some(help);
    }
    let (name, argument) = call(&pipeline, inside)?;
    let stage = pipeline.stage(inside)?;
    let mut signatures = Vec::new();
    if aggregates(stage)
        && !within_eval(&pipeline, stage, inside)
        && let Some(spec) = aggregate(name)
    {
        signatures.push(information(spec.usage, spec.summary));
    } else if let Some(spec) = function(name) {
        signatures.push(information(spec.usage, spec.summary));
    }
    let count = signatures.first()?.parameters.as_ref().map_or(0, Vec::len);
    Some(SignatureHelp {
        signatures,
        active_signature: Some(0),
        // Of a call that takes any number of arguments the last one goes on.
        active_parameter: (count > 0).then(|| number(argument.min(count - 1)).into()),
    })
}

/// The name before the innermost parenthesis that is open, and how many commas stand behind that.
fn call<'a>(pipeline: &Pipeline<'a>, offset: usize) -> Option<(&'a str, usize)> {
    let mut open: Vec<(Option<&str>, usize)> = Vec::new();
    let mut before = None;
    for piece in pipeline.pieces.iter().take_while(|piece| piece.span.range().start < offset) {
        match piece.kind {
            PieceKind::Open('(') => {
                let name = before.filter(|(_, end)| *end == piece.span.start).map(|(text, _)| text);
                open.push((name, 0));
            }
            PieceKind::Open(_) => open.push((None, 0)),
            PieceKind::Close(_) => drop(open.pop()),
            PieceKind::Pipe => open.retain(|(name, _)| name.is_none()),
            PieceKind::Comma => {
                if let Some((_, commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
        before = (piece.kind == PieceKind::Word).then(|| (last_name(pipeline.at(piece.span)), piece.span.end));
    }
    // Within parentheses of grouping the call around them goes on.
    open.into_iter().rev().find_map(|(name, commas)| Some((name.filter(|name| !name.is_empty())?, commas)))
}

/// The name at the end of a piece: `a=round` ends in `round`.
fn last_name(text: &str) -> &str {
    let start = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    text.get(start..).unwrap_or_default()
}

/// The arguments of a macro, as its definition names them.
fn of_macro(snapshot: &Snapshot, pipeline: &Pipeline, offset: usize) -> Option<SignatureHelp> {
    let piece = pipeline.pieces.iter().find(|piece| {
        piece.kind == PieceKind::Macro && (piece.span.range().start + 1..=piece.span.range().end).contains(&offset)
    })?;
    let text = pipeline.at(piece.span);
    let written = text.get(..offset - piece.span.range().start)?;
    let (head, arguments) = written.split_once('(')?;
    let (name, _) = called(head)?;
    let world = snapshot.world();
    let knowledge = world.engine.as_ref()?.knowledge();
    let known = knowledge.macros.values().filter(|found| found.name == name && !found.args.is_empty());
    let signatures: Vec<SignatureInformation> =
        known.map(|found| information(&format!("{name}({})", found.args.join(", ")), &found.definition)).collect();
    let argument = commas(arguments);
    let active = signatures
        .iter()
        .position(|signature| signature.parameters.as_ref().is_some_and(|parameters| parameters.len() > argument));
    (!signatures.is_empty()).then(|| SignatureHelp {
        signatures,
        active_signature: Some(number(active.unwrap_or_default())),
        active_parameter: Some(number(argument).into()),
    })
}

/// The commas outside quotes.
fn commas(text: &str) -> usize {
    let mut is_quoted = false;
    let outside = |c: &char| {
        is_quoted ^= *c == '"';
        *c == ',' && !is_quoted
    };
    text.chars().filter(outside).count()
}

/// A signature whose parameters are the parts of its usage between the outer parentheses.
fn information(usage: &str, summary: &str) -> SignatureInformation {
    let mut parameters = Vec::new();
    let inner = usage.split_once('(').map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    let mut depth = 0_usize;
    let mut start = 0;
    let offset = usage.len() - usage.split_once('(').map_or(0, |(_, rest)| rest.len());
    let units = |end: usize| number(usage.get(..end).unwrap_or_default().chars().map(char::len_utf16).sum());
    let mut add = |from: usize, to: usize| {
        let part = inner.get(from..to).unwrap_or_default();
        let blank = part.len() - part.trim_start().len();
        let (from, to) = (offset + from + blank, offset + from + part.trim_end().len());
        if from < to {
            let label = ParameterInformationLabel::Tuple((units(from), units(to)));
            parameters.push(ParameterInformation { label, documentation: None });
        }
    };
    for (at, c) in inner.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                add(start, at);
                start = at + 1;
            }
            _ => {}
        }
    }
    add(start, inner.len());
    SignatureInformation {
        label: usage.to_owned(),
        documentation: Some(Documentation::String(summary.to_owned())),
        parameters: Some(parameters),
        active_parameter: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_call_counts_its_own_commas() {
        let check = |text: &str, expected| assert_eq!(call(&Pipeline::of(text), text.len()), expected, "{text}");
        check("index=a | eval b=round(", Some(("round", 0)));
        check("| eval b=round(x, ", Some(("round", 1)));
        check("| eval b=if(like(a, \"b,c\"), 1, ", Some(("if", 2)));
        check("| eval b=if((a=1 OR b=2", Some(("if", 0)));
        check("| eval b=round(x) + ", None);
        check("| stats count(", Some(("count", 0)));
        check("| stats count( | eval ", None);
    }

    #[test]
    fn parameters_are_places_in_the_label() {
        let labels = |usage: &str| {
            let found = information(usage, "").parameters.unwrap_or_default();
            let text = |(from, to): (u32, u32)| usage.get(from as usize..to as usize).unwrap_or_default().to_owned();
            found
                .into_iter()
                .map(|parameter| match parameter.label {
                    ParameterInformationLabel::Tuple(place) => text(place),
                    ParameterInformationLabel::String(label) => label,
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(labels("round(x, digits)"), ["x", "digits"]);
        assert_eq!(labels("mvmap(x, f(a, b))"), ["x", "f(a, b)"]);
        assert!(labels("now()").is_empty());
    }
}
