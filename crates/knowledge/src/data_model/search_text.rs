//! An object as a search that gives its events. `| datamodel Web Proxy search_string`
//!
//! The text holds the model's own conditions and expressions in the order in which they count, with its macros as written.

use super::{Calculation, CalculationKind, DataModel, DataObject};

/// What the text gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Fields under their full names.
    Full,
    /// Fields under their own names.
    Flat,
    /// Fields under their full names, and the objects that an event belongs to in `nodename`.
    Accelerated,
}

/// Fields that carry no object's name.
const PLAIN: &str = "_time host source sourcetype";

impl DataModel {
    /// A search for the events of an object; none where the model has no such object.
    pub fn search_text(&self, object: &str, form: TextForm) -> Option<String> {
        let line = self.lineage(object);
        let root = line.first()?;
        let mut text = self.root_text(root);
        for (depth, above) in line.iter().enumerate() {
            if depth > 0 && !above.constraints.is_empty() {
                text.push_str(&format!(" | search {}", all(&above.constraints)));
            }
            above.calculations.iter().for_each(|calculation| text.push_str(&calculated(calculation)));
            for field in above.fields.iter().filter(|field| field.required) {
                text.push_str(&format!(" | search {}=*", name(&field.name)));
            }
        }
        if form == TextForm::Accelerated {
            text.push_str(&format!(" | eval nodename={}", string(&self.lineage_name(&root.name))));
            for below in self.subtree(&root.name).into_iter().skip(1) {
                let path = self.lineage(&below.name);
                let conditions: Vec<String> = path
                    .iter()
                    .skip(1)
                    .filter(|step| !step.constraints.is_empty())
                    .map(|step| all(&step.constraints))
                    .collect();
                let belongs = format!("searchmatch({})", string(&conditions.join(" ")));
                let own = string(&self.lineage_name(&below.name));
                text.push_str(&format!(" | eval nodename=if({belongs}, mvappend(nodename, {own}), nodename)"));
            }
        }
        let fields = self.fields(object);
        let names: Vec<String> = fields.iter().map(|owned| name(&owned.field.name)).collect();
        let more = if form == TextForm::Accelerated { " nodename" } else { "" };
        text.push_str(&format!(" | fields {PLAIN}{more} {}", names.join(" ")));
        if form != TextForm::Flat && !fields.is_empty() {
            let renames: Vec<String> = fields
                .iter()
                .map(|owned| format!("{} AS {}", name(&owned.field.name), quoted(&self.full_name(*owned))))
                .collect();
            text.push_str(&format!(" | rename {}", renames.join(" ")));
        }
        Some(text)
    }

    fn root_text(&self, root: &DataObject) -> String {
        if let Some(text) = &root.base_search {
            return text.trim().to_owned();
        }
        self.transactions(&root.name).unwrap_or_else(|| all(&root.constraints))
    }

    /// The search that makes a root's transactions; none where the object is no such root.
    pub fn transactions(&self, root: &str) -> Option<String> {
        let grouping = self.object(root)?.transaction.as_ref()?;
        let mut text = String::new();
        for (place, object) in grouping.objects.iter().enumerate() {
            let events = format!("| datamodel {} {} flat", name(&self.name), name(object));
            text.push_str(&if place == 0 { events } else { format!(" | append [ {events} ]") });
        }
        let fields: Vec<String> = grouping.fields.iter().map(|field| name(field)).collect();
        text.push_str(&format!(" | transaction {}", fields.join(" ")));
        for (option, value) in [("maxpause", &grouping.max_pause), ("maxspan", &grouping.max_span)] {
            text.extend(value.iter().map(|value| format!(" {option}={value}")));
        }
        Some(text)
    }
}

/// Conditions that must all hold.
fn all(constraints: &[String]) -> String {
    match constraints {
        [] => "*".to_owned(),
        [one] => one.clone(),
        several => several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" "),
    }
}

fn calculated(calculation: &Calculation) -> String {
    let renamed = |pairs: &[(String, String)]| {
        pairs.iter().map(|(from, to)| format!("{} AS {}", name(from), name(to))).collect::<Vec<_>>().join(" ")
    };
    match &calculation.kind {
        CalculationKind::Eval { expression } => {
            let target = calculation.outputs.first().map_or("", |output| output.name.as_str());
            format!(" | eval {}={expression}", subject(target))
        }
        CalculationKind::Rex { input, expression } => format!(" | rex field={} {}", name(input), quoted(expression)),
        CalculationKind::Lookup { lookup, inputs, outputs } => {
            let inputs: Vec<(String, String)> =
                inputs.iter().map(|(field, column)| (column.clone(), field.clone())).collect();
            format!(" | lookup {} {} OUTPUT {}", name(lookup), renamed(&inputs), renamed(outputs))
        }
        CalculationKind::GeoIp { input, outputs } => {
            format!(" | iplocation {} | rename {}", name(input), renamed(outputs))
        }
    }
}

fn is_simple(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A field or a name in a command.
fn name(name: &str) -> String {
    if is_simple(name) { name.to_owned() } else { quoted(name) }
}

/// The target of an assignment.
fn subject(name: &str) -> String {
    if is_simple(name) { name.to_owned() } else { format!("'{name}'") }
}

/// A text in quotes; what is escaped in it stays so.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// A text of an eval expression.
fn string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn model() -> DataModel {
        DataModel::parse(
            r#"{"modelName": "Shop", "objects": [
              {"objectName": "Orders", "parentName": "BaseEvent", "constraints": [{"search": "index=shop"}, {"search": "a OR b"}],
               "fields": [{"fieldName": "amount", "type": "number"}, {"fieldName": "a.b", "required": true}],
               "calculations": [
                 {"calculationType": "Eval", "expression": "amount*2", "outputFields": [{"fieldName": "twice"}]},
                 {"calculationType": "Rex", "inputField": "_raw", "expression": "\"(?<word>x)\"", "outputFields": [{"fieldName": "word"}]}]},
              {"objectName": "Large", "parentName": "Orders", "constraints": [{"search": "amount>100 kind=\"x\""}]},
              {"objectName": "Visits", "parentName": "BaseTransaction", "objectsToGroup": ["Orders", "Large"],
               "groupByFields": ["user"], "transactionMaxPause": "10m"}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn conditions_and_calculations_stand_in_their_order() {
        let text = model().search_text("Large", TextForm::Full).unwrap();
        assert_eq!(
            text,
            "(index=shop) (a OR b) | eval twice=amount*2 | rex field=_raw \"\\\"(?<word>x)\\\"\" | search \"a.b\"=* \
             | search amount>100 kind=\"x\" | fields _time host source sourcetype amount \"a.b\" twice word \
             | rename amount AS \"Orders.amount\" \"a.b\" AS \"Orders.a.b\" twice AS \"Orders.twice\" word AS \"Orders.word\""
        );
    }

    #[test]
    fn acceleration_tells_the_objects_of_an_event() {
        let text = model().search_text("Orders", TextForm::Accelerated).unwrap();
        let expected = " | eval nodename=\"Orders\" | eval nodename=if(searchmatch(\"amount>100 kind=\\\"x\\\"\"), \
                        mvappend(nodename, \"Orders.Large\"), nodename) | fields _time host source sourcetype nodename ";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn transactions_group_the_events_of_other_objects() {
        let text = model().search_text("Visits", TextForm::Flat).unwrap();
        let expected =
            "| datamodel Shop Orders flat | append [ | datamodel Shop Large flat ] | transaction user maxpause=10m ";
        assert!(text.starts_with(expected), "{text}");
        assert!(model().search_text("Nobody", TextForm::Flat).is_none());
    }
}
