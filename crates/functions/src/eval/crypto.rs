//! Digests as lower-case hexadecimal text: `eval id=sha256(user.host)`.

use std::sync::Arc;

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::kernel::{Arguments, append_texts, kernel, text};
use crate::{EvalSpec, Kernel, Kind, Returns};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    row(
        &["md5"],
        "spl_md5",
        "md5(x)",
        "The MD5 digest of the text.",
        &[("md5(\"hello\")", "5d41402abc4b2a76b9719d911017c592"), ("md5(\"\")", "d41d8cd98f00b204e9800998ecf8427e")],
    ),
    row(
        &["sha1"],
        "spl_sha1",
        "sha1(x)",
        "The SHA-1 digest of the text.",
        &[("sha1(\"abc\")", "a9993e364706816aba3e25717850c26c9cd0d89d")],
    ),
    row(
        &["sha256"],
        "spl_sha256",
        "sha256(x)",
        "The SHA-256 digest of the text.",
        &[("sha256(\"abc\")", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")],
    ),
    row(&["sha512"], "spl_sha512", "sha512(x)", "The SHA-512 digest of the text.", &[("len(sha512(\"x\"))", "128")]),
];

const fn row(
    names: &'static [&'static str],
    kernel: &'static str,
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> EvalSpec {
    EvalSpec {
        names,
        min_args: 1,
        max_args: Some(1),
        args: &[Kind::Any],
        returns: Returns::Always(Kind::Text),
        kernel: Kernel::Call(kernel),
        usage,
        summary,
        examples,
        ..EvalSpec::NEW
    }
}

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_md5", text, digest::<Md5>),
        kernel("spl_sha1", text, digest::<Sha1>),
        kernel("spl_sha256", text, digest::<Sha256>),
        kernel("spl_sha512", text, digest::<Sha512>),
    ]
}

fn digest<D: Digest>(args: &Arguments) -> Result<ArrayRef> {
    let values = args.texts(0)?;
    append_texts(args.rows(), |row, buffer| {
        let Some(value) = values.get(row) else { return false };
        for byte in D::digest(value.as_bytes()) {
            for half in [byte >> 4, byte & 0xf] {
                buffer.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
        true
    })
}

#[cfg(test)]
mod tests {
    use super::super::kernel::testing::{check, lists, numbers, texts};

    #[test]
    fn digests_are_those_of_the_standards() {
        check(
            "spl_md5",
            &[texts(&["hello", "", "null"])],
            &["5d41402abc4b2a76b9719d911017c592", "d41d8cd98f00b204e9800998ecf8427e", "null"],
        );
        check("spl_sha1", &[texts(&["abc"])], &["a9993e364706816aba3e25717850c26c9cd0d89d"]);
        check("spl_sha256", &[texts(&["abc"])], &["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]);
        check(
            "spl_sha512",
            &[texts(&["abc"])],
            &[
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ],
        );
    }

    #[test]
    fn a_number_counts_as_its_text() {
        // The digest of the one character `1`.
        check("spl_md5", &[numbers(&[1.0])], &["c4ca4238a0b923820dcc509a6f75849b"]);
        check("spl_md5", &[lists(&[&["1"], &["1", "2"]])], &["c4ca4238a0b923820dcc509a6f75849b", "null"]);
    }
}
