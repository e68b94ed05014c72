//! An image reference in its parts, taken apart and matched as kustomize does (kustomize: `internal/image`).

use regex::Regex;

use crate::go_regex;

/// Name, tag and digest of an image; tag and digest may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageReference<'a> {
    pub(crate) name: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) digest: &'a str,
}

impl<'a> ImageReference<'a> {
    /// Splits `registry:5000/web:1.4.1@sha256:…`; a colon before the first slash belongs to the registry.
    pub(crate) fn split(text: &'a str) -> ImageReference<'a> {
        let path = text.find('/').unwrap_or_default();
        let (colon, at) = (find_from(text, path, ':'), find_from(text, path, '@'));
        match (colon, at) {
            (None, None) => ImageReference { name: text, tag: "", digest: "" },
            (Some(colon), Some(at)) if colon < at => ImageReference {
                name: part(text, 0, colon),
                tag: part(text, colon + 1, at),
                digest: rest(text, at + 1),
            },
            (_, Some(at)) => ImageReference { name: part(text, 0, at), tag: "", digest: rest(text, at + 1) },
            (Some(colon), None) => {
                ImageReference { name: part(text, 0, colon), tag: rest(text, colon + 1), digest: "" }
            }
        }
    }

    /// The parts put together.
    pub(crate) fn join(&self) -> String {
        let mut text = self.name.to_owned();
        for (mark, part) in [(':', self.tag), ('@', self.digest)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }
}

fn find_from(text: &str, from: usize, wanted: char) -> Option<usize> {
    text.get(from..).and_then(|t| t.find(wanted)).map(|index| from + index)
}

fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn rest(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

/// The expression that images of a name fit; the name is itself an expression.
pub(crate) fn pattern(name: &str) -> Result<Regex, String> {
    go_regex::compile(&format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_a_registry_is_no_tag() {
        let split = |text| {
            let image = ImageReference::split(text);
            (image.name.to_owned(), image.tag.to_owned(), image.digest.to_owned())
        };
        let parts = |name: &str, tag: &str, digest: &str| (name.to_owned(), tag.to_owned(), digest.to_owned());
        assert_eq!(split("web"), parts("web", "", ""));
        assert_eq!(split("web:1"), parts("web", "1", ""));
        assert_eq!(split("r:5000/web"), parts("r:5000/web", "", ""));
        assert_eq!(split("r:5000/web:1@sha256:ab"), parts("r:5000/web", "1", "sha256:ab"));
        assert_eq!(split("r/web@sha256:ab"), parts("r/web", "", "sha256:ab"));
    }

    #[test]
    fn a_name_fits_with_any_tag_and_is_an_expression() {
        let fits = |name, text| pattern(name).expect("valid").is_match(text);
        assert!(fits("web", "web:1.0@sha256:ab") && fits("web", "web") && !fits("web", "webs:1"));
        assert!(fits("r/.*", "r/a:1"));
        assert!(pattern("r/(").is_err());
    }
}
