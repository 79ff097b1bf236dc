//! The forms of rows in files: texts of events, cells, objects, elements.

use datafusion::{
    arrow::array::{ArrayRef, RecordBatch},
    arrow::datatypes::DataType,
    error::Result as DataResult,
};
use serde_json::{Map, Value};
use speleo_functions::value::{Lists, Texts};
use speleo_plan::{FileFormat, FileWrite};

use crate::collect;

/// The rows of a batch.
pub(super) struct Form {
    format: FileFormat,
    columns: Vec<(String, Column)>,
    /// The rows as objects, where that is their form.
    objects: Vec<Map<String, Value>>,
}

/// A column of one or several values on a row.
enum Column {
    One(Texts),
    Several(Lists),
}

impl Column {
    fn new(array: &ArrayRef) -> DataResult<Self> {
        Ok(match array.data_type() {
            DataType::List(_) | DataType::LargeList(_) => Self::Several(Lists::new(array)?),
            _ => Self::One(Texts::new(array)?),
        })
    }

    fn values(&self, row: usize) -> Vec<String> {
        match self {
            Self::One(texts) => texts.get(row).map(|text| text.into_owned()).into_iter().collect(),
            Self::Several(lists) => lists.get(row).into_iter().flatten().map(str::to_owned).collect(),
        }
    }
}

/// What stands behind the last row of a file.
pub(super) fn end(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Xml => "</results>\n",
        _ => "",
    }
}

impl Form {
    /// The rows without the column that says where they go.
    pub(super) fn new(write: &FileWrite, batch: &RecordBatch) -> DataResult<Self> {
        let schema = batch.schema();
        let places = schema.fields().iter().zip(batch.columns());
        let shown = places.filter(|(field, _)| Some(field.name()) != write.destination.as_ref());
        let columns =
            shown.map(|(field, array)| Ok((field.name().clone(), Column::new(array)?))).collect::<DataResult<_>>()?;
        let mut objects = Vec::new();
        if write.format == FileFormat::Json {
            objects = collect::objects(batch)?;
            for (object, name) in objects.iter_mut().zip(write.destination.iter().cycle()) {
                object.shift_remove(name);
            }
        }
        Ok(Self { format: write.format, columns, objects })
    }

    /// What stands before the first row of a file.
    pub(super) fn start(&self, out: &mut Vec<u8>) -> std::io::Result<()> {
        let names = || self.columns.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        match self.format {
            FileFormat::Csv => record(b',', &names(), out),
            FileFormat::Tsv => record(b'\t', &names(), out),
            FileFormat::Xml => {
                out.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<results>\n");
                Ok(())
            }
            FileFormat::Raw | FileFormat::Json => Ok(()),
        }
    }

    /// A row.
    pub(super) fn row(&self, row: usize, out: &mut Vec<u8>) -> std::io::Result<()> {
        let cells = || self.columns.iter().map(|(_, column)| column.values(row).join("\n")).collect::<Vec<_>>();
        match self.format {
            FileFormat::Csv => record(b',', &cells(), out)?,
            FileFormat::Tsv => record(b'\t', &cells(), out)?,
            FileFormat::Json => {
                if let Some(object) = self.objects.get(row) {
                    serde_json::to_writer(&mut *out, object)?;
                }
                out.push(b'\n');
            }
            FileFormat::Raw => {
                out.extend_from_slice(self.text(row).as_bytes());
                out.push(b'\n');
            }
            FileFormat::Xml => out.extend_from_slice(self.element(row).as_bytes()),
        }
        Ok(())
    }

    /// The text of an event; the fields of what is none.
    fn text(&self, row: usize) -> String {
        if let [(name, raw)] = self.columns.as_slice()
            && name == "_raw"
        {
            return raw.values(row).join("\n");
        }
        let pair = |(name, value): (&str, String)| {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{name}=\"{value}\"")
        };
        let values = self
            .columns
            .iter()
            .flat_map(|(name, column)| column.values(row).into_iter().map(move |value| (name.as_str(), value)));
        values.map(pair).collect::<Vec<_>>().join(" ")
    }

    fn element(&self, row: usize) -> String {
        let mut text = "  <result>\n".to_owned();
        for (name, column) in &self.columns {
            let values = column.values(row);
            if values.is_empty() {
                continue;
            }
            text.push_str(&format!("    <field k=\"{}\">", escaped(name)));
            for value in values {
                text.push_str(&format!("<value><text>{}</text></value>", escaped(&value)));
            }
            text.push_str("</field>\n");
        }
        text.push_str("  </result>\n");
        text
    }
}

fn record(delimiter: u8, cells: &[String], out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// A text as XML has it. What XML cannot say at all, control characters, is left out.
fn escaped(text: &str) -> String {
    let is_said = |next: &char| !next.is_control() || matches!(next, '\t' | '\n' | '\r');
    let text: String = text.chars().filter(is_said).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
