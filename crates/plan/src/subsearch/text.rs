//! Rows as the text that Splunk would put in place of a bracket: `( ( a="1" AND b="x" ) OR ( a="2" AND b="y" ) )`.

use super::Row;

/// The text of rows. A single row that holds nothing but text, as after `return` and `format`, is that text; no rows are
/// `NOT ( )`.
pub(crate) fn text_of(rows: &[Row]) -> String {
    match rows {
        [] => "NOT ( )".to_owned(),
        [Row { cells, texts, .. }] if cells.is_empty() && texts.len() == 1 => {
            texts.iter().map(|texts| alternatives(texts)).collect()
        }
        rows => {
            let rows: Vec<String> = rows.iter().map(|row| format!("( {} )", row_text(row))).collect();
            format!("( {} )", rows.join(" OR "))
        }
    }
}

fn row_text(row: &Row) -> String {
    let cells = row.cells.iter().map(|(field, values)| {
        let values: Vec<String> = values.iter().map(|value| format!("{}={}", name(field), quoted(value))).collect();
        match values.as_slice() {
            [single] => single.clone(),
            several => format!("( {} )", several.join(" OR ")),
        }
    });
    cells.chain(row.texts.iter().map(|texts| alternatives(texts))).collect::<Vec<_>>().join(" AND ")
}

/// Texts of which one must hold.
fn alternatives(texts: &[String]) -> String {
    match texts {
        [single] => single.clone(),
        several => format!("( {} )", several.join(" OR ")),
    }
}

fn name(field: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '{' | '}' | '@' | '-');
    if field.chars().all(plain) { field.to_owned() } else { quoted(field) }
}

/// A value in double quotes, with the two escapes.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
