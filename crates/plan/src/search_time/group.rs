//! Events of an index for which the same settings hold, and how they are told from the others.
//!
//! Files say as a rule which source, host and source type their events have, so that nothing is looked up by row. Where events say
//! it themselves, the world knows which there are.

use std::collections::HashMap;

use datafusion::logical_expr::{Expr, lit, when};
use speleo_knowledge::{
    Limit, Place, Props,
    props::{KvMode, Scope, SearchTime},
};

use super::{base::is_made, step::PROPS, warning::warn};
use crate::{Origin, Result, Source, World, lower::Context, predicate, relation::column};

/// The columns that say where an event is from, as stanzas look at them.
pub(super) const SOURCE: &str = "source";
pub(super) const HOST: &str = "host";
pub(super) const SOURCETYPE: &str = "sourcetype";

/// The source type under which a renamed one was stored.
pub(super) const STORED_SOURCETYPE: &str = "_sourcetype";

/// How events are searched for pairs of keys and values: mode and options of `spl_kv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyValues {
    pub(super) mode: &'static str,
    pub(super) options: String,
}

/// Events with the same settings.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) settings: SearchTime,
    pub(super) key_values: Option<KeyValues>,
    pub(super) origins: Vec<Origin>,
}

/// All groups of an index.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) all: Vec<Group>,
    /// The columns by which they differ; none where there is one group.
    columns: Vec<&'static str>,
    /// Whether events may lack a host, so that their text may say it.
    pub(super) lacks_host: bool,
}

impl Groups {
    /// The groups of an index.
    pub(super) async fn of(index: &str, source: &Source, wanted: &[String], cx: &mut Context<'_>) -> Result<Self> {
        let world = cx.world;
        let props = &world.knowledge().props;
        let scopes = scopes(props);
        let is_said = scopes.iter().any(|scope| source.said.contains(&column_of(*scope)));
        let lacks_host = source.said.contains(&HOST) || source.origins.iter().any(|origin| origin.host.is_none());
        // Where events would have to be asked, that is worth it only for a field that any stanza makes.
        if scopes.is_empty() || (is_said && !source.open && !makes_any(wanted, cx)) {
            let settings = props.search_time(None, None, None);
            let key_values = source.open.then(|| key_values(&settings, false, world)).flatten();
            let all = vec![Group { settings, key_values, origins: Vec::new() }];
            return Ok(Self { all, columns: Vec::new(), lacks_host });
        }
        let looked = |scope: Scope, name: &'static str| scopes.contains(&scope).then_some(name);
        let asked = [looked(Scope::Source, SOURCE), looked(Scope::Host, HOST), Some(SOURCETYPE)];
        let asked: Vec<&'static str> = asked.into_iter().flatten().collect();
        // What events say themselves, their files do not know.
        let is_known = |column: &&'static str| {
            if is_said { asked.contains(column) } else { !source.said.contains(column) }
        };
        let origins = match is_said {
            false => source.origins.iter().map(|origin| known_of(origin, is_known)).collect(),
            true => match cx.beside {
                Some(summary) => world.origins_beside(index, summary, &asked).await?,
                None => world.origins(index, &asked).await?,
            },
        };
        let mut all: Vec<Group> = Vec::new();
        let mut known: HashMap<Origin, usize> = HashMap::new();
        for origin in origins {
            // What no stanza looks at tells no groups apart.
            let looked = |scope: Scope, value: &Option<String>| value.clone().filter(|_| scopes.contains(&scope));
            let key = Origin {
                source: looked(Scope::Source, &origin.source),
                host: looked(Scope::Host, &origin.host),
                sourcetype: origin.sourcetype.clone(),
                structured: origin.structured,
            };
            if let Some(group) = known.get(&key).and_then(|place| all.get_mut(*place)) {
                group.origins.push(origin);
                continue;
            }
            let (source, host) = (key.source.as_deref(), key.host.as_deref());
            let settings = props.search_time(source, host, key.sourcetype.as_deref());
            let effective = props.effective(source, host, key.sourcetype.as_deref());
            let said = effective.iter().next().is_some();
            if let (Some(KvMode::Multi(Some(form))), Some(winner)) = (&settings.kv_mode, effective.get("KV_MODE")) {
                let message = format!(
                    "`multikv.conf` is not read: tables of the form `{form}` are read as `KV_MODE = multi` does"
                );
                warn(PROPS, &Place::from(&winner.setting), &message, cx);
            }
            let key_values = (!origin.structured).then(|| key_values(&settings, said, world)).flatten();
            let same = |group: &Group| group.settings == settings && group.key_values == key_values;
            let place = match all.iter().position(same) {
                Some(place) => place,
                None => {
                    all.push(Group { settings, key_values, origins: Vec::new() });
                    all.len() - 1
                }
            };
            if let Some(group) = all.get_mut(place) {
                group.origins.push(origin);
            }
            known.insert(key, place);
        }
        let columns = telling(&all, is_known);
        Ok(Self { all, columns, lacks_host })
    }

    /// Whether the groups are all there are.
    pub(super) fn are_all(&self, groups: &[usize]) -> bool {
        groups.len() >= self.all.len()
    }

    /// Whether any group's source type has another name.
    pub(super) fn renames(&self) -> bool {
        self.all.iter().any(|group| group.settings.rename.is_some())
    }

    /// The condition of events that belong to some groups; none where all do.
    pub(super) fn condition(&self, groups: &[usize]) -> Option<Expr> {
        if self.are_all(groups) || self.columns.is_empty() {
            return None;
        }
        let mut tuples: Vec<Vec<Option<&str>>> = Vec::new();
        for origin in groups.iter().filter_map(|place| self.all.get(*place)).flat_map(|group| &group.origins) {
            let tuple: Vec<Option<&str>> = self.columns.iter().map(|column| value(origin, column)).collect();
            if !tuples.contains(&tuple) {
                tuples.push(tuple);
            }
        }
        let place = |name: &str| match name {
            SOURCETYPE if self.renames() => column(STORED_SOURCETYPE),
            name => column(name),
        };
        if let [single] = self.columns.as_slice()
            && tuples.len() > 1
            && tuples.iter().flatten().all(Option::is_some)
        {
            let values = tuples.iter().flatten().flatten().map(|value| lit(*value)).collect();
            return Some(place(single).in_list(values, false));
        }
        let equal = |name: &&'static str, value: &Option<&str>| match value {
            Some(value) => place(name).eq(lit(*value)),
            None => place(name).is_null(),
        };
        let all = |tuple: &Vec<Option<&str>>| {
            predicate::all(self.columns.iter().zip(tuple).map(|(name, value)| equal(name, value)).collect())
        };
        Some(predicate::any(tuples.iter().map(all).collect()))
    }

    /// The value on events of some groups, null on others.
    ///
    /// # Errors
    /// Where the types do not fit: a bug.
    pub(super) fn only(&self, groups: &[usize], value: Expr) -> Result<Expr> {
        match self.condition(groups) {
            Some(condition) => Ok(when(condition, value).end()?),
            None => Ok(value),
        }
    }
}

fn value<'a>(origin: &'a Origin, column: &str) -> Option<&'a str> {
    match column {
        SOURCE => origin.source.as_deref(),
        HOST => origin.host.as_deref(),
        _ => origin.sourcetype.as_deref(),
    }
}

/// What is known of an origin by these columns.
fn known_of(origin: &Origin, is_known: impl Fn(&&'static str) -> bool) -> Origin {
    let known = |column: &'static str, value: &Option<String>| value.clone().filter(|_| is_known(&column));
    Origin {
        source: known(SOURCE, &origin.source),
        host: known(HOST, &origin.host),
        sourcetype: known(SOURCETYPE, &origin.sourcetype),
        structured: origin.structured,
    }
}

/// The fewest of the columns that are known by which the groups differ.
fn telling(groups: &[Group], is_known: impl Fn(&&'static str) -> bool) -> Vec<&'static str> {
    const CHOICES: [&[&str]; 7] = [
        &[SOURCETYPE],
        &[SOURCE],
        &[HOST],
        &[SOURCETYPE, SOURCE],
        &[SOURCETYPE, HOST],
        &[SOURCE, HOST],
        &[SOURCETYPE, SOURCE, HOST],
    ];
    if groups.len() < 2 {
        return Vec::new();
    }
    let tells = |columns: &&&[&str]| {
        let mut owners: HashMap<Vec<Option<&str>>, usize> = HashMap::new();
        groups.iter().enumerate().all(|(place, group)| {
            group.origins.iter().all(|origin| {
                let tuple = columns.iter().map(|column| value(origin, column)).collect();
                *owners.entry(tuple).or_insert(place) == place
            })
        })
    };
    let mut choices = CHOICES.iter().filter(|columns| columns.iter().all(&is_known));
    let last = choices.clone().next_back().copied().unwrap_or_default();
    choices.find(tells).copied().unwrap_or(last).to_vec()
}

fn column_of(scope: Scope) -> &'static str {
    match scope {
        Scope::Source => SOURCE,
        Scope::Host => HOST,
        Scope::Sourcetype => SOURCETYPE,
    }
}

/// Whether any stanza may make one of the wanted fields, as far as its text tells: a name too many costs a look at the events.
fn makes_any(wanted: &[String], cx: &Context<'_>) -> bool {
    let knowledge = cx.world.knowledge();
    if !cx.patterns.is_empty() || wanted.iter().any(|name| is_made(name)) {
        return true;
    }
    let names = |text: &str| wanted.iter().any(|name| text.contains(name.as_str()));
    let reports = |list: &str| {
        list.split(',').filter_map(|name| knowledge.transforms.get(name.trim())).any(|transform| {
            transform.delims.is_some()
                || transform.format.as_deref().is_some_and(|format| format.starts_with('$') || format.contains(" $"))
                || [&transform.regex, &transform.format]
                    .into_iter()
                    .flatten()
                    .any(|text| names(text) || text.contains("_KEY_"))
        })
    };
    knowledge.props.stanzas().iter().flat_map(|stanza| &stanza.settings).any(|(key, setting)| {
        let is_whole_lookup = || key.starts_with("LOOKUP") && !setting.value.to_ascii_uppercase().contains("OUTPUT");
        is_of_search(key)
            && (key == "rename"
                || names(key)
                || names(&setting.value)
                || is_whole_lookup()
                || (key.starts_with("REPORT") && reports(&setting.value)))
    })
}

/// What stanzas with settings of search time look at.
fn scopes(props: &Props) -> Vec<Scope> {
    let mut scopes = Vec::new();
    for stanza in props.stanzas() {
        if !scopes.contains(&stanza.scope) && stanza.settings.keys().any(|key| is_of_search(key)) {
            scopes.push(stanza.scope);
        }
    }
    scopes
}

fn is_of_search(key: &str) -> bool {
    const FAMILIES: [&str; 4] = ["EXTRACT", "REPORT", "FIELDALIAS", "EVAL"];
    const KEYS: [&str; 4] = ["KV_MODE", "AUTO_KV_JSON", "KV_TRIM_SPACES", "rename"];
    FAMILIES.iter().any(|family| key.starts_with(family))
        || KEYS.contains(&key)
        || key.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("LOOKUP"))
}

/// How pairs are found; a source type of which no stanza speaks (`said`) is read leniently.
fn key_values(settings: &SearchTime, said: bool, world: &dyn World) -> Option<KeyValues> {
    let mode = match &settings.kv_mode {
        None if !said => "auto_escaped",
        None | Some(KvMode::Auto) => "auto",
        Some(KvMode::AutoEscaped) => "auto_escaped",
        Some(KvMode::Json) => "json",
        Some(KvMode::Xml) => "xml",
        Some(KvMode::Multi(_)) => "multi",
        Some(KvMode::None) => return None,
    };
    let words = [("json", settings.auto_kv_json.unwrap_or(true)), ("trim", settings.kv_trim_spaces.unwrap_or(true))];
    let mut options: Vec<String> =
        words.iter().filter(|(_, holds)| *holds).map(|(word, _)| (*word).to_owned()).collect();
    let columns = world.limit(Limit::PairColumns);
    let fields = world.limit(Limit::PairFields).into_iter().chain(columns).min();
    let caps = [
        ("fields", fields),
        ("characters", world.limit(Limit::PairCharacters)),
        ("bytes", world.limit(Limit::TreeBytes)),
    ];
    options.extend(caps.into_iter().filter_map(|(word, most)| Some(format!("{word}:{}", most?))));
    Some(KeyValues { mode, options: options.join(" ") })
}
