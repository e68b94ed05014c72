//! What a failed image pull means (wordings of containerd, CRI-O and docker).

/// Whether the registry said that there is no such image: trying again does not help.
pub(crate) fn is_not_found(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    let denied = said.contains("may require authorization") || said.contains("denied");
    let missing = ["not found", "manifest unknown", "manifest_unknown", "name unknown", "name_unknown"];
    !denied && missing.iter().any(|word| said.contains(word))
}

/// One clause for a waiting reason of the image family and the words beside it.
pub(crate) fn describe(reason: &str, said: &str, image: &str) -> String {
    match reason {
        "InvalidImageName" => return format!("invalid image name: {image}"),
        "ErrImageNeverPull" => {
            return format!("image is not on the node and `imagePullPolicy` is `Never`: {image}");
        }
        _ => {}
    }
    // The reference itself must not be taken for an answer of the registry.
    let lower = said.replace(image, "").to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["does not exist or may require authorization"]) {
        return format!("not allowed to pull {image}, or its repository does not exist");
    }
    if has(&["unauthorized", "forbidden", "denied", "authentication required", "authorization failed"]) {
        return format!("not allowed to pull {image}");
    }
    if has(&["no match for platform", "no matching manifest for", "no image found in manifest list"]) {
        return format!("image was not built for the node's platform: {image}");
    }
    if is_not_found(&lower) {
        return format!("image not found: {image}");
    }
    if has(&["toomanyrequests", "too many requests"]) {
        return format!("the registry limits the rate of requests: {image}");
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
        return format!("the node cannot reach the registry: {image}");
    }
    format!("image cannot be pulled: {image}")
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
            assert_eq!(describe("ErrImagePull", said, "acr.io/denied:9"), expected, "{said}");
        }
    }
}
