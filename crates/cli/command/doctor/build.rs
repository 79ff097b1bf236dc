//! What was built, and how: `speleo 0.1.0, dist build for x86_64-unknown-linux-musl, static`.

use super::Finding;

/// The version, the profile and the target, as the build script was told them.
pub(super) fn findings() -> Vec<Finding> {
    let profile = env!("SPELEO_PROFILE");
    let linkage = if cfg!(target_feature = "crt-static") { "static" } else { "with the system's libraries" };
    let text =
        format!("speleo {}, {profile} build for {}, {linkage}", env!("CARGO_PKG_VERSION"), env!("SPELEO_TARGET"));
    let build = if cfg!(debug_assertions) {
        Finding::warning(
            "build",
            text,
            "it is not optimised and many times slower; `cargo build --release` makes a fast one",
        )
    } else {
        Finding::ok("build", text)
    };
    let path = match std::env::current_exe() {
        Ok(path) => Finding::ok("program", path.display().to_string()),
        Err(error) => Finding::warning(
            "program",
            format!("its own path is not known: {error}"),
            "the system must tell it, on Linux by /proc",
        ),
    };
    vec![build, path]
}
