//! Which of several reports on one pull request: two pipelines keep a comment each.

/// The key of a pipeline's job; `default` where neither has a name.
#[must_use]
pub fn comment_key(pipeline: Option<&str>, job: Option<&str>) -> String {
    let raw = format!("{}/{}", pipeline.unwrap_or_default(), job.unwrap_or_default());
    let plain = |c: char| if c.is_ascii_alphanumeric() || "/._-".contains(c) { c } else { '-' };
    let key: String = raw.chars().map(plain).collect();
    if key == "/" { "default".to_owned() } else { key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pipelines_keep_a_comment_each() {
        assert_eq!(comment_key(Some("CI: shop"), Some("trial")), "CI--shop/trial");
        assert_ne!(comment_key(Some("a"), Some("trial")), comment_key(Some("b"), Some("trial")));
        assert_eq!(comment_key(None, None), "default");
    }
}
