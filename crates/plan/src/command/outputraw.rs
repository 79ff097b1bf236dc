//! The meaning of `outputraw`: the values of each row as text, a line each. `outputraw report.txt`
//!
//! Values that are not there have no line; of several values each has one. Internal fields are left out. In a file an empty
//! line stands between two rows.

use datafusion::{
    arrow::datatypes::DataType,
    functions::string::expr_fn::concat_ws,
    functions_nested::string::array_to_string,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::outputraw::OutputRaw;

use crate::{
    FileFormat, FileWrite, Result, Write,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column, is_internal, named},
    table,
};

/// The column of the text.
const RAW: &str = "_raw";

impl Lower for OutputRaw {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "outputraw", self.span)?;
        let Some(file) = &self.file else {
            let lines = lines(&input)?;
            return input.select(vec![(RAW.to_owned(), lines)]);
        };
        if cx.world.is_blind() {
            return Ok(input);
        }
        let shape = input.shape;
        let found = cx.world.rows("rows to write", input.finish()?).await?;
        let mut relation = table::of_rows("outputraw", &found)?;
        relation.shape = shape;
        let text = named(concat_ws(lit(""), vec![lines(&relation)?, lit("\n")]), RAW);
        let plan = LogicalPlanBuilder::from(relation.clone().sorted(None)?.plan).project(vec![text])?.build()?;
        let name = if file.name.contains('.') { file.name.clone() } else { format!("{}.txt", file.name) };
        let write = FileWrite { name, format: FileFormat::Raw, roll_bytes: None, compression: 0, destination: None };
        let step = format!("write {}", file.name);
        cx.world.write(&step, Write::File(write), plan).await.map_err(|error| error.at(file.span))?;
        Ok(relation)
    }
}

/// The values of a row.
fn lines(rows: &Relation) -> Result<Expr> {
    let mut values = Vec::new();
    for name in rows.fields().iter().filter(|name| !is_internal(name)) {
        let Some(data_type) = rows.data_type(name) else { continue };
        values.push(match meet::is_list(data_type) {
            true => array_to_string(column(name), lit("\n")),
            false => meet::utf8(meet::convert(column(name), data_type, &DataType::Utf8)?, data_type),
        });
    }
    Ok(if values.is_empty() { lit("") } else { concat_ws(lit("\n"), values) })
}
