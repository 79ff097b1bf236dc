//! `cargo fuzz run line_breaker`: see `event_property::line_breaker`.

#![no_main]

#[path = "../event_property.rs"]
mod event_property;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| event_property::line_breaker(bytes));
