//! Which of several reports on one pull request: two pipelines keep a comment and a status each.

/// What tells one report from another.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyParts<'a> {
    /// What the configuration says; it counts alone.
    pub own: Option<&'a str>,
    /// Name of the pipeline.
    pub pipeline: Option<&'a str>,
    /// Name of the job.
    pub job: Option<&'a str>,
    /// Path of the configuration from the root of the repository.
    pub config: &'a str,
}

/// Where a configuration usually is.
const USUAL_CONFIG: &str = "seatrial.yaml";

impl KeyParts<'_> {
    /// The key; `default` where nothing has a name. Letters, digits and `/._-` stay, anything else becomes `-`.
    #[must_use]
    pub fn key(self) -> String {
        let config = Some(self.config).filter(|path| !path.is_empty() && *path != USUAL_CONFIG);
        let named = match self.own.filter(|own| !own.is_empty()) {
            Some(own) => vec![own],
            None => [self.pipeline, self.job, config].into_iter().flatten().filter(|part| !part.is_empty()).collect(),
        };
        let plain = |c: char| if c.is_ascii_alphanumeric() || "/._-".contains(c) { c } else { '-' };
        let key: String = named.join("/").chars().map(plain).collect();
        if key.is_empty() { "default".to_owned() } else { key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pipelines_keep_a_report_each() {
        let key = |own, pipeline, job, config| KeyParts { own, pipeline, job, config }.key();
        assert_eq!(key(None, Some("CI: shop"), Some("trial"), "seatrial.yaml"), "CI--shop/trial");
        assert_eq!(key(None, Some("ci"), Some("trial"), "apps/shop/seatrial.yaml"), "ci/trial/apps/shop/seatrial.yaml");
        assert_eq!(key(Some("shop"), Some("ci"), Some("trial"), "apps/shop/seatrial.yaml"), "shop");
        assert_eq!(key(None, None, None, "seatrial.yaml"), "default");
        assert_eq!(key(Some(""), None, Some("x"), ""), "x");
    }
}
