//! The steps of search time, as settings name them: what each makes, what it reads, and for which groups of events.

use datafusion::logical_expr::Expr as PlanExpr;
use speleo_functions::eval::{
    extract::{check_transform, column_names, transform_names},
    pattern,
};
use speleo_knowledge::{
    Place, Transform,
    props::{AutoLookup, Calculated, Extract, LookupOutput},
};
use speleo_syntax::{Diagnostic, Expr, parse_expr};

use super::{
    group::{Groups, HOST, KeyValues, SOURCE, SOURCETYPE},
    need,
    warning::warn,
};
use crate::{Result, lower::Context, relation::SEQUENCE};

/// The raw text of an event.
pub(super) const RAW: &str = "_raw";

/// The file that most steps are from.
pub(super) const PROPS: &str = "props.conf";

/// The file that says how fields are split.
const FIELDS: &str = "fields.conf";

/// Splunk's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Extract,
    Report,
    KeyValues,
    /// The values of fields that texts gave.
    Split,
    Alias,
    Eval,
    Lookup,
    /// The values of fields that a later stage than `KeyValues` may give.
    SplitMade,
}

/// Fields that a kernel takes out of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taking {
    /// The kernel; with `_names` behind it the one that says which fields there are.
    pub(super) kernel: &'static str,
    /// The fields that it reads, joined by blanks.
    pub(super) sources: Vec<String>,
    /// Its literal arguments.
    pub(super) arguments: Vec<String>,
    /// The names that it makes whatever the text.
    pub(super) names: Vec<String>,
    /// Whether the text names more.
    pub(super) is_dynamic: bool,
    /// Whether its values come behind those that a field has; else a field with a value keeps it.
    pub(super) adds: bool,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    Take(Taking),
    Alias {
        field: String,
        alias: String,
        overwrite: bool,
    },
    Eval {
        field: String,
        text: String,
        expr: Box<Expr>,
    },
    Lookup {
        table: String,
        inputs: Vec<(String, String)>,
        outputs: Vec<(String, String)>,
        keep: bool,
    },
    /// The matches of a regex in a field are its values.
    Split {
        field: String,
        regex: String,
    },
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) stage: Stage,
    /// Its class, and its turn within it.
    order: (String, usize),
    pub(super) action: Action,
    /// Where it was written.
    pub(super) place: Place,
    /// The groups for which it runs.
    pub(super) groups: Vec<usize>,
}

/// The steps for all groups, in Splunk's order.
pub(super) async fn steps(groups: &Groups, cx: &mut Context<'_>) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, group) in groups.all.iter().enumerate() {
        let settings = &group.settings;
        let mut add = |stage: Stage, order: (&str, usize), action: Action, place: &Place| {
            let same = |step: &&mut Step| step.stage == stage && step.order.0 == order.0 && step.action == action;
            if let Some(known) = steps.iter_mut().find(same) {
                if !known.groups.contains(&number) {
                    known.groups.push(number);
                }
                return;
            }
            let (order, place) = ((order.0.to_owned(), order.1), place.clone());
            steps.push(Step { stage, order, action, place, groups: vec![number] });
        };
        for extract in &settings.extracts {
            if let Some(taking) = extraction(extract, cx) {
                add(Stage::Extract, (&extract.class, 0), Action::Take(taking), &extract.place);
            }
        }
        for report in &settings.reports {
            for (turn, name) in report.transforms.iter().enumerate() {
                if let Some(taking) = transform(name, &report.place, cx) {
                    add(Stage::Report, (&report.class, turn), Action::Take(taking), &report.place);
                }
            }
        }
        if let Some(KeyValues { mode, options }) = &group.key_values {
            let taking = Taking {
                kernel: "spl_kv",
                sources: vec![RAW.to_owned()],
                arguments: vec![(*mode).to_owned(), options.clone()],
                names: Vec::new(),
                is_dynamic: true,
                adds: false,
            };
            add(Stage::KeyValues, ("", 0), Action::Take(taking), &Place::default());
        }
        for (turn, alias) in settings.aliases.iter().enumerate() {
            let (field, name, overwrite) = (alias.field.clone(), alias.alias.clone(), alias.overwrite);
            add(Stage::Alias, (&alias.class, turn), Action::Alias { field, alias: name, overwrite }, &alias.place);
        }
        for calculated in &settings.evals {
            if let Some(action) = calculation(calculated, cx) {
                add(Stage::Eval, (&calculated.field, 0), action, &calculated.place);
            }
        }
        for lookup in &settings.lookups {
            if let Some(action) = automatic(lookup, cx).await? {
                add(Stage::Lookup, (&lookup.class, 0), action, &lookup.place);
            }
        }
    }
    let splits = splits(&steps, groups, cx);
    steps.extend(splits);
    steps.sort_by(|one, other| (one.stage, &one.order).cmp(&(other.stage, &other.order)));
    Ok(steps)
}

/// `TOKENIZER`: each field is split once, after the last step that may make it. Fields that events carry since they were read
/// are not, by Splunk's rule; nor are those that say where an event is from.
fn splits(steps: &[Step], groups: &Groups, cx: &mut Context<'_>) -> Vec<Step> {
    let world = cx.world;
    let mut splits = Vec::new();
    for (name, setting) in &world.knowledge().fields {
        let Some(regex) = setting.tokenizer.as_ref().filter(|_| need::is_taken(name, groups)) else { continue };
        if setting.indexed {
            let message =
                format!("the `TOKENIZER` of `{name}` is left out: it does not hold for a field with `INDEXED`");
            warn(FIELDS, &setting.place, &message, cx);
            continue;
        }
        if let Err(reason) = pattern::check(regex) {
            warn(FIELDS, &setting.place, &format!("the `TOKENIZER` of `{name}` is left out: {reason}"), cx);
            continue;
        }
        let makes = |step: &Step| match &step.action {
            Action::Alias { alias, .. } => alias == name,
            Action::Eval { field, .. } => field == name,
            Action::Lookup { outputs, .. } => outputs.iter().any(|(_, field)| field == name),
            Action::Take(_) | Action::Split { .. } => false,
        };
        splits.push(Step {
            stage: if steps.iter().any(makes) { Stage::SplitMade } else { Stage::Split },
            order: (name.clone(), 0),
            action: Action::Split { field: name.clone(), regex: regex.clone() },
            place: setting.place.clone(),
            groups: (0..groups.all.len()).collect(),
        });
    }
    splits
}

/// `EXTRACT`. Splunk lets `.` match line breaks and `^` and `$` at each line.
fn extraction(extract: &Extract, cx: &mut Context<'_>) -> Option<Taking> {
    let pattern = format!("(?ms){}", extract.regex);
    if let Err(reason) = check_transform(&pattern, "") {
        warn(PROPS, &extract.place, &format!("`EXTRACT-{}` is left out: {reason}", extract.class), cx);
        return None;
    }
    let (names, is_dynamic) = transform_names(&pattern, "");
    Some(Taking {
        kernel: "spl_transform",
        sources: vec![extract.source.clone().unwrap_or_else(|| RAW.to_owned())],
        arguments: vec![pattern, String::new(), String::new()],
        names,
        is_dynamic,
        adds: false,
    })
}

/// A transform of a `REPORT`, whose place is `place`.
fn transform(name: &str, place: &Place, cx: &mut Context<'_>) -> Option<Taking> {
    let world = cx.world;
    let Some(transform) = world.knowledge().transforms.get(name) else {
        warn(PROPS, place, &format!("no transform is called `{name}`"), cx);
        return None;
    };
    match taking(transform) {
        Ok(taking) => Some(taking),
        Err((place, reason)) => {
            let message = format!("the transform `{name}` is left out: {reason}");
            warn("transforms.conf", &place, &message, cx);
            None
        }
    }
}

/// What a transform takes out of a text.
///
/// # Errors
/// Why it makes no field, and where that is written.
pub(super) fn taking(transform: &Transform) -> std::result::Result<Taking, (Place, String)> {
    let mut options = Vec::new();
    for (word, holds) in
        [("clean", transform.clean_keys), ("add", transform.mv_add), ("empty", transform.keep_empty_values)]
    {
        options.extend(holds.then_some(word));
    }
    let options = options.join(" ");
    let (sources, adds) = (sources(&transform.source_key), transform.mv_add);
    if let Some(pattern) = &transform.regex {
        let format = transform.format.clone().unwrap_or_default();
        check_transform(pattern, &format).map_err(|reason| (transform.regex_place.clone(), reason))?;
        let (names, is_dynamic) = transform_names(pattern, &format);
        let arguments = vec![pattern.clone(), format, options];
        return Ok(Taking { kernel: "spl_transform", sources, arguments, names, is_dynamic, adds });
    }
    let Some(delims) = &transform.delims else {
        return Err((transform.place.clone(), "it has neither `REGEX` nor `DELIMS`".to_owned()));
    };
    Ok(delimited(transform, delims.pairs.clone(), delims.values.clone(), options, sources))
}

fn delimited(
    transform: &Transform,
    ends: String,
    keys: Option<String>,
    options: String,
    sources: Vec<String>,
) -> Taking {
    let names = match keys {
        Some(_) => Vec::new(),
        None => column_names(&transform.fields, transform.clean_keys),
    };
    let is_dynamic = keys.is_some();
    let arguments = vec![ends, keys.unwrap_or_default(), transform.fields.join("\n"), options];
    Taking { kernel: "spl_delimited", sources, arguments, names, is_dynamic, adds: transform.mv_add }
}

/// The fields that a `SOURCE_KEY` means: `_raw`, a field, `field:x`, `fields:a,b`, or what an event is from.
fn sources(key: &str) -> Vec<String> {
    if let Some(list) = key.strip_prefix("fields:").or_else(|| key.strip_prefix("field:")) {
        return list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    }
    let name = match key {
        "MetaData:Source" => SOURCE,
        "MetaData:Host" => HOST,
        "MetaData:Sourcetype" => SOURCETYPE,
        other => other,
    };
    vec![name.to_owned()]
}

fn calculation(calculated: &Calculated, cx: &mut Context<'_>) -> Option<Action> {
    let (expr, problems) = parse_expr(&calculated.expression);
    if let Some(problem) = problems.iter().find(|problem| Diagnostic::is_error(problem)) {
        let message = format!("`EVAL-{}` is left out: {}", calculated.field, problem.message);
        warn(PROPS, &calculated.place, &message, cx);
        return None;
    }
    let (field, text) = (calculated.field.clone(), calculated.expression.clone());
    Some(Action::Eval { field, text, expr: Box::new(expr) })
}

async fn automatic(lookup: &AutoLookup, cx: &mut Context<'_>) -> Result<Option<Action>> {
    let (table, inputs) = (lookup.lookup.clone(), lookup.inputs.clone());
    if let Some(program) = cx.world.knowledge().lookup_program(&table) {
        let message =
            format!("`LOOKUP-{}` is left out: `{table}` asks the program `{program}`, which is not run", lookup.class);
        warn(PROPS, &lookup.place, &message, cx);
        return Ok(None);
    }
    let (outputs, keep) = match &lookup.output {
        LookupOutput::Overwrite(outputs) => (outputs.clone(), false),
        LookupOutput::New(outputs) => (outputs.clone(), true),
        LookupOutput::All => {
            let Some(found) = cx.world.lookup(&table).await? else {
                let message = format!("`LOOKUP-{}` is left out: no lookup table is called `{table}`", lookup.class);
                warn(PROPS, &lookup.place, &message, cx);
                return Ok(None);
            };
            let schema = found.table.schema();
            let names = schema.fields().iter().map(|field| field.name());
            let others = names.filter(|name| *name != SEQUENCE && !inputs.iter().any(|(column, _)| column == *name));
            (others.map(|name| (name.clone(), name.clone())).collect(), false)
        }
    };
    Ok(Some(Action::Lookup { table, inputs, outputs, keep }))
}

impl Taking {
    /// The call of its kernel on a text, for these names.
    pub(super) fn arguments(&self, source: PlanExpr, names: &[String]) -> Vec<PlanExpr> {
        let literals = self.arguments.iter().chain(names);
        std::iter::once(source).chain(literals.map(|text| datafusion::logical_expr::lit(text.as_str()))).collect()
    }
}
