//! The meaning of `foreach`: a template for each field or each value. `foreach total_* [eval sum = sum + '<<FIELD>>']`
//!
//! Over fields the template becomes one pipeline per field, planned from left to right. Over values it is an `eval`, unrolled as
//! often as the longest row has values, which a named step asks for; a row takes part as long as it has some.

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{DataType, Int64Type},
    },
    functions::core::coalesce,
    functions_aggregate::min_max::max_udaf,
    logical_expr::{Expr, LogicalPlanBuilder, cast},
};
use speleo_syntax::{
    BinaryOp, Code, Command, Diagnostic, Expr as Ast, ExprKind, Field, Search, Span,
    command::{
        eval::{Assignment, Eval},
        foreach::{ForEach, ForEachMode},
    },
    parse_continuation,
};

use crate::{
    Error, Result,
    aggregate::Call,
    command::{continued, rows},
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, named},
    wildcard,
};

/// The column of the values that the template goes over. No search can name it: names have no blank in front.
const ITEMS: &str = " items";
/// How many values a row may have.
const MOST: i64 = 1000;

impl Lower for ForEach {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "foreach", self.span)?;
        match (self.mode, self.fields.as_slice()) {
            (ForEachMode::Fields, _) => self.over_fields(input, cx).await,
            (_, [field]) => self.over_values(input, field, cx).await,
            _ => Ok(input),
        }
    }
}

/// The text of the template for a field; what `*` took is in `taken`.
pub(crate) fn instance(command: &ForEach, name: &str, taken: &[&str]) -> String {
    let tokens = &command.tokens;
    let mut text = command.template.node.replace(&tokens.field, name).replace(&tokens.matched, &taken.concat());
    for (n, token) in tokens.segments.iter().enumerate() {
        text = text.replace(token, taken.get(n).copied().unwrap_or_default());
    }
    text
}

/// The two kinds of `foreach`.
trait Over {
    async fn over_fields(&self, input: Relation, cx: &mut Context<'_>) -> Result<Relation>;
    async fn over_values(&self, input: Relation, field: &Field, cx: &mut Context<'_>) -> Result<Relation>;

    /// A text of the template as a pipeline.
    fn read(&self, text: &str) -> Result<Search>;

    /// The assignments of the template for the n-th value.
    fn assignments(&self, n: i64) -> Result<Vec<Assignment>>;
}

impl Over for ForEach {
    async fn over_fields(&self, input: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        let fields = input.fields();
        let mut relation = input;
        for pattern in &self.fields {
            let mut names: Vec<&str> =
                fields.iter().map(String::as_str).filter(|name| wildcard::matches(&pattern.name, name)).collect();
            names.sort_unstable();
            if !pattern.is_wildcard() {
                names = vec![&pattern.name];
            }
            for name in names {
                let taken = wildcard::captures(&pattern.name, name).unwrap_or_default();
                let search = self.read(&instance(self, name, &taken))?;
                let notes = cx.notes.len();
                let result = continued(&search, relation, cx).await;
                // What is noted points into the text of one field, which the search does not show.
                cx.notes.truncate(notes);
                relation = result.map_err(|error| placed(error, self.template.span))?;
            }
        }
        Ok(relation)
    }

    async fn over_values(&self, input: Relation, field: &Field, cx: &mut Context<'_>) -> Result<Relation> {
        let Some((value, data_type)) = field::resolve(field, &input, cx) else { return Ok(input) };
        let values = items(self.mode, value, &data_type)?;
        let mut relation = input.set(vec![(ITEMS.to_owned(), values)])?;
        let count = longest(&field.name, &relation, cx).await?;
        if count > MOST {
            let text = format!("`foreach` goes over {MOST} values at most, and a row has {count}");
            return Err(Diagnostic::new(Code::Resources, field.span, text).into());
        }
        for n in 0..count {
            let eval = Eval { span: self.template.span, assignments: self.assignments(n)? };
            let notes = cx.notes.len();
            let result = eval.lower(Some(relation), cx).await;
            cx.notes.truncate(notes);
            relation = result.map_err(|error| placed(error, self.template.span))?;
        }
        let shown = relation.fields().into_iter().filter(|name| name != ITEMS);
        let columns = shown.map(|name| (name.clone(), column(&name))).collect();
        relation.select(columns)
    }

    fn read(&self, text: &str) -> Result<Search> {
        let (search, problems) = parse_continuation(text);
        match problems.into_iter().find(Diagnostic::is_error) {
            None if search.commands.iter().any(|command| matches!(command, Command::ForEach(_))) => {
                let text = "a `foreach` within a `foreach` is not supported";
                Err(Diagnostic::new(Code::UnsupportedForm, self.template.span, text).into())
            }
            None => Ok(search),
            Some(problem) => {
                let text: String = text.trim().chars().take(200).collect();
                let message = format!("the template cannot be read: {}", problem.message);
                let error = problem.retold(self.template.span, message);
                Err(error.label(format!("became `{text}`")).into())
            }
        }
    }

    fn assignments(&self, n: i64) -> Result<Vec<Assignment>> {
        let text = self.template.node.replace(&self.tokens.iteration, &n.to_string());
        let text = text.replace(&self.tokens.item, &format!("mvindex('{ITEMS}', {n})"));
        let search = self.read(&text)?;
        let [Command::Eval(eval)] = search.commands.as_slice() else {
            let message = "over values the template is one `eval`";
            return Err(Diagnostic::new(Code::BadValue, self.template.span, message).into());
        };
        let conditional = eval.assignments.iter().map(|assignment| Assignment {
            span: assignment.span,
            target: assignment.target.clone(),
            expr: while_valued(&assignment.target, &assignment.expr, n),
        });
        Ok(conditional.collect())
    }
}

/// The values that the template goes over.
fn items(mode: ForEachMode, value: Expr, data_type: &DataType) -> Result<Expr> {
    let array = |value| kernel::call("spl_json_array_to_mv", vec![value]);
    Ok(match mode {
        ForEachMode::JsonArray => array(value)?,
        ForEachMode::Collections if meet::is_text(data_type) => {
            let own = meet::convert(value.clone(), data_type, &meet::list_type())?;
            coalesce().call(vec![array(value)?, own])
        }
        _ => meet::convert(value, data_type, &meet::list_type())?,
    })
}

/// How many values the row with the most values has.
async fn longest(name: &str, relation: &Relation, cx: &mut Context<'_>) -> Result<i64> {
    let count = cast(kernel::call("spl_mvcount", vec![column(ITEMS)])?, DataType::Int64);
    let most = Call { function: max_udaf(), args: vec![count] }.aggregate();
    let plan = LogicalPlanBuilder::from(relation.plan.clone())
        .aggregate(Vec::<Expr>::new(), vec![named(most, "count")])?
        .build()?;
    let found = cx.world.rows(&format!("most values of {name}"), plan).await?;
    let counts = found.batches.iter().filter_map(|batch| batch.columns().first()?.as_primitive_opt::<Int64Type>());
    Ok(counts.flat_map(|counts| counts.iter().flatten()).max().unwrap_or(0))
}

/// `if(mvcount(items) > n, expr, target)`: a row without an n-th value keeps what it has.
fn while_valued(target: &Field, expr: &Ast, n: i64) -> Ast {
    let span = expr.span;
    let node = |kind| Ast { span, kind };
    let call = |name: &str, args| node(ExprKind::Call { name: name.to_owned(), name_span: span, args });
    let count = call("mvcount", vec![node(ExprKind::Field(Field::new(ITEMS, span)))]);
    let number = node(ExprKind::Number(n.to_string()));
    let test = node(ExprKind::Binary(BinaryOp::Greater, Box::new(count), Box::new(number)));
    call("if", vec![test, expr.clone(), node(ExprKind::Field(target.clone()))])
}

/// A problem of an instance, at the template.
fn placed(error: Error, span: Span) -> Error {
    match error {
        Error::Diagnostics(problems) => {
            let again = |problem: &Diagnostic| problem.retold(span, &*problem.message);
            Error::Diagnostics(problems.iter().map(again).collect())
        }
        Error::Engine { source, .. } => Error::Engine { span: Some(span), source },
    }
}
