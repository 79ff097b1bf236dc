//! The meaning of `union`: the rows of several datasets. `| union [search index=a] lookup:users.csv`
//!
//! Events of all datasets stand by time; where one of them is made of other rows, they stand one after the other, the rows
//! that come in first.

use speleo_knowledge::Limit;
use speleo_syntax::{
    Code, Diagnostic, Spanned,
    command::union::{Dataset, Union},
};

use super::multisearch::together;
use crate::{
    Result,
    command::branch,
    datamodel,
    lower::{Context, Lower},
    relation::Relation,
    saved, table,
};

impl Lower for Union {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let limit = self.max_out.or_else(|| cx.world.limit(Limit::ResultRows));
        let mut parts: Vec<Relation> = input.into_iter().collect();
        for dataset in &self.datasets {
            parts.push(match dataset {
                Dataset::Search(search) => branch(search, cx).await?.at_most(limit)?,
                Dataset::Named { kind, name } if kind == "lookup" => match table::open(name, cx).await? {
                    Some(table) => table::scan(&name.name, &table)?,
                    None => table::nothing()?,
                },
                Dataset::Named { kind, name } if kind == "savedsearch" => {
                    saved::rows(&name.name, name.span, &[], cx).await?
                }
                Dataset::Named { kind, name } if kind == "datamodel" => {
                    let dataset = Spanned { span: name.span, node: name.name.clone() };
                    datamodel::dataset(&dataset, datamodel::Shown::default(), cx).await?
                }
                Dataset::Named { kind, name } => {
                    let text = format!("`{kind}:` is not supported as a dataset of `union`");
                    let error = Diagnostic::new(Code::UnsupportedForm, name.span, text);
                    return Err(error
                        .help("a search in brackets, `lookup:`, `datamodel:` and `savedsearch:` are")
                        .into());
                }
            });
        }
        together(parts)
    }
}
