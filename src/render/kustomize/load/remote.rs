//! Bases and files in other repositories: what their addresses mean, and where a copy of such a repository lies in the tree.
//!
//! Not here: fetching. What nobody put into the tree is a finding.

use seatrial_tree::{join, within};

/// A copy of another repository, or of a directory of it, that lies in the tree: vendored, or checked out by the CI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// What is copied; without a reference it stands for all of them.
    address: Address,
    /// The directory of the tree that holds it.
    directory: String,
}

impl Checkout {
    /// A copy of what `url` names, as `resources` would name it, in a directory of the tree.
    ///
    /// # Errors
    /// A sentence when `url` is none, or the directory leads out of the tree.
    pub fn new(url: &str, directory: &str) -> Result<Checkout, String> {
        let address = Address::parse(url).ok_or_else(|| {
            format!("`{url}` is not the URL of a repository, as in https://github.com/acme/bases?ref=v1.2")
        })?;
        let directory = join("", directory)
            .ok_or_else(|| format!("the copy of `{url}` is outside the repository: `{directory}`"))?;
        Ok(Checkout { address, directory })
    }

    /// The directory of the tree that holds it.
    #[must_use]
    pub fn directory(&self) -> &str {
        &self.directory
    }
}

/// Where a remote base is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Copy<'a> {
    /// The path in the tree.
    At(String),
    /// There is a copy of another reference.
    OfAnotherReference { directory: &'a str, reference: &'a str, wanted: Option<String> },
    /// Nobody has said where one is.
    Unknown,
}

/// Where a copy of what an address names lies; one of its very reference comes first.
pub(crate) fn find<'a>(checkouts: &'a [Checkout], text: &str) -> Copy<'a> {
    let Some(wanted) = Address::parse(text) else { return Copy::Unknown };
    let below = |checkout: &'a Checkout| wanted.below(&checkout.address).map(|path| (checkout, path));
    let mut known: Vec<(&Checkout, String)> = checkouts.iter().filter_map(below).collect();
    known.sort_by_key(|(checkout, _)| checkout.address.reference.is_none());
    let is_wanted = |reference: &Option<String>| reference.is_none() || *reference == wanted.reference;
    if let Some((checkout, path)) = known.iter().find(|(checkout, _)| is_wanted(&checkout.address.reference)) {
        return match join(&checkout.directory, path) {
            Some(path) => Copy::At(path),
            None => Copy::Unknown,
        };
    }
    match known.first().and_then(|(checkout, _)| Some((checkout, checkout.address.reference.as_deref()?))) {
        Some((checkout, reference)) => {
            Copy::OfAnotherReference { directory: &checkout.directory, reference, wanted: wanted.reference }
        }
        None => Copy::Unknown,
    }
}

/// A place in a repository (kustomize: `git.NewRepoSpecFromURL`).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    /// Host and path without scheme, user and `.git`: `github.com/acme/bases`.
    repository: String,
    /// The directory in it; empty for its root.
    path: String,
    /// Branch, tag or commit.
    reference: Option<String>,
}

impl Address {
    fn parse(text: &str) -> Option<Address> {
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let address = without_prefix(address, "git::");
        let (scheme, rest) = SCHEMES.iter().find_map(|s| split_prefix(address, s)).unwrap_or(("", address));
        let (user, rest) = match rest.split_once('@') {
            Some((user, rest)) if user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => (user, rest),
            _ => ("", rest),
        };
        let is_github = ["github.com/", "github.com:"].iter().any(|host| split_prefix(rest, host).is_some());
        let may_have_colon = scheme.is_empty() && (!user.is_empty() || is_github);
        if scheme.is_empty() && !may_have_colon {
            return None;
        }
        let end = rest.find(|c| c == '/' || (c == ':' && may_have_colon))?;
        let (host, rest) = (rest.get(..end)?, rest.get(end + 1..)?);
        let (repository, path) = split_repository(rest, if scheme == "file://" { usize::MAX } else { 2 })?;
        let repository = repository.strip_suffix(".git").unwrap_or(repository).trim_matches('/');
        if repository.is_empty() {
            return None;
        }
        let repository = format!("{}/{repository}", host.to_ascii_lowercase());
        let path = join("", path.trim_matches('/'))?;
        Some(Address { repository, path, reference: reference(query) })
    }

    /// The path of this below that of another, in the same repository.
    fn below(&self, other: &Address) -> Option<String> {
        let path = within(&self.path, &other.path).filter(|_| self.repository == other.repository);
        path.map(str::to_owned)
    }
}

const SCHEMES: [&str; 4] = ["ssh://", "https://", "http://", "file://"];

/// The repository and the path in it: at `_git/NAME`, `//` or `.git`, else after so many segments (kustomize: `parsePathParts`).
fn split_repository(rest: &str, segments: usize) -> Option<(&str, &str)> {
    if let Some(at) = rest.find("_git/").map(|at| at + "_git/".len()) {
        let end = rest.get(at..)?.find('/').map_or(rest.len(), |length| at + length);
        return Some((rest.get(..end)?, rest.get(end..)?));
    }
    if let Some(split) = rest.split_once("//") {
        return Some(split);
    }
    if let Some(end) = rest.find(".git").map(|at| at + ".git".len()) {
        return Some((rest.get(..end)?, rest.get(end..)?));
    }
    if segments == usize::MAX {
        return Some((rest, ""));
    }
    let mut slashes = rest.match_indices('/').map(|(at, _)| at).skip(segments.checked_sub(2)?);
    slashes.next()?;
    let end = slashes.next().unwrap_or(rest.len());
    Some((rest.get(..end)?, rest.get(end..)?))
}

/// `ref` of a query, else `version`.
pub(crate) fn reference(query: &str) -> Option<String> {
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut values = pairs.filter(|(key, value)| *key == name && !value.is_empty());
        values.next().map(|(_, value)| value.replace("%2F", "/").replace("%2f", "/"))
    };
    value("ref").or_else(|| value("version"))
}

fn split_prefix<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some((start, rest))
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> &'a str {
    split_prefix(text, prefix).map_or(text, |(_, rest)| rest)
}

/// What looks like something to be fetched (kustomize: `git.NewRepoSpecFromURL`, `IsRemoteFile`).
pub(crate) fn is_remote(path: &str) -> bool {
    let starts =
        ["http://", "https://", "ssh://", "git://", "file://", "git::", "git@", "gh:", "github.com/", "github.com:"];
    starts.iter().any(|s| path.starts_with(s))
        || path.contains("?ref=")
        || path.contains("://")
        || path.contains(".git/")
        || path.ends_with(".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_repository_are_one_however_they_are_written() {
        let same = [
            "https://github.com/acme/bases//web/prod?ref=v1.2",
            "https://github.com/acme/bases/web/prod?ref=v1.2",
            "github.com/acme/bases/web/prod?ref=v1.2&timeout=90s",
            "github.com/acme/bases//web/prod/?version=v1.2",
            "git@github.com:acme/bases.git//web/prod?ref=v1.2",
            "ssh://git@github.com/acme/bases.git/web/prod?ref=v1.2",
            "git::https://GitHub.com/acme/bases.git//web/prod?submodules=false&ref=v1.2",
        ];
        for text in same {
            let address = Address::parse(text).expect(text);
            assert_eq!(
                (address.repository.as_str(), address.path.as_str(), address.reference.as_deref()),
                ("github.com/acme/bases", "web/prod", Some("v1.2")),
                "{text}"
            );
        }
        let azure = Address::parse("https://acme@dev.azure.com/acme/shop/_git/bases/web?ref=main").expect("an address");
        assert_eq!((azure.repository.as_str(), azure.path.as_str()), ("dev.azure.com/acme/shop/_git/bases", "web"));
        let local = Address::parse("file:///srv/git/bases.git//web").expect("an address");
        assert_eq!((local.repository.as_str(), local.path.as_str()), ("/srv/git/bases", "web"));
        let paths = ["../base", "bases/web", "https://example.com/install.yaml", "https://github.com/acme", "é@x:y"];
        assert!(paths.iter().all(|text| Address::parse(text).is_none()));
    }

    #[test]
    fn a_copy_is_found_by_repository_reference_and_path() {
        let checkout = |url: &str, directory: &str| Checkout::new(url, directory).expect(url);
        let checkouts = [
            checkout("https://github.com/acme/bases", "vendor/any"),
            checkout("https://github.com/acme/bases?ref=v1", "vendor/v1/"),
            checkout("https://github.com/acme/other//deploy?ref=v1", "vendor/other"),
        ];
        let at = |path: &str| Copy::At(path.to_owned());
        assert_eq!(find(&checkouts, "github.com/acme/bases//web?ref=v1"), at("vendor/v1/web"));
        assert_eq!(find(&checkouts, "github.com/acme/bases//web?ref=v2"), at("vendor/any/web"));
        assert_eq!(find(&checkouts, "github.com/acme/other//deploy/web?ref=v1"), at("vendor/other/web"));
        assert_eq!(find(&checkouts, "github.com/acme/other//deployment?ref=v1"), Copy::Unknown);
        let other =
            Copy::OfAnotherReference { directory: "vendor/other", reference: "v1", wanted: Some("v2".to_owned()) };
        assert_eq!(find(&checkouts, "github.com/acme/other//deploy?ref=v2"), other);
        assert_eq!(find(&checkouts, "github.com/acme/third?ref=v2"), Copy::Unknown);
        assert!(Checkout::new("../base", "vendor").is_err());
        assert!(Checkout::new("github.com/acme/bases", "../vendor").is_err());
    }
}
