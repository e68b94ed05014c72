//! What is looked for when a value is secret: the value, its lines, and what in them is a password of its own. How it may be encoded where it
//! is found is not said here (`search`).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Values shorter than this are not masked: they would garble every report (`on`, `dev`).
const SHORTEST: usize = 4;

/// Texts in a value that is not text are this long at least.
const SHORTEST_IN_BINARY: usize = 8;

/// Words that stand in Secrets and are none.
const HARMLESS: [&str; 6] = ["true", "false", "null", "none", "localhost", "default"];

/// Long values are looked for in blocks of this many bytes.
const BLOCK: usize = 256;

/// Bytes of a value that are looked for.
pub(super) const LONGEST: usize = 64 << 10;

/// Values in a value in a value are looked for this deep.
const DEEPEST: usize = 3;

/// Parts of keys whose values are passwords.
const CREDENTIALS: [&str; 8] = ["pass", "pwd", "secret", "token", "key", "auth", "credential", "sig"];

/// base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes of base64, blanks between them not counted; `None` for anything else.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.split_whitespace().collect();
    BASE64.decode(compact).ok()
}

/// What to look for.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) found: BTreeSet<Box<[u8]>>,
    /// Bytes that may still be taken in.
    left: usize,
}

impl Pieces {
    /// Of a value, in at most so many bytes.
    pub(super) fn of(secret: &[u8], most: usize) -> Pieces {
        let mut pieces = Pieces { found: BTreeSet::new(), left: most };
        match std::str::from_utf8(secret) {
            Ok(text) if !secret.contains(&0) => pieces.add_text(text, 0),
            _ => pieces.add_binary(secret),
        }
        pieces
    }

    fn add_text(&mut self, text: &str, depth: usize) {
        if self.left == 0 || depth > DEEPEST {
            return;
        }
        let whole = text.trim();
        self.add_word(whole);
        for line in whole.lines().map(str::trim) {
            self.add_word(line);
            self.add_parts(line, depth);
        }
        if whole.starts_with(['{', '[']) {
            let json = serde_json::from_str(whole).unwrap_or_default();
            self.add_json("", &json, depth);
        }
        self.add_decoded(whole, depth);
    }

    /// Passwords in a line of a configuration: `password: x`, `PASSWORD=x`, `Server=s;Password=x`, `scheme://user:x@host`.
    fn add_parts(&mut self, line: &str, depth: usize) {
        for part in line.split([';', ',', '&', '?']) {
            let pair = part.split_once('=').or_else(|| part.split_once(':'));
            if let Some((_, value)) = pair.filter(|(key, _)| is_credential(key)) {
                let value = value.trim().trim_matches(['"', '\'']);
                self.add_word(value);
                self.add_decoded(value, depth);
            }
        }
        let login = |rest: &str| {
            let (login, _) = rest.split('/').next()?.rsplit_once('@')?;
            login.split_once(':').map(|(_, password)| password.to_owned())
        };
        for password in line.split("://").skip(1).filter_map(login) {
            self.add_word(&password);
            self.add_word(&percent_decoded(&password));
        }
    }

    /// What base64 says: a login in a docker configuration, or a value that somebody encoded twice.
    fn add_decoded(&mut self, text: &str, depth: usize) {
        let decoded = decode(text).filter(|_| text.len() >= SHORTEST_IN_BINARY);
        if let Some(inner) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|t| is_printable(t)) {
            self.add_text(&inner, depth + 1);
            if let Some((_, password)) = inner.split_once(':') {
                self.add_word(password.trim());
            }
        }
    }

    /// Texts that are long, or whose keys call them passwords.
    fn add_json(&mut self, key: &str, json: &serde_json::Value, depth: usize) {
        match json {
            serde_json::Value::String(text) if is_credential(key) || text.len() >= SHORTEST_IN_BINARY => {
                self.add_text(text, depth + 1);
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.add_json(key, item, depth)),
            serde_json::Value::Object(members) => members.iter().for_each(|(key, v)| self.add_json(key, v, depth)),
            _ => {}
        }
    }

    /// The bytes, for where they are encoded, and the texts in them.
    fn add_binary(&mut self, bytes: &[u8]) {
        if let Some(text) = utf16(bytes) {
            self.add_text(&text, 0);
        }
        let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        for part in bytes.split(|byte| !printable(byte)).filter(|part| part.len() >= SHORTEST_IN_BINARY) {
            self.add_word(String::from_utf8_lossy(part).trim());
        }
        self.add_blocks(bytes);
    }

    fn add_word(&mut self, word: &str) {
        if word.len() >= SHORTEST && !HARMLESS.contains(&word) {
            self.add_blocks(word.as_bytes());
        }
    }

    fn add_blocks(&mut self, bytes: &[u8]) {
        if bytes.len() < SHORTEST {
            return;
        }
        let blocks = bytes.chunks(BLOCK);
        let count = (bytes.len() / BLOCK).max(1);
        for (index, block) in blocks.take(count).enumerate() {
            // What is left at the end belongs to the last one: alone it may be a letter.
            let last = bytes.get(index * BLOCK..).unwrap_or_default();
            let block = if index + 1 == count { last } else { block };
            if self.left == 0 {
                return;
            }
            if self.found.insert(block.into()) {
                self.left = self.left.saturating_sub(block.len());
            }
        }
    }
}

fn is_credential(key: &str) -> bool {
    let key = key.to_lowercase();
    CREDENTIALS.iter().any(|part| key.contains(part))
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

/// Text of UTF-16, with a mark or with every second byte null.
fn utf16(bytes: &[u8]) -> Option<String> {
    let is_big = |bytes: &[u8]| bytes.starts_with(&[0xFE, 0xFF]) || bytes.first() == Some(&0);
    let units = bytes.chunks_exact(2).map(|pair| match *pair {
        [a, b] if is_big(bytes) => u16::from_be_bytes([a, b]),
        [a, b] => u16::from_le_bytes([a, b]),
        _ => 0,
    });
    let nulls = bytes.iter().filter(|byte| **byte == 0).count();
    let is_marked = bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]);
    if !is_marked && nulls * 4 < bytes.len() {
        return None;
    }
    let text = String::from_utf16(&units.collect::<Vec<_>>()).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

fn percent_decoded(text: &str) -> String {
    let views = super::views::views(text.as_bytes());
    let decoded = views.into_iter().next().map(|view| view.bytes);
    decoded.map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
