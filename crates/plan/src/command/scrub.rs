//! The meaning of `scrub`: names, addresses and numbers become made-up ones. `scrub private-terms=customers.txt`
//!
//! Splunk's rule: all fields but those that begin with `_` (`_raw` does count) or `date_`, and but those that say nothing about
//! anybody. The kernel tells how a text is changed.

use datafusion::{arrow::datatypes::DataType, logical_expr::lit};
use speleo_syntax::{Spanned, command::scrub::Scrub};

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet, project_file,
    relation::{Relation, column, is_internal},
};

/// The folder of lists.
const FOLDER: &str = "anonymizer";
/// Fields that stay as they are.
const KEPT: [&str; 6] = ["eventtype", "linecount", "punct", "sourcetype", "timeendpos", "timestartpos"];

impl Lower for Scrub {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "scrub", self.span)?;
        let app = self.namespace.as_ref().map(|app| app.node.as_str());
        let list = |file: &Option<Spanned<String>>| -> Result<String> {
            let Some(file) = file else { return Ok(String::new()) };
            match project_file::read(app, FOLDER, &file.node, file.span, cx)? {
                Some(text) => Ok(text),
                None if cx.world.is_blind() => Ok(String::new()),
                None => Err(project_file::missing(FOLDER, &file.node, file.span)),
            }
        };
        let public = [list(&self.public_terms)?, list(&self.dictionary)?].join("\n");
        let lists = [public, list(&self.private_terms)?, list(&self.name_terms)?, list(&self.time_config)?];
        let mut columns = Vec::new();
        for name in input.fields() {
            let is_kept = is_internal(&name) || name.starts_with("date_") || KEPT.contains(&name.as_str());
            let Some(data_type) = input.data_type(&name).filter(|_| !is_kept || name == "_raw") else { continue };
            let text = if meet::is_list(data_type) {
                column(&name)
            } else {
                meet::convert(column(&name), data_type, &DataType::Utf8)?
            };
            let args = std::iter::once(text).chain(lists.iter().map(|list| lit(list.as_str()))).collect();
            columns.push((name, kernel::call("spl_scrub", args)?));
        }
        input.set(columns)
    }
}
