//! What the files of an index say of all their events, for settings that hold by source, host and source type.

use datafusion::arrow::datatypes::Schema;
use speleo_plan::Origin;

use super::{
    builder,
    files::{DataFile, Format},
    schema::{Columns, ORIGIN},
    text::TextFile,
};

/// Which of source, host and source type events may say themselves.
pub(super) fn said(columns: &Columns, files: &[TextFile]) -> Vec<&'static str> {
    let is_said = |name: &str| columns.is_said(name) || files.iter().any(|file| file.says(name));
    all().into_iter().filter(|name| is_said(name)).collect()
}

fn all() -> Vec<&'static str> {
    ORIGIN.into_iter().filter(|name| *name != "index").collect()
}

/// Adds those that files with columns have a column for.
pub(super) fn add_columns(said: &mut Vec<&'static str>, schema: &Schema) {
    for name in all() {
        if schema.field_with_name(name).is_ok() && !said.contains(&name) {
            said.push(name);
        }
    }
}

/// Each origin once.
pub(super) fn of_files(files: &[(DataFile, builder::Origin)]) -> Vec<Origin> {
    let mut origins: Vec<Origin> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (file, origin) in files {
        let origin = Origin {
            source: Some(origin.source.clone()),
            host: origin.host.clone(),
            sourcetype: Some(origin.sourcetype.clone()),
            structured: !matches!(file.format, Format::Raw | Format::Evtx),
        };
        if known.insert(origin.clone()) {
            origins.push(origin);
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn files_with_columns_say_what_they_have_a_column_for() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let mut said = vec!["host"];
        add_columns(&mut said, &Schema::new(vec![field("_time"), field("index"), field("Source"), field("host")]));
        assert_eq!(said, ["host"]);
        add_columns(&mut said, &Schema::new(vec![field("sourcetype")]));
        assert_eq!(said, ["host", "sourcetype"]);
    }
}
