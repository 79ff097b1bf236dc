//! The meaning of `spath`: fields from JSON or XML. `spath input=data path=user.roles{} output=role`
//!
//! A row whose text has nothing at the path keeps what it has. Without a path every value becomes a field, named by its path.

mod some;

use speleo_syntax::command::spath::SPath;

use datafusion::logical_expr::lit;

use crate::{
    Result,
    command::{rex::kept, rows},
    extract::{self, Existing, Repeated},
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::Relation,
};

impl Lower for SPath {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "spath", self.span)?;
        let found = match &self.input {
            Some(field) => field::resolve(field, &input, cx),
            None => field::find("_raw", &input),
        };
        let Some((text, _)) = found else { return Ok(input) };
        match &self.path {
            Some(path) => {
                let name = self.output.as_ref().map_or(path.node.as_str(), |field| field.name.as_str());
                let value = kernel::call("spl_spath", vec![text, lit(path.node.as_str())])?;
                let value = kept(&input, name, value, &meet::list_type())?;
                let value = meet::stored(name, value, &meet::list_type())?;
                input.set(vec![(name.to_owned(), value)])
            }
            None => {
                if let Some(later) = cx.later.take()
                    && let Some(rows) = some::of(&input, text.clone(), later, cx).await?
                {
                    return Ok(rows);
                }
                let fields = kernel::call("spl_fields_spath", vec![text])?;
                extract::all_fields(input, fields, Existing::GivesWay, Repeated::All, "spath", cx).await
            }
        }
    }
}
