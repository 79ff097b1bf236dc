//! Where the events of an index are from, for settings that hold by source, host and source type.
//!
//! A file says it as a rule for all its events. Where events may say otherwise (a column `sourcetype`, a transform), one reading of just
//! these columns tells which there are, and is remembered as long as the file stays as it is.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{Int64Type, Schema},
    },
    common::Column,
    datasource::provider_as_source,
    logical_expr::{Expr, LogicalPlanBuilder, bitwise_shift_right, lit},
};
use speleo_functions::value::Texts;
use speleo_plan::{Origin, Result};

use super::{
    Index, Part, Remembered, builder,
    builder::PLACE_BITS,
    columnar,
    files::{DataFile, Format},
    schema::{Fields, ORIGIN, SEQUENCE},
    stored::Stored,
    text::{TextFile, TextTable},
};
use crate::{run, session::SearchSession, time::Zone};

/// The column of the number of a file.
const FILE: &str = "file";

fn all() -> impl Iterator<Item = &'static str> {
    ORIGIN.into_iter().filter(|name| *name != "index")
}

/// Which of source, host and source type the events of a file with these fields may say themselves.
pub(super) fn of_text(file: &TextFile, fields: &Fields) -> Vec<&'static str> {
    all().filter(|name| fields.has(name) || file.says(name)).collect()
}

/// Which columns hold for every event of the file what the file says, where its events say these.
pub(super) fn constant(file: &TextFile, fields: &Fields, said: &[&'static str]) -> Vec<&'static str> {
    // An index is given to events by rules, too.
    let is_index_said = file.is_made() || fields.has("index");
    let is_constant = |name: &&'static str| if *name == "index" { !is_index_said } else { !said.contains(name) };
    ORIGIN.into_iter().filter(is_constant).collect()
}

/// As [`of_text`] for files with columns.
pub(super) fn of_schema(schema: &Schema) -> Vec<&'static str> {
    all().filter(|name| schema.field_with_name(name).is_ok()).collect()
}

/// The same for all files of an index. Those of a native one are of many origins.
pub(super) fn said(parts: &[Part], stored: &[Arc<Stored>]) -> Vec<&'static str> {
    all().filter(|name| !stored.is_empty() || parts.iter().any(|part| part.said.contains(name))).collect()
}

/// Each origin once, as files say it for all their events.
pub(super) fn of_files(files: &[(DataFile, builder::Origin)]) -> Vec<Origin> {
    once(files.iter().map(|(file, origin)| of_file(file, origin)))
}

fn once(origins: impl Iterator<Item = Origin>) -> Vec<Origin> {
    let mut known = HashSet::new();
    origins.filter(|origin| known.insert(origin.clone())).collect()
}

fn of_file(file: &DataFile, origin: &builder::Origin) -> Origin {
    Origin {
        source: Some(origin.source.clone()),
        host: origin.host.clone(),
        sourcetype: Some(origin.sourcetype.clone()),
        structured: !matches!(file.format, Format::Raw | Format::Evtx),
    }
}

/// What an origin says by some columns.
pub(super) fn by(origin: Origin, columns: &[&'static str]) -> Origin {
    let asked = |name: &str, value: Option<String>| value.filter(|_| columns.contains(&name));
    Origin {
        source: asked("source", origin.source),
        host: asked("host", origin.host),
        sourcetype: asked("sourcetype", origin.sourcetype),
        structured: origin.structured,
    }
}

/// The origin that a row says, whose texts are those of `columns`.
pub(super) fn of_row(texts: &[Texts], columns: &[&'static str], row: usize, structured: bool) -> Origin {
    let value = |name: &str| {
        let place = columns.iter().position(|known| *known == name)?;
        texts.get(place)?.get(row).map(|text| text.into_owned())
    };
    Origin { source: value("source"), host: value("host"), sourcetype: value("sourcetype"), structured }
}

impl Part {
    fn origin(&self) -> Origin {
        of_file(&self.file, &self.origin)
    }

    /// Where its events are from by these columns; none where they have to be asked.
    fn known(&self, columns: &[&'static str], remembered: &Remembered) -> Option<Vec<Origin>> {
        if !self.said.iter().any(|name| columns.contains(name)) {
            return Some(vec![by(self.origin(), columns)]);
        }
        if let Some(known) = remembered.origins(&self.file, &self.origin, columns) {
            return Some(known.to_vec());
        }
        let inferred = remembered.inferred(&self.file, &self.origin)?;
        let rule = self.origin();
        let own = |said: &crate::event::Origin| {
            let whole = Origin {
                source: said.source.clone().or_else(|| rule.source.clone()),
                host: said.host.clone().or_else(|| rule.host.clone()),
                sourcetype: said.sourcetype.clone().or_else(|| rule.sourcetype.clone()),
                structured: rule.structured,
            };
            by(whole, columns)
        };
        Some(once(inferred.origins.as_ref()?.iter().map(own)))
    }
}

impl Index {
    /// Where its events are from by some of the columns `source`, `host` and `sourcetype`, each origin once. A column that is not asked
    /// for is none.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub(crate) async fn origins_of_events(
        &self,
        columns: &[&'static str],
        remembered: &Remembered,
        session: &SearchSession,
        zone: Zone,
    ) -> Result<Vec<Origin>> {
        let mut origins: Vec<Option<Vec<Origin>>> =
            self.parts.iter().map(|part| part.known(columns, remembered)).collect();
        let of_parts = self.parts.iter().zip(&mut origins);
        let unknown: Vec<_> = of_parts.filter(|(_, own)| own.is_none()).collect();
        if !unknown.is_empty() {
            let parts: Vec<&Part> = unknown.iter().map(|(part, _)| *part).collect();
            let mut found = self.ask(&parts, columns, session, zone).await?;
            for (part, own) in unknown {
                let mut asked = found.remove(&i64::from(part.origin.file)).unwrap_or_default();
                asked.iter_mut().for_each(|origin| origin.structured = part.origin().structured);
                asked.sort_by(|one, other| {
                    (&one.sourcetype, &one.source, &one.host).cmp(&(&other.sourcetype, &other.source, &other.host))
                });
                remembered.keep_origins(&part.file, &part.origin, columns, asked.clone().into());
                *own = Some(asked);
            }
        }
        let mut stored = Vec::new();
        for index in &self.stored {
            stored.extend(index.origins(columns, session).await?);
        }
        Ok(once(origins.into_iter().flatten().flatten().chain(stored)))
    }

    /// Reads the columns of some files: the origins by the numbers of the files.
    async fn ask(
        &self,
        parts: &[&Part],
        columns: &[&'static str],
        session: &SearchSession,
        zone: Zone,
    ) -> Result<HashMap<i64, Vec<Origin>>> {
        let texts: Vec<Arc<TextFile>> = parts.iter().filter_map(|part| part.text.clone()).collect();
        let others: Vec<(DataFile, builder::Origin)> = parts
            .iter()
            .filter(|part| part.text.is_none())
            .map(|part| (part.file.clone(), part.origin.clone()))
            .collect();
        let mut tables = Vec::new();
        if !texts.is_empty() {
            let table = TextTable::new(texts, Arc::clone(&self.columns), zone, Arc::clone(&self.notes));
            tables.push(Arc::new(table) as _);
        }
        tables.extend(columnar::tables(&others, session).await?.into_iter().map(|(table, _)| table.view));
        let table = columnar::unite(tables)?;
        let column = |name: &str| Expr::Column(Column::new_unqualified(name));
        let file = bitwise_shift_right(column(SEQUENCE), lit(i64::from(PLACE_BITS))).alias(FILE);
        let plan = LogicalPlanBuilder::scan("events", provider_as_source(table), None)?
            .project(std::iter::once(file).chain(columns.iter().map(|name| column(name))))?
            .distinct()?
            .build()?;
        let mut found: HashMap<i64, Vec<Origin>> = HashMap::new();
        for batch in &run::run(session, plan).await?.batches {
            let Some((files, texts)) = batch.columns().split_first() else { continue };
            let files = files.as_primitive::<Int64Type>();
            let texts = texts.iter().map(Texts::new).collect::<std::result::Result<Vec<_>, _>>()?;
            for row in 0..batch.num_rows() {
                found.entry(files.value(row)).or_default().push(of_row(&texts, columns, row, false));
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn files_with_columns_say_what_they_have_a_column_for() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        assert_eq!(of_schema(&Schema::new(vec![field("_time"), field("index"), field("Source")])), Vec::<&str>::new());
        assert_eq!(of_schema(&Schema::new(vec![field("sourcetype"), field("host")])), ["host", "sourcetype"]);
    }
}
