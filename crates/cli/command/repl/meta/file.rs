//! Searches and rows in files: `:open hunt.spl`, `:save hunt.spl`, `:edit`, `:out rows.csv`.

use std::{env, fs, io::Write, path::Path, process::Command};

use anyhow::{Context, Result};

use super::Shell;
use crate::{args::OutputArgs, diagnostic, output::Output, query_file::Query};

/// The editor where none is named.
const EDITOR: &str = "vi";

impl Shell {
    /// Sends rows to a file from now on.
    pub(super) fn out(&mut self, file: &str) {
        let out = Some(file).filter(|file| !file.is_empty()).map(Into::into);
        let args = OutputArgs { out, output: None, ..self.output.clone() };
        match Output::new(&args).map(drop) {
            Ok(()) => self.output = args,
            Err(error) => diagnostic::print_error(&format!("{error:#}")),
        }
    }

    /// Puts a query file at the prompt, or serves a data file as an index.
    pub(super) async fn open(&mut self, file: &str) {
        if file.is_empty() {
            return diagnostic::print_error("`:open` takes a file");
        }
        let path = Path::new(file);
        if path.extension().is_some_and(|ending| ending == "spl") {
            match Query::read(path) {
                Ok(query) => self.next = Some(query.text.trim().to_owned()),
                Err(error) => diagnostic::print_error(&format!("{error:#}")),
            }
            return;
        }
        let name = index_name(path);
        let mut world = self.world.clone();
        world.index.retain(|(known, _)| *known != name);
        world.index.push((name.clone(), file.to_owned()));
        if self.reopen(world).await {
            self.next = Some(format!("index={name} "));
        }
    }

    /// Writes the last search as a query file.
    pub(super) fn save(&self, said: &str, replaces: bool) {
        let Some(text) = self.last_or_said("") else { return };
        let (file, title) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        if file.is_empty() {
            return diagnostic::print_error("`:save` takes a file");
        }
        let path = Path::new(file).with_extension("spl");
        if path.exists() && !replaces {
            return diagnostic::print_error(&format!("{} exists; `:save!` writes over it", path.display()));
        }
        let keys = [
            ("title", Some(title.trim())),
            ("earliest", self.world.earliest.as_deref()),
            ("latest", self.world.latest.as_deref()),
        ];
        let keys = keys.iter().filter_map(|(key, value)| {
            value.filter(|value| !value.is_empty()).map(|value| format!("{key}: {value}\n"))
        });
        let head: String = keys.collect();
        let head = if head.is_empty() { head } else { format!("```\n{head}```\n") };
        match fs::write(&path, format!("{head}{}\n", text.trim())) {
            Ok(()) => diagnostic::print_remark(&format!("saved as {}", path.display())),
            Err(error) => diagnostic::print_error(&format!("cannot write {}: {error}", path.display())),
        }
    }

    /// Lets an editor change a search, which then stands at the prompt.
    pub(super) fn edit(&mut self, said: &str) {
        let text = match &self.last {
            _ if !said.is_empty() => said.to_owned(),
            Some((text, _)) => text.clone(),
            None => String::new(),
        };
        match edited(&text) {
            Ok(text) => self.next = Some(text).filter(|text| !text.is_empty()),
            Err(error) => diagnostic::print_error(&format!("{error:#}")),
        }
    }
}

/// The text as the editor leaves it.
fn edited(text: &str) -> Result<String> {
    let mut file =
        tempfile::Builder::new().prefix("speleo-").suffix(".spl").tempfile().context("cannot make a file")?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).context("cannot write the file")?;
    let set = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| EDITOR.to_owned());
    // The variable may hold arguments: `code --wait`.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(EDITOR);
    let status = Command::new(program).args(words).arg(file.path()).status();
    let status =
        status.with_context(|| format!("cannot run the editor `{editor}`; $VISUAL or $EDITOR names another"))?;
    anyhow::ensure!(status.success(), "the editor `{editor}` failed: {status}");
    Ok(fs::read_to_string(file.path()).context("cannot read the file")?.trim().to_owned())
}

/// An index is called by its file's name up to the first dot, in the letters that names have.
fn index_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String =
        stem.chars().map(|next| if next.is_ascii_alphanumeric() || next == '-' { next } else { '_' }).collect();
    let plain = plain.trim_matches(['_', '-']);
    if plain.is_empty() { "data".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::index_name;

    #[test]
    fn an_index_is_called_by_its_file() {
        assert_eq!(index_name(Path::new("/a/Web Logs.2024.ndjson.gz")), "web_logs");
        assert_eq!(index_name(Path::new("logs/*.gz")), "data");
        assert_eq!(index_name(Path::new("flows")), "flows");
    }
}
