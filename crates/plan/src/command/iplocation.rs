//! The meaning of `iplocation`.

use speleo_syntax::command::iplocation::IpLocation;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for IpLocation {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("iplocation", self.span))
    }
}
