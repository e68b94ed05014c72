//! Keys and values of a generator: literals, files, `.env` files (kustomize: `kv/kv.go`). Values never enter a message.

use std::sync::Arc;

use seatrial_model::{Encoding, Finding, Level, Node, ScalarKind, Span};
use seatrial_yaml::{Dialect, plain_kind};

use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::generate::generated::Generated;
use crate::load::files::Files;
use crate::values::size::Size;

/// One key with its bytes and the place that says so.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: Arc<[u8]>,
    /// The literal, the line of the `.env` file, or the file.
    pub(crate) span: Span,
    /// Where the kustomization names it.
    pub(crate) named: Span,
}

/// Reads all sources of a generator, in kustomize's order: `.env` files, literals, files. Of a key that is there twice the first is kept.
/// What becomes a Secret is noted as such, also what is read and then left out. What is read is admitted to the resources; what of it costs
/// nothing comes with it.
pub(crate) fn read_pairs(
    what: Generated,
    generator: &Node,
    dir: &str,
    files: &Files<'_>,
    resources: &mut Accumulator,
    findings: &mut Vec<Finding>,
) -> (Vec<Pair>, Size) {
    let list = |name: &str| generator.get(name).map(Node::items).unwrap_or_default();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut free = Size::default();
    let sources =
        [list("envs"), generator.get("env").map_or(&[], std::slice::from_ref), list("literals"), list("files")];
    for (position, source) in sources.into_iter().enumerate().flat_map(|(i, list)| list.iter().map(move |s| (i, s))) {
        let before = pairs.len();
        match position {
            0 | 1 => pairs.extend(from_env_file(what, source, dir, files, findings)),
            2 => pairs.extend(from_literal(source, findings)),
            _ => pairs.extend(from_file(what, source, dir, files, findings)),
        }
        for pair in pairs.get(before..).unwrap_or_default() {
            let size = Size::scalar(pair.key.len() + pair.value.len());
            free = free.and(resources.admit(pair.span, size, source.span()));
        }
        if resources.budget.is_exceeded() {
            break;
        }
    }
    if what == Generated::Secret {
        pairs.iter().for_each(|pair| files.tree.sources().note_bytes(&pair.value));
    }

    let mut kept: Vec<Pair> = Vec::with_capacity(pairs.len());
    let mut seen = std::collections::HashMap::new();
    for pair in pairs {
        if let Some(first) = seen.get(&pair.key) {
            let message = format!("the key `{}` appears twice", pair.key);
            findings.push(
                Finding::new(ids::KUSTOMIZE, pair.named, message).with_related(*first, "it is first defined here"),
            );
            continue;
        }
        findings.extend(unprintable_key(&pair));
        seen.insert(pair.key.clone(), pair.named);
        kept.push(pair);
    }
    (kept, free)
}

/// kustomize writes keys without quotes, and then fails to read one that is not text (kyaml: `LoadMapIntoConfigMapData`).
fn unprintable_key(pair: &Pair) -> Option<Finding> {
    let what = match plain_kind(&pair.key, Dialect::Kustomize) {
        ScalarKind::String if pair.key == "<<" => "a merge",
        ScalarKind::String => return None,
        ScalarKind::Bool => "a boolean",
        ScalarKind::Null => "null",
        ScalarKind::Timestamp => "a date",
        ScalarKind::Integer | ScalarKind::Float => "a number",
    };
    let message = format!("the key `{}` reads as {what}, and kustomize fails on keys that are not strings", pair.key);
    Some(
        Finding::new(ids::KUSTOMIZE, pair.named, message)
            .with_help("choose another key, or write the object in a separate file, with the key in quotes"),
    )
}

fn from_literal(literal: &Node, findings: &mut Vec<Finding>) -> Option<Pair> {
    let span = literal.span();
    let Some((key, value)) = literal.as_str()?.split_once('=').filter(|(key, _)| !key.is_empty()) else {
        let message = "a literal must be `key=value`, but this one has no key or no `=`";
        findings.push(Finding::new(ids::KUSTOMIZE, span, message).with_field("literals"));
        return None;
    };
    let value = without_quotes(value).as_bytes().into();
    Some(Pair { key: key.to_owned(), value, span, named: span })
}

fn without_quotes(text: &str) -> &str {
    let inside = |mark| text.strip_prefix(mark).and_then(|t: &str| t.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn from_file(
    what: Generated,
    source: &Node,
    dir: &str,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
) -> Option<Pair> {
    let text = source.as_str()?;
    let named = source.span();
    let mut refuse = |message: String| {
        findings.push(Finding::new(ids::KUSTOMIZE, named, message).with_field("files"));
        None
    };
    let (key, path) = match text.split_once('=') {
        None => (seatrial_tree::file_name(text), text),
        Some((_, path)) if path.contains('=') => {
            return refuse(format!("`{text}` has more than one `=`: neither key nor path may have one"));
        }
        Some(("", path)) => {
            return refuse(format!(
                "`{text}` has no key before the `=`, as in `{}={path}`",
                seatrial_tree::file_name(path)
            ));
        }
        Some((key, "")) => return refuse(format!("`{key}=` has no path after the `=`")),
        Some(pair) => pair,
    };
    let target = files.file(dir, path, named, findings)?;
    match files.tree.read_bytes(&target) {
        Ok(value) => {
            let span = span_of(what, files, &target).unwrap_or(named);
            Some(Pair { key: key.to_owned(), span, value, named })
        }
        Err(error) => {
            findings.push(Finding::new(ids::MISSING_FILE, named, format!("`{path}` {error}")));
            None
        }
    }
}

/// The whole file, when it is text.
fn span_of(what: Generated, files: &Files<'_>, target: &str) -> Option<Span> {
    let file = files.tree.read(target).ok()?;
    if what == Generated::Secret {
        file.note_whole();
    }
    Some(Span::new(file.id(), 0, file.text().len()))
}

fn from_env_file(
    what: Generated,
    source: &Node,
    dir: &str,
    files: &Files<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<Pair> {
    let Some(file) = files.text(dir, source, findings) else { return Vec::new() };
    if what == Generated::Secret {
        file.note_whole();
    }
    if file.encoding() != Encoding::Utf8 {
        let message = "the env file is UTF-16, but kustomize reads it as UTF-8";
        findings.push(Finding::new(ids::KUSTOMIZE, source.span(), message).with_help("save the file as UTF-8"));
        return Vec::new();
    }
    let mut pairs = Vec::new();
    let mut start = 0;
    for (number, raw) in file.text().split_inclusive('\n').enumerate() {
        let line = raw.strip_suffix('\n').map_or(raw, |l| l.strip_suffix('\r').unwrap_or(l));
        let bare = if number == 0 { line.trim_start_matches('\u{feff}') } else { line };
        let trimmed = bare.trim_start();
        let from = start + (line.len() - trimmed.len());
        let span = Span::new(file.id(), from, start + line.len());
        start += raw.len();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        match trimmed.split_once('=') {
            Some(("", _)) => {}
            Some((key, value)) => {
                pairs.push(Pair { key: key.to_owned(), value: value.as_bytes().into(), span, named: span });
            }
            None => {
                findings.push(no_equals_sign(span, source.span()));
                // It may be a value whose key was forgotten.
                if what == Generated::Secret {
                    files.tree.sources().note_bytes(&trimmed.as_bytes().into());
                }
                pairs.push(Pair { key: trimmed.to_owned(), value: Arc::default(), span, named: span });
            }
        }
    }
    pairs
}

/// kustomize takes such a line as a key without a value, whatever it was meant to be; so do we, and say it.
fn no_equals_sign(span: Span, named: Span) -> Finding {
    Finding::new(ids::KUSTOMIZE, span, "the line has no `=`, so it becomes a key with an empty value")
        .with_level(Level::Warning)
        .with_related(named, "the file is read here")
        .with_help("write `KEY=value`, or `KEY=` for an empty value")
}
