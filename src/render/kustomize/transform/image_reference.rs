//! An image reference in its parts, taken apart and matched as kustomize does (kustomize: `internal/image`).

use regex::Regex;
use seatrial_golang::regexp;

/// Name, tag and digest of an image; tag and digest may be empty. A node takes apart otherwise what is not an image
/// (`seatrial_kubernetes::ImageReference`); what is built has to be what kustomize builds of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ImageParts<'a> {
    pub(crate) name: &'a str,
    pub(crate) tag: &'a str,
    pub(crate) digest: &'a str,
}

impl<'a> ImageParts<'a> {
    /// Splits `registry:5000/web:1.4.1@sha256:…`; a colon before the first slash belongs to the registry.
    pub(crate) fn split(text: &'a str) -> ImageParts<'a> {
        let path = text.find('/').unwrap_or_default();
        let (colon, at) = (find_from(text, path, ':'), find_from(text, path, '@'));
        match (colon, at) {
            (None, None) => ImageParts { name: text, tag: "", digest: "" },
            (Some(colon), Some(at)) if colon < at => {
                ImageParts { name: part(text, 0, colon), tag: part(text, colon + 1, at), digest: rest(text, at + 1) }
            }
            (_, Some(at)) => ImageParts { name: part(text, 0, at), tag: "", digest: rest(text, at + 1) },
            (Some(colon), None) => ImageParts { name: part(text, 0, colon), tag: rest(text, colon + 1), digest: "" },
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

/// Which images are meant by a name, which is an expression (kustomize: `image.IsImageMatched`).
#[derive(Debug)]
pub(crate) enum ImagePattern {
    /// A name in which no character but the dot means anything but itself, as nearly all are.
    Name(String),
    /// An expression.
    Expression(Regex),
}

impl ImagePattern {
    /// Reads a name; the error is a clause.
    pub(crate) fn of(name: &str) -> Result<ImagePattern, String> {
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/:_-@.".contains(&b)) {
            return Ok(ImagePattern::Name(name.to_owned()));
        }
        expression(name).map(ImagePattern::Expression)
    }

    /// Whether an image is meant, whatever its tag and digest.
    pub(crate) fn is_match(&self, image: &str) -> bool {
        match self {
            ImagePattern::Name(name) => has_name(image, name),
            ImagePattern::Expression(expression) => expression.is_match(image),
        }
    }
}

fn expression(name: &str) -> Result<Regex, String> {
    regexp::compile(&format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"))
}

/// What the expression says, for a name in which only the dot stands for other characters.
fn has_name(image: &str, name: &str) -> bool {
    let mut rest = image.chars();
    let is = |wanted: char, c: char| wanted == c || (wanted == '.' && c != '\n');
    if !name.chars().all(|wanted| rest.next().is_some_and(|c| is(wanted, c))) {
        return false;
    }
    let is_version = |c: char| c.is_ascii_alphanumeric() || "_.{}-".contains(c);
    let rest = rest.as_str();
    let rest = rest.strip_prefix(':').map_or(rest, |tag| tag.trim_start_matches(is_version));
    rest.is_empty() || rest.strip_prefix("@sha256:").is_some_and(|digest| digest.chars().all(is_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_of_a_registry_is_no_tag() {
        let split = |text| {
            let image = ImageParts::split(text);
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
        let fits = |name, text| ImagePattern::of(name).expect("valid").is_match(text);
        assert!(fits("web", "web:1.0@sha256:ab") && fits("web", "web") && !fits("web", "webs:1"));
        assert!(fits("r/.*", "r/a:1"));
        assert!(ImagePattern::of("r/(").is_err());
    }

    #[test]
    fn a_plain_name_fits_what_its_expression_fits() {
        let names = ["web", "r.io:5000/web", "w.b", "", ".", "web:1", "web@sha256:ab", "a/b_c-d"];
        let images = [
            "web",
            "web:",
            "web:1.0",
            "web:1.0@sha256:ab",
            "web@sha256:",
            "web@sha256:a/b",
            "web@sha512:ab",
            "webs",
            "we",
            "r.io:5000/web:2",
            "rxio:5000/web",
            "r/io:5000/web",
            "wéb:1",
            "w\nb",
            "wb",
            ":1",
            "@sha256:1",
            "x:1",
            "web:1:2",
            "web:1.{}_-",
            "web:é",
            "web:1\n",
            "web@sha256:ab:1",
            "a/b_c-d@sha256:00",
            "",
        ];
        let mut fit = 0;
        for name in names {
            let expression = expression(name).expect("valid");
            for image in images {
                assert!(matches!(ImagePattern::of(name), Ok(ImagePattern::Name(_))));
                assert_eq!(has_name(image, name), expression.is_match(image), "`{name}` and `{image}`");
                fit += usize::from(expression.is_match(image));
            }
        }
        assert!(fit > 15, "{fit}");
    }
}
