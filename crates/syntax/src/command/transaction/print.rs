//! Printing `transaction`.

use std::fmt::{self, Display, Formatter};

use super::{Filter, MvList, Transaction};
use crate::print;

impl Display for Transaction {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("transaction")?;
        for field in &self.fields {
            write!(out, " {field}")?;
        }
        print::option(out, "name", self.name.as_ref().map(|name| print::Quoted(&name.node)))?;
        print::option(out, "maxspan", self.max_span.map(|seconds| format!("{seconds}s")))?;
        print::option(out, "maxpause", self.max_pause.map(|seconds| format!("{seconds}s")))?;
        print::option(
            out,
            "maxevents",
            self.max_events.map(|most| if most == 0 { "-1".to_owned() } else { most.to_string() }),
        )?;
        print::option(out, "startswith", self.starts_with.as_ref())?;
        print::option(out, "endswith", self.ends_with.as_ref())?;
        print::option(out, "connected", (!self.connected).then_some(false))?;
        print::flag(out, "keeporphans", self.keep_orphans)?;
        print::flag(out, "keepevicted", self.keep_evicted)?;
        print::option(out, "delim", self.delim.as_deref().map(print::Quoted))?;
        match &self.mv_list {
            MvList::None => {}
            MvList::All => out.write_str(" mvlist=true")?,
            MvList::Fields(fields) => {
                out.write_str(" mvlist=(")?;
                print::join(out, fields, ", ")?;
                out.write_str(")")?;
            }
        }
        print::flag(out, "mvraw", self.mv_raw)?;
        print::option(out, "nullstr", self.null_text.as_deref().map(print::Quoted))
    }
}

impl Display for Filter {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match self {
            Filter::Text(text) => print::quote(out, &text.node),
            Filter::Search(condition) => write!(out, "({condition})"),
            Filter::Eval(condition) => write!(out, "eval({condition})"),
        }
    }
}
