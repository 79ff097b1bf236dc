//! The searches of a dashboard whose `<definition>` is JSON: `{"dataSources": {"ds1": {"type": "ds.search", "options": {…}}}}`

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    view::{Tokens, Written},
    xml::Node,
};

/// Reads data sources and the values that inputs begin with.
pub(super) fn read(definition: &Node, tokens: &mut Tokens, written: &mut Vec<Written>) -> Result<()> {
    let root: Value = serde_json::from_str(definition.text.trim())
        .with_context(|| format!("the definition in line {} is no JSON", definition.line))?;
    for input in entries(&root, "inputs").map(|(_, input)| input) {
        let Some(name) = text(input, "/options/token") else { continue };
        let value = text(input, "/options/defaultValue").unwrap_or_default();
        match text(input, "/type").as_deref() {
            Some("input.timerange") => {
                let (earliest, latest) = value.split_once(',').unwrap_or((value.as_str(), ""));
                tokens.insert(format!("{name}.earliest"), earliest.to_owned());
                tokens.insert(format!("{name}.latest"), latest.to_owned());
            }
            _ => {
                tokens.insert(name, value);
            }
        }
    }
    for (id, source) in entries(&root, "dataSources") {
        let own = text(source, "/name");
        // The first thing that is drawn of it gives the title.
        let drawn = entries(&root, "visualizations").find(|(_, drawn)| {
            drawn.get("dataSources").and_then(Value::as_object).is_some_and(|all| all.values().any(|one| one == id))
        });
        let title = drawn.and_then(|(_, drawn)| text(drawn, "/title")).or(own).unwrap_or_else(|| id.clone());
        let time = |end: &str| text(source, &format!("/options/queryParameters/{end}"));
        written.push(Written {
            title,
            line: definition.line,
            id: Some(id.clone()),
            base: text(source, "/options/extend"),
            saved: text(source, "/options/ref"),
            query: text(source, "/options/query").unwrap_or_default(),
            earliest: time("earliest"),
            latest: time("latest"),
            is_shown: drawn.is_some(),
        });
    }
    Ok(())
}

fn entries<'a>(root: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    root.get(key).and_then(Value::as_object).into_iter().flatten()
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use std::path::Path;

    use super::super::view;

    #[test]
    fn chains_are_written_out() {
        let text = "<dashboard version=\"2\"><label>New</label><definition><![CDATA[{\"dataSources\": {\
            \"a\": {\"type\": \"ds.search\", \"options\": {\"query\": \"index=x h=$h$\", \"queryParameters\": {\"earliest\": \"$t.earliest$\"}}},\
            \"b\": {\"type\": \"ds.chain\", \"options\": {\"extend\": \"a\", \"query\": \"stats count\"}}},\
            \"visualizations\": {\"v\": {\"title\": \"Sum\", \"dataSources\": {\"primary\": \"b\"}}},\
            \"inputs\": {\"i\": {\"type\": \"input.timerange\", \"options\": {\"token\": \"t\", \"defaultValue\": \"-7d,now\"}},\
            \"j\": {\"type\": \"input.text\", \"options\": {\"token\": \"h\", \"defaultValue\": \"*\"}}}}]]></definition></dashboard>";
        let view = view::read(Path::new("n.xml"), text).unwrap();
        assert_eq!((view.label.as_str(), view.panels.len()), ("New", 1));
        assert_eq!(view.panels[0].query, "index=x h=*\n| stats count");
        assert_eq!((view.panels[0].title.as_str(), view.panels[0].earliest.as_deref()), ("Sum", Some("-7d")));
    }
}
