//! An image as a reference: repository, tag and digest; images that change, and one finding where one line changes those of many containers.

use seatrial_kubernetes::ImageReference;
use seatrial_model::{Finding, Node, QuickMap, RuleId, Span, counted};
use seatrial_rules::Container;
use seatrial_schema::is_substitution;

use super::Transition;
use super::pods::{PodPair, of, pods};

/// An image.
#[derive(Clone, Copy)]
pub(super) struct Image<'a> {
    /// The whole text.
    pub(super) text: &'a str,
    /// Registry and path, without what every node fills in.
    pub(super) repository: &'a str,
    /// Its tag.
    pub(super) tag: Option<&'a str>,
    /// Whether a digest says which bytes it is.
    pub(super) has_digest: bool,
}

impl<'a> Image<'a> {
    /// Reads an image; `None` for one that is not known yet.
    pub(super) fn read(text: &'a str) -> Option<Image<'a>> {
        if text.is_empty() || text.contains("://") || is_substitution(text) {
            return None;
        }
        let reference = ImageReference::parse(text);
        let path = reference.name();
        let path = ["docker.io/", "index.docker.io/"].iter().find_map(|host| path.strip_prefix(host)).unwrap_or(path);
        let repository = path.strip_prefix("library/").unwrap_or(path);
        Some(Image { text, repository, tag: reference.tag, has_digest: reference.digest.is_some() })
    }
}

/// Another image of a container.
pub(super) struct ImageChange<'a> {
    pub(super) before: Image<'a>,
    pub(super) after: Image<'a>,
    was: &'a Node,
    container: Container<'a>,
    pod: PodPair<'a>,
}

impl ImageChange<'_> {
    /// `container web of Deployment shop/web`.
    pub(super) fn of(&self) -> String {
        of(self.container, &self.pod)
    }

    /// A finding at the image.
    pub(super) fn finding(&self, rule: RuleId, message: String) -> Finding {
        let finding = self.pod.finding(rule, self.container, "/image", message);
        finding.with_related(self.was.span(), "the image on the base")
    }
}

/// The images that are other ones.
pub(super) fn changes<'a>(transition: &Transition<'a>) -> impl Iterator<Item = ImageChange<'a>> {
    pods(transition).flat_map(|pod| {
        pod.containers().filter_map(move |pair| {
            let was = pair.before?.node.get("image")?;
            let (before, after) = (was.as_str()?, pair.after.node.get("image")?.as_str()?);
            if before == after {
                return None;
            }
            let (before, after) = (Image::read(before)?, Image::read(after)?);
            Some(ImageChange { before, after, was, container: pair.after, pod })
        })
    })
}

/// What is found of images: where one line says the same of many containers, it is told of the first.
#[derive(Default)]
pub(super) struct Folded {
    findings: Vec<(Finding, usize)>,
    places: QuickMap<(Span, String), usize>,
}

impl Folded {
    /// Adds a finding; `what` is what it says without the container.
    pub(super) fn add(&mut self, what: String, finding: Finding) {
        let place = *self.places.entry((finding.primary.span, what)).or_insert(self.findings.len());
        match self.findings.get_mut(place) {
            Some((_, more)) => *more += 1,
            None => self.findings.push((finding, 0)),
        }
    }

    /// The findings, each with the number of those that are like it.
    pub(super) fn tell(self, findings: &mut Vec<Finding>) {
        findings.extend(self.findings.into_iter().map(|(finding, more)| match more {
            0 => finding,
            more => finding.with_note(format!("the same in {}", counted(more, "other container"))),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_read_as_nodes_read_it() {
        let read = |text| Image::read(text).map(|image| (image.repository, image.tag, image.has_digest));
        for (text, expected) in [
            ("web", ("web", None, false)),
            ("docker.io/library/web:1.0", ("web", Some("1.0"), false)),
            ("localhost:5000/web", ("localhost:5000/web", None, false)),
            ("localhost:5000/web:1@sha256:ab", ("localhost:5000/web", Some("1"), true)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        assert_eq!((read("acme/web:${TAG}"), read("ko://acme"), read("")), (None, None, None));
    }
}
