//! `--image` of the command line: one more image change after everything else, on whatever was rendered.

use seatrial_model::{Manifest, Node};

use crate::transform::image_reference::ImageParts;
use crate::transform::images::{each_container_image, set_on_command_line};

/// An `--image NAME=REFERENCE[@DIGEST]` of the command line, in the semantics of kustomize's `images`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageOverride {
    /// Image name as in the manifests, without tag.
    pub name: String,
    /// New name, tag and digest: `registry/web:1.4.1`, `registry/web@sha256:…`, `registry/web:1.4.1@sha256:…`.
    pub reference: String,
}

impl ImageOverride {
    /// Parses `NAME=REFERENCE[@DIGEST]`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<ImageOverride, String> {
        let Some((name, reference)) = text.split_once('=') else {
            return Err(format!("`{text}` is not `NAME=REFERENCE`, as in `web=registry.example.com/web:1.4.1`"));
        };
        if name.is_empty() || reference.is_empty() {
            let missing = if name.is_empty() { "name before" } else { "reference after" };
            return Err(format!("`{text}` has no {missing} the `=`"));
        }
        if let Some(bad) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return Err(format!(
                "an image must not contain {}",
                if bad.is_control() { "control characters" } else { "spaces" }
            ));
        }
        let named = ImageParts::split(name);
        if !named.tag.is_empty() || !named.digest.is_empty() {
            return Err(format!(
                "the name `{name}` must have neither tag nor digest: every tag of `{}` is replaced",
                named.name
            ));
        }
        let new = ImageParts::split(reference);
        if new.name.is_empty() || reference.ends_with([':', '@']) || new.tag.contains('/') {
            return Err(format!("`{reference}` is not an image reference"));
        }
        if !new.digest.is_empty() && !is_digest(new.digest) {
            return Err(format!("`{}` is not a digest: `sha256:` and 64 hexadecimal digits", new.digest));
        }
        Ok(ImageOverride { name: name.to_owned(), reference: reference.to_owned() })
    }

    /// The image as it is afterwards; `None` when it is another one.
    fn apply(&self, image: &str) -> Option<String> {
        let current = ImageParts::split(image);
        if current.name != self.name {
            return None;
        }
        let new = ImageParts::split(&self.reference);
        // A reference without tag and digest is a new name only (kustomize: `newName`).
        let keeps = new.tag.is_empty() && new.digest.is_empty();
        Some(if keeps { ImageParts { name: new.name, ..current }.join() } else { self.reference.clone() })
    }
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Sets images in every pod template, after everything else. Gives back how many containers each override changed, in order.
///
/// A container that has the image already counts. Every list called `containers` or `initContainers` is looked at, at any depth.
pub fn override_images(manifests: &mut [Manifest], overrides: &[ImageOverride]) -> Vec<usize> {
    let mut counts = vec![0; overrides.len()];
    for manifest in manifests.iter_mut().filter(|m| m.id.kind != "CustomResourceDefinition") {
        for (count, image_override) in counts.iter_mut().zip(overrides) {
            each_container_image(&mut manifest.node, &mut |image| change(image, image_override, count));
        }
    }
    counts
}

fn change(image: &Node, image_override: &ImageOverride, count: &mut usize) -> Option<Node> {
    let text = image.as_str()?;
    let changed = image_override.apply(text)?;
    *count += 1;
    (changed != text).then(|| set_on_command_line(image, changed))
}
