//! Base64 as kustomize writes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// One line when it is short, else lines of 70 characters, each with its end.
pub(crate) fn base64_lines(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < BASE64_LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / BASE64_LINE + 1);
    for (index, character) in encoded.chars().enumerate() {
        if index > 0 && index % BASE64_LINE == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

/// base64 is broken into lines of this length (kyaml: `encodeBase64`).
const BASE64_LINE: usize = 70;
