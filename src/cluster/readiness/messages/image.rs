//! What a failed image pull means (wordings of containerd, CRI-O and docker).

use seatrial_model::ImageFault;

/// Whether the registry said that there is no such image: trying again does not help.
pub(crate) fn is_not_found(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    let denied = said.contains("may require authorization") || said.contains("denied");
    let missing = ["not found", "manifest unknown", "manifest_unknown", "name unknown", "name_unknown"];
    !denied && missing.iter().any(|word| said.contains(word))
}

/// What is wrong with an image, by a waiting reason of the image family and the words beside it.
pub(crate) fn fault(reason: &str, said: &str, image: &str) -> ImageFault {
    match reason {
        "InvalidImageName" => return ImageFault::InvalidName,
        "ErrImageNeverPull" => return ImageFault::NeverPulled,
        _ => {}
    }
    // The reference itself must not be taken for an answer of the registry.
    let lower = said.replace(image, "").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["does not exist or may require authorization"]) {
        return ImageFault::NotFoundOrNotAllowed;
    }
    if has(&["unauthorized", "forbidden", "denied", "authentication required", "authorization failed"]) {
        return ImageFault::NotAllowed;
    }
    if has(&["no match for platform", "no matching manifest for", "no image found in manifest list"]) {
        return ImageFault::OtherPlatform;
    }
    if is_not_found(&lower) {
        return ImageFault::NotFound;
    }
    if has(&["toomanyrequests", "too many requests"]) {
        return ImageFault::RateLimited;
    }
    if has(&[
        "no such host",
        "i/o timeout",
        "connection refused",
        "x509",
        "tls handshake",
        "deadline exceeded",
        ": eof",
    ]) {
        return ImageFault::Unreachable;
    }
    ImageFault::Other
}

/// One clause for it.
pub(crate) fn describe(fault: ImageFault, image: &str) -> String {
    match fault {
        ImageFault::NotFound => format!("image not found: {image}"),
        ImageFault::NotAllowed => format!("not allowed to pull {image}"),
        ImageFault::NotFoundOrNotAllowed => format!("not allowed to pull {image}, or its repository does not exist"),
        ImageFault::OtherPlatform => format!("image was not built for the node's platform: {image}"),
        ImageFault::CannotRun => format!("image cannot run on the node: {image}"),
        ImageFault::RateLimited => format!("the registry limits the rate of requests: {image}"),
        ImageFault::Unreachable => format!("the node cannot reach the registry: {image}"),
        ImageFault::InvalidName => format!("invalid image name: {image}"),
        ImageFault::NeverPulled => format!("image is not on the node and `imagePullPolicy` is `Never`: {image}"),
        ImageFault::Other => format!("image cannot be pulled: {image}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_a_missing_image_from_a_missing_right_and_from_a_registry_that_is_down() {
        let table = [
            (
                r#"failed to resolve reference "acr.io/denied:9": acr.io/denied:9: not found"#,
                "image not found: acr.io/denied:9",
            ),
            ("reading manifest 9 in acr.io/web: manifest unknown", "image not found: acr.io/denied:9"),
            (
                "pull access denied, repository does not exist or may require authorization: insufficient_scope",
                "not allowed to pull acr.io/denied:9, or its repository does not exist",
            ),
            ("failed to authorize: unexpected status: 401 Unauthorized", "not allowed to pull acr.io/denied:9"),
            (r#"Back-off pulling image "acr.io/denied:9""#, "image cannot be pulled: acr.io/denied:9"),
            (
                "no match for platform in manifest: not found",
                "image was not built for the node's platform: acr.io/denied:9",
            ),
            ("dial tcp: lookup acr.io: no such host", "the node cannot reach the registry: acr.io/denied:9"),
            (
                "429 Too Many Requests - Server message: toomanyrequests",
                "the registry limits the rate of requests: acr.io/denied:9",
            ),
        ];
        for (said, expected) in table {
            let image = "acr.io/denied:9";
            assert_eq!(describe(fault("ErrImagePull", said, image), image), expected, "{said}");
        }
    }
}
