//! Masks secrets in text that leaves the program. Values are registered where they enter; some shapes are masked wherever they stand.
//!
//! What of a value is looked for: `pieces`; where a text shows it, also encoded: `search`.

mod encoded;
mod pieces;
mod search;
mod views;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};

use regex::Regex;

use crate::secrets::{Noted, SecretLog, is_secret_kind, values_of};
use crate::{Manifest, Node, Sources};
use pieces::{Pieces, decode};
use search::Search;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Bytes of all values that are looked for in full; of later ones only the beginning is, so that memory stays bounded.
const MOST: usize = 2 << 20;

/// Bytes of a value that are looked for when there are too many.
const BEGINNING: usize = 512;

/// Values of fewer bytes are looked for as the base64 that is written, too.
const SHORT: usize = 8;

/// Shapes of credentials that need no registration.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let shapes = [
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
        r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}",
        r"(?i)(?P<keep>\b(?:accountkey|sharedaccesskey|password|passwd|pwd|client_?secret|sig)=)[^;&\s\x22']+",
        r"(?i)(?P<keep>[?&;][a-z0-9_.~%-]*(?:token|sig|signature|secret|key|passw(?:or)?d|passwd|pwd|auth|credentials?|code)=)[^&#;\s\x22'<>`)\]]+",
        r"(?P<keep>://[^/\s:@]*:)[^/\s@]+(?P<tail>@)",
        r"(?i)(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/-]{16,}=*",
    ];
    shapes.iter().filter_map(|shape| Regex::new(shape).ok()).collect()
});

/// The secrets of a run. Grows only; shared by whoever reads secrets and whoever writes text.
#[derive(Debug, Default)]
pub struct Masker {
    known: RwLock<Known>,
    /// How much it has learned of which files.
    learned: Mutex<Option<(Arc<SecretLog>, usize)>>,
}

#[derive(Debug, Default)]
struct Known {
    /// Hashes of what was registered: the same Secret comes in once for each environment.
    registered: HashSet<u64>,
    hasher: RandomState,
    values: BTreeMap<Box<[u8]>, Origin>,
    /// Names of objects and namespaces, which are in the open whatever a Secret holds.
    names: HashSet<Box<[u8]>>,
    /// Bytes of them all.
    size: usize,
    search: Option<Arc<Search>>,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Origin {
    /// A Secret among the manifests, which often holds the name of a database or a user that is in the open, too.
    Manifest,
    /// Anything else: a token, a password.
    Elsewhere,
}

impl Masker {
    /// A masker that knows no values yet.
    #[must_use]
    pub fn new() -> Masker {
        Masker::default()
    }

    /// Registers a value, its lines and the passwords in it; they are found encoded, too.
    pub fn add(&self, secret: &str) {
        self.add_bytes(secret.as_bytes());
    }

    /// Registers a value that need not be text.
    pub fn add_bytes(&self, secret: &[u8]) {
        self.add_from(Origin::Elsewhere, secret);
    }

    fn add_from(&self, origin: Origin, secret: &[u8]) {
        let (hash, most) = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            let hash = known.hasher.hash_one((origin, secret));
            if known.registered.contains(&hash) {
                return;
            }
            (hash, if known.size < MOST { pieces::LONGEST } else { BEGINNING })
        };
        let pieces = Pieces::of(secret, most).found;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.registered.insert(hash);
        for piece in pieces {
            let length = piece.len();
            match known.values.insert(piece.clone(), origin) {
                None => {
                    known.size += length;
                    known.search = None;
                }
                Some(before) if before < origin => known.search = None,
                Some(before) => drop(known.values.insert(piece, before)),
            }
        }
    }

    /// Registers the values of a Secret, those of `data` decoded. A name or a namespace that a file says in the open stays readable, even
    /// where a Secret among the manifests holds the same word.
    pub fn add_manifest(&self, manifest: &Manifest, sources: &Sources) {
        for key in ["name", "namespace"] {
            let Some(node) = manifest.node.at(&["metadata", key]) else { continue };
            let file = sources.get(node.span().file);
            if let Some(name) = node.as_str().filter(|name| file.is_some_and(|file| file.says(node.span(), name))) {
                self.add_name(name);
            }
        }
        if is_secret_kind(&manifest.id.kind) {
            self.add_secret(&manifest.node);
        }
    }

    fn add_name(&self, name: &str) {
        let name = name.as_bytes();
        if self.known.read().unwrap_or_else(PoisonError::into_inner).names.contains(name) {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.values.contains_key(name) {
            known.search = None;
        }
        known.names.insert(name.into());
    }

    /// Registers what those who parsed files have found to be secret in them, since it did so last.
    pub fn learn(&self, sources: &Sources) {
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        let log = sources.log();
        let known = learned.as_ref().filter(|(known, _)| Arc::ptr_eq(known, log)).map_or(0, |(_, count)| *count);
        let noted = log.behind(known);
        if noted.is_empty() {
            return;
        }
        for noted in &noted {
            match noted {
                Noted::Secret(node) => self.add_secret(node),
                Noted::Value(value) => self.add_from(Origin::Manifest, value),
            }
        }
        *learned = Some((Arc::clone(log), known + noted.len()));
    }

    fn add_secret(&self, secret: &Node) {
        for (section, text) in values_of(secret) {
            let decoded = Some(text).filter(|_| section != "stringData").and_then(decode).unwrap_or_default();
            self.add_from(Origin::Manifest, &decoded);
            // Longer ones are found by what they say.
            if decoded.len() < SHORT {
                self.add_from(Origin::Manifest, text.as_bytes());
            }
        }
    }

    /// The text with every secret replaced by [`MASK`].
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = match self.search() {
            Some(search) => without(text, &search.hidden(text.as_bytes())),
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

    fn search(&self) -> Option<Arc<Search>> {
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.search.is_some() || known.values.is_empty() {
                return known.search.clone();
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.search.is_none() {
            let is_open = |value: &[u8], origin: Origin| origin == Origin::Manifest && known.names.contains(value);
            let values = known.values.iter().filter(|(value, origin)| !is_open(value, **origin));
            known.search = Search::of(values.map(|(value, _)| &**value)).map(Arc::new);
        }
        known.search.clone()
    }
}

/// A text without some of its parts, which are in order and apart; they grow to whole characters.
fn without<'a>(text: &'a str, hidden: &[Range<usize>]) -> Cow<'a, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut copied = 0;
    for range in hidden {
        let start = text.floor_char_boundary(range.start).max(copied);
        masked.push_str(&text[copied..start]);
        masked.push_str(MASK);
        copied = text.ceil_char_boundary(range.end).max(start);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

    use super::*;
    use crate::{Entry, FileId, Span};

    fn knowing(secrets: &[&str]) -> Masker {
        let masker = Masker::new();
        secrets.iter().for_each(|secret| masker.add(secret));
        masker
    }

    #[test]
    fn masks_a_value_its_lines_and_its_encoded_forms() {
        let masker = knowing(&["correct horse\nbattery-staple"]);
        let encoded = STANDARD.encode("correct horse\nbattery-staple");
        let text = format!("a correct horse, {encoded}, battery-staple.");
        assert_eq!(masker.mask(&text), "a ***, ***, ***.");
    }

    #[test]
    fn the_name_of_an_object_stays_readable_though_a_secret_among_the_manifests_holds_it() {
        let masker = Masker::new();
        masker.add_from(Origin::Manifest, b"accounts-db");
        masker.add_from(Origin::Manifest, b"bank");
        let text = "StatefulSet bank/accounts-db";
        assert_eq!(masker.mask(text), "StatefulSet ***/***");
        masker.add_name("accounts-db");
        masker.add_name("bank");
        assert_eq!(masker.mask(text), text);
        masker.add("accounts-db");
        assert_eq!(masker.mask(text), "StatefulSet bank/***");
    }

    #[test]
    fn a_name_counts_as_open_only_where_a_file_says_it_outside_of_a_secret() {
        let sources = Sources::new();
        let text = "kind: Secret\nstringData: { user: sw0rdf1sh }\n---\nname: in-the-open\n";
        let file = sources.add("secret.yaml", text.to_owned());
        let span = |name: &str| {
            let start = text.find(name).expect("is there");
            Span::new(file.id(), start, start + name.len())
        };
        file.marks().add(Span::new(file.id(), 0, 48), crate::secrets::Hidden::Object);
        assert!(!file.says(span("sw0rdf1sh"), "sw0rdf1sh"));
        assert!(file.says(span("in-the-open"), "in-the-open"));
        assert!(!file.says(span("in-the-open"), "another"));
    }

    #[test]
    fn a_short_value_is_masked_only_as_a_whole_word() {
        assert_eq!(knowing(&["admin", "dev"]).mask("admin administers dev"), "*** administers dev");
    }

    #[test]
    fn masks_a_value_in_every_encoding_wherever_it_begins() {
        let secret = "sw0rdf1sh-ä?>~";
        let utf16: Vec<u8> = "sw0rdf1sh-plain".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let escaped: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
        let wrapped = |width: usize| {
            let encoded = STANDARD.encode(format!("{}{secret}{}", "x".repeat(61), "y".repeat(61)));
            let lines: Vec<&str> =
                encoded.as_bytes().chunks(width).filter_map(|l| std::str::from_utf8(l).ok()).collect();
            lines.join("\n  ")
        };
        let docker = format!(r#"{{"auths":{{"r.io":{{"auth":"{}"}}}}}}"#, STANDARD.encode(format!("bob:{secret}")));
        let table = [
            STANDARD.encode(secret),
            STANDARD_NO_PAD.encode(secret),
            URL_SAFE_NO_PAD.encode(format!("a{secret}")),
            STANDARD.encode(format!("bob:{secret}\n")),
            STANDARD.encode(STANDARD.encode(secret)),
            STANDARD.encode(&docker),
            docker,
            wrapped(76),
            wrapped(64),
            hex(secret.as_bytes()),
            hex(secret.as_bytes()).to_uppercase(),
            format!("f{}0", hex(secret.as_bytes())),
            secret.bytes().map(|byte| format!("%{byte:02X}")).collect(),
            "sw0rdf1sh-%c3%A4?%3e~".to_owned(),
            escaped,
            json(&format!("a\n{secret}\"")),
            json(&json(secret)),
            String::from_utf8_lossy(&utf16).into_owned(),
            STANDARD.encode(&utf16),
        ];
        let masker = knowing(&[secret, "sw0rdf1sh-plain"]);
        for shown in table {
            for text in [shown.clone(), format!("x {shown} y"), format!("x=\"{shown}\"")] {
                let masked = masker.mask(&text);
                assert!(masked.contains(MASK), "{text}: {masked}");
                assert_eq!(masker.mask(&masked), masked, "{text}");
                let rest = masked.replace("***", "");
                assert!(rest.len() < 12 || rest.starts_with("{\"auths") || rest.starts_with("x"), "{text}: {masked}");
                for leak in ["sw0rd", "c3cw", "7377", "%73", "s\0w", "u0073"] {
                    assert!(!masked.contains(leak), "{text}: {masked}");
                }
            }
        }
    }

    #[test]
    fn values_that_overlap_are_masked_together() {
        let masker = knowing(&["aaaabbbb", "bbbbcccc", "abcd", "cdefghij"]);
        assert_eq!(masker.mask("aaaabbbbcccc xabcdefghij"), "*** xab***");
    }

    #[test]
    fn passwords_in_a_value_are_masked_alone() {
        let auth = STANDARD.encode("robot:s3cret-login");
        let table = [
            (format!(r#"{{"auths":{{"r.io":{{"auth":"{auth}"}}}}}}"#), "s3cret-login"),
            (r#"{"a":[{"password":"p4ss"}]}"#.to_owned(), "p4ss"),
            ("user: bob\npassword: 'hunter2'\n".to_owned(), "hunter2"),
            ("DB_USER=bob\nDB_PASSWORD=hunter2".to_owned(), "hunter2"),
            ("Server=s;Password=hunter2;Encrypt=yes".to_owned(), "hunter2"),
            ("postgres://bob:hunt%65r2@db/x".to_owned(), "hunter2"),
            (STANDARD.encode("hunter2hunter2"), "hunter2hunter2"),
        ];
        for (secret, password) in table {
            assert_eq!(knowing(&[&secret]).mask(&format!("login {password} failed")), "login *** failed", "{secret}");
        }
    }

    #[test]
    fn a_binary_value_is_masked_encoded_and_so_are_the_texts_in_it() {
        let masker = Masker::new();
        let key: Vec<u8> = (0..=255).map(|n: u8| n.wrapping_mul(37).wrapping_add(129)).collect();
        masker.add_bytes(&key);
        masker.add_bytes(b"\xFF\xFE\x00\x01keystore-password\xFF\x80");
        masker.add_bytes(&"utf-16 hunter2".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
        assert_eq!(masker.mask(&format!("key {}.", STANDARD.encode(&key))), "key ***.");
        assert_eq!(masker.mask("a keystore-password, utf-16 hunter2"), "a ***, ***");
    }

    #[test]
    fn a_large_value_is_masked_in_full_where_it_is_encoded() {
        let masker = Masker::new();
        let large: Vec<u8> = (0..1_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        masker.add_bytes(&large);
        assert_eq!(masker.mask(&format!("data: {}", STANDARD.encode(&large))), "data: ***");
    }

    #[test]
    fn registers_the_values_of_a_secret_and_nothing_of_another_kind() {
        let manifest = |kind: &str, section: &'static str, value: &str| {
            let span = Span::start_of(FileId(0));
            let text = |text: &str| Node::string(text, span);
            let map = |key: &'static str, value| Node::mapping(vec![Entry::new(key, value)], span);
            let mut node = map(section, map("k", text(value)));
            node.set("apiVersion", text("v1"));
            node.set("kind", text(kind));
            node.set("metadata", map("name", text("a")));
            Manifest::from_node(node).expect("a manifest")
        };
        let masker = Masker::new();
        masker.add_manifest(&manifest("Secret", "stringData", "stringstring"), &Sources::new());
        masker.add_manifest(&manifest("Secret", "data", "ZGF0YWRhdGE\n  ="), &Sources::new());
        masker.add_manifest(&manifest("Secret", "data", "ZGV2"), &Sources::new());
        masker.add_manifest(&manifest("ConfigMap", "data", "configconfig"), &Sources::new());
        assert_eq!(masker.mask("stringstring datadata ZGV2 dev configconfig"), "*** *** *** dev configconfig");
    }

    #[test]
    fn masks_shapes_of_credentials_that_nobody_registered() {
        let masker = Masker::new();
        let table = [
            ("Server=x;Password=hunter2;", "Server=x;Password=***;"),
            ("https://bob:hunter2@host/x", "https://bob:***@host/x"),
            ("Authorization: Bearer abcdefghijklmnopqrst", "Authorization: Bearer ***"),
            ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "***"),
            ("see https://example.com/a:b", "see https://example.com/a:b"),
            ("https://h/x?token=hunter2&a=b", "https://h/x?token=***&a=b"),
            ("https://h/x?a=b&sig=hunter2", "https://h/x?a=b&sig=***"),
            ("/x?access_token=a.b-c", "/x?access_token=***"),
            ("`h/x?api_key=a`", "`h/x?api_key=***`"),
            ("(h/x?apikey=a)", "(h/x?apikey=***)"),
            ("h/x?key=a", "h/x?key=***"),
            ("h/x?X-Amz-Signature=a&amp;code=b", "h/x?X-Amz-Signature=***&amp;code=***"),
            ("//github.com/o/r?ref=v1&timeout=5s", "//github.com/o/r?ref=v1&timeout=5s"),
            ("a literal must be `key=value`", "a literal must be `key=value`"),
        ];
        for (text, masked) in table {
            assert_eq!(masker.mask(text), masked);
            assert_eq!(masker.mask(masked), masked);
        }
    }
}
