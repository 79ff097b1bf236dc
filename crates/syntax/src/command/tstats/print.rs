//! `tstats` as text.

use std::fmt::{self, Display, Formatter};

use super::{GroupKey, TStats, TStatsSource};
use crate::{SearchExprKind, print};

impl Display for TStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("tstats")?;
        print::flag(out, "prestats", self.prestats)?;
        print::flag(out, "append", self.append)?;
        print::flag(out, "summariesonly", self.summaries_only)?;
        print::flag(out, "allow_old_summaries", self.allow_old_summaries)?;
        print::option(out, "fillnull_value", self.fillnull_value.as_deref().map(print::Quoted))?;
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        match &self.from {
            TStatsSource::Indexes => {}
            TStatsSource::DataModel(name) => write!(out, " FROM datamodel={}", print::Quoted(&name.node))?,
            TStatsSource::Namespace(name) => write!(out, " FROM {}", print::Quoted(&name.node))?,
        }
        if self.condition.kind != SearchExprKind::All {
            write!(out, " WHERE {}", self.condition)?;
        }
        if !self.by.is_empty() {
            out.write_str(" BY ")?;
            print::join(out, &self.by, " ")?;
        }
        Ok(())
    }
}

impl Display for GroupKey {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        if self.prefix {
            write!(out, "PREFIX({})", self.field.name)?;
        } else {
            write!(out, "{}", self.field)?;
        }
        print::option(out, "span", self.span.as_ref())
    }
}
