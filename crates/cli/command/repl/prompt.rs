//! The prompt: the project, the indexes, the time range. `soc web -24h..now |> `

use speleo_engine::Engine;

use crate::{args::WorldArgs, diagnostic, session};

/// The prompt as text and in colour, of one width.
pub(super) fn of(world: &WorldArgs, engine: &Engine) -> (String, String) {
    let settings = session::settings(world);
    let project = settings.project.as_deref().and_then(|folder| folder.canonicalize().ok());
    let project =
        project.as_deref().and_then(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned());
    let mut indexes = engine.index_names();
    indexes.retain(|name| !name.starts_with('_'));
    let indexes = match indexes.as_slice() {
        [] => "no index".to_owned(),
        [one] => one.clone(),
        more => format!("{} indexes", more.len()),
    };
    let range = range(world);
    let parts: Vec<String> = project.into_iter().chain([indexes, range]).collect();
    let context = parts.join(" ");
    let raw = format!("{context} |> ");
    let styled = match diagnostic::has_colour_stdout() {
        true => format!("\x1b[2m{context}\x1b[0m \x1b[1m|>\x1b[0m "),
        false => raw.clone(),
    };
    (raw, styled)
}

/// The time range that searches have when they say none.
fn range(world: &WorldArgs) -> String {
    if let Some(name) = &world.time_range {
        return name.clone();
    }
    match (&world.last, &world.earliest, &world.latest) {
        (Some(span), ..) => format!("-{}..now", span.trim_start_matches('-')),
        (None, None, None) => "all time".to_owned(),
        (None, earliest, latest) => {
            format!("{}..{}", earliest.as_deref().unwrap_or_default(), latest.as_deref().unwrap_or("now"))
        }
    }
}
