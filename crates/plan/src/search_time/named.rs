//! A transform that a command names: `extract access_pairs`.

use datafusion::logical_expr::{Expr, LogicalPlanBuilder};
use speleo_functions::value::Lists;
use speleo_syntax::{Code, Diagnostic, Field};

use super::{apply, step};
use crate::{
    Result,
    aggregate::Call,
    kernel,
    lower::Context,
    relation::{Relation, is_hidden, named},
    suggest,
};

/// Adds the fields of the transform. Where the text names them, a step asks which there are.
///
/// # Errors
/// E0504 where no transform has that name, or it makes no field.
pub(crate) async fn transform(rows: Relation, name: &Field, cx: &mut Context<'_>) -> Result<Relation> {
    let world = cx.world;
    let transforms = &world.knowledge().transforms;
    let Some(transform) = transforms.get(&name.name) else {
        if world.is_blind() {
            return Ok(rows);
        }
        let error = Diagnostic::new(Code::Knowledge, name.span, format!("no transform is called `{}`", name.name));
        return Err(match suggest::nearest(&name.name, transforms.keys().map(String::as_str)) {
            Some(near) => error.edit(format!("`{near}` is one"), name.span, near),
            None => error.help("transforms are stanzas of `transforms.conf` with `REGEX` or `DELIMS`"),
        }
        .into());
    };
    let taking = step::taking(transform).map_err(|(place, reason)| {
        let message = format!("the transform `{}` makes no field: {reason}", name.name);
        Diagnostic::new(Code::Knowledge, name.span, message).help(format!("it stands in line {}", place.line))
    })?;
    let Some(source) = apply::source(&rows, &taking.sources)? else { return Ok(rows) };
    let mut names = taking.names.clone();
    if taking.is_dynamic {
        let said = kernel::call(&format!("{}_names", taking.kernel), taking.arguments(source.clone(), &[]))?;
        let all = Call { function: kernel::aggregate("spl_values")?, args: vec![said] }.aggregate();
        let plan = LogicalPlanBuilder::from(rows.plan.clone())
            .aggregate(Vec::<Expr>::new(), vec![named(all, "names")])?
            .build()?;
        let found = world.rows(&format!("fields of {}", name.name), plan).await?;
        for batch in &found.batches {
            let Some(values) = batch.columns().first() else { continue };
            let lists = Lists::new(values)?;
            for own in (0..batch.num_rows()).filter_map(|row| lists.get(row)).flatten() {
                if !names.iter().any(|known| known == own) {
                    names.push(own.to_owned());
                }
            }
        }
    }
    names.retain(|name| !is_hidden(name));
    names.sort();
    if names.is_empty() { Ok(rows) } else { apply::taken(rows, &[(source, &taking, &names)]) }
}
