//! The meaning of `fields`: which columns go on. `fields - first_seen`
//!
//! Keeping leaves internal fields in place; no column is created for a name that does not exist.

use speleo_syntax::command::fields::Fields;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::{Relation, column, is_internal},
    wildcard,
};

impl Lower for Fields {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "fields", self.span)?;
        let present = input.fields();
        let listed = |name: &str| self.fields.iter().any(|field| wildcard::matches(&field.name, name));
        let kept: Vec<String> = if self.drop {
            present.into_iter().filter(|name| !listed(name)).collect()
        } else {
            let internal = present.iter().filter(|name| is_internal(name) && !listed(name));
            let mut kept: Vec<String> = internal.cloned().collect();
            for field in &self.fields {
                let fitting = present.iter().filter(|name| wildcard::matches(&field.name, name));
                for name in fitting {
                    if !kept.contains(name) {
                        kept.push(name.clone());
                    }
                }
            }
            kept
        };
        input.select(kept.into_iter().map(|name| (name.clone(), column(&name))).collect())
    }
}
