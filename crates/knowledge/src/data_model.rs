//! Data models, as Splunk's JSON files define them.

/// A data model: a forest of objects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataModel {
    /// The name that searches use.
    pub name: String,
    /// The objects in file order.
    pub objects: Vec<DataObject>,
}

/// An object (dataset) of a data model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataObject {
    /// Its name.
    pub name: String,
    /// The parent's name: `BaseEvent`, `BaseSearch`, `BaseTransaction`, or another object of the model.
    pub parent: String,
    /// Conditions in the search language; all must hold.
    pub constraints: Vec<String>,
    /// The pipeline of a search root.
    pub base_search: Option<String>,
    /// The fields that it declares.
    pub fields: Vec<ModelField>,
    /// Calculated fields, in order.
    pub calculations: Vec<Calculation>,
}

/// A declared field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelField {
    /// Its name without the object's prefix; may hold dots.
    pub name: String,
    /// `string`, `number`, `boolean`, `ipv4`, `timestamp`, …
    pub kind: String,
    /// Whether events without it are left out.
    pub required: bool,
}

/// A calculated field or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Calculation {
    /// How.
    pub kind: CalculationKind,
    /// The fields that come out.
    pub outputs: Vec<ModelField>,
}

/// How a calculation works.
#[derive(Debug, Clone, PartialEq)]
pub enum CalculationKind {
    /// An eval expression.
    Eval {
        /// The expression.
        expression: String,
    },
    /// A regular expression with named groups.
    Rex {
        /// The field read.
        input: String,
        /// The pattern.
        expression: String,
    },
    /// A lookup.
    Lookup {
        /// The lookup's name.
        lookup: String,
        /// Pairs of event field and lookup column.
        inputs: Vec<(String, String)>,
        /// Pairs of lookup column and output field.
        outputs: Vec<(String, String)>,
    },
    /// Address to place.
    GeoIp {
        /// The field that holds the address.
        input: String,
        /// Pairs of database name (`City`, `Country`, `lat`, …) and output field.
        outputs: Vec<(String, String)>,
    },
}
