//! Variables filled into an object, after it was built: each of its texts is printed, filled in and read again, so that it may become a number
//! or a list (fluxcd/pkg: `kustomize/kustomize_varsub.go`).
//!
//! The controller fills in the text of the whole object. Here each scalar is filled in by itself, in the form in which it is printed there, so
//! that all others keep their places. What differs: an expression that is opened in one scalar and closed in another is an error here, and
//! there it swallows what lies between.

use std::ops::Range;

use seatrial_kustomize::places_in_text;
use seatrial_model::{
    Contribution, Entry, Finding, Key, Label, Node, Origin, Question, ScalarKind, SetBy, Sources, Span, Style, Text,
    Value as Shape,
};
use seatrial_yaml::{Dialect, emit, is_printed_plain, parse, plain_kind};

use crate::objects::ids;
use crate::variables::given::{Variable, Variables};
use crate::variables::substitution::{How, Strictness, Substituted, UNCLOSED, Value, substitute};

/// Stands in front of a value that is printed for itself.
const BEFORE: &str = "k:";

/// Fills variables into objects.
pub(crate) struct Filling<'a> {
    pub(crate) variables: &'a Variables,
    pub(crate) strictness: Strictness,
    /// The files that the objects are from.
    pub(crate) sources: &'a Sources,
    /// Whether an object is refused in which a variable has no value: its texts stay then, for what the variable would have been is not known.
    pub(crate) refuses_unset: bool,
    pub(crate) findings: Vec<Finding>,
    /// Names that were asked for and are known to the cluster alone.
    pub(crate) unknown: Vec<String>,
}

impl Filling<'_> {
    /// An object with its variables filled in; `None` when nothing was to be filled in.
    pub(crate) fn object(&mut self, node: &Node) -> Option<Node> {
        if is_exempt(node) {
            return None;
        }
        let before = self.findings.len();
        let filled = self.node(node);
        for finding in self.findings.iter_mut().skip(before).filter(|finding| finding.message.ends_with(UNCLOSED)) {
            swallow(finding, node);
        }
        filled
    }

    /// `None` when it stays as it is, so that it is shared.
    fn node(&mut self, node: &Node) -> Option<Node> {
        match node.value() {
            Shape::Scalar(text) => may_begin(text).then(|| self.scalar(node, text)).flatten(),
            Shape::Sequence(_) => self.sequence(node),
            Shape::Mapping(entries) if entries.known().is_some() && !has_dollar(node) => None,
            Shape::Mapping(_) => self.mapping(node),
        }
    }

    fn sequence(&mut self, node: &Node) -> Option<Node> {
        let mut filled: Option<Vec<Node>> = None;
        for (at, item) in node.items().iter().enumerate() {
            if let Some(item) = self.node(item) {
                let items = filled.get_or_insert_with(|| node.items().to_vec());
                if let Some(place) = items.get_mut(at) {
                    *place = item;
                }
            }
        }
        let mut new = node.clone();
        new.set_items(filled?);
        Some(new)
    }

    fn mapping(&mut self, node: &Node) -> Option<Node> {
        let mut filled: Option<Vec<Entry>> = None;
        for (at, entry) in node.entries().iter().enumerate() {
            let key = may_begin(&entry.key.text).then(|| self.key(&entry.key)).flatten();
            let value = self.node(&entry.value);
            if key.is_none() && value.is_none() {
                continue;
            }
            let entries = filled.get_or_insert_with(|| node.entries().to_vec());
            if let Some(place) = entries.get_mut(at) {
                if let Some(key) = key {
                    place.key = key;
                }
                if let Some(value) = value {
                    place.value = value;
                }
            }
        }
        let mut new = node.clone();
        new.set_entries(filled?);
        Some(new)
    }

    fn key(&mut self, key: &Key) -> Option<Key> {
        let filled = self.fill(&key.text, key.span)?;
        (filled.text != *key.text).then(|| Key { text: filled.text.as_str().into(), ..key.clone() })
    }

    fn scalar(&mut self, node: &Node, text: &Text) -> Option<Node> {
        if is_printed_plain(text) || text.contains('\n') {
            let filled = self.fill(text, node.span())?;
            if filled.text == **text {
                return None;
            }
            // What it is to be is not known before all of it is.
            if text.contains('\n') || has_unknown(&filled) {
                return Some(self.of_kind(node, &filled, ScalarKind::String));
            }
            if is_plain_word(&filled.text) {
                let kind = plain_kind(&filled.text, Dialect::Kubectl);
                return Some(self.of_kind(node, &filled, kind));
            }
            return self.reread(node, &format!("{BEFORE} {}\n", filled.text), &filled);
        }
        let printed = emit(&Node::mapping(vec![Entry::new(Text::from_static("k"), node.clone())], node.span()));
        let filled = self.fill(&printed, node.span())?;
        if filled.text == printed {
            return None;
        }
        if has_unknown(&filled) {
            let filled = self.fill(text, node.span())?;
            return Some(self.of_kind(node, &filled, ScalarKind::String));
        }
        self.reread(node, &filled.text, &filled)
    }

    fn of_kind(&self, node: &Node, filled: &Substituted, kind: ScalarKind) -> Node {
        Node::scalar(filled.text.as_str(), kind, Style::Plain, self.origin(node, filled))
    }

    /// What was filled in, read as YAML.
    fn reread(&mut self, node: &Node, printed: &str, filled: &Substituted) -> Option<Node> {
        let file = Sources::new().add("<substituted>", printed.to_owned());
        let parsed = parse(&file, Dialect::Kubectl);
        let document = parsed.documents.first().map(|document| &document.node);
        let value = document.filter(|node| node.entries().len() == 1).and_then(|node| node.get("k"));
        let Some(value) = value.filter(|_| parsed.documents.len() == 1 && parsed.findings.is_empty()) else {
            self.findings.push(self.not_yaml(node, filled));
            return None;
        };
        let origin = self.origin(node, filled);
        let mut value = value.clone();
        set_origins(&mut value, &origin);
        Some(value)
    }

    fn not_yaml(&self, node: &Node, filled: &Substituted) -> Finding {
        let names = used(filled);
        let message = match names.as_slice() {
            [] => "what is filled in here makes the YAML invalid".to_owned(),
            [name] => format!("the value of `{name}` makes the YAML invalid where it is filled in"),
            [name, ..] => format!("the values of `{name}` and others make the YAML invalid where they are filled in"),
        };
        let finding = Finding::new(ids::SUBSTITUTION, node.span(), message);
        let finding = finding.with_help("quote the text around the variable, or the value once more");
        let variables = names.iter().filter_map(|name| self.variables.get(name)).map(|variable| variable.origin.span);
        variables.fold(finding, |finding, span| finding.with_related(span, "its value is set here"))
    }

    /// Fills in a text; what is wrong is a finding.
    fn fill(&mut self, template: &str, place: Span) -> Option<Substituted> {
        if !template.contains("${") && !template.contains("$$") {
            return None;
        }
        let variables = self.variables;
        let filled = substitute(template, self.strictness, &|name| variables.value(name));
        let filled = match filled {
            Ok(filled) => filled,
            Err(error) => {
                let expression: String =
                    template.get(error.place.clone()).unwrap_or_default().chars().take(60).collect();
                let line = expression.lines().next().unwrap_or_default().trim_end();
                let ends_its_line = template.get(error.place.end..).is_some_and(|rest| rest.starts_with('\n'));
                let is_open = ends_its_line && error.what != UNCLOSED && !line.contains('}');
                let and = if is_open { "is not closed on its line, and " } else { "" };
                let message = format!("`{line}` {and}{}", error.what);
                let help = "write `$$` for a dollar sign, or annotate the object with `kustomize.toolkit.fluxcd.io/substitute: disabled`";
                let place = self.places(template, place, std::slice::from_ref(&error.place));
                let findings = place.into_iter().map(|p| Finding::new(ids::SUBSTITUTION, p, &*message).with_help(help));
                self.findings.extend(findings);
                return None;
            }
        };
        self.tell_unset(&filled, template, place);
        if self.refuses_unset && !filled.unset.is_empty() {
            return None;
        }
        for piece in &filled.pieces {
            if let How::Unknown(names) = &piece.how {
                for name in names {
                    if !self.unknown.contains(name) {
                        self.unknown.push(name.clone());
                    }
                }
            }
        }
        Some(filled)
    }

    /// Each variable without a value, at its first place in the text: a dashboard may have hundreds.
    fn tell_unset(&mut self, filled: &Substituted, template: &str, place: Span) {
        let mut first: Vec<(&str, Range<usize>, usize)> = Vec::new();
        for (name, part) in &filled.unset {
            match first.iter_mut().find(|(known, ..)| known == name) {
                Some((.., times)) => *times += 1,
                None => first.push((name, part.clone(), 1)),
            }
        }
        let parts: Vec<Range<usize>> = first.iter().map(|(_, part, _)| part.clone()).collect();
        for ((name, _, times), place) in first.into_iter().zip(self.places(template, place, &parts)) {
            let finding = self.variables.unset(name, place);
            self.findings.push(match times {
                1 => finding,
                _ => finding.with_note(format!("it stands in this text {times} times")),
            });
        }
    }

    /// The places of parts of a text: of one with several lines, each has its own.
    fn places(&self, template: &str, whole: Span, parts: &[Range<usize>]) -> Vec<Span> {
        match self.sources.get(whole.file).filter(|_| template.contains('\n') && !parts.is_empty()) {
            Some(file) => places_in_text(template, whole, &file, parts),
            None => vec![whole; parts.len()],
        }
    }

    /// Where a text that was filled in came from: the variable that says it, over the text, and beside it the other variables.
    fn origin(&self, node: &Node, filled: &Substituted) -> Origin {
        let names = used(filled);
        let mut variables = names.iter().filter_map(|name| Some((name, self.variables.get(name)?)));
        let Some((name, first)) = variables.next() else { return node.origin() };
        let contribution = |(name, variable): (&String, &Variable)| Contribution {
            by: SetBy::Variable(name.as_str().into()),
            origin: variable.origin.clone(),
        };
        let own_chain = first.origin.over.is_some().then(|| contribution((name, first)));
        let beside = own_chain.into_iter().chain(variables.map(contribution)).collect();
        let by = SetBy::Variable(name.as_str().into());
        Origin::over(first.origin.span, by, Some(node.origin())).with_beside(beside)
    }
}

/// Says of an expression that is not closed in its text what Flux makes of it: it fills in the text of the whole object, and what closes the
/// expression may stand in a value behind it.
fn swallow(finding: &mut Finding, object: &Node) {
    let mut is_behind = false;
    let Some(close) = closing(object, finding.primary.span, &mut is_behind) else { return };
    finding.message.push_str(" in this value");
    let text = "Flux fills in the text of the whole object: it takes all up to the `}` here for the expression";
    finding.related.push(Label { span: close, text: text.to_owned() });
}

/// The first node behind a place in which a `}` stands, as the object is printed.
fn closing(node: &Node, place: Span, is_behind: &mut bool) -> Option<Span> {
    let is_empty_mapping = node.is_mapping() && node.entries().is_empty();
    let has_close = node.scalar_text().is_some_and(|text| text.contains('}')) || is_empty_mapping;
    if *is_behind && has_close {
        return Some(node.span());
    }
    let own = node.span();
    *is_behind |= node.scalar_text().is_some() && own.file == place.file && (own.start..own.end).contains(&place.start);
    let below = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    below.into_iter().find_map(|below| closing(below, place, is_behind))
}

/// Whether a variable may stand in a text.
fn may_begin(text: &str) -> bool {
    text.as_bytes().contains(&b'$')
}

/// Whether a variable may stand in a node.
fn has_dollar(node: &Node) -> bool {
    match node.value() {
        Shape::Scalar(text) => may_begin(text),
        Shape::Sequence(items) => items.iter().any(has_dollar),
        Shape::Mapping(entries) => {
            let has = |entry: &Entry| may_begin(&entry.key.text) || has_dollar(&entry.value);
            entries.answer(Question::HasDollar, || entries.iter().any(has))
        }
    }
}

fn has_unknown(filled: &Substituted) -> bool {
    filled.pieces.iter().any(|piece| matches!(piece.how, How::Unknown(_)))
}

/// The variables whose values are in a text, each once.
fn used(filled: &Substituted) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in &filled.pieces {
        if let How::Filled(used) = &piece.how {
            for name in used {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
    }
    names
}

fn set_origins(node: &mut Node, origin: &Origin) {
    node.set_origin(origin.clone());
    if node.is_mapping() {
        for entry in node.entries_mut() {
            entry.key.span = origin.span;
            set_origins(&mut entry.value, origin);
        }
    }
    if node.is_sequence() {
        node.items_mut().iter_mut().for_each(|item| set_origins(item, origin));
    }
}

/// Nothing in it means anything to YAML but the kind that it is.
fn is_plain_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_plain = |(at, byte): (usize, &u8)| match byte {
        b'.' | b'_' | b'/' | b'+' | b'-' => at > 0,
        // As in `https://`.
        b':' => at > 0 && bytes.get(at + 1) == Some(&b'/'),
        byte => byte.is_ascii_alphanumeric(),
    };
    !bytes.is_empty() && bytes.iter().enumerate().all(is_plain)
}

/// Whether an object says that nothing is filled into it.
pub(crate) fn is_exempt(node: &Node) -> bool {
    let says = |of: &str| {
        let value = node.at(&["metadata", of, "kustomize.toolkit.fluxcd.io/substitute"]).and_then(Node::scalar_text);
        value == Some("disabled")
    };
    says("labels") || says("annotations")
}

/// The value of a variable as the substitution asks for it.
impl Variables {
    fn value(&self, name: &str) -> Value<'_> {
        match self.get(name) {
            Some(Variable { value: Some(value), .. }) => Value::Known(value),
            Some(Variable { value: None, .. }) => Value::Unknown,
            None if self.may_have_more() => Value::Perhaps,
            None => Value::Unset,
        }
    }
}
