//! Keys that stand twice where kustomize takes one of them and loses the other without a word: a warning there, not an error.
//!
//! Not here: that they stand twice at all (`formats/yaml`), and patches that are objects: of those kustomize takes the first, takes the
//! last or refuses the result, as it happens. When a transformer sets such an annotation, kustomize sets the one that it then loses; when
//! a JSON patch changes the object, kustomize refuses it after all.

use seatrial_model::{Finding, Level, Node, Span, ids};

/// What is read as JSON: kustomizations, JSON patches, replacements, schemas (kyaml: `yaml.YAMLToJSON`).
pub(crate) fn tolerate(findings: &mut [Finding]) {
    findings.iter_mut().filter(|f| f.rule == ids::DUPLICATE_KEY).for_each(warn);
}

/// Whether there are any that could be tolerated.
pub(crate) fn any(findings: &[Finding]) -> bool {
    findings.iter().any(is_error)
}

/// Annotations of an object, which kustomize writes anew (kyaml: `RNode.SetAnnotations`).
pub(crate) fn tolerate_annotations(object: &Node, findings: &mut [Finding]) {
    let Some(annotations) = object.at(&["metadata", "annotations"]) else { return };
    let inside =
        |outer: Span, inner: Span| outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end;
    for finding in findings.iter_mut().filter(|f| is_error(f)) {
        let span = finding.primary.span;
        let below = |entry: &seatrial_model::Entry| inside(entry.value.span(), span);
        if inside(annotations.span(), span) && !annotations.entries().iter().any(below) {
            warn(finding);
        }
    }
}

fn is_error(finding: &Finding) -> bool {
    finding.rule == ids::DUPLICATE_KEY && finding.level == Level::Error
}

fn warn(finding: &mut Finding) {
    finding.level = Level::Warning;
    finding.help = Some("remove one of them: kustomize takes the last".to_owned());
}
