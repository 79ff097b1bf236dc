//! The rows of what speleo has, with columns named as Splunk names them. `| rest /services/admin/macros | table title args`
//!
//! Values are texts, as Splunk's interface gives them; counts and sizes are numbers.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use indexmap::IndexMap;
use speleo_functions::time::strftime;
use speleo_knowledge::{MatchKind, macros};

use super::{super::eventcount::SERVER, endpoint::Listing};
use crate::{
    Result,
    command::dbinspect::held,
    lower::Context,
    relation::{Relation, is_hidden},
    table,
};

/// The order of times of the interface.
const FORMAT: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// Columns of text by name; each row sets those that it has.
#[derive(Default)]
struct Listed {
    columns: IndexMap<String, Vec<Option<String>>>,
    rows: usize,
}

impl Listed {
    /// A new row with its title.
    fn row(&mut self, title: &str) {
        self.rows += 1;
        self.set("title", title);
    }

    /// A value of the last row.
    fn set(&mut self, name: &str, value: impl Into<String>) {
        let column = self.columns.entry(name.to_owned()).or_default();
        column.resize(self.rows.saturating_sub(1), None);
        column.push(Some(value.into()));
    }

    /// The rows.
    fn relation(mut self) -> Result<Relation> {
        for name in ["author", "eai:acl.app", "eai:acl.owner", "eai:acl.sharing", "splunk_server"] {
            let value = match name {
                "splunk_server" => SERVER,
                "eai:acl.sharing" => "global",
                "eai:acl.app" => "search",
                _ => "nobody",
            };
            self.columns.entry(name.to_owned()).or_insert_with(|| vec![Some(value.to_owned()); self.rows]);
        }
        self.columns.entry("title".to_owned()).or_default();
        let rows = self.rows;
        let array = |mut values: Vec<Option<String>>| -> ArrayRef {
            values.resize(rows, None);
            Arc::new(StringArray::from(values))
        };
        let columns: Vec<(String, ArrayRef)> =
            self.columns.into_iter().map(|(name, values)| (name, array(values))).collect();
        table::of_columns("rest", columns.iter().map(|(name, array)| (name.as_str(), Arc::clone(array))).collect())
    }
}

/// No rows, with the columns that all listings have.
pub(super) fn nothing() -> Result<Relation> {
    Listed::default().relation()
}

/// The rows of a listing.
pub(super) async fn rows(listing: Listing, cx: &mut Context<'_>) -> Result<Relation> {
    let mut listed = Listed::default();
    match listing {
        Listing::Indexes => indexes(&mut listed, cx).await?,
        Listing::SavedSearches => saved_searches(&mut listed, cx),
        Listing::ServerInfo => server(&mut listed),
        Listing::LookupFiles => lookup_files(&mut listed, cx),
        Listing::LookupDefinitions => lookup_definitions(&mut listed, cx).await?,
        Listing::Macros => all_macros(&mut listed, cx),
        Listing::DataModels => {
            let knowledge = cx.world.knowledge();
            for model in knowledge.data_model_names().into_iter().filter_map(|name| knowledge.data_model(name)) {
                listed.row(&model.name);
                listed.set("displayName", if model.title.is_empty() { &model.name } else { &model.title });
                listed.set("description", model.definition());
                let objects: Vec<&str> = model.objects.iter().map(|object| object.name.as_str()).collect();
                listed.set("objectNameList", objects.join(","));
                listed.set("acceleration", "0");
                listed.set("disabled", "0");
            }
        }
    }
    listed.relation()
}

async fn indexes(listed: &mut Listed, cx: &mut Context<'_>) -> Result<()> {
    for entry in cx.world.indexes() {
        listed.row(&entry.name);
        let (mut count, mut first, mut last) = (0, None::<i64>, None::<i64>);
        for holds in held(&entry.name, cx).await?.into_values() {
            count += holds.events;
            first = first.into_iter().chain(holds.first).min();
            last = last.max(holds.last);
        }
        let files = cx.world.files(&entry.name).await?;
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        let time = |seconds: i64| strftime(seconds.saturating_mul(1_000_000), FORMAT, cx.world.timezone());
        listed.set("totalEventCount", count.to_string());
        listed.set("currentDBSizeMB", bytes.div_ceil(1 << 20).to_string());
        if let (Some(first), Some(last)) = (first, last) {
            listed.set("minTime", time(first));
            listed.set("maxTime", time(last));
        }
        if let Some(file) = files.first() {
            listed.set("homePath", &file.path);
        }
        listed.set("datatype", "event");
        listed.set("disabled", "0");
        listed.set("isInternal", if entry.name.starts_with('_') { "1" } else { "0" });
    }
    Ok(())
}

fn saved_searches(listed: &mut Listed, cx: &Context<'_>) {
    for saved in cx.world.knowledge().saved_searches.values() {
        listed.row(saved.title.as_deref().unwrap_or(&saved.name));
        listed.set("search", &saved.search);
        let known = [("dispatch.earliest_time", &saved.earliest), ("dispatch.latest_time", &saved.latest)];
        for (name, value) in known {
            if let Some(value) = value {
                listed.set(name, value);
            }
        }
        listed.set("disabled", "0");
        listed.set("is_scheduled", if saved.schedule.is_some() { "1" } else { "0" });
        if let Some(schedule) = &saved.schedule {
            listed.set("cron_schedule", &schedule.text);
        }
        for (name, value) in &saved.settings {
            let known = [
                "dispatch.earliest_time",
                "dispatch.latest_time",
                "disabled",
                "enableSched",
                "is_scheduled",
                "schedule",
                "title",
                "search",
            ];
            if !known.contains(&name.as_str()) && !is_hidden(name) {
                listed.set(name, value);
            }
        }
    }
}

fn server(listed: &mut Listed) {
    listed.row("server-info");
    listed.set("serverName", SERVER);
    listed.set("host", SERVER);
    listed.set("version", env!("CARGO_PKG_VERSION"));
    listed.set("product_type", "speleo");
    listed.set("os_name", std::env::consts::OS);
    listed.set("cpu_arch", std::env::consts::ARCH);
    listed.set("server_roles", "search_head");
    listed.set("isFree", "0");
}

fn lookup_files(listed: &mut Listed, cx: &Context<'_>) {
    let definitions = &cx.world.knowledge().lookups;
    for name in cx.world.lookup_names().iter().filter(|name| !definitions.contains_key(*name)) {
        listed.row(name);
        listed.set("eai:appName", "search");
        listed.set("eai:userName", "nobody");
    }
}

async fn lookup_definitions(listed: &mut Listed, cx: &mut Context<'_>) -> Result<()> {
    let flag = |value: bool| if value { "1" } else { "0" };
    for definition in cx.world.knowledge().lookups.values() {
        listed.row(&definition.name);
        listed.set("filename", &definition.filename);
        listed.set("type", "file");
        listed.set("max_matches", definition.max_matches.to_string());
        listed.set("min_matches", definition.min_matches.to_string());
        listed.set("default_match", &definition.default_match);
        listed.set("case_sensitive_match", flag(definition.case_sensitive));
        let kinds = definition.match_types.iter().filter_map(|(column, kind)| match kind {
            MatchKind::Exact => None,
            MatchKind::Wildcard => Some(format!("WILDCARD({column})")),
            MatchKind::Cidr => Some(format!("CIDR({column})")),
        });
        listed.set("match_type", kinds.collect::<Vec<_>>().join(", "));
        if let Some(field) = &definition.time_field {
            listed.set("time_field", field);
        }
        // A table that cannot be read is still a definition.
        if let Ok(Some(table)) = cx.world.lookup(&definition.name).await {
            let schema = table.table.schema();
            let names = schema.fields().iter().map(|field| field.name().as_str()).filter(|name| !is_hidden(name));
            listed.set("fields_list", names.collect::<Vec<_>>().join(", "));
        }
    }
    Ok(())
}

fn all_macros(listed: &mut Listed, cx: &Context<'_>) {
    for found in cx.world.knowledge().macros.values() {
        listed.row(&macros::key(&found.name, found.args.len()));
        listed.set("args", found.args.join(","));
        listed.set("definition", &found.definition);
        listed.set("iseval", if found.is_eval { "1" } else { "0" });
        for (name, value) in [("validation", &found.validation), ("errormsg", &found.error_message)] {
            if let Some(value) = value {
                listed.set(name, value);
            }
        }
    }
}
