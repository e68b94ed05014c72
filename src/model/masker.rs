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
use crate::{Manifest, Node, QuickSet, Sources};
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
    names: QuickSet<Box<[u8]>>,
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
            let before = known.values.get(&piece).copied();
            if before.is_some_and(|before| before >= origin) {
                continue;
            }
            known.values.insert(piece, origin);
            known.size += if before.is_none() { length } else { 0 };
            known.search = None;
        }
    }

    /// Registers the values of Secrets, those of `data` decoded. A name or a namespace that a file says in the open stays readable, even
    /// where a Secret among the manifests holds the same word.
    pub fn add_manifests(&self, manifests: &[Manifest], sources: &Sources) {
        self.add_names(&self.new_names(manifests, sources));
        for manifest in manifests.iter().filter(|manifest| is_secret_kind(&manifest.id.kind)) {
            self.add_secret(&manifest.node);
        }
    }

    /// Names that are in the open and not known to be: most are known from other environments.
    fn new_names<'a>(&self, manifests: &'a [Manifest], sources: &Sources) -> Vec<&'a str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut new = Vec::new();
        for metadata in manifests.iter().filter_map(|manifest| manifest.node.get("metadata")) {
            for node in ["name", "namespace"].iter().filter_map(|key| metadata.get(key)) {
                let Some(name) = node.as_str().filter(|name| !known.names.contains(name.as_bytes())) else {
                    continue;
                };
                if sources.get(node.span().file).is_some_and(|file| file.says(node.span(), name)) {
                    new.push(name);
                }
            }
        }
        new
    }

    fn add_names(&self, names: &[&str]) {
        if names.is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for name in names.iter().map(|name| name.as_bytes()) {
            if known.values.contains_key(name) {
                known.search = None;
            }
            known.names.insert(name.into());
        }
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
mod tests;
