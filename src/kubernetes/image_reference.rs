//! The images that containers name: `[registry/]repository[:tag][@digest]`.

/// An image in its parts, as container runtimes take it apart (`distribution/reference`). What is not one has parts, too: nothing is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    /// The host, with its port; `None` where the runtime puts its own.
    pub registry: Option<&'a str>,
    /// The path at the registry.
    pub repository: &'a str,
    /// What stands behind the colon, if there is one.
    pub tag: Option<&'a str>,
    /// What stands behind the `@`, if there is one: `sha256:…`.
    pub digest: Option<&'a str>,
    /// Registry and repository as they are written.
    name: &'a str,
}

impl<'a> ImageReference<'a> {
    /// Takes a reference apart.
    #[must_use]
    pub fn parse(text: &'a str) -> ImageReference<'a> {
        let (rest, digest) = text.split_once('@').map_or((text, None), |(rest, digest)| (rest, Some(digest)));
        let with_registry = rest.split_once('/').filter(|(first, _)| is_registry(first));
        let (registry, path) = with_registry.map_or((None, rest), |(registry, path)| (Some(registry), path));
        let (repository, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
        let name = tag.map_or(rest, |tag| rest.get(..rest.len() - tag.len() - 1).unwrap_or(rest));
        ImageReference { registry, repository, tag, digest, name }
    }

    /// Registry and repository as they are written: `web`, `ghcr.io/acme/web`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// Registry and repository as the runtime completes them: `web` is `docker.io/library/web`.
    #[must_use]
    pub fn full_name(&self) -> String {
        match self.registry {
            Some(_) => self.name.to_owned(),
            None if self.repository.contains('/') => format!("docker.io/{}", self.repository),
            None => format!("docker.io/library/{}", self.repository),
        }
    }

    /// The tag that is pulled where there is no digest.
    #[must_use]
    pub fn tag_or_latest(&self) -> &'a str {
        self.tag.unwrap_or("latest")
    }

    /// What is pulled, as the runtime's messages show it: with a digest, the tag says nothing.
    #[must_use]
    pub fn pulled(&self) -> String {
        match self.digest {
            Some(digest) => format!("{}@{digest}", self.full_name()),
            None => format!("{}:{}", self.full_name(), self.tag_or_latest()),
        }
    }
}

/// Repositories have no upper-case letters.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(|c| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_as_the_container_runtime_does() {
        type Row = (&'static str, Option<&'static str>, &'static str, Option<&'static str>, Option<&'static str>);
        let table: [Row; 12] = [
            ("web", None, "web", None, None),
            ("web:1", None, "web", Some("1"), None),
            ("shop/web:1.4.0", None, "shop/web", Some("1.4.0"), None),
            ("registry:5000/web", Some("registry:5000"), "web", None, None),
            ("registry:5000/web:1", Some("registry:5000"), "web", Some("1"), None),
            ("localhost/web@sha256:ab", Some("localhost"), "web", None, Some("sha256:ab")),
            ("acr.io/a/web:1@sha256:ab", Some("acr.io"), "a/web", Some("1"), Some("sha256:ab")),
            ("[::1]:5000/web", Some("[::1]:5000"), "web", None, None),
            ("REGISTRY/web", Some("REGISTRY"), "web", None, None),
            ("web:", None, "web", Some(""), None),
            ("acr.io/web:a/b:c", Some("acr.io"), "web", Some("a/b:c"), None),
            ("", None, "", None, None),
        ];
        for (text, registry, repository, tag, digest) in table {
            let found = ImageReference::parse(text);
            assert_eq!(
                (found.registry, found.repository, found.tag, found.digest),
                (registry, repository, tag, digest)
            );
            let name = registry.map_or(repository.to_owned(), |registry| format!("{registry}/{repository}"));
            assert_eq!(found.name(), name, "{text}");
        }
    }

    #[test]
    fn the_runtime_completes_what_is_not_written() {
        let cases = [
            ("web", "docker.io/library/web:latest"),
            ("shop/web:1.4.0", "docker.io/shop/web:1.4.0"),
            ("localhost:5000/web", "localhost:5000/web:latest"),
            ("shop.azurecr.io/web:1.4.0", "shop.azurecr.io/web:1.4.0"),
            ("shop.azurecr.io/web:1.4.0@sha256:ab", "shop.azurecr.io/web@sha256:ab"),
            ("REGISTRY/web", "REGISTRY/web:latest"),
        ];
        for (text, expected) in cases {
            assert_eq!(ImageReference::parse(text).pulled(), expected, "{text}");
        }
    }
}
