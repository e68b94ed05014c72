//! A text as part of a DNS label.

/// `Feature/Cart_2` → `feature-cart-2`: lower case, and what is neither a letter nor a digit of ASCII is one hyphen between others. Empty when
/// nothing is left; not shortened.
#[must_use]
pub fn slug(text: &str) -> String {
    let mapped: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}
