//! The manual's examples, run: blocks of `spltest` and `console` in `docs`; and the completions, in a shell.
//!
//! A line `$ …` of a `console` block is a command, `> …` goes on with it, and the rest is what it prints. `…` stands for any
//! text in a line, and alone for any lines. `SPELEO_ACCEPT=1` writes what commands print into the files: read it before it is kept.

#![allow(clippy::unwrap_used)]

#[path = "helpers/console.rs"]
mod console;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn docs() -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "md"));
    files.sort();
    files
}

/// The blocks of a language in a text.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(String, String, String)> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|letter| *letter == '`').collect();
        match &mut open {
            Some((fence, info, block)) if line == fence => {
                if info == language {
                    found.push(std::mem::take(block));
                }
                open = None;
            }
            Some((_, _, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None if ticks.len() >= 3 => open = Some((ticks.clone(), line[ticks.len()..].to_owned(), String::new())),
            None => {}
        }
    }
    found
}

#[test]
fn golden_cases_in_topics_pass() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for file in docs() {
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        for (place, block) in blocks(&fs::read_to_string(&file).unwrap(), "spltest").into_iter().enumerate() {
            fs::write(folder.path().join(format!("{stem}-{place}.spltest")), block).unwrap();
            count += 1;
        }
    }
    assert!(count > 8, "only {count} blocks");
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).arg("test").arg(folder.path()).output().unwrap();
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    assert!(output.status.success(), "{told}");
}

#[cfg(unix)]
#[test]
fn commands_in_topics_print_what_the_pages_show() {
    let accepts = std::env::var_os("SPELEO_ACCEPT").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in docs() {
        let text = fs::read_to_string(&file).unwrap();
        if blocks(&text, "console").is_empty() {
            continue;
        }
        let page = console::Page::read(&text);
        let printed = page.run();
        count += printed.len();
        if accepts {
            fs::write(&file, page.accepted(&printed)).unwrap();
        } else {
            wrong.extend(page.differences(&printed).into_iter().map(|text| format!("{}: {text}", file.display())));
        }
    }
    assert!(count > 20, "only {count} commands");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn completions(shell: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(["completions", shell]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(completions(shell).contains("speleo"), "{shell}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(["completions", "tcsh"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// What bash offers for a line.
#[cfg(unix)]
fn offered(words: &[&str]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("speleo.bash");
    fs::write(&script, completions("bash")).unwrap();
    let check = Command::new("bash").arg("-n").arg(&script).stderr(Stdio::piped()).output();
    // Not every machine has bash.
    let check = check.ok()?;
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let ask = format!(
        "source '{}'\nfunction=$(complete -p speleo | sed 's/.*-F \\([^ ]*\\) .*/\\1/')\nCOMP_WORDS=({})\nCOMP_CWORD={}\n\
         COMP_LINE=\"${{COMP_WORDS[*]}}\"\nCOMP_POINT=${{#COMP_LINE}}\nCOMP_TYPE=9\n$function speleo '{}' ''\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        script.display(),
        quoted.join(" "),
        words.len() - 1,
        words.last().unwrap()
    );
    let program = Path::new(env!("CARGO_BIN_EXE_speleo")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["--norc", "-c", &ask])
        .env("PATH", path)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim().to_owned()).collect())
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_options_and_names() {
    let Some(commands) = offered(&["speleo", "se"]) else { return };
    assert_eq!(commands, ["search"]);
    let offered = |words: &[&str]| offered(words).unwrap_or_default();
    assert!(offered(&["speleo", "search", "--fail-on-"]).contains(&"--fail-on-empty".to_owned()));
    assert_eq!(offered(&["speleo", "search", "--output", "mark"]), ["markdown"]);
    assert_eq!(offered(&["speleo", "help", "strft"]), ["strftime"]);
    assert_eq!(offered(&["speleo", "search", "--timezone", "Europe/Berl"]), ["Europe/Berlin"]);
}
