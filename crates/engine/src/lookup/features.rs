//! Feature collections: a GeoJSON file as a lookup table of shapes. `… | geom regions featureIdField=region`
//!
//! A row for each feature: the collection, the feature's name, and its shape as JSON. The name is the property that the
//! definition's `feature_id_element` ends with, else the feature's `id`, else its property `name`. KML and KMZ are not read: where a
//! definition names one, a `.geojson` of the same name takes its place.

use std::{fs, path::Path, sync::Arc};

use datafusion::arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datatypes::{DataType, Field, Schema},
};
use serde_json::Value;
use speleo_knowledge::LookupDefinition;

use super::{
    name_of,
    read::{SEQUENCE, Table},
};
use crate::fault::Fault;

/// The ending of files.
const ENDING: &str = ".geojson";

/// The properties that name a feature where nothing is said.
const NAMES: [&str; 4] = ["featureId", "name", "NAME", "Name"];

/// Whether a text is the name of a file of features.
pub(super) fn is_features(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ENDING)
}

/// The file that holds a definition's features.
pub(super) fn file(filename: &str) -> Option<String> {
    let lower = filename.to_ascii_lowercase();
    let stem = [ENDING, ".kmz", ".kml"].iter().find_map(|ending| lower.strip_suffix(ending))?;
    match is_features(filename) {
        true => Some(filename.to_owned()),
        false => Some(format!("{}{ENDING}", filename.get(..stem.len())?)),
    }
}

/// Reads a file.
pub(super) fn read(path: &Path, definition: &LookupDefinition) -> Result<Table, Fault> {
    let bytes = fs::read(path).map_err(|error| Fault::file(path, "read", error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let collection: Value = serde_json::from_slice(bytes).map_err(|error| Fault::data(name_of(path), error))?;
    let features = collection.get("features").and_then(Value::as_array);
    let features = features.ok_or_else(|| Fault::data(name_of(path), "this is no GeoJSON FeatureCollection"))?;
    let mut names: Vec<Option<String>> = Vec::with_capacity(features.len());
    let mut shapes: Vec<Option<String>> = Vec::with_capacity(features.len());
    for feature in features {
        names.push(name(feature, definition.feature_id.as_deref()));
        shapes.push(feature.get("geometry").filter(|shape| shape.is_object()).map(Value::to_string));
    }
    let count = names.len();
    let texts = |values: Vec<Option<String>>| Arc::new(StringArray::from(values)) as ArrayRef;
    let columns: Vec<ArrayRef> = vec![
        texts(vec![Some(definition.name.clone()); count]),
        texts(names),
        texts(shapes),
        Arc::new(Int64Array::from_iter_values(0..count as i64)),
    ];
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let schema = Arc::new(Schema::new(vec![
        text("featureCollection"),
        text("featureId"),
        text("geom"),
        Field::new(SEQUENCE, DataType::Int64, false),
    ]));
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| Fault::data(name_of(path), error))?;
    Ok(Table { schema, batches: vec![batch] })
}

fn name(feature: &Value, wanted: Option<&str>) -> Option<String> {
    let property = |name: &str| feature.get("properties").and_then(|all| all.get(name));
    let found = match wanted {
        Some(name) => property(name),
        None => feature.get("id").or_else(|| NAMES.iter().find_map(|name| property(name))),
    };
    match found? {
        Value::String(text) => Some(text.clone()),
        number @ Value::Number(_) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_kmz_is_a_file_of_the_same_name() {
        assert_eq!(file("geo_us_states.kmz").as_deref(), Some("geo_us_states.geojson"));
        assert_eq!(file("Regions.GeoJSON").as_deref(), Some("Regions.GeoJSON"));
        assert_eq!(file("users.csv"), None);
    }

    #[test]
    fn features_have_names() {
        let check = |feature: &str, wanted, expected: Option<&str>| {
            assert_eq!(name(&serde_json::from_str(feature).unwrap(), wanted).as_deref(), expected, "{feature}");
        };
        check(r#"{"id": 7, "properties": {"name": "x"}}"#, None, Some("7"));
        check(r#"{"properties": {"NAME": "Ü"}}"#, None, Some("Ü"));
        check(r#"{"id": 7, "properties": {"iso": "AT"}}"#, Some("iso"), Some("AT"));
        check(r#"{"properties": null}"#, None, None);
    }
}
