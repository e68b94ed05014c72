//! A text as part of the name of an object or a directory.

use sha2::{Digest as _, Sha256};

/// Longer names get a hash behind them.
const LONGEST: usize = 40;

/// `dev: Pays with a card` → `dev-pays-with-a-card`: a DNS label of at most 40 characters; what had to be cut, or has no letter, ends with a hash.
pub(crate) fn slug(text: &str) -> String {
    let joined = seatrial_model::slug(text);
    if !joined.is_empty() && joined.len() <= LONGEST {
        return joined;
    }
    let hash: String = Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let kept = joined.get(..(LONGEST - 9).min(joined.len())).unwrap_or_default().trim_end_matches('-');
    if kept.is_empty() { format!("test-{hash}") } else { format!("{kept}-{hash}") }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn any_text_becomes_a_label() {
        assert_eq!(slug("dev: Pays with a card"), "dev-pays-with-a-card");
        assert!(slug("支払い").starts_with("test-"));
        let long = slug(&"very long name ".repeat(9));
        assert!(long.len() <= 40 && long.starts_with("very-long-name"), "{long}");
        assert_ne!(slug(&"a".repeat(50)), slug(&"a".repeat(51)));
    }
}
