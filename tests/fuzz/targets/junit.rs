//! Any bytes as a JUnit file: cases in bounds, or an error that says a line of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seatrial_junit::read;
use seatrial_model::Masker;

fuzz_target!(|bytes: &[u8]| {
    let masker = Masker::new();
    match read(bytes, &masker) {
        Ok(cases) => {
            for case in cases.into_kept() {
                assert!(!case.name.is_empty(), "{case:?}");
                assert!([&case.name, &case.class, &case.suite].iter().all(|name| name.chars().count() <= 300), "{case:?}");
                assert!(case.message.len() <= 2_100 && case.output.len() <= 17_000, "{case:?}");
            }
        }
        Err(error) => {
            let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "{error}");
            assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
        }
    }
});
