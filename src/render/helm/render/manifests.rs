//! What the templates printed, cut into documents: manifests in Helm's order of installation, and hooks (helm: `SortManifests`).

use std::ops::Range;

use seatrial_gotemplate::Text;
use seatrial_model::{BelongsTo, Encoding, Finding, Level, Node, Sources, Span};
use seatrial_yaml::{Dialect, parse};

use super::{Document, DocumentKind, head};
use crate::cluster::role::hook_of;
use crate::go_yaml::{Refusal, first_document};
use crate::major::Major;

/// In this order kinds are installed; all others come behind them by name (helm: `InstallOrder`).
const ORDER: [&str; 38] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// A document that Helm cannot read: the template, Helm's words, and where.
pub(crate) struct Unreadable {
    pub(crate) message: String,
    /// What is wrong with it, as the parser says; its places are in the document.
    pub(crate) findings: Vec<Finding>,
    /// The document.
    pub(crate) text: Text,
    /// The template that printed it.
    pub(crate) source: String,
}

/// The documents of some texts, which are sorted by the names of their templates.
pub(crate) fn sorted(
    texts: &[(String, Text)],
    sources: &Sources,
    helm: Major,
) -> Result<Vec<Document>, Box<Unreadable>> {
    let mut all = Vec::new();
    for (source, text) in texts {
        for range in cut(text, helm) {
            let document = document(source, text.slice(range), sources, helm)?;
            all.push(document);
        }
    }
    all.sort_by_cached_key(|document| {
        let kind = kind_of(&document.node);
        let position = ORDER.iter().position(|known| *known == kind && helm.orders(kind));
        let by_name = if position.is_some() { "" } else { kind };
        (document.hook().is_some(), position.unwrap_or(ORDER.len()), by_name.to_owned())
    });
    Ok(all)
}

fn kind_of(node: &Node) -> &str {
    node.get("kind").and_then(Node::scalar_text).unwrap_or_default()
}

/// Where the documents of a text are (helm: `SplitManifests`): what follows `---` on its line belongs to the next one.
pub(crate) fn cut(text: &str, helm: Major) -> Vec<Range<usize>> {
    match helm {
        Major::Three => cut_and_trimmed(text),
        Major::Four => cut_at_lines(text),
    }
}

/// As Helm 3 cuts them: without the white space around them, and where a line has nothing but `---`, the next one is not seen as one more.
fn cut_and_trimmed(text: &str) -> Vec<Range<usize>> {
    const SPACE: [char; 5] = ['\t', '\n', '\x0c', '\r', ' '];
    let whole = text.trim();
    let offset = whole.as_ptr() as usize - text.as_ptr() as usize;
    let mut ranges = Vec::new();
    let mut add = |from: usize, to: usize| {
        let part = whole.get(from..to).unwrap_or_default();
        if !part.is_empty() {
            let start = offset + from + part.len() - part.trim_start().len();
            ranges.push(start..start + part.trim().len());
        }
    };
    let (mut start, mut at) = (0, 0);
    while let Some(found) = next_separator(whole, at) {
        let before = whole.get(start..found).unwrap_or_default();
        add(start, start + before.trim_end_matches(SPACE).len());
        let rest = whole.get(found + 3..).unwrap_or_default();
        start = whole.len() - rest.trim_start_matches(SPACE).len();
        at = start;
    }
    add(start, whole.len());
    ranges
}

/// The next `---` at the start of the text or of a line, of which the line feed is not before `from`.
fn next_separator(text: &str, from: usize) -> Option<usize> {
    if from == 0 && text.starts_with("---") {
        return Some(0);
    }
    text.get(from..)?.find("\n---").map(|at| from + at + 1)
}

fn cut_at_lines(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = text.len() - text.trim_start().len();
    let mut at = start;
    let mut add = |from: usize, to: usize| {
        let part = &text[from..to];
        if !part.trim().is_empty() {
            ranges.push(to - part.trim_start().len()..to);
        }
    };
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
        if text[at..].starts_with("---") {
            add(start, at);
            let rest = &text[at + 3..];
            start = text.len() - rest.trim_start_matches([' ', '\t']).len();
        }
        at = line_end;
    }
    add(start.min(text.len()), text.len());
    ranges
}

fn document(source: &str, text: Text, sources: &Sources, helm: Major) -> Result<Document, Box<Unreadable>> {
    let path = format!("<{source}>");
    let add = |text: &str| sources.add_of(&BelongsTo::Repository, &path, text.to_owned(), Encoding::Utf8);
    let is_error = |finding: &&Finding| finding.level == Level::Error && is_fatal(finding);
    let mut file = add(&text);
    let mut parsed = parse(&file, Dialect::Kubectl);
    if let Some(first) = parsed.findings.iter().find(is_error).and_then(|_| first_document(&text)) {
        file = add(first);
        parsed = parse(&file, Dialect::Kubectl);
    }
    let unreadable = |message: String, findings: Vec<Finding>, text: &Text| {
        let message = format!("YAML parse error on {source}: {message}");
        Box::new(Unreadable { message, findings, text: text.clone(), source: source.to_owned() })
    };
    if let Some(error) = parsed.findings.iter().find(is_error) {
        let message = Refusal::of_first_document(&file).said(error);
        return Err(unreadable(message, parsed.findings, &text));
    }
    let node = match parsed.documents.into_iter().next() {
        Some(document) => document.node,
        None => Node::null(Span::start_of(file.id())),
    };
    if !node.is_mapping() && !node.is_null() {
        let kind = if node.is_sequence() { "array" } else { "string" };
        let message = format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {kind} into Go value of type {}",
            helm.head()
        );
        return Err(unreadable(message, vec![], &text));
    }
    if let Some((message, finding)) = head::unreadable(&node, helm) {
        let message = format!("error unmarshaling JSON: while decoding JSON: {message}");
        return Err(unreadable(message, vec![finding], &text));
    }
    let kind = hook_of(&node).map_or(DocumentKind::Manifest, DocumentKind::Hook);
    Ok(Document { source: source.to_owned(), text, node, file, findings: parsed.findings, kind })
}

/// A key that is there twice does not stop Helm.
fn is_fatal(finding: &Finding) -> bool {
    finding.rule == seatrial_model::ids::PARSE_ERROR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_cut_as_helm_cuts_them() {
        for (text, expected) in [
            ("", vec![]),
            ("  \n\n", vec![]),
            ("\n---\na: 1\n---\n  \n", vec!["a: 1\n"]),
            ("a: 1\n---b: 2\n", vec!["a: 1\n", "b: 2\n"]),
            ("--- # first\na: 1\n---\t\n\n  b: 2", vec!["# first\na: 1\n", "b: 2"]),
            ("a: |\n  x\n\n---\nb: 1\n", vec!["a: |\n  x\n\n", "b: 1\n"]),
            ("----\na: 1\n", vec!["-\na: 1\n"]),
        ] {
            let found: Vec<&str> = cut(text, Major::Four).into_iter().map(|range| &text[range]).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
