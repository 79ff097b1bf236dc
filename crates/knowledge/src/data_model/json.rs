//! Reads a data model from Splunk's JSON.
//!
//! The tree of objects comes from `parentName`; the `children` lists of real files are incomplete and not read.

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Calculation, CalculationKind, DataModel, DataObject, Grouping, ModelField};
use crate::conf::Problem;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    model_name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    description: String,
    objects: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    object_name: String,
    #[serde(default)]
    display_name: String,
    parent_name: String,
    /// Text, or an object of lists in some models.
    #[serde(default)]
    comment: serde_json::Value,
    #[serde(default)]
    base_search: Option<String>,
    #[serde(default)]
    objects_to_group: Vec<String>,
    #[serde(default)]
    group_by_fields: Vec<String>,
    #[serde(default)]
    transaction_max_pause: Option<Duration>,
    #[serde(default)]
    transaction_max_time_span: Option<Duration>,
    #[serde(default)]
    constraints: Vec<Constraint>,
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    calculations: Vec<Calculated>,
}

/// A length of time: `10m`, or seconds as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Duration {
    Text(String),
    Seconds(f64),
}

impl Duration {
    /// As text; none where it sets no bound.
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty() && !text.starts_with('-')),
            Self::Seconds(seconds) => Some(format!("{seconds}s")).filter(|_| seconds >= 0.0),
        }
    }
}

#[derive(Deserialize)]
struct Constraint {
    search: String,
    #[serde(default)]
    owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default = "text_type", rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "flag")]
    required: bool,
    #[serde(default, deserialize_with = "flag")]
    multivalue: bool,
    #[serde(default, deserialize_with = "flag")]
    hidden: bool,
    #[serde(default)]
    lookup_output_field_name: Option<String>,
    #[serde(default)]
    owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Calculated {
    #[serde(rename = "calculationID", default)]
    id: String,
    #[serde(default)]
    owner: Option<String>,
    #[serde(flatten)]
    kind: Kind,
    #[serde(default)]
    output_fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(tag = "calculationType")]
enum Kind {
    Eval {
        expression: String,
    },
    Rex {
        #[serde(rename = "inputField", default = "raw")]
        input: String,
        expression: String,
    },
    Lookup {
        #[serde(rename = "lookupName")]
        lookup: String,
        #[serde(rename = "inputField", default)]
        input: Option<String>,
        #[serde(rename = "lookupField", default)]
        column: Option<String>,
        #[serde(rename = "lookupInputs", default)]
        inputs: Vec<LookupInput>,
    },
    GeoIP {
        #[serde(rename = "inputField")]
        input: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LookupInput {
    input_field: String,
    lookup_field: String,
}

fn text_type() -> String {
    "string".to_owned()
}

fn raw() -> String {
    "_raw".to_owned()
}

/// Truth values stand as booleans in files and as numbers or texts in what a server exports.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Number(i64),
        Text(String),
    }
    match Flag::deserialize(deserializer)? {
        Flag::Bool(flag) => Ok(flag),
        Flag::Number(number) => Ok(number != 0),
        Flag::Text(text) => {
            crate::conf::truth(&text).ok_or_else(|| D::Error::custom(format!("expected a truth value, found {text:?}")))
        }
    }
}

impl DataModel {
    /// Reads a model file.
    ///
    /// # Errors
    /// Where the text is no JSON or a needed key is missing, with line and column; where a name stands twice or a parent
    /// does not exist or is its own descendant.
    pub fn parse(text: &str) -> Result<DataModel, Problem> {
        let model: Model = serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| {
            let place = format!(" at line {} column {}", error.line(), error.column());
            let message = error.to_string();
            let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
            Problem { file: None, line: error.line(), column: Some(error.column()), message }
        })?;
        let mut model = DataModel {
            name: model.model_name,
            title: model.display_name,
            description: model.description,
            objects: model.objects.into_iter().map(DataObject::from).collect(),
        };
        let names: Vec<String> = model.objects.iter().map(|object| object.name.clone()).collect();
        for object in &mut model.objects {
            object.fields.retain(|field| !is_count(field, &names));
        }
        model.complete_transactions();
        // The structure is checked on the tree, which has no places: the start of the file stands for all of it.
        model.check().map_err(|message| Problem::new(1, message))?;
        Ok(model)
    }
}

/// Whether a field stands for an object or tells whether an event belongs to one: no field of events.
fn is_count(field: &ModelField, objects: &[String]) -> bool {
    let flagged = field.name.strip_prefix("is_not_").or_else(|| field.name.strip_prefix("is_"));
    matches!(field.kind.as_str(), "objectCount" | "childCount")
        || (field.kind == "boolean" && flagged.is_some_and(|name| objects.iter().any(|object| object == name)))
}

impl From<Object> for DataObject {
    fn from(object: Object) -> Self {
        // A server lists what is inherited, too.
        let own = |owner: &Option<String>| match owner.as_deref().filter(|owner| !owner.is_empty()) {
            Some(owner) => owner == object.object_name || owner.ends_with(&format!(".{}", object.object_name)),
            None => true,
        };
        let constraints = object.constraints.into_iter().filter(|constraint| own(&constraint.owner));
        let constraints = constraints.map(|constraint| constraint.search).collect();
        let fields = object.fields.into_iter().filter(|field| own(&field.owner)).map(ModelField::from).collect();
        let calculations = object.calculations.into_iter().filter(|calculation| own(&calculation.owner));
        let calculations = calculations.map(Calculation::from).collect();
        let is_transaction = object.parent_name == "BaseTransaction";
        let transaction = is_transaction.then(|| Grouping {
            objects: object.objects_to_group,
            fields: object.group_by_fields,
            max_pause: object.transaction_max_pause.and_then(Duration::text),
            max_span: object.transaction_max_time_span.and_then(Duration::text),
        });
        let comment = match object.comment {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Self {
            name: object.object_name,
            title: object.display_name,
            parent: object.parent_name,
            comment,
            transaction,
            constraints,
            base_search: object.base_search,
            fields,
            calculations,
        }
    }
}

impl From<Field> for ModelField {
    fn from(field: Field) -> Self {
        Self {
            name: field.field_name,
            title: field.display_name,
            kind: field.kind,
            required: field.required,
            multivalue: field.multivalue,
            hidden: field.hidden,
        }
    }
}

impl From<Calculated> for Calculation {
    fn from(calculated: Calculated) -> Self {
        // What the source calls an output, and the field that it becomes.
        let renamed = || {
            let pair = |field: &Field| {
                let own = field.field_name.clone();
                (field.lookup_output_field_name.clone().unwrap_or_else(|| own.clone()), own)
            };
            calculated.output_fields.iter().map(pair).collect::<Vec<_>>()
        };
        let kind = match calculated.kind {
            Kind::Eval { expression } => CalculationKind::Eval { expression },
            Kind::Rex { input, expression } => CalculationKind::Rex { input, expression },
            Kind::Lookup { lookup, input, column, inputs } => {
                let mut pairs: Vec<_> = inputs.into_iter().map(|pair| (pair.input_field, pair.lookup_field)).collect();
                if let Some(input) = input.filter(|_| pairs.is_empty()) {
                    let column = column.unwrap_or_else(|| input.clone());
                    pairs.push((input, column));
                }
                CalculationKind::Lookup { lookup, inputs: pairs, outputs: renamed() }
            }
            Kind::GeoIP { input } => CalculationKind::GeoIp { input, outputs: renamed() },
        };
        Self { id: calculated.id, kind, outputs: calculated.output_fields.into_iter().map(ModelField::from).collect() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_kind_of_calculation_is_read() {
        let model = DataModel::parse(
            r#"{"modelName": "M", "displayName": "m", "objects": [{
                "objectName": "Root", "parentName": "BaseEvent", "constraints": [{"search": "tag=x", "owner": "Root"}],
                "fields": [{"fieldName": "a.b", "type": "number", "required": "1"}, {"fieldName": "c"}],
                "calculations": [
                  {"calculationID": "1", "calculationType": "Eval", "expression": "a+1",
                   "outputFields": [{"fieldName": "e", "type": "number", "required": true}]},
                  {"calculationID": "2", "calculationType": "Rex", "inputField": "c", "expression": "(?<r>x)",
                   "outputFields": [{"fieldName": "r"}]},
                  {"calculationID": "3", "calculationType": "Lookup", "lookupName": "codes",
                   "lookupInputs": [{"inputField": "c", "lookupField": "code"}],
                   "outputFields": [{"fieldName": "text", "lookupOutputFieldName": "name"}]},
                  {"calculationID": "4", "calculationType": "GeoIP", "inputField": "ip",
                   "outputFields": [{"fieldName": "land", "lookupOutputFieldName": "Country"}]}]}]}"#,
        )
        .unwrap();
        let root = &model.objects[0];
        assert_eq!((root.constraints.as_slice(), root.base_search.as_deref()), (&["tag=x".to_owned()][..], None));
        let field = |name: &str, kind: &str, required| ModelField {
            name: name.into(),
            kind: kind.into(),
            required,
            ..ModelField::default()
        };
        assert_eq!(root.fields[0], field("a.b", "number", true));
        assert_eq!(root.fields[1], field("c", "string", false));
        let pair = |a: &str, b: &str| vec![(a.to_owned(), b.to_owned())];
        let kinds: Vec<_> = root.calculations.iter().map(|calculation| calculation.kind.clone()).collect();
        assert_eq!(
            kinds,
            [
                CalculationKind::Eval { expression: "a+1".into() },
                CalculationKind::Rex { input: "c".into(), expression: "(?<r>x)".into() },
                CalculationKind::Lookup {
                    lookup: "codes".into(),
                    inputs: pair("c", "code"),
                    outputs: pair("name", "text")
                },
                CalculationKind::GeoIp { input: "ip".into(), outputs: pair("Country", "land") },
            ]
        );
        assert!(root.calculations[0].outputs[0].required);
    }

    #[test]
    fn a_root_of_transactions_says_what_it_groups() {
        let text = r#"{"modelName": "M", "objects": [
            {"objectName": "R", "parentName": "BaseEvent", "comment": {"tags": ["x"]}},
            {"objectName": "T", "parentName": "BaseTransaction", "objectsToGroup": ["R"], "groupByFields": ["user", "host"],
             "transactionMaxPause": "10m", "transactionMaxTimeSpan": -1}]}"#;
        let model = DataModel::parse(text).unwrap();
        let grouping = Grouping {
            objects: vec!["R".into()],
            fields: vec!["user".into(), "host".into()],
            max_pause: Some("10m".into()),
            max_span: None,
        };
        assert_eq!(model.objects[1].transaction, Some(grouping));
        assert_eq!(
            (model.objects[0].transaction.is_none(), model.objects[0].comment.as_str()),
            (true, r#"{"tags":["x"]}"#)
        );
    }

    #[test]
    fn errors_name_line_and_column() {
        let problem = DataModel::parse("{\"modelName\": \"M\",\n \"objects\": [,]}").unwrap_err();
        assert_eq!((problem.line, problem.column), (2, Some(14)));
        assert!(!problem.message.contains("line"), "{}", problem.message);
        let problem = DataModel::parse("{\"modelName\": \"M\",\n\"objects\": [{\"objectName\": \"a\"}]}").unwrap_err();
        assert_eq!(problem.line, 2);
        assert!(problem.message.contains("parentName"), "{}", problem.message);
    }

    #[test]
    fn an_unknown_calculation_is_an_error() {
        let text = r#"{"modelName": "M", "objects": [{"objectName": "R", "parentName": "BaseEvent",
            "calculations": [{"calculationType": "Magic"}]}]}"#;
        assert!(DataModel::parse(text).unwrap_err().message.contains("Magic"));
    }
}
