//! `cargo fuzz run print_round_trip`: see `property::print_round_trip`.

#![no_main]

#[path = "../property.rs"]
#[allow(dead_code)]
mod property;

libfuzzer_sys::fuzz_target!(|text: &str| property::print_round_trip(text));
