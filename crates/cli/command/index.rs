//! `speleo index`: native indexes are made, looked at, cared for and deleted. `speleo index compact web`

use std::io::{self, Write};

use anyhow::Result;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};
use speleo_engine::{Engine, StoredIndex};

use crate::{
    args::{CheckFormat, IndexArgs, IndexCommand},
    diagnostic::Reporter,
    exit::{Exit, UsageError},
    quantity::size,
    session,
};

/// Runs one of them.
pub(crate) async fn run(args: IndexArgs) -> Result<Exit> {
    let mut reporter = Reporter::new(args.errors.error_format);
    let exit = match session::open(session::settings(&args.world), &mut reporter).await {
        Some(engine) => work(args.command, &engine, &mut reporter).await,
        None => Ok(Exit::Failed),
    };
    reporter.finish();
    exit
}

async fn work(command: IndexCommand, engine: &Engine, reporter: &mut Reporter) -> Result<Exit> {
    let answer = match command {
        IndexCommand::Create { name, at } => {
            engine.create_index(&name, at.as_deref()).await.map(|place| format!("{name}: {}\n", place.display()))
        }
        IndexCommand::List { output } => engine.stored_indexes().await.map(|all| list(&all, output)),
        IndexCommand::Info { name, output } => engine.stored_index(&name).await.map(|index| info(&index, output)),
        IndexCommand::Compact { name } => engine.compact_index(&name).await.map(|(compacted, cleaned)| {
            let passed_over = match compacted.passed_over {
                0 => String::new(),
                count => format!(", {count} times others were faster"),
            };
            format!(
                "{} files became {} ({} of {}){passed_over}; {} old files deleted\n",
                compacted.before,
                compacted.after,
                size(compacted.bytes_after),
                size(compacted.bytes_before),
                cleaned.files,
            )
        }),
        IndexCommand::Retain { name, older } => {
            let oldest = engine.instant(&format!("-{}", older.trim_start_matches('-')));
            let oldest = oldest.map_err(|message| UsageError(format!("`--older {older}`: {message}")))?;
            engine.retain_index(&name, oldest).await.map(|(retained, cleaned)| {
                format!(
                    "{} files with {} events left; {} old files deleted\n",
                    retained.files, retained.rows, cleaned.files
                )
            })
        }
        IndexCommand::Drop { name, yes } => {
            if !yes {
                let message = format!("`--yes` says that the index `{name}` is to be deleted with all its events");
                return Err(UsageError(message).into());
            }
            engine.drop_index(&name).await.map(|place| format!("{place} is deleted\n"))
        }
    };
    Ok(match answer {
        Ok(text) => {
            io::stdout().lock().write_all(text.as_bytes())?;
            Exit::Fine
        }
        Err(diagnostic) => {
            reporter.report_settings(&[diagnostic]);
            Exit::Failed
        }
    })
}

fn list(all: &[StoredIndex], output: CheckFormat) -> String {
    match output {
        CheckFormat::Jsonl => all.iter().map(|index| format!("{}\n", Value::Object(object(index)))).collect(),
        CheckFormat::Text => all.iter().map(|index| format!("{}\n", line(index))).collect(),
    }
}

fn line(index: &StoredIndex) -> String {
    let time = |time: Option<i64>| time.map_or_else(|| "-".to_owned(), shown);
    format!(
        "{:<20} {:>12} events  {:>5} files  {:>9}  {} to {}  {}",
        index.name,
        index.events,
        index.files,
        size(index.bytes),
        time(index.earliest),
        time(index.latest),
        index.place
    )
}

fn info(index: &StoredIndex, output: CheckFormat) -> String {
    let columns = index.columns.iter().filter(|column| !column.name.starts_with("_day") && column.name != "_seq");
    match output {
        CheckFormat::Jsonl => {
            let mut object = object(index);
            let column = |column: &speleo_engine::StoredColumn| json!({"field": column.field, "column": column.name, "type": kind(column)});
            object.insert("fields".to_owned(), columns.map(column).collect());
            format!("{}\n", Value::Object(object))
        }
        CheckFormat::Text => {
            let mut text = format!("{}\nversion {}\n", line(index), index.version);
            for column in columns {
                text.push_str(&format!("  {:<40} {}\n", column.field, kind(column)));
            }
            text
        }
    }
}

fn kind(column: &speleo_engine::StoredColumn) -> String {
    format!("{:?}", column.kind).to_lowercase()
}

fn object(index: &StoredIndex) -> Map<String, Value> {
    let object = json!({
        "index": index.name,
        "place": index.place,
        "version": index.version,
        "events": index.events,
        "files": index.files,
        "bytes": index.bytes,
        "earliest": index.earliest.map(|time| time as f64 / 1e6),
        "latest": index.latest.map(|time| time as f64 / 1e6),
    });
    match object {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn shown(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
}
