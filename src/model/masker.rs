//! Masks secrets in text that leaves the program. Values are registered where they enter; some shapes are masked wherever they stand.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::{Manifest, Node};

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Values shorter than this are not masked: they would garble every report (`on`, `dev`).
const SHORTEST: usize = 4;

/// Values shorter than this are masked only where no letter or digit touches them.
const SHORTEST_INSIDE_WORDS: usize = 8;

/// Words that stand in Secrets and are none.
const HARMLESS: [&str; 6] = ["true", "false", "null", "none", "localhost", "default"];

/// Shapes of credentials that need no registration.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let shapes = [
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"(?i)(?P<keep>\b(?:accountkey|sharedaccesskey|password|passwd|pwd|client_?secret|sig)=)[^;&\s\x22']+",
        r"(?P<keep>://[^/\s:@]*:)[^/\s@]+(?P<tail>@)",
        r"(?i)(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{16,}=*",
    ];
    shapes.iter().filter_map(|shape| Regex::new(shape).ok()).collect()
});

/// The secrets of a run. Grows only; shared by whoever reads secrets and whoever writes text.
#[derive(Debug, Default)]
pub struct Masker {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    values: BTreeSet<String>,
    automaton: Option<Arc<AhoCorasick>>,
}

impl Masker {
    /// A masker that knows no values yet.
    #[must_use]
    pub fn new() -> Masker {
        Masker::default()
    }

    /// Registers a value, its lines, its base64 form and its JSON-escaped form.
    pub fn add(&self, secret: &str) {
        let mut forms = BTreeSet::new();
        for piece in std::iter::once(secret).chain(secret.lines()).map(str::trim) {
            if piece.len() < SHORTEST || HARMLESS.contains(&piece) {
                continue;
            }
            forms.insert(piece.to_owned());
            forms.insert(STANDARD.encode(piece));
            forms.insert(STANDARD.encode(format!("{piece}\n")));
            forms.insert(serde_json::Value::from(piece).to_string().trim_matches('"').to_owned());
        }
        if secret.len() >= SHORTEST {
            forms.insert(STANDARD.encode(secret));
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.values.len();
        known.values.extend(forms.into_iter().filter(|f| f.len() >= SHORTEST));
        if known.values.len() != before {
            known.automaton = None;
        }
    }

    /// Registers the values of a Secret: `data` decoded and as it stands, `stringData` as it stands. Other kinds are left alone.
    pub fn add_manifest(&self, manifest: &Manifest) {
        if manifest.id.kind != "Secret" || !manifest.id.group.is_empty() {
            return;
        }
        for text in section(&manifest.node, "stringData") {
            self.add(text);
        }
        for text in section(&manifest.node, "data") {
            self.add(text);
            let compact: String = text.split_whitespace().collect();
            if let Ok(decoded) = STANDARD.decode(compact) {
                self.add(&String::from_utf8_lossy(&decoded));
            }
        }
    }

    /// The text with every secret replaced by [`MASK`].
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = match self.automaton() {
            Some(automaton) => mask_known(&automaton, text),
            None => Cow::Borrowed(text),
        };
        for shape in SHAPES.iter() {
            if shape.is_match(&masked) {
                let replaced = shape.replace_all(&masked, |found: &regex::Captures<'_>| {
                    let part = |name| found.name(name).map_or("", |m| m.as_str());
                    format!("{}{MASK}{}", part("keep"), part("tail"))
                });
                masked = Cow::Owned(replaced.into_owned());
            }
        }
        masked
    }

    fn automaton(&self) -> Option<Arc<AhoCorasick>> {
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.automaton.is_some() || known.values.is_empty() {
                return known.automaton.clone();
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&known.values).ok();
        known.automaton = built.map(Arc::new);
        known.automaton.clone()
    }
}

fn section<'a>(node: &'a Node, key: &str) -> impl Iterator<Item = &'a str> {
    let entries = node.get(key).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|e| e.value.scalar_text())
}

fn mask_known<'a>(automaton: &AhoCorasick, text: &'a str) -> Cow<'a, str> {
    let mut masked = String::new();
    let mut copied = 0;
    for found in automaton.find_iter(text) {
        let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let short = found.end() - found.start() < SHORTEST_INSIDE_WORDS;
        let inside = touches(text[..found.start()].chars().next_back()) || touches(text[found.end()..].chars().next());
        if short && inside {
            continue;
        }
        masked.push_str(&text[copied..found.start()]);
        masked.push_str(MASK);
        copied = found.end();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_a_value_its_lines_and_its_encoded_forms() {
        let masker = Masker::new();
        masker.add("correct horse\nbattery-staple");
        let encoded = STANDARD.encode("correct horse\nbattery-staple");
        let text = format!("a correct horse, {encoded}, battery-staple.");
        assert_eq!(masker.mask(&text), "a ***, ***, ***.");
    }

    #[test]
    fn a_short_value_is_masked_only_as_a_whole_word() {
        let masker = Masker::new();
        masker.add("admin");
        masker.add("dev");
        assert_eq!(masker.mask("admin administers dev"), "*** administers dev");
    }

    #[test]
    fn masks_shapes_of_credentials_that_nobody_registered() {
        let masker = Masker::new();
        assert_eq!(masker.mask("Server=x;Password=hunter2;"), "Server=x;Password=***;");
        assert_eq!(masker.mask("https://bob:hunter2@host/x"), "https://bob:***@host/x");
        assert_eq!(masker.mask("Authorization: Bearer abcdefghijklmnopqrst"), "Authorization: Bearer ***");
        assert_eq!(masker.mask("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"), "***");
        assert_eq!(masker.mask("see https://example.com/a:b"), "see https://example.com/a:b");
    }
}
