//! What the simulated cluster is told: which images exist, what their containers do, what is forbidden.

use schemars::JsonSchema;
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
        let reference = Reference::parse(reference);
        let wanted = reference.digest.as_deref().unwrap_or(&reference.tag);
        self.images.iter().find(|image| {
            Reference::parse(&image.name).name == reference.name && image.tags.iter().any(|tag| tag == wanted)
        })
    }

    /// Whether the registry knows the image of a reference, in whatever version: only then it says whether that can be pulled.
    #[must_use]
    pub fn knows(&self, reference: &str) -> bool {
        let name = Reference::parse(reference).name;
        self.images.iter().any(|image| Reference::parse(&image.name).name == name)
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

/// An image reference, normalised as the container runtime does: `web` is `docker.io/library/web:latest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Registry and repository.
    pub(crate) name: String,
    /// The tag; `latest` when there is none.
    pub(crate) tag: String,
    /// The digest, `sha256:…`.
    pub(crate) digest: Option<String>,
}

impl Reference {
    /// Takes a reference apart.
    pub(crate) fn parse(text: &str) -> Reference {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        let last_segment = rest.rfind('/').map_or(0, |i| i + 1);
        let (name, tag) = match rest.rfind(':').filter(|colon| *colon >= last_segment) {
            Some(colon) => (rest.get(..colon).unwrap_or(""), rest.get(colon + 1..).unwrap_or("")),
            None => (rest, "latest"),
        };
        Reference { name: with_registry(name), tag: tag.to_owned(), digest }
    }
}

/// The full reference, as the runtime's messages show it.
impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.digest {
            Some(digest) => write!(f, "{}@{digest}", self.name),
            None => write!(f, "{}:{}", self.name, self.tag),
        }
    }
}

fn with_registry(name: &str) -> String {
    match name.split_once('/') {
        None => format!("docker.io/library/{name}"),
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => name.to_owned(),
        Some(_) => format!("docker.io/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart_as_the_container_runtime_does() {
        let cases = [
            ("web", "docker.io/library/web:latest"),
            ("shop/web:1.4.0", "docker.io/shop/web:1.4.0"),
            ("localhost:5000/web", "localhost:5000/web:latest"),
            ("shop.azurecr.io/web:1.4.0", "shop.azurecr.io/web:1.4.0"),
            ("shop.azurecr.io/web:1.4.0@sha256:ab", "shop.azurecr.io/web@sha256:ab"),
        ];
        for (text, expected) in cases {
            assert_eq!(Reference::parse(text).to_string(), expected, "{text}");
        }
    }

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
