//! Window functions: what a row gets depends on all rows before it. `trendline ema5(bytes)`
//!
//! As everywhere, a function is found by its name alone and every option is an argument.

mod adjust;
mod anomalies;
mod average;
mod cluster;
mod concurrency;
mod kmeans;
mod lookup;
mod transaction;
mod whole;

use std::sync::Arc;

use datafusion::logical_expr::WindowUDF;

pub use self::transaction::{OfValue, of_value};
use self::whole::whole;

/// Every window kernel.
pub fn kernels() -> Vec<Arc<WindowUDF>> {
    vec![
        Arc::new(WindowUDF::from(average::Ema::new())),
        Arc::new(WindowUDF::from(concurrency::Concurrency::new())),
        Arc::new(WindowUDF::from(transaction::Transaction::new())),
        whole("spl_cluster", cluster::result, cluster::cluster),
        whole("spl_kmeans", kmeans::result, kmeans::kmeans),
        whole("spl_lookup_rows", lookup::result, lookup::rows),
        whole("spl_unexpectedness", anomalies::result, anomalies::unexpectedness),
        whole("spl_x11", adjust::result, adjust::x11),
    ]
}
