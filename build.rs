//! Puts the golden tests of the commands into the program, because the examples of the manual are test cases, and how it was built.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("tests/commands");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files =
        fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "spltest"));
    files.sort();
    let mut table = "const FILES: &[(&str, &str)] = &[\n".to_owned();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(table, "    ({stem:?}, include_str!({:?})),", file.display().to_string())?;
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("command_cases.rs"), table)?;
    // Cargo names only `debug` and `release`; the profile is the folder above `build/NAME/out`.
    let profile = out.ancestors().nth(3).and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
    println!("cargo:rustc-env=SPELEO_PROFILE={profile}");
    println!("cargo:rustc-env=SPELEO_TARGET={}", env::var("TARGET")?);
    Ok(())
}
