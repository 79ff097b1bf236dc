//! `cargo fuzz run expression_any`: see `property::expression_any`.

#![no_main]

#[path = "../property.rs"]
#[allow(dead_code)]
mod property;

libfuzzer_sys::fuzz_target!(|text: &str| property::expression_any(text));
