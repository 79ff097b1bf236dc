//! The meaning of `extract`: a field for each `key=value` pair of `_raw`. `extract pairdelim=";" kvdelim=":"`
//!
//! Fields that exist keep their values. With names, the transforms of `transforms.conf` that are called so: `extract access_pairs`.

use datafusion::{logical_expr::lit, scalar::ScalarValue};
use speleo_syntax::command::extract::Extract;

use crate::{
    Result,
    command::rows,
    extract::{self, Existing, Repeated},
    field, kernel,
    lower::{Context, Lower},
    relation::Relation,
    search_time,
};

impl Lower for Extract {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "extract", self.span)?;
        if !self.stanzas.is_empty() {
            let mut rows = input;
            for stanza in &self.stanzas {
                rows = search_time::transform(rows, stanza, cx).await?;
            }
            return Ok(rows);
        }
        let Some((text, _)) = field::find("_raw", &input) else { return Ok(input) };
        let set = |text: &Option<String>| lit(ScalarValue::Utf8(text.clone()));
        let limit = self.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(0);
        let clean = if self.clean_keys { "true" } else { "false" };
        let args = vec![text, set(&self.key_delimiters), set(&self.pair_delimiters), lit(clean), lit(limit)];
        let fields = kernel::call("spl_fields_pairs", args)?;
        let repeated = if self.add_values { Repeated::All } else { Repeated::First };
        extract::all_fields(input, fields, Existing::Stays, repeated, "extract", cx).await
    }
}
