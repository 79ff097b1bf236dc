//! Macros for the parser: the user's, and the few that every Splunk search may rely on. `` `drop_dm_object_name("Web")` ``

use speleo_knowledge::Knowledge;
use speleo_syntax::{MacroDefinition, Macros};

/// Evaluates an eval expression without fields.
pub(crate) type Evaluate<'a> = &'a dyn Fn(&str) -> Result<Option<String>, String>;

/// Where the parser finds macros.
pub(crate) struct MacroSource<'a> {
    /// The user's definitions.
    pub(crate) knowledge: &'a Knowledge,
    /// For `iseval` and `validation`.
    pub(crate) evaluate: Evaluate<'a>,
}

impl Macros for MacroSource<'_> {
    fn find(&self, name: &str, arity: usize) -> Option<MacroDefinition> {
        let Some(found) = self.knowledge.find_macro(name, arity) else { return built_in(name, arity) };
        Some(MacroDefinition {
            args: found.args.clone(),
            definition: found.definition.clone(),
            is_eval: found.is_eval,
            validation: found.validation.clone(),
            error_message: found.error_message.clone(),
        })
    }

    fn evaluate(&self, expression: &str) -> Result<Option<String>, String> {
        (self.evaluate)(expression)
    }

    fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.knowledge.macros.values().map(|found| found.name.as_str()).collect();
        names.push(DROP_PREFIX);
        names.sort_unstable();
        names.dedup();
        names
    }
}

const DROP_PREFIX: &str = "drop_dm_object_name";

/// Macros of the Common Information Model, which published searches take for granted.
fn built_in(name: &str, arity: usize) -> Option<MacroDefinition> {
    match arity {
        1 if name == DROP_PREFIX => Some(MacroDefinition {
            args: vec!["object".to_owned()],
            definition: "rename \"$object$.*\" as *".to_owned(),
            ..MacroDefinition::default()
        }),
        // The app ships them empty: no restriction to indexes.
        0 if name.starts_with("cim_") && name.ends_with("_indexes") => {
            Some(MacroDefinition { definition: "()".to_owned(), ..MacroDefinition::default() })
        }
        _ => None,
    }
}
