//! No value that was registered survives masking, in whatever encoding and wherever in a text; masking never panics, and what is masked stays.
//!
//! An input is up to three secrets, each behind its length, and the text around them.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use seatrial_model::Masker;

/// Values from this length on are masked wherever they stand.
const LONG: usize = 8;

fuzz_target!(|data: &[u8]| {
    let (masker, mut secrets, mut rest) = (Masker::new(), Vec::new(), data);
    for _ in 0..3 {
        let Some((length, behind)) = rest.split_first() else { break };
        let (secret, behind) = behind.split_at(behind.len().min(usize::from(*length)));
        masker.add_bytes(secret);
        secrets.push(secret);
        rest = behind;
    }
    let around = String::from_utf8_lossy(rest);
    let (before, after) = around.split_at(around.floor_char_boundary(around.len() / 2));
    let is_simple = secrets.iter().all(|secret| is_simple(secret));
    let check = |text: &str, form: &str| {
        let masked = masker.mask(text);
        assert!(!masked.contains(form), "{form:?} of {secrets:?} survives in {text:?}: {masked:?}");
        let again = masker.mask(&masked);
        assert!(!is_simple || again == masked, "{secrets:?} in {text:?}: {masked:?}, then {again:?}");
    };
    let _ = masker.mask(&around);
    for secret in &secrets {
        let (whole, text) = (STANDARD_NO_PAD.encode(secret), std::str::from_utf8(secret));
        let words = text.unwrap_or_default().trim();
        if secret.len() >= LONG && text.is_err() {
            check(&format!("{before} {whole} {after}"), &whole);
        }
        if words.len() < LONG || words.contains(['*', '\0']) || matches!(words, "localhost") {
            continue;
        }
        check(&format!("{before}{words}{after}"), words);
        for form in tight(words) {
            check(&format!("{before}{form}{after}"), &form);
        }
        for form in loose(words) {
            check(&format!("{before} {form} {after}"), &form);
        }
    }
});

/// Forms that are found whatever touches them.
fn tight(secret: &str) -> Vec<String> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![
        STANDARD.encode(secret),
        STANDARD_NO_PAD.encode(format!("a{secret}b")),
        URL_SAFE_NO_PAD.encode(format!("ab{secret}")),
        STANDARD.encode(STANDARD.encode(format!("user:{secret}"))),
        hex.to_uppercase(),
        hex,
    ];
    if secret.is_ascii() {
        forms.push(secret.chars().map(|c| format!("{c}\0")).collect());
    }
    forms
}

/// Forms that another escape before them would change.
fn loose(secret: &str) -> Vec<String> {
    let wrapped = STANDARD.encode(format!("{}{secret}{}", "x".repeat(61), "y".repeat(61)));
    let lines: Vec<String> = wrapped.as_bytes().chunks(76).map(|l| String::from_utf8_lossy(l).into_owned()).collect();
    vec![
        secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
        serde_json::Value::from(secret).to_string(),
        lines.join("\n"),
    ]
}

/// Whether nothing in a secret is a secret of its own, which may be so short that it is masked only as a word.
fn is_simple(secret: &[u8]) -> bool {
    secret.len() > LONG && secret.len() % 4 == 1 && secret.iter().all(|byte| byte.is_ascii_lowercase())
}
