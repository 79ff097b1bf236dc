//! The S3 server of `tests/s3_server`, with a bucket whose objects are files of a folder.
//!
//! It is a program of its own, built by the first test that needs it and found by the others.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub(crate) const ACCESS_KEY: &str = "speleo";
pub(crate) const SECRET_KEY: &str = "underground";

/// A server that ends with the test.
pub(crate) struct S3 {
    folder: tempfile::TempDir,
    server: Child,
    port: u16,
}

impl S3 {
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bucket")).unwrap();
        let mut server = Command::new(program())
            .arg(folder.path())
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port = port.trim().parse().unwrap();
        Self { folder, server, port }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file that an object is.
    pub(crate) fn file(&self, key: &str) -> PathBuf {
        self.folder.path().join("bucket").join(key)
    }

    pub(crate) fn put(&self, key: &str, bytes: &[u8]) {
        let file = self.file(key);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    /// How many objects are below a folder.
    pub(crate) fn count(&self, folder: &str) -> usize {
        let mut folders = vec![self.file(folder)];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() { folders.push(entry.path()) } else { count += 1 }
            }
        }
        count
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program of the server. Cargo builds it once, and looks after that only whether it is there.
fn program() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("s3_server");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/s3_server/Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(manifest)
        .env("CARGO_TARGET_DIR", &target)
        .status()
        .unwrap();
    assert!(built.success(), "the S3 server cannot be built");
    target.join("debug/s3_server")
}
