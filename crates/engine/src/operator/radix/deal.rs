//! To which part a row belongs.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{RecordBatch, UInt32Array},
        compute::take_record_batch,
    },
    common::{Result, hash_utils::create_hashes},
    execution::SendableRecordBatchStream,
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::repartition::REPARTITION_RANDOM_STATE,
};
use futures::StreamExt;

use super::dealt::{Dealt, Stretch};
use crate::operator::numbered_rows::NumberedRows;

/// How many bits of a hash tell the parts of a core apart.
const BITS: u32 = 6;
/// How many parts a core has where rows are many: the groups of ten million rows are then few enough for a core's own cache.
pub(super) const PARTS: usize = 1 << BITS;
/// Up to so many rows of an input the groups of a core are few enough without parts.
const FEW_ROWS: usize = 1 << 16;

/// What rows are dealt out by.
#[derive(Debug, Clone)]
pub(super) struct Deal {
    keys: Vec<Arc<dyn PhysicalExpr>>,
    cores: usize,
}

impl Deal {
    /// By these keys to so many cores.
    pub(super) fn new(keys: Vec<Arc<dyn PhysicalExpr>>, cores: usize) -> Self {
        Self { keys, cores: cores.max(1) }
    }

    /// The rows of a batch by their parts, of which each core has `parts`.
    ///
    /// The core is that to which DataFusion's dealing out sends the row, as other operators go by it.
    pub(super) fn out(&self, batch: &RecordBatch, parts: usize, hashes: &mut Vec<u64>) -> Result<Stretch> {
        let keys = evaluate_expressions_to_arrays(&self.keys, batch)?;
        hashes.clear();
        hashes.resize(batch.num_rows(), 0);
        create_hashes(&keys, REPARTITION_RANDOM_STATE.random_state(), hashes)?;
        let cores = self.cores as u64;
        let own = |hash: u64| if parts == 1 { 0 } else { (hash >> (u64::BITS - BITS)) as usize };
        let part = |hash: &u64| (*hash % cores) as usize * parts + own(*hash);
        let parts_of: Vec<usize> = hashes.iter().map(part).collect();
        let NumberedRows { starts, rows } = NumberedRows::new(&parts_of, self.cores * parts);
        Ok(Stretch { rows: take_record_batch(batch, &UInt32Array::from(rows))?, starts })
    }
}

/// Deals out the rows of an input.
pub(super) struct Dealer {
    deal: Deal,
    /// The rows so far, as long as they are few.
    few: Vec<RecordBatch>,
    count: usize,
    dealt: Dealt,
    hashes: Vec<u64>,
}

impl Dealer {
    pub(super) fn new(deal: Deal, dealt: Dealt) -> Self {
        Self { deal, few: Vec::new(), count: 0, dealt, hashes: Vec::new() }
    }

    /// All rows of the input by their parts.
    pub(super) async fn read(mut self, mut input: SendableRecordBatchStream) -> Result<Dealt> {
        while let Some(batch) = input.next().await.transpose()? {
            self.count += batch.num_rows();
            self.few.push(batch);
            if self.count > FEW_ROWS {
                self.dealt.refine(&self.deal)?;
                self.deal_out()?;
            }
        }
        self.deal_out()?;
        Ok(self.dealt)
    }

    fn deal_out(&mut self) -> Result<()> {
        for batch in self.few.drain(..) {
            let stretch = self.deal.out(&batch, self.dealt.parts(), &mut self.hashes)?;
            self.dealt.keep(stretch, &self.deal)?;
        }
        Ok(())
    }
}
