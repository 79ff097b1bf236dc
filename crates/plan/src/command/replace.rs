//! The meaning of `replace`: whole values by others. `replace "*.corp" WITH "*" IN host`
//!
//! A value must fit the whole pattern, in any case of letters; each `*` on the right stands for what the `*` of the same
//! place on the left took. Pairs apply one after the other, to what the ones before made. Without a list all fields are
//! meant, internal ones left out.

use datafusion::logical_expr::lit;
use speleo_functions::value::parse_number;
use speleo_syntax::command::replace::Replace;

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, is_internal},
    wildcard,
};

impl Lower for Replace {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "replace", self.span)?;
        let listed = |name: &str| match self.fields.as_slice() {
            [] => !is_internal(name),
            fields => fields.iter().any(|field| wildcard::matches(&field.name, name)),
        };
        // A column of numbers stays one where no pattern can be a number.
        let may_be_number = self.pairs.iter().any(|(from, _)| from.contains('*') || parse_number(from).is_some());
        let mut columns = Vec::new();
        for name in input.fields().into_iter().filter(|name| listed(name)) {
            let Some(data_type) = input.data_type(&name).cloned() else { continue };
            if !may_be_number && meet::is_number(&data_type) {
                continue;
            }
            let value = if meet::is_time(&data_type) { meet::epoch(column(&name)) } else { column(&name) };
            let mut args = vec![value];
            args.extend(self.pairs.iter().flat_map(|(from, to)| [lit(from.as_str()), lit(to.as_str())]));
            let replaced = kernel::call("spl_replace_values", args)?;
            columns.push((name, replaced));
        }
        input.set(columns)
    }
}
