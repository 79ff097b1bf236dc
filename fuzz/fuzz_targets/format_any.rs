//! `cargo fuzz run format_any`: see `property::format_any`.

#![no_main]

#[path = "../property.rs"]
#[allow(dead_code)]
mod property;

libfuzzer_sys::fuzz_target!(|text: &str| property::format_any(text));
