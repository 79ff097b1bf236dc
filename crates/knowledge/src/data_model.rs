//! Data models, as Splunk's JSON files define them.
//!
//! `| tstats count from datamodel=Authentication.Failed_Authentication by Authentication.user` asks the object
//! `Failed_Authentication` for a field that its root declares. Acceleration is deliberately absent.

pub(crate) mod builtin;
mod definition;
mod json;
mod search_text;

pub use search_text::TextForm;

/// A data model: a forest of objects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataModel {
    /// The name that searches use.
    pub name: String,
    /// The name that people read; empty where the file gives none.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The objects in file order.
    pub objects: Vec<DataObject>,
}

/// An object (dataset) of a data model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataObject {
    /// Its name.
    pub name: String,
    /// The name that people read; empty where the file gives none.
    pub title: String,
    /// The parent's name: `BaseEvent`, `BaseSearch`, `BaseTransaction`, or another object of the model.
    pub parent: String,
    /// Free text of the model's author.
    pub comment: String,
    /// Conditions in the search language; all must hold.
    pub constraints: Vec<String>,
    /// The pipeline of a search root.
    pub base_search: Option<String>,
    /// What a transaction root groups, and how.
    pub transaction: Option<Grouping>,
    /// The fields that it declares.
    pub fields: Vec<ModelField>,
    /// Calculated fields, in order.
    pub calculations: Vec<Calculation>,
}

/// How a root of transactions makes them: events of other objects of the model come together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grouping {
    /// The objects whose events are grouped.
    pub objects: Vec<String>,
    /// The fields whose values the events of a transaction share.
    pub fields: Vec<String>,
    /// The longest time between two events, as `transaction maxpause=` takes it.
    pub max_pause: Option<String>,
    /// The longest time from the first event to the last, as `transaction maxspan=` takes it.
    pub max_span: Option<String>,
}

/// A declared field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModelField {
    /// Its name without the object's prefix; may hold dots.
    pub name: String,
    /// The name that people read; empty where the file gives none.
    pub title: String,
    /// `string`, `number`, `boolean`, `ipv4`, `timestamp`, …
    pub kind: String,
    /// Whether events without it are left out.
    pub required: bool,
    /// Whether it may have several values.
    pub multivalue: bool,
    /// Whether lists of fields leave it out.
    pub hidden: bool,
}

/// A calculated field or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Calculation {
    /// What the file calls it; empty where it gives no name.
    pub id: String,
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

/// The parents that end the way up: an object under one of them is a root.
const BASES: [&str; 4] = ["BaseEvent", "BaseSearch", "BaseTransaction", "BaseImpersonate"];

/// A field as an object sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnedField<'a> {
    /// The object that declares or calculates it.
    pub owner: &'a DataObject,
    /// The field.
    pub field: &'a ModelField,
}

impl DataObject {
    /// Whether it has no parent within the model.
    pub fn is_root(&self) -> bool {
        BASES.contains(&self.parent.as_str())
    }

    /// Declared fields, then calculated ones; a field that is both appears once, as declared.
    pub fn own_fields(&self) -> impl Iterator<Item = &ModelField> {
        let calculated = self.calculations.iter().flat_map(|calculation| &calculation.outputs);
        let declared = |name: &str| self.fields.iter().any(|field| field.name == name);
        self.fields.iter().chain(calculated.filter(move |field| !declared(&field.name)))
    }
}

impl DataModel {
    /// An object by name; case counts, as in Splunk.
    pub fn object(&self, name: &str) -> Option<&DataObject> {
        self.objects.iter().find(|object| object.name == name)
    }

    /// The objects without a parent in the model, in file order.
    pub fn roots(&self) -> impl Iterator<Item = &DataObject> {
        self.objects.iter().filter(|object| object.is_root())
    }

    /// The objects directly below one, in file order.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a DataObject> {
        self.objects.iter().filter(move |object| object.parent == name)
    }

    /// The way from the root to an object, both included; empty where the object does not exist.
    pub fn lineage(&self, name: &str) -> Vec<&DataObject> {
        let mut way: Vec<&DataObject> = Vec::new();
        let mut next = self.object(name);
        // A cycle is refused when a file is read; the bound holds for models made by hand.
        while let Some(object) = next.filter(|_| way.len() < self.objects.len()) {
            way.push(object);
            next = if object.is_root() { None } else { self.object(&object.parent) };
        }
        way.reverse();
        way
    }

    /// The lineage as fields and `nodename` write it: `All_Traffic.Traffic_By_Action`.
    pub fn lineage_name(&self, name: &str) -> String {
        let names: Vec<&str> = self.lineage(name).iter().map(|object| object.name.as_str()).collect();
        names.join(".")
    }

    /// The fields of an object: those of its root first, its own last. What a child declares again under an ancestor's name
    /// is a field of its own.
    pub fn fields(&self, name: &str) -> Vec<OwnedField<'_>> {
        let way = self.lineage(name);
        way.into_iter().flat_map(|owner| owner.own_fields().map(move |field| OwnedField { owner, field })).collect()
    }

    /// The name that searches use for a field: the lineage of its owner, then its own name.
    pub fn full_name(&self, owned: OwnedField<'_>) -> String {
        format!("{}.{}", self.lineage_name(&owned.owner.name), owned.field.name)
    }

    /// The object and its descendants, parents before children.
    pub fn subtree<'a>(&'a self, name: &'a str) -> Vec<&'a DataObject> {
        let mut found: Vec<&DataObject> = self.object(name).into_iter().collect();
        let mut place = 0;
        while let Some(object) = found.get(place) {
            // A cycle is refused when a file is read; models made by hand must not loop either.
            let new = |child: &&DataObject| !child.is_root() && found.iter().all(|known| known.name != child.name);
            let below: Vec<&DataObject> = self.children(&object.name).filter(new).collect();
            found.extend(below);
            place += 1;
        }
        found
    }

    /// Finds the object that a dotted path names: the whole lineage, or any end of it that fits one object only.
    pub fn resolve(&self, path: &str) -> Option<&DataObject> {
        let lineages: Vec<(String, &DataObject)> =
            self.objects.iter().map(|object| (self.lineage_name(&object.name), object)).collect();
        if let Some((_, object)) = lineages.iter().find(|(lineage, _)| lineage == path) {
            return Some(object);
        }
        let ending = format!(".{path}");
        let mut fits = lineages.iter().filter(|(lineage, _)| lineage.ends_with(&ending));
        match (fits.next(), fits.next()) {
            (Some((_, object)), None) => Some(object),
            _ => None,
        }
    }

    /// Transactions have a duration, a number of events, and the fields of these.
    fn complete_transactions(&mut self) {
        let fact =
            |name: &str| ModelField { name: name.to_owned(), kind: "number".to_owned(), ..ModelField::default() };
        let of_root = |root: &DataObject| {
            let grouped = root.transaction.iter().flat_map(|grouping| &grouping.objects);
            let inherited = grouped.flat_map(|name| self.fields(name)).map(|owned| owned.field);
            let mut fields = root.fields.clone();
            for field in [fact("duration"), fact("eventcount")].iter().chain(inherited) {
                if fields.iter().all(|known| known.name != field.name) {
                    fields.push(ModelField { required: false, ..field.clone() });
                }
            }
            fields
        };
        let completed: Vec<Option<Vec<ModelField>>> =
            self.objects.iter().map(|object| object.transaction.as_ref().map(|_| of_root(object))).collect();
        for (object, fields) in self.objects.iter_mut().zip(completed) {
            if let Some(fields) = fields {
                object.fields = fields;
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        for (place, object) in self.objects.iter().enumerate() {
            if self.objects.iter().take(place).any(|earlier| earlier.name == object.name) {
                return Err(format!("two objects are called `{}`", object.name));
            }
            if !object.is_root() && self.object(&object.parent).is_none() {
                return Err(format!("the parent `{}` of `{}` does not exist", object.parent, object.name));
            }
        }
        for (object, grouping) in self.objects.iter().filter_map(|object| Some((object, object.transaction.as_ref()?)))
        {
            for name in &grouping.objects {
                let Some(root) = self.lineage(name).first().copied() else {
                    return Err(format!("`{}` groups `{name}`, which does not exist", object.name));
                };
                if root.transaction.is_some() {
                    return Err(format!("`{}` groups `{name}`, which are transactions themselves", object.name));
                }
            }
            if grouping.objects.is_empty() || grouping.fields.is_empty() {
                return Err(format!("`{}` needs `objectsToGroup` and `groupByFields`", object.name));
            }
        }
        for object in &self.objects {
            if !self.lineage(&object.name).first().is_some_and(|first| first.is_root()) {
                return Err(format!("`{}` is its own ancestor", object.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn model(objects: &[(&str, &str, &[&str])]) -> DataModel {
        let field = |name: &&str| ModelField { name: (*name).to_owned(), ..ModelField::default() };
        let object = |(name, parent, fields): &(&str, &str, &[&str])| DataObject {
            name: (*name).to_owned(),
            parent: (*parent).to_owned(),
            fields: fields.iter().map(field).collect(),
            ..DataObject::default()
        };
        DataModel { name: "M".to_owned(), objects: objects.iter().map(object).collect(), ..DataModel::default() }
    }

    fn changes() -> DataModel {
        model(&[
            ("All", "BaseEvent", &["user", "a.b"]),
            ("Leaf", "Account", &["src_user"]),
            ("Account", "All", &[]),
            ("Other", "BaseSearch", &["x"]),
        ])
    }

    #[test]
    fn lineage_goes_from_the_root_whatever_the_order_in_the_file() {
        let model = changes();
        assert_eq!(model.lineage_name("Leaf"), "All.Account.Leaf");
        assert_eq!(model.lineage("nobody").len(), 0);
        assert_eq!(
            model.subtree("All").iter().map(|object| &*object.name).collect::<Vec<_>>(),
            ["All", "Account", "Leaf"]
        );
        assert_eq!(model.roots().map(|object| &*object.name).collect::<Vec<_>>(), ["All", "Other"]);
    }

    #[test]
    fn an_inherited_field_keeps_the_prefix_of_its_owner() {
        let model = changes();
        let names: Vec<_> = model.fields("Leaf").into_iter().map(|field| model.full_name(field)).collect();
        assert_eq!(names, ["All.user", "All.a.b", "All.Account.Leaf.src_user"]);
    }

    #[test]
    fn a_calculated_field_that_is_declared_too_stands_once() {
        let mut model = changes();
        model.objects[3].calculations = vec![Calculation {
            id: String::new(),
            kind: CalculationKind::Eval { expression: "1".to_owned() },
            outputs: ["x", "y"].map(|name| ModelField { name: name.to_owned(), ..ModelField::default() }).to_vec(),
        }];
        let names: Vec<_> = model.fields("Other").iter().map(|owned| owned.field.name.as_str()).collect();
        assert_eq!(names, ["x", "y"]);
    }

    #[test]
    fn a_path_resolves_by_lineage_or_by_an_end_that_is_unique() {
        let model = changes();
        assert_eq!(model.resolve("All.Account").unwrap().name, "Account");
        assert_eq!(model.resolve("Account.Leaf").unwrap().name, "Leaf");
        assert!(model.resolve("Accounts").is_none());
        assert!(model.resolve("count").is_none());
    }

    #[test]
    fn broken_trees_are_refused() {
        assert!(changes().check().is_ok());
        assert!(model(&[("A", "B", &[]), ("B", "A", &[])]).check().unwrap_err().contains("ancestor"));
        assert!(model(&[("A", "Nobody", &[])]).check().unwrap_err().contains("Nobody"));
        assert!(
            model(&[("A", "BaseEvent", &[]), ("A", "BaseEvent", &[])]).check().unwrap_err().contains("two objects")
        );
        assert_eq!(model(&[("A", "B", &[]), ("B", "A", &[])]).subtree("A").len(), 2);
        let grouping = |objects: &[&str]| {
            let mut broken = model(&[("A", "BaseEvent", &[]), ("T", "BaseTransaction", &[])]);
            let objects = objects.iter().map(|name| (*name).to_owned()).collect();
            broken.objects[1].transaction =
                Some(Grouping { objects, fields: vec!["x".to_owned()], ..Grouping::default() });
            broken.check()
        };
        assert!(grouping(&["A"]).is_ok());
        assert!(grouping(&["B"]).unwrap_err().contains("does not exist"));
        assert!(grouping(&["T"]).unwrap_err().contains("themselves"));
        assert!(grouping(&[]).unwrap_err().contains("objectsToGroup"));
    }
}
