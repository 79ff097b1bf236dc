//! Definitions of the Common Information Model that are always there. `| tstats count FROM datamodel=Endpoint.Processes`
//!
//! They are our own, written from what the model's names, tags and fields are known to be; a user's model of the same name takes
//! their place. Each is read when a search first names it. Absent: the models that no published search of security content asks.

use std::sync::OnceLock;

use super::DataModel;

/// A model's name, its text, and what was read.
struct BuiltIn(&'static str, &'static str, OnceLock<Option<DataModel>>);

macro_rules! models {
    ($($name:literal)*) => {
        [$(BuiltIn($name, include_str!(concat!("../builtin/models/", $name, ".json")), OnceLock::new()),)*]
    };
}

static MODELS: [BuiltIn; 20] = models!(
    "Alerts" "Authentication" "Certificates" "Change" "DLP" "Data_Access" "Email" "Endpoint" "Event_Signatures" "Identity_Management" "Intrusion_Detection" "Malware" "Network_Resolution" "Network_Sessions" "Network_Traffic" "Risk" "UEBA" "Updates" "Vulnerabilities" "Web"
);

/// The names, sorted.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|BuiltIn(name, ..)| *name)
}

/// A model by name.
pub(crate) fn find(name: &str) -> Option<&'static DataModel> {
    let BuiltIn(_, text, model) = MODELS.iter().find(|BuiltIn(known, ..)| *known == name)?;
    model.get_or_init(|| DataModel::parse(text).ok()).as_ref()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_model_reads_under_its_name() {
        for name in names() {
            assert_eq!(find(name).unwrap_or_else(|| unreachable!("{name}")).name, name);
        }
        assert!(names().is_sorted());
        assert!(find("Nobody").is_none());
    }

    #[test]
    fn fields_that_detections_name_have_their_places() {
        let check = |model: &str, object: &str, field: &str| {
            let found = find(model).unwrap();
            let names: Vec<String> = found.fields(object).into_iter().map(|owned| found.full_name(owned)).collect();
            assert!(names.iter().any(|name| name == field), "{model}: {field}");
        };
        check("Endpoint", "Processes", "Processes.parent_process_name");
        check("Endpoint", "Registry", "Registry.registry_value_data");
        check("Change", "Instance_Changes", "All_Changes.Instance_Changes.image_id");
        check("Certificates", "SSL", "All_Certificates.SSL.ssl_issuer");
        check("Authentication", "Failed_Authentication", "Authentication.user");
        check("Risk", "All_Risk", "All_Risk.annotations.mitre_attack.mitre_tactic_id");
        check("Email", "All_Email", "All_Email.src_user_domain");
    }
}
