//! `cargo fuzz run extract_any`: see `extract_property::extract_any`.

#![no_main]

#[path = "../extract_property.rs"]
mod extract_property;

libfuzzer_sys::fuzz_target!(|text: &str| extract_property::extract_any(text));
