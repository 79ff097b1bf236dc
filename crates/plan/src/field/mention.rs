//! The fields that a pipeline names: what a source must take out of raw text that lists none.
//!
//! `index=web code>399 | stats count BY path` names `index`, `code` and `path`.

use speleo_syntax::{
    Command, Expr, ExprKind, Field, Search, SearchExpr, SearchExprKind,
    clause::{Aggregate, Argument, SortKey},
    command::r#return::ReturnItem,
};

/// The names of fields that the commands of a pipeline read; without wildcards, without those of its subsearches.
pub(crate) fn mentioned(search: &Search) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for command in &search.commands {
        of_command(command, &mut |field: &Field| {
            if !field.is_wildcard() && !names.contains(&field.name) {
                names.push(field.name.clone());
            }
        });
    }
    names
}

fn of_command<'a>(command: &'a Command, found: &mut dyn FnMut(&'a Field)) {
    match command {
        Command::Bin(bin) => found(&bin.field),
        Command::Dedup(dedup) => {
            dedup.fields.iter().for_each(&mut *found);
            of_keys(&dedup.sort_by, found);
        }
        Command::Eval(eval) => eval.assignments.iter().for_each(|assignment| of_expr(&assignment.expr, found)),
        Command::EventStats(stats) => {
            of_aggregates(&stats.aggregates, found);
            stats.by.iter().for_each(found);
        }
        Command::Fields(fields) => fields.fields.iter().for_each(found),
        Command::FillNull(fill) => fill.fields.iter().for_each(found),
        Command::Head(head) => head.condition.iter().for_each(|condition| of_expr(condition, found)),
        Command::IpLocation(location) => found(&location.field),
        Command::Lookup(lookup) => lookup.inputs.iter().for_each(|mapping| found(&mapping.field)),
        Command::MvCombine(combine) => found(&combine.field),
        Command::Regex(regex) => regex.field.iter().for_each(found),
        Command::Rename(rename) => rename.pairs.iter().for_each(|(old, _)| found(old)),
        Command::Return(items) => items.items.iter().for_each(|item| match item {
            ReturnItem::Field(field) | ReturnItem::Alias(_, field) | ReturnItem::Value(field) => found(field),
        }),
        Command::Rex(rex) => rex.field.iter().for_each(found),
        Command::Search(search) => of_search(&search.expr, found),
        Command::Sort(sort) => of_keys(&sort.keys, found),
        Command::Stats(stats) => {
            of_aggregates(&stats.aggregates, found);
            stats.by.iter().for_each(found);
        }
        Command::Table(table) => table.fields.iter().for_each(found),
        Command::Top(top) => top.fields.iter().chain(&top.by).for_each(found),
        Command::TStats(stats) => {
            of_aggregates(&stats.aggregates, found);
            of_search(&stats.condition, found);
            stats.by.iter().filter(|key| !key.prefix).for_each(|key| found(&key.field));
        }
        Command::Where(condition) => of_expr(&condition.expr, found),
        Command::Append(_)
        | Command::Format(_)
        | Command::InputLookup(_)
        | Command::MakeResults(_)
        | Command::OutputLookup(_)
        | Command::Unsupported(_) => {}
    }
}

fn of_keys<'a>(keys: &'a [SortKey], found: &mut dyn FnMut(&'a Field)) {
    keys.iter().for_each(|key| found(&key.field));
}

fn of_aggregates<'a>(aggregates: &'a [Aggregate], found: &mut dyn FnMut(&'a Field)) {
    for aggregate in aggregates {
        match &aggregate.argument {
            Argument::Field(field) => found(field),
            Argument::Eval(expr) => of_expr(expr, found),
            Argument::Sparkline(inner, _) => {
                of_aggregates(inner.as_deref().map(std::slice::from_ref).unwrap_or_default(), found)
            }
            Argument::None | Argument::Prefix(_) => {}
        }
    }
}

/// The fields that an eval expression names, in order of their places; a field may come more than once.
pub(crate) fn of_expr<'a>(expr: &'a Expr, found: &mut dyn FnMut(&'a Field)) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            ExprKind::Field(field) => found(field),
            ExprKind::Unary(_, inner) => rest.push(inner),
            ExprKind::Binary(_, left, right) => rest.extend([&**right, left]),
            ExprKind::In { value, items, .. } => {
                rest.extend(items.iter().rev());
                rest.push(value);
            }
            ExprKind::Call { args, .. } => rest.extend(args.iter().rev()),
            ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Subsearch(_) | ExprKind::Error => {}
        }
    }
}

/// The fields that a search condition names.
fn of_search<'a>(expr: &'a SearchExpr, found: &mut dyn FnMut(&'a Field)) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => found(field),
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => rest.extend(parts.iter().rev()),
            SearchExprKind::Not(inner) => rest.push(inner),
            _ => {}
        }
    }
}
