//! `image-name`: an image that no node can read as one (`distribution/reference` `ParseNormalizedNamed`, which the kubelet asks:
//! `InvalidImageName`). The API server takes any text.

use seatrial_kubernetes::ImageReference;
use seatrial_model::{Finding, Level, Node, RuleId, RuleInfo, Setting};

use crate::{Checked, Context, Objects, Rule, is_substitution, provenance};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "image-name",
    level: Level::Warning,
    setting: Setting::Free,
    summary: "an image has a name that no node can read",
    page: "The API server takes any text, and the kubelet reports `InvalidImageName`: the container never starts. An image is `[registry/]path[:tag][@digest]`; the path has lower-case letters, digits and single separators, the tag at most 128 letters, digits, `_`, `.` and `-`. It is a warning, as another tool may still put an image in its place.",
});

/// The rule.
pub(crate) struct ImageName;

impl Rule for ImageName {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        for pod in objects.pods() {
            for container in pod.containers() {
                let Some(node) = container.node.get("image") else { continue };
                let Some(image) = node.as_str().filter(|image| !is_judged_elsewhere(image)) else { continue };
                let Some((part, wrong)) = wrong_with(image) else { continue };
                let of = container.node.get("name").and_then(Node::as_str).unwrap_or_default();
                let object = &pod.manifest.id;
                let message = format!("container `{of}` of {object} has the image `{image}`, {wrong}");
                let (list, index) = (container.list, container.index);
                let finding = Finding::new(ID, node.span(), message)
                    .with_object(object)
                    .with_field(pod.pointer(&format!("/spec/{list}/{index}/image")));
                let mut finding = provenance::tell(finding, Some(node), pod.manifest);
                if let Some(of_part) = provenance::of_part(node, part, context.sources) {
                    finding.primary.span = of_part;
                }
                checked.findings.push(finding);
            }
        }
    }
}

/// An empty image is refused by the API server, one with blanks around it, too; `ko://…` and its like are replaced by the tool that knows it.
fn is_judged_elsewhere(image: &str) -> bool {
    image.is_empty() || image.trim() != image || image.contains("://") || is_substitution(image)
}

/// The part of an image that no node can read, and a clause about it.
fn wrong_with(image: &str) -> Option<(&str, &'static str)> {
    let ImageReference { registry, repository, tag, digest, .. } = ImageReference::parse(image);
    if let Some(digest) = digest.filter(|digest| !is_digest(digest)) {
        return Some((digest, "whose digest is not one"));
    }
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        return Some((tag, "whose tag is not one"));
    }
    if let Some(registry) = registry.filter(|registry| !is_host(registry)) {
        return Some((registry, "whose registry is not a host"));
    }
    let wrong = repository.split('/').find(|component| !is_component(component))?;
    if wrong.chars().any(|c| c.is_ascii_uppercase()) {
        return Some((wrong, "whose path has upper-case letters"));
    }
    Some((if wrong.is_empty() { repository } else { wrong }, "whose path is not one"))
}

fn is_host(registry: &str) -> bool {
    if registry.starts_with('[') {
        return true;
    }
    let (host, port) = registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        let is_inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && is_inner && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(is_label)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(component: &str) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    if !bytes.first().is_some_and(is_word) || !bytes.last().is_some_and(is_word) {
        return false;
    }
    let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    separators.into_iter().all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|b| b == b'-'))
}

fn is_tag(tag: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= 128
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hash)) = digest.split_once(':') else { return false };
    let is_hash = |length: usize| hash.len() == length && hash.bytes().all(|b| b.is_ascii_hexdigit());
    match algorithm {
        "sha256" => is_hash(64),
        "sha384" => is_hash(96),
        "sha512" => is_hash(128),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_read_as_nodes_read_them() {
        let digest = format!("web@sha256:{}", "a".repeat(64));
        for image in [
            "web",
            "acme/web:1.0",
            "ghcr.io/acme/we-b__x.y/a---b:v1_2.3-x",
            "localhost/web",
            "localhost:5000/web:1",
            "REGISTRY/web",
            "[::1]:5000/web",
            &digest,
        ] {
            assert_eq!(wrong_with(image), None, "{image}");
        }
        for (image, wrong) in [
            ("Web", "whose path has upper-case letters"),
            ("ghcr.io/Acme/web:1", "whose path has upper-case letters"),
            ("acme//web", "whose path is not one"),
            ("web-", "whose path is not one"),
            ("a..b", "whose path is not one"),
            ("/web:1", "whose path is not one"),
            ("web:", "whose tag is not one"),
            ("web:-x", "whose tag is not one"),
            ("web:a b", "whose tag is not one"),
            ("ghcr.io:5000/web:a/b", "whose tag is not one"),
            ("reg_istry.io/web", "whose registry is not a host"),
            ("host.io:x/web", "whose registry is not a host"),
            ("web@sha256:abc", "whose digest is not one"),
        ] {
            assert_eq!(wrong_with(image).map(|(_, wrong)| wrong), Some(wrong), "{image}");
        }
    }
}
