//! Puts texts into the program: the golden tests of the commands, which are the examples of the manual, the topics of the
//! manual in `docs`, and how it was built.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    embed("tests/commands", "spltest", "FILES", "command_cases.rs")?;
    embed("docs", "md", "TOPICS", "topics.rs")?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Cargo names only `debug` and `release`; the profile is the folder above `build/NAME/out`.
    let profile = out.ancestors().nth(3).and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    println!("cargo:rustc-env=SPELEO_PROFILE={profile}");
    println!("cargo:rustc-env=SPELEO_TARGET={}", env::var("TARGET")?);
    Ok(())
}

/// Writes a table of the files of a folder, by their stems.
fn embed(folder: &str, ending: &str, name: &str, target: &str) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(folder);
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files =
        fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == ending));
    files.sort();
    let mut table = format!("const {name}: &[(&str, &str)] = &[\n");
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(table, "    ({stem:?}, include_str!({:?})),", file.display().to_string())?;
    }
    table.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join(target), table)?;
    Ok(())
}
