//! Conditions that would grow beyond measure on their way down stay where they are.
//! `foreach a* [eval s=if(x, mvappend(s, '<<FIELD>>'), s)] | where s="v"`
//!
//! DataFusion takes a condition below a projection by putting the projection's expressions in the place of their columns. Where
//! each step reads the one before it twice, twenty steps make a million copies. The rules that do so are wrapped here: what is
//! too large never reaches them. What a search means does not change, and neither does what is pushed down of other conditions.

mod logical;
mod physical;

pub(crate) use logical::Kept;
pub(crate) use physical::Walled;

/// So many expressions may take the place of a column.
const MOST: usize = 100;
