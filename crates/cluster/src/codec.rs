//! Tables in plans that travel. `index=web | lookup people.csv user`: the files of `web` by their names, `people.csv` with its rows.
//!
//! A table that is neither cannot travel, and the search fails before it begins. Functions are none of its business: they are encoded
//! by their names alone.

use std::sync::Arc;

use ballista_core::serde::BallistaLogicalExtensionCodec;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::TableProvider,
    common::{TableReference, exec_err, not_impl_err},
    datasource::{MemTable, file_format::FileFormatFactory},
    error::Result,
    execution::TaskContext,
    logical_expr::{Extension, LogicalPlan},
};
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use speleo_engine::portable;

use crate::{numbered::NumberedTable, rows};

/// What the bytes of a table begin with: files by their names.
const FILES: u8 = b'F';
/// Rows as they are.
const ROWS: u8 = b'R';

/// Ballista's codec, and our tables.
#[derive(Debug, Default)]
pub struct TableCodec {
    ballista: BallistaLogicalExtensionCodec,
}

impl LogicalExtensionCodec for TableCodec {
    fn try_decode(&self, buf: &[u8], inputs: &[LogicalPlan], ctx: &TaskContext) -> Result<Extension> {
        self.ballista.try_decode(buf, inputs, ctx)
    }

    fn try_encode(&self, node: &Extension, buf: &mut Vec<u8>) -> Result<()> {
        self.ballista.try_encode(node, buf)
    }

    fn try_decode_table_provider(
        &self,
        buf: &[u8],
        table_ref: &TableReference,
        schema: SchemaRef,
        ctx: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        match buf.split_first() {
            Some((&FILES, files)) => {
                let table = portable::table(files, schema, ctx.session_config().options())?;
                Ok(Arc::new(NumberedTable::new(table)))
            }
            Some((&ROWS, batches)) => Ok(Arc::new(rows::read(batches)?)),
            _ => exec_err!("the bytes of the table `{table_ref}` are none of ours"),
        }
    }

    fn try_encode_table_provider(
        &self,
        table_ref: &TableReference,
        node: Arc<dyn TableProvider>,
        buf: &mut Vec<u8>,
    ) -> Result<()> {
        // A plan that came from elsewhere may go on.
        let table = node.downcast_ref::<NumberedTable>().map_or(&node, NumberedTable::files);
        if let Some(files) = portable::bytes(table.as_ref())? {
            buf.push(FILES);
            buf.extend(files);
            return Ok(());
        }
        if let Some(table) = table.downcast_ref::<MemTable>() {
            buf.push(ROWS);
            return rows::write(table, buf);
        }
        not_impl_err!("the table `{table_ref}` cannot be read by other machines: only Parquet and Arrow files can")
    }

    fn try_decode_file_format(&self, buf: &[u8], ctx: &TaskContext) -> Result<Arc<dyn FileFormatFactory>> {
        self.ballista.try_decode_file_format(buf, ctx)
    }

    fn try_encode_file_format(&self, buf: &mut Vec<u8>, node: Arc<dyn FileFormatFactory>) -> Result<()> {
        self.ballista.try_encode_file_format(buf, node)
    }
}
