//! `{number}` and its kind in names and addresses.

use seatrial_model::slug;
use thiserror::Error;

/// What can be filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    pub(crate) number: Option<u64>,
    pub(crate) environment: String,
    pub(crate) branch: Option<String>,
    pub(crate) sha: Option<String>,
}

/// The names that are known.
pub(crate) const NAMES: [&str; 4] = ["number", "environment", "branch", "sha"];

/// Why a template cannot be filled in, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum FillError {
    #[error("`{0}` has a `{{` without `}}`")]
    Unclosed(String),
    #[error(
        "`{template}` has the unknown placeholder `{{{name}}}`; the placeholders are {{number}}, {{environment}}, {{branch}} and {{sha}}"
    )]
    Unknown { template: String, name: String },
    /// Only a pull request has it, and there is none, or the CI does not say it.
    #[error("`{template}` needs `{{{name}}}`, which is known only on a pull request")]
    OfPullRequest { template: String, name: String },
}

impl FillError {
    /// The sentence with what a person can do about it.
    pub(crate) fn with_way_out(&self) -> String {
        let is_number = matches!(self, FillError::OfPullRequest { name, .. } if name == "number");
        format!("{self}{}", if is_number { "; pass --pull-request NUMBER" } else { "" })
    }
}

/// Fills `{name}` in.
///
/// # Errors
/// [`FillError`] for an unknown name, or one that has no value here.
pub(crate) fn fill(template: &str, values: &Placeholders) -> Result<String, FillError> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            return Err(FillError::Unclosed(template.to_owned()));
        };
        filled.push_str(before);
        filled.push_str(&value(name, values).ok_or_else(|| missing(template, name))?);
        rest = tail;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn value(name: &str, values: &Placeholders) -> Option<String> {
    match name {
        "number" => values.number.map(|n| n.to_string()),
        "environment" => Some(values.environment.clone()),
        "branch" => values.branch.as_deref().map(slug),
        "sha" => values.sha.as_deref().map(|sha| sha.chars().take(7).collect()),
        _ => None,
    }
}

fn missing(template: &str, name: &str) -> FillError {
    let (is_known, template, name) = (NAMES.contains(&name), template.to_owned(), name.to_owned());
    if is_known { FillError::OfPullRequest { template, name } } else { FillError::Unknown { template, name } }
}

/// A namespace's name: a DNS-1123 label (RFC 1123, at most 63 characters).
pub(crate) fn is_dns_label(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 63 && name.chars().all(allowed) && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_what_the_pull_request_says() {
        let values = Placeholders {
            number: Some(7),
            environment: "dev".to_owned(),
            branch: Some("Feature/Cart_2".to_owned()),
            sha: Some("abcdef1234".to_owned()),
        };
        assert_eq!(
            fill("shop-{environment}-{number}-{branch}-{sha}", &values).as_deref(),
            Ok("shop-dev-7-feature-cart-2-abcdef1")
        );
    }

    #[test]
    fn says_what_is_missing_and_the_way_out() {
        let none = Placeholders::default();
        assert!(fill("pr-{number}", &none).expect_err("no number").with_way_out().contains("--pull-request"));
        assert!(fill("pr-{nmber}", &none).expect_err("unknown").to_string().contains("the placeholders are {number}"));
        assert!(fill("pr-{number", &none).expect_err("open").to_string().contains("without"));
    }
}
