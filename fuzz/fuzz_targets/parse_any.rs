//! `cargo fuzz run parse_any`: see `property::parse_any`.

#![no_main]

#[path = "../property.rs"]
#[allow(dead_code)]
mod property;

libfuzzer_sys::fuzz_target!(|text: &str| property::parse_any(text));
