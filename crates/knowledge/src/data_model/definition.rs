//! A model as the JSON that a Splunk server gives out. `| datamodel Web` and `| datamodel Web Proxy`
//!
//! To what the file says come each object's `lineage`, the `owner` of each field, calculation and constraint (the lineage of the
//! object that declares it), what is inherited, and the flags of children. Keys stand in Splunk's order.

use serde_json::{Map, Value, json};

use super::{Calculation, CalculationKind, DataModel, DataObject, ModelField};

/// Fields that every event has, and their types.
const OF_EVENTS: [(&str, &str); 4] =
    [("_time", "timestamp"), ("host", "string"), ("source", "string"), ("sourcetype", "string")];

impl DataModel {
    /// The whole model as one line of JSON.
    pub fn definition(&self) -> String {
        let count = |base: &str| {
            let roots = self.roots().filter(|root| root.parent == base);
            roots.map(|root| self.subtree(&root.name).len()).sum::<usize>()
        };
        let names: Vec<&str> = self.objects.iter().map(|object| object.name.as_str()).collect();
        json!({
            "modelName": self.name,
            "displayName": titled(&self.title, &self.name),
            "description": self.description,
            "objectSummary": {
                "Event-Based": count("BaseEvent"),
                "Transaction-Based": count("BaseTransaction"),
                "Search-Based": count("BaseSearch"),
                "Interface Implementations": count("BaseImpersonate"),
            },
            "objects": self.objects.iter().map(|object| self.object_value(object)).collect::<Vec<_>>(),
            "objectNameList": names,
        })
        .to_string()
    }

    /// One object as one line of JSON; none where the model has no such object.
    pub fn object_definition(&self, name: &str) -> Option<String> {
        self.object(name).map(|object| self.object_value(object).to_string())
    }

    fn object_value(&self, object: &DataObject) -> Value {
        let lineage = self.lineage_name(&object.name);
        let line = self.lineage(&object.name);
        let mut fields: Vec<Value> = Vec::new();
        let mut calculations: Vec<Value> = Vec::new();
        let mut constraints: Vec<Value> = Vec::new();
        if line.first().is_some_and(|root| root.base_search.is_none()) {
            let plain = |(name, kind): (&str, &str)| {
                let own = ModelField { name: name.to_owned(), kind: kind.to_owned(), ..ModelField::default() };
                field(&own, "BaseEvent")
            };
            fields.extend(OF_EVENTS.into_iter().map(plain));
        }
        for above in &line {
            let owner = self.lineage_name(&above.name);
            fields.extend(above.fields.iter().map(|declared| field(declared, &owner)));
            calculations.extend(above.calculations.iter().map(|calculation| calculated(calculation, &owner)));
            constraints.extend(above.constraints.iter().map(|text| json!({ "search": text, "owner": owner })));
        }
        for (name, kind) in self.flags(object) {
            fields.push(field(&ModelField { name, kind: kind.to_owned(), ..ModelField::default() }, &lineage));
        }
        let children: Vec<&str> = self.children(&object.name).map(|child| child.name.as_str()).collect();
        let mut value = json!({
            "objectName": object.name,
            "displayName": titled(&object.title, &object.name),
            "parentName": object.parent,
            "comment": object.comment,
            "fields": fields,
            "calculations": calculations,
            "constraints": constraints,
            "lineage": lineage,
            "children": children,
        });
        if let Some(map) = value.as_object_mut() {
            root_settings(object, map);
        }
        value
    }

    /// The fields that count an object and tell its children.
    fn flags(&self, object: &DataObject) -> Vec<(String, &'static str)> {
        let mut flags = vec![(object.name.clone(), "objectCount")];
        for child in self.children(&object.name) {
            flags.push((child.name.clone(), "childCount"));
            flags.push((format!("is_{}", child.name), "boolean"));
            flags.push((format!("is_not_{}", child.name), "boolean"));
        }
        flags
    }
}

/// What only roots of searches and of transactions have.
fn root_settings(object: &DataObject, map: &mut Map<String, Value>) {
    if let Some(text) = &object.base_search {
        map.insert("baseSearch".to_owned(), json!(text));
    }
    if let Some(grouping) = &object.transaction {
        map.insert("objectsToGroup".to_owned(), json!(grouping.objects));
        map.insert("groupByFields".to_owned(), json!(grouping.fields));
        map.insert("transactionMaxPause".to_owned(), json!(grouping.max_pause.as_deref().unwrap_or_default()));
        map.insert("transactionMaxTimeSpan".to_owned(), json!(grouping.max_span.as_deref().unwrap_or_default()));
    }
}

fn titled<'a>(title: &'a str, name: &'a str) -> &'a str {
    if title.is_empty() { name } else { title }
}

fn field(field: &ModelField, owner: &str) -> Value {
    json!({
        "fieldName": field.name,
        "owner": owner,
        "type": field.kind,
        "fieldSearch": "",
        "required": field.required,
        "multivalue": field.multivalue,
        "hidden": field.hidden,
        "editable": false,
        "displayName": titled(&field.title, &field.name),
        "comment": "",
    })
}

fn calculated(calculation: &Calculation, owner: &str) -> Value {
    let first = calculation.outputs.first().map_or("", |output| output.name.as_str());
    let mut outputs: Vec<Value> = calculation.outputs.iter().map(|output| field(output, owner)).collect();
    let mut value = Map::new();
    let mut set = |key: &str, content: Value| value.insert(key.to_owned(), content);
    let id = if calculation.id.is_empty() { first } else { &calculation.id };
    set("calculationID", json!(id));
    set("owner", json!(owner));
    set("editable", json!(false));
    set("comment", json!(""));
    match &calculation.kind {
        CalculationKind::Eval { expression } => {
            set("calculationType", json!("Eval"));
            set("expression", json!(expression));
        }
        CalculationKind::Rex { input, expression } => {
            set("calculationType", json!("Rex"));
            set("inputField", json!(input));
            set("expression", json!(expression));
        }
        CalculationKind::Lookup { lookup, inputs, outputs: renamed } => {
            let pair = |(field, column): &(String, String)| json!({ "inputField": field, "lookupField": column });
            set("calculationType", json!("Lookup"));
            set("lookupName", json!(lookup));
            set("lookupInputs", inputs.iter().map(pair).collect());
            name_sources(&mut outputs, renamed);
        }
        CalculationKind::GeoIp { input, outputs: renamed } => {
            set("calculationType", json!("GeoIP"));
            set("inputField", json!(input));
            name_sources(&mut outputs, renamed);
        }
    }
    set("outputFields", Value::Array(outputs));
    Value::Object(value)
}

/// What the lookup or the address database calls each output.
fn name_sources(outputs: &mut [Value], renamed: &[(String, String)]) {
    for (output, (source, _)) in outputs.iter_mut().zip(renamed) {
        if let Some(map) = output.as_object_mut() {
            map.insert("lookupOutputFieldName".to_owned(), json!(source));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn model() -> DataModel {
        DataModel::parse(
            r#"{"modelName": "Shop", "displayName": "The shop", "objects": [
              {"objectName": "Orders", "parentName": "BaseEvent", "constraints": [{"search": "index=shop"}],
               "fields": [{"fieldName": "amount", "type": "number", "displayName": "Amount"}],
               "calculations": [{"calculationID": "c1", "calculationType": "Lookup", "lookupName": "codes",
                 "lookupInputs": [{"inputField": "c", "lookupField": "code"}],
                 "outputFields": [{"fieldName": "text", "lookupOutputFieldName": "name"}]}]},
              {"objectName": "Large", "parentName": "Orders", "constraints": [{"search": "amount>100"}]}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn what_is_inherited_says_who_declares_it() {
        let large: Value = serde_json::from_str(&model().object_definition("Large").unwrap()).unwrap();
        assert_eq!(large["lineage"], "Orders.Large");
        assert_eq!(large["constraints"][0], json!({"search": "index=shop", "owner": "Orders"}));
        assert_eq!(large["constraints"][1], json!({"search": "amount>100", "owner": "Orders.Large"}));
        let amount = large["fields"].as_array().unwrap().iter().find(|field| field["fieldName"] == "amount").unwrap();
        assert_eq!((&amount["owner"], &amount["displayName"]), (&json!("Orders"), &json!("Amount")));
        assert_eq!(large["calculations"][0]["outputFields"][0]["lookupOutputFieldName"], "name");
    }

    #[test]
    fn a_definition_reads_back_as_the_same_objects() {
        let model = model();
        let all: Value = serde_json::from_str(&model.definition()).unwrap();
        assert_eq!(all["objectSummary"]["Event-Based"], 2);
        assert_eq!(all["objectNameList"], json!(["Orders", "Large"]));
        let again = DataModel::parse(&model.definition()).unwrap();
        assert_eq!(again.lineage_name("Large"), "Orders.Large");
        assert_eq!(again.objects[1].fields, []);
        let names =
            |model: &DataModel| model.objects[0].fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&again), names(&model));
        assert_eq!(again.objects[0].calculations[0].kind, model.objects[0].calculations[0].kind);
        assert!(model.object_definition("Nobody").is_none());
    }
}
