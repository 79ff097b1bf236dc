//! Function calls: `round(bytes/1024, 2)`. The table of `speleo_functions` says what a call takes and gives.

use datafusion::logical_expr::{Expr, lit};
use speleo_functions::{Ambient, EvalSpec, Kernel, Kind, Returns, eval, stats};
use speleo_syntax::{Code, Diagnostic, Expr as Ast, ExprKind, Span};

use super::{Lowering, Typed, error, fold::fold};
use crate::{Error, Result, kernel, suggest::nearest};

impl Lowering<'_, '_> {
    /// `name(args)`.
    pub(super) fn call(&mut self, span: Span, name: &str, name_span: Span, args: &[Ast]) -> Result<Typed> {
        let spec = eval::find(name).ok_or_else(|| unknown(name, name_span))?;
        check_count(spec, span, args.len())?;
        match spec.kernel {
            Kernel::Form => self.form(spec, span, args),
            Kernel::Call(kernel) => self.kernel_call(spec, kernel, span, args),
        }
    }

    fn kernel_call(&mut self, spec: &EvalSpec, kernel: &str, span: Span, args: &[Ast]) -> Result<Typed> {
        let mut values = Vec::with_capacity(args.len());
        for (place, ast) in args.iter().enumerate() {
            let typed = self.lower(ast)?;
            let wanted = spec.args.get(place).or(spec.args.last()).copied().unwrap_or(Kind::Any);
            check_kind(spec, wanted, ast.span, &typed)?;
            check_key(spec, place, ast.span, &typed)?;
            values.push(if wanted == Kind::Bool { typed.as_bool()? } else { typed.expr.clone() });
            if let Some(known) = super::form::by_literal(spec, &typed) {
                return Ok(known);
            }
        }
        check_pattern(spec, args, &values)?;
        values.extend(spec.ambient.iter().map(|ambient| self.ambient(*ambient)));
        let expr = fold(kernel::call(kernel, values)?).map_err(|error| blame(error, span))?;
        check_number(spec, args, &expr)?;
        let mut typed = Typed::of(expr, self.relation).map_err(|error| blame(error, span))?;
        // `lower` of several values is a list, whatever `lower` gives for one.
        let is_mapped = typed.kind == Kind::List;
        if let Returns::Always(kind) = spec.returns
            && !is_mapped
        {
            typed.is_static = kind != Kind::Any && kind != Kind::List;
            typed.kind = kind;
        }
        Ok(typed)
    }

    fn ambient(&self, ambient: Ambient) -> Expr {
        match ambient {
            Ambient::Timezone => lit(self.cx.world.timezone().name()),
            Ambient::Now => lit(self.cx.world.now()),
        }
    }
}

/// Functions of other languages, and what does the same here.
const FOREIGN: &[(&str, &str)] = &[
    ("charindex", "`match(text, \"regex\")` and `like(text, \"%part%\")` look into a text"),
    ("concat", "`.` joins texts: `a.b`"),
    ("contains", "`like(text, \"%part%\")` looks into a text"),
    ("iif", "`if(condition, x, y)` chooses one of two values"),
    ("ifnull", "`coalesce(x, y)` gives the first value that is not null"),
    ("instr", "`match(text, \"regex\")` and `like(text, \"%part%\")` look into a text"),
    ("isempty", "`isnull(x)` is true where there is no value, `x=\"\"` where the text is empty"),
    ("lcase", "`lower(text)` is the function"),
    ("nvl", "`coalesce(x, y)` gives the first value that is not null"),
    ("regex", "`match(text, \"regex\")` is the function"),
    ("substring", "`substr(text, 1, 3)` is the function"),
    ("to_string", "`tostring(x)` is the function"),
    ("ucase", "`upper(text)` is the function"),
];

fn unknown(name: &str, span: Span) -> Error {
    let message = format!("no eval function is called `{name}`");
    let diagnostic = Diagnostic::new(Code::UnknownFunction, span, message).named(name);
    let names = || eval::functions().flat_map(|spec| spec.names.iter().copied());
    if stats::find(name).is_some() {
        return diagnostic
            .help(format!("`{name}` is a stats function: it aggregates rows, in `stats {name}(…)`"))
            .into();
    }
    if let Some((_, ours)) = FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
        return diagnostic.help(*ours).into();
    }
    match nearest(name, names()) {
        Some(near) => diagnostic.edit(format!("`{near}` exists"), span, near).into(),
        None => diagnostic.into(),
    }
}

fn check_count(spec: &EvalSpec, span: Span, count: usize) -> Result<()> {
    if count >= spec.min_args && spec.max_args.is_none_or(|most| count <= most) {
        return Ok(());
    }
    let wanted = match spec.max_args {
        Some(most) if most == spec.min_args => counted(most),
        Some(most) => format!("{} to {}", spec.min_args, counted(most)),
        None => format!("at least {}", counted(spec.min_args)),
    };
    let name = spec.names.first().copied().unwrap_or_default();
    Err(Diagnostic::new(Code::Arity, span, format!("`{name}` takes {wanted}, found {count}"))
        .help(format!("usage: `{}`", spec.usage))
        .into())
}

fn counted(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}

/// A kind that the text of the search shows must fit. A number fits where a text is wanted: it shows as one.
fn check_kind(spec: &EvalSpec, wanted: Kind, span: Span, found: &Typed) -> Result<()> {
    let fits = match (wanted, found.kind) {
        (Kind::Number, Kind::Text | Kind::Bool) | (Kind::Text | Kind::List, Kind::Bool) => false,
        (Kind::Bool, Kind::Number | Kind::Text) => !found.is_static,
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let message = format!("`{}` takes {} here, not {}", spec.usage, error::kind(wanted), error::kind(found.kind));
    Err(Diagnostic::new(Code::Type, span, message).into())
}

/// A kernel refuses a literal: the call is to blame, not the command.
fn blame(error: Error, span: Span) -> Error {
    match error {
        Error::Engine { source, .. } => {
            let text = match source.find_root() {
                datafusion::error::DataFusionError::Execution(text)
                | datafusion::error::DataFusionError::Plan(text) => text.clone(),
                _ => return Error::Engine { span: Some(span), source },
            };
            Diagnostic::new(Code::BadValue, span, text).into()
        }
        other => other,
    }
}

/// A key that the text of the search shows to be a number is a slip.
fn check_key(spec: &EvalSpec, place: usize, span: Span, found: &Typed) -> Result<()> {
    if spec.name() != "json_object" || !place.is_multiple_of(2) || found.constant_number().is_none() {
        return Ok(());
    }
    Err(Diagnostic::new(Code::Type, span, "a key of `json_object` is a text, not a number")
        .help("put it in quotes, or swap key and value")
        .into())
}

/// `tonumber` of a text in quotes that is no number could never give one.
fn check_number(spec: &EvalSpec, args: &[Ast], result: &Expr) -> Result<()> {
    let (true, [ast, ..], Expr::Literal(value, _)) = (spec.name() == "tonumber", args, result) else { return Ok(()) };
    match &ast.kind {
        // A token of a dashboard or a macro that got no value: the text may well become a number.
        ExprKind::String(text) if value.is_null() && !text.contains(['$', '`']) => {
            Err(Diagnostic::new(Code::BadValue, ast.span, format!("`{text}` is no number"))
                .help("a field whose name is no plain word stands in single quotes: `'my field'`")
                .into())
        }
        _ => Ok(()),
    }
}

/// A regular expression that the text of the search shows must be one.
fn check_pattern(spec: &EvalSpec, args: &[Ast], values: &[Expr]) -> Result<()> {
    let takes_pattern = spec.names.iter().any(|name| matches!(*name, "match" | "replace" | "mvfind"));
    let (true, Some(ast), Some(Expr::Literal(value, _))) = (takes_pattern, args.get(1), values.get(1)) else {
        return Ok(());
    };
    match value.try_as_str().flatten().map(speleo_functions::eval::pattern::check) {
        Some(Err(problem)) => {
            Err(Diagnostic::new(Code::Regex, ast.span, "this is no regular expression").label(problem).into())
        }
        _ => Ok(()),
    }
}
