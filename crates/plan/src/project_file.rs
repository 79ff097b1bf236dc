//! Text files of a project and its apps that commands name: forms, lists of words. `kvform form=sales_order`

use std::{ffi::OsStr, path::Path};

use speleo_syntax::{Code, Diagnostic, Span};

use crate::{Error, Result, lower::Context};

/// Whether a text is the name of a file, and not a way to one elsewhere.
pub(crate) fn is_name(name: &str) -> bool {
    !name.contains(['/', '\\', '\0']) && Path::new(name).file_name() == Some(OsStr::new(name))
}

/// The content of a file in a folder of the project; none where there is no such file. `app` limits it to the app of that name.
///
/// # Errors
/// Where a name leads elsewhere, or the file cannot be read.
pub(crate) fn read(
    app: Option<&str>,
    folder: &str,
    name: &str,
    span: Span,
    cx: &Context<'_>,
) -> Result<Option<String>> {
    for name in app.into_iter().chain([name]) {
        if !is_name(name) {
            let text = format!("`{name}` is no file name");
            let error = Diagnostic::new(Code::BadValue, span, text);
            return Err(error.help(format!("files are looked for in folders called `{folder}`")).into());
        }
    }
    cx.world.file(app, folder, name)
}

/// The error for a file that is needed and not there.
pub(crate) fn missing(folder: &str, name: &str, span: Span) -> Error {
    let error = Diagnostic::new(Code::File, span, format!("there is no file `{folder}/{name}`"));
    error.help("it is looked for in the project's folder and in those of `--conf`").into()
}
