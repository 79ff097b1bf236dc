//! The searches of a dashboard: Simple XML, and the JSON that newer dashboards hold in XML.
//!
//! ```text
//! <search id="base"><query>index=web</query></search>
//! <table><title>Hosts</title><search base="base"><query>stats count by host</query></search></table>
//! ```
//!
//! A search that goes on with another one is written out in full. Tokens take the values that the inputs begin with. Absent:
//! how panels look, drilldowns, tokens that panels set.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;

use super::xml::{self, Node};

/// A search of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Panel {
    /// The panel's title, else its kind.
    pub(super) title: String,
    /// The line of its search.
    pub(super) line: usize,
    /// The whole search.
    pub(super) query: String,
    /// The start of its time range.
    pub(super) earliest: Option<String>,
    /// The end.
    pub(super) latest: Option<String>,
    /// The saved search that it is; then there is no query.
    pub(super) saved: Option<String>,
    /// The search that it goes on with and that is not there, or goes on with it.
    pub(super) missing_base: Option<String>,
    /// Tokens without a value, which stand in the query as they are.
    pub(super) tokens: Vec<String>,
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct View {
    /// What people read.
    pub(super) label: String,
    /// Its searches in order.
    pub(super) panels: Vec<Panel>,
}

/// A search as it is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub(super) title: String,
    pub(super) line: usize,
    pub(super) id: Option<String>,
    pub(super) base: Option<String>,
    pub(super) saved: Option<String>,
    pub(super) query: String,
    pub(super) earliest: Option<String>,
    pub(super) latest: Option<String>,
    /// Whether something is drawn of it; else it is there for others to go on with.
    pub(super) is_shown: bool,
}

/// Values of tokens.
pub(super) type Tokens = BTreeMap<String, String>;

/// Reads a dashboard. Files that are no XML are errors.
pub(super) fn read(path: &Path, text: &str) -> Result<View> {
    let root = xml::read(text)?;
    let label = root.child("label").map(|label| label.text.trim().to_owned()).filter(|label| !label.is_empty());
    let stem = || path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let mut tokens = Tokens::new();
    let mut written = Vec::new();
    match root.child("definition").filter(|node| node.text.trim_start().starts_with('{')) {
        Some(definition) => super::studio::read(definition, &mut tokens, &mut written)?,
        None => {
            read_tokens(&root, &mut tokens);
            let legacy_base = root.child("searchTemplate").map(|node| Written {
                id: Some(String::new()),
                query: node.text.trim().to_owned(),
                earliest: text_of(&root, "earliestTime"),
                latest: text_of(&root, "latestTime"),
                ..Written::default()
            });
            written.extend(legacy_base);
            searches(&root, None, true, &mut written);
        }
    }
    Ok(View { label: label.unwrap_or_else(stem), panels: resolve(&written, &tokens) })
}

/// The values that inputs and `<init>` begin with.
fn read_tokens(node: &Node, tokens: &mut Tokens) {
    if node.name == "input" {
        let name = node.attribute("token").unwrap_or_default();
        let start = node.child("default").or_else(|| node.child("initialValue"));
        if node.attribute("type") == Some("time") {
            let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
            for end in ["earliest", "latest"] {
                let value = start.and_then(|start| text_of(start, end));
                tokens.insert(format!("{prefix}{end}"), value.unwrap_or_default());
            }
        } else if let (false, Some(start)) = (name.is_empty(), start) {
            let affix = |name: &str| node.child(name).map(|node| node.text.clone()).unwrap_or_default();
            let value = |text: &str| format!("{}{}{}", affix("valuePrefix"), text.trim(), affix("valueSuffix"));
            let several = node.attribute("type") == Some("multiselect") || node.attribute("type") == Some("checkbox");
            let values: Vec<String> = match several {
                true => start.text.split(',').map(value).collect(),
                false => vec![value(&start.text)],
            };
            let delimiter = node.child("delimiter").map_or(" ".to_owned(), |node| node.text.clone());
            tokens
                .insert(name.to_owned(), format!("{}{}{}", affix("prefix"), values.join(&delimiter), affix("suffix")));
        }
    }
    if node.name == "init" {
        for set in node.children.iter().filter(|child| child.name == "set") {
            if let Some(name) = set.attribute("token") {
                tokens.insert(name.to_owned(), set.text.trim().to_owned());
            }
        }
    }
    node.children.iter().for_each(|child| read_tokens(child, tokens));
}

/// All searches below a node, in order. `title` is that of the nearest element around it.
fn searches(node: &Node, title: Option<&str>, is_root: bool, found: &mut Vec<Written>) {
    let own = if is_root { None } else { node.child("title").or_else(|| node.child("label")) };
    let own = own.map(|title| title.text.trim()).filter(|title| !title.is_empty());
    let title = own.or(title);
    let name = || title.map_or_else(|| node.name.clone(), str::to_owned);
    for child in &node.children {
        match child.name.as_str() {
            "search" => found.push(Written {
                title: name(),
                line: child.line,
                id: child.attribute("id").map(str::to_owned),
                base: child.attribute("base").map(str::to_owned),
                saved: child.attribute("ref").map(str::to_owned),
                query: text_of(child, "query").unwrap_or_default(),
                earliest: text_of(child, "earliest"),
                latest: text_of(child, "latest"),
                is_shown: !is_root,
            }),
            "searchString" | "populatingSearch" | "searchPostProcess" => found.push(Written {
                title: name(),
                line: child.line,
                base: (child.name == "searchPostProcess").then(String::new),
                query: child.text.trim().to_owned(),
                earliest: text_of(node, "earliestTime").or_else(|| child.attribute("earliest").map(str::to_owned)),
                latest: text_of(node, "latestTime").or_else(|| child.attribute("latest").map(str::to_owned)),
                is_shown: true,
                ..Written::default()
            }),
            "searchName" | "populatingSavedSearch" => found.push(Written {
                title: name(),
                line: child.line,
                saved: Some(child.text.trim().to_owned()),
                is_shown: true,
                ..Written::default()
            }),
            // What a click does is no search of the dashboard.
            "drilldown" => {}
            _ => searches(child, title, false, found),
        }
    }
}

fn text_of(node: &Node, name: &str) -> Option<String> {
    node.child(name).map(|child| child.text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The search that runs a saved one.
pub(super) fn saved_search(name: &str) -> String {
    format!("| savedsearch \"{}\"", name.replace('"', "\\\""))
}

/// Writes out what goes on with other searches, and fills tokens.
fn resolve(written: &[Written], tokens: &Tokens) -> Vec<Panel> {
    let mut panels = Vec::new();
    for one in written.iter().filter(|one| one.is_shown) {
        let mut parts = vec![one];
        let mut missing_base = None;
        // The last one of the chain gives the time range.
        while let Some(name) = parts.last().and_then(|last| last.base.as_ref()) {
            match written.iter().find(|other| other.id.as_ref() == Some(name)) {
                Some(base) if parts.iter().all(|known| !std::ptr::eq(*known, base)) => parts.push(base),
                _ => {
                    missing_base = Some(name.clone());
                    break;
                }
            }
        }
        let mut query = String::new();
        for part in parts.iter().rev() {
            let text = part.query.trim();
            if !query.is_empty() && !text.is_empty() {
                query.push('\n');
                if !text.starts_with('|') {
                    query.push_str("| ");
                }
            }
            query.push_str(text);
        }
        let base = parts.last().copied().unwrap_or(one);
        // A base may itself be a saved search; what goes on with it names it.
        let saved = base.saved.clone();
        if let (Some(name), false) = (&saved, query.is_empty()) {
            let more = if query.starts_with('|') { query } else { format!("| {query}") };
            query = format!("{}\n{more}", saved_search(name));
        }
        let mut missing = Vec::new();
        let time = |text: &Option<String>| {
            let filled = fill(text.as_ref()?, tokens, &mut Vec::new());
            (!filled.is_empty() && !filled.contains('$')).then_some(filled)
        };
        let panel = Panel {
            title: one.title.clone(),
            line: one.line,
            earliest: time(&one.earliest.clone().or_else(|| base.earliest.clone())),
            latest: time(&one.latest.clone().or_else(|| base.latest.clone())),
            saved: saved.filter(|_| query.is_empty()),
            missing_base,
            query: fill(&query, tokens, &mut missing),
            tokens: missing,
        };
        if !panel.query.is_empty() || panel.saved.is_some() {
            panels.push(panel);
        }
    }
    panels
}

/// Puts values for tokens: `$host$`, and `$host|s$` in quotes; `$$` is a dollar. Those without a value stay and are listed.
fn fill(text: &str, tokens: &Tokens, missing: &mut Vec<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('$') {
        filled.push_str(head);
        let end = tail.find('$').and_then(|end| Some((tail.get(..end)?, tail.get(end + 1..)?)));
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | '|');
        match end {
            Some(("", more)) => {
                filled.push('$');
                rest = more;
            }
            Some((token, more)) if token.chars().all(is_name) => {
                let (name, filter) = token.split_once('|').unwrap_or((token, ""));
                let name = name.strip_prefix("form.").unwrap_or(name);
                match tokens.get(name) {
                    Some(value) if filter == "s" => filled.push_str(&format!("\"{}\"", value.replace('"', "\\\""))),
                    Some(value) => filled.push_str(value),
                    None => {
                        filled.push_str(&format!("${token}$"));
                        if !missing.iter().any(|known| known == name) {
                            missing.push(name.to_owned());
                        }
                    }
                }
                rest = more;
            }
            _ => {
                filled.push('$');
                rest = tail;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn panels(text: &str) -> Vec<Panel> {
        read(Path::new("a.xml"), text).unwrap().panels
    }

    #[test]
    fn a_search_that_goes_on_is_written_out() {
        let found = panels(
            "<dashboard><search id=\"b\"><query>index=web host=$h$ x=$y$</query><earliest>$t.earliest$</earliest></search>\n\
             <fieldset><input type=\"time\" token=\"t\"><default><earliest>-1d</earliest></default></input>\n\
             <input type=\"text\" token=\"h\"><default>a</default><prefix>\"</prefix><suffix>\"</suffix></input></fieldset>\n\
             <row><panel><title>Hosts</title><table><search base=\"b\" id=\"c\"><query>stats count by host &gt;</query></search></table>\n\
             <chart><title>Top</title><search base=\"c\"><query><![CDATA[| where count<5]]></query></search></chart></panel></row></dashboard>",
        );
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].query, "index=web host=\"a\" x=$y$\n| stats count by host >");
        assert_eq!(
            (found[0].title.as_str(), found[0].line, found[0].tokens.as_slice()),
            ("Hosts", 4, ["y".to_owned()].as_slice())
        );
        assert_eq!(found[1].query, "index=web host=\"a\" x=$y$\n| stats count by host >\n| where count<5");
        assert_eq!((found[1].title.as_str(), found[1].earliest.as_deref()), ("Top", Some("-1d")));
    }

    #[test]
    fn references_and_old_forms() {
        let found = panels(
            "<form><searchTemplate>index=a</searchTemplate><row><table><search ref=\"Saved one\"/></table>\n\
             <single><searchPostProcess>stats count</searchPostProcess></single><chart><searchString>index=c $$5</searchString>\
             <earliestTime>-2h</earliestTime></chart></row></form>",
        );
        assert_eq!(found[0].saved.as_deref(), Some("Saved one"));
        assert_eq!(found[1].query, "index=a\n| stats count");
        assert_eq!((found[2].query.as_str(), found[2].earliest.as_deref()), ("index=c $5", Some("-2h")));
    }

    #[test]
    fn a_circle_of_bases_ends() {
        let found = panels(
            "<dashboard><row><table><search id=\"a\" base=\"a\"><query>x</query></search></table></row></dashboard>",
        );
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].query.as_str(), found[0].missing_base.as_deref()), ("x", Some("a")));
        assert!(read(Path::new("a.xml"), "<a><b></a>").is_err());
    }
}
