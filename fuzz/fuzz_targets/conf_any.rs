//! `cargo fuzz run conf_any`: see `conf_property::conf_any`.

#![no_main]

#[path = "../conf_property.rs"]
mod conf_property;

libfuzzer_sys::fuzz_target!(|text: &str| conf_property::conf_any(text));
