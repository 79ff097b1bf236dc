//! The meaning of `dump`: writes rows to files and passes them on. `dump basename=logins format=csv fields="_time, user"`
//!
//! The rows come from a step, writing is another. Fields that are named and not there are left out; `_dstpath` of a row says which
//! folder it goes to.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, LogicalPlanBuilder},
};
use speleo_syntax::command::dump::{Dump, DumpFormat};

use crate::{
    FileFormat, FileWrite, Result, Write,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, named},
    table, wildcard,
};

/// The field that says which folder a row goes to.
const DESTINATION: &str = "_dstpath";

/// The text of an event.
const RAW: &str = "_raw";

impl Lower for Dump {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "dump", self.span)?;
        if cx.world.is_blind() {
            return Ok(input);
        }
        let shape = input.shape;
        let found = cx.world.rows("rows to dump", input.finish()?).await?;
        let mut relation = table::of_rows("dump", &found)?;
        relation.shape = shape;
        let plan = LogicalPlanBuilder::from(relation.clone().sorted(None)?.plan);
        let plan = plan.project(self.columns(&relation)?)?.build()?;
        let write = FileWrite {
            name: self.name.node.clone(),
            format: self.format(),
            roll_bytes: Some(self.roll_size.saturating_mul(1 << 20)),
            compression: u32::try_from(self.compress).unwrap_or(0),
            destination: relation.has(DESTINATION).then(|| DESTINATION.to_owned()),
        };
        let step = format!("dump {}", self.name.node);
        let written = cx.world.write(&step, Write::File(write), plan).await;
        written.map_err(|error| error.at(self.name.span))?;
        Ok(relation)
    }
}

/// The parts of `dump`.
trait Columns {
    /// What is written, and the folder that it goes to.
    fn columns(&self, rows: &Relation) -> Result<Vec<Expr>>;
    /// The form.
    fn format(&self) -> FileFormat;
}

impl Columns for Dump {
    fn columns(&self, rows: &Relation) -> Result<Vec<Expr>> {
        let shown: Vec<String> = rows.fields().into_iter().filter(|name| name != DESTINATION).collect();
        let mut names: Vec<String> = Vec::new();
        if self.format == DumpFormat::Raw && rows.has(RAW) {
            names.push(RAW.to_owned());
        } else if self.fields.is_empty() {
            names = shown;
        } else {
            for field in &self.fields {
                for name in shown.iter().filter(|name| wildcard::matches(&field.name, name)) {
                    if !names.contains(name) {
                        names.push(name.clone());
                    }
                }
            }
        }
        let mut columns = Vec::with_capacity(names.len() + 1);
        for name in names.iter().map(String::as_str).chain(rows.has(DESTINATION).then_some(DESTINATION)) {
            columns.push(named(plain(rows, name)?, name));
        }
        Ok(columns)
    }

    fn format(&self) -> FileFormat {
        match self.format {
            DumpFormat::Raw => FileFormat::Raw,
            DumpFormat::Csv => FileFormat::Csv,
            DumpFormat::Tsv => FileFormat::Tsv,
            DumpFormat::Json => FileFormat::Json,
            DumpFormat::Xml => FileFormat::Xml,
        }
    }
}

/// A column as files have it: times as seconds.
fn plain(rows: &Relation, name: &str) -> Result<Expr> {
    Ok(match rows.data_type(name) {
        Some(data_type) if meet::is_time(data_type) => meet::epoch(column(name)),
        Some(_) => column(name),
        None => meet::null_of(&DataType::Utf8)?,
    })
}
