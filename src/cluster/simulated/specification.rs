//! What the simulated cluster is told: which images exist, what their containers do, what is forbidden.

use schemars::JsonSchema;
use seatrial_kubernetes::ImageReference;
use serde::{Deserialize, Serialize};

/// How the registry and the pods of the simulated cluster behave (`simulated:` of an environment).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Specification {
    /// Images that the registry knows. Of any other image every tag is accepted: pulling it is not simulated.
    pub images: Vec<Image>,
    /// What the credentials may not do.
    pub forbid: Vec<Forbidden>,
}

/// An image that the registry knows, and what its containers do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Name without a tag.
    pub name: String,
    /// Tags and digests that exist; any other is ErrImagePull.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Bodies of the answers to HTTP GET by path, with status 200; any other path is 404. Without `serves` nothing listens.
    #[serde(default)]
    pub serves: std::collections::BTreeMap<String, String>,
    /// Exit code with which the container ends at once: with 0 a Job completes, with any other it crashes.
    #[serde(default)]
    pub exits: Option<i32>,
    /// What it logs.
    #[serde(default)]
    pub logs: Vec<String>,
}

/// A verb on a resource that the API server answers with 403.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forbidden {
    /// `patch`, `create`, `get`, `list`, `delete`, `*`.
    pub verb: String,
    /// `deployments.apps`, `secrets`, `*`.
    pub resource: String,
}

impl Specification {
    /// The image that a pod's reference (`shop/web:1.4.0`, `registry/shop/web@sha256:…`) means, when it exists.
    #[must_use]
    pub(crate) fn image(&self, reference: &str) -> Option<&Image> {
        let reference = ImageReference::parse(reference);
        let wanted = reference.digest.unwrap_or(reference.tag_or_latest());
        self.named(reference).find(|image| image.tags.iter().any(|tag| tag == wanted))
    }

    /// Whether the registry knows the image of a reference, in whatever version: only then it says whether that can be pulled.
    #[must_use]
    pub fn knows(&self, reference: &str) -> bool {
        self.named(ImageReference::parse(reference)).next().is_some()
    }

    fn named(&self, reference: ImageReference<'_>) -> impl Iterator<Item = &Image> {
        let name = reference.full_name();
        self.images.iter().filter(move |image| ImageReference::parse(&image.name).full_name() == name)
    }

    /// Whether a verb on a resource (`deployments.apps`; `pods/log` with a subresource) is forbidden.
    #[must_use]
    pub(crate) fn forbids(&self, verb: &str, resource: &str, group: &str, subresource: Option<&str>) -> bool {
        let plain = subresource.map_or_else(|| resource.to_owned(), |sub| format!("{resource}/{sub}"));
        let qualified = if group.is_empty() { plain.clone() } else { format!("{plain}.{group}") };
        self.forbid.iter().any(|rule| {
            let resource_matches = rule.resource == "*" || rule.resource == plain || rule.resource == qualified;
            resource_matches && (rule.verb == "*" || rule.verb == verb)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_exists_only_with_a_listed_tag_or_digest() {
        let image =
            Image { name: "shop/web".into(), tags: vec!["1.4.0".into(), "sha256:ab".into()], ..Image::default() };
        let specification = Specification { images: vec![image], forbid: vec![] };
        for there in ["shop/web:1.4.0", "docker.io/shop/web:1.4.0", "shop/web:9@sha256:ab"] {
            assert!(specification.image(there).is_some(), "{there}");
        }
        for absent in ["shop/web", "shop/web:1.4.1", "acr.io/shop/web:1.4.0", "shop/web:1.4.0@sha256:cd"] {
            assert!(specification.image(absent).is_none(), "{absent}");
        }
        assert!(specification.knows("docker.io/shop/web:1.4.1") && !specification.knows("acr.io/shop/web:1.4.0"));
    }

    #[test]
    fn forbids_by_verb_and_resource() {
        let rule = |verb: &str, resource: &str| Specification {
            images: vec![],
            forbid: vec![Forbidden { verb: verb.into(), resource: resource.into() }],
        };
        assert!(rule("patch", "deployments.apps").forbids("patch", "deployments", "apps", None));
        assert!(rule("*", "deployments").forbids("patch", "deployments", "apps", None));
        assert!(rule("get", "pods/log").forbids("get", "pods", "", Some("log")));
        assert!(!rule("get", "pods").forbids("get", "pods", "", Some("log")));
        assert!(!rule("get", "deployments.apps").forbids("patch", "deployments", "apps", None));
    }
}
