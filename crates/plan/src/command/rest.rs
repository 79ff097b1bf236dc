//! The meaning of `rest`: what speleo has, under the endpoints of Splunk's server. `| rest /services/saved/searches`
//!
//! `/services/…` and `/servicesNS/<user>/<app>/…` are the same here; a last part that names one thing keeps its row. Endpoints of
//! what only a server has, such as users or dashboards, have no rows and a warning; any other is an error that lists those
//! that there are.

mod endpoint;
mod listing;

use datafusion::logical_expr::lit;
use speleo_syntax::{Code, Diagnostic, command::rest::Rest};

use self::endpoint::{Endpoint, find};
use crate::{
    Result,
    lower::{Context, Lower},
    relation::{Relation, column},
};

impl Lower for Rest {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            return Err(Diagnostic::new(Code::Position, self.span, "`rest` makes rows and must stand first").into());
        }
        let Some(found) = find(&self.endpoint.node) else {
            let message = format!("nothing here answers `{}`", self.endpoint.node);
            let error = Diagnostic::new(Code::UnsupportedForm, self.endpoint.span, message);
            return Err(error.help(format!("these are answered: {}", endpoint::listed())).into());
        };
        let mut relation = match found.endpoint {
            Endpoint::Nothing(what) => {
                let warning =
                    Diagnostic::new(Code::NotDone, self.endpoint.span, format!("speleo has no {what}: no rows"));
                cx.notes.push(warning);
                listing::nothing()?
            }
            Endpoint::Listing(listing) => listing::rows(listing, cx).await?,
        };
        if let Some(title) = found.title {
            relation = relation.filter(column("title").eq(lit(title)))?;
        }
        for (name, value) in &self.arguments {
            let known = name == "search"
                && value.split_once('=').is_some_and(|(field, _)| relation.has(field) && !value.contains(' '));
            if known && let Some((field, value)) = value.split_once('=') {
                relation = relation.filter(column(field).eq(lit(value)))?;
                continue;
            }
            let message = format!("`{name}` has no effect on `{}` here", self.endpoint.node);
            cx.notes.push(Diagnostic::new(Code::NotDone, self.span, message));
        }
        match self.count.filter(|&count| count > 0).and_then(|count| usize::try_from(count).ok()) {
            Some(count) => relation.sorted(Some(count)),
            None => Ok(relation),
        }
    }
}
