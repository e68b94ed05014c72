//! The address of a pull request → the forge that it lives on, and its number.

use crate::ForgeTarget;

/// Reads `https://HOST/owner/name/pull/7` of GitHub and `…/project/_git/name/pullrequest/7` of Azure Repos; `None` for every other address.
pub(crate) fn of_pull_request(url: &str) -> Option<(ForgeTarget, u64)> {
    let address = Address::parse(url)?;
    match address.segments.as_slice() {
        [owner, name, "pull", number] => {
            Some((ForgeTarget::github(&address.server, &format!("{owner}/{name}")), number.parse().ok()?))
        }
        [before @ .., "_git", name, "pullrequest", number] => {
            Some((address.azure_repos(before, name)?, number.parse().ok()?))
        }
        _ => None,
    }
}

/// The forge at an address and a repository on it: `owner/name` of GitHub, `project/name` of Azure Repos, where the organization may stand
/// before. Azure DevOps Server has its collections below a path, and GitHub Enterprise Server has none: so they are told apart.
pub(crate) fn at(url: &str, repository: &str) -> Option<ForgeTarget> {
    let address = Address::parse(url)?;
    let parts: Vec<&str> = repository.split('/').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let is_azure = address.is_azure_services() || !address.segments.is_empty();
    if !is_azure {
        let [_, _] = parts.as_slice() else { return None };
        return Some(ForgeTarget::github(&address.server, repository));
    }
    let collection = [&[address.server.as_str()], address.segments.as_slice()].concat().join("/");
    let ([project, name] | [_, project, name]) = parts.as_slice() else { return None };
    Some(ForgeTarget::azure_repos(&collection, project, name))
}

/// An address in its parts, without credentials, query and fragment.
struct Address<'a> {
    /// `https://host:port`.
    server: String,
    host: String,
    segments: Vec<&'a str>,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Option<Address<'a>> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http") {
            return None;
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)) {
            return None;
        }
        let segments = path.split('/').filter(|segment| !segment.is_empty()).collect();
        Some(Address { server: format!("{scheme}://{host}"), host, segments })
    }

    fn is_azure_services(&self) -> bool {
        self.host == "dev.azure.com" || self.host.ends_with(".visualstudio.com")
    }

    /// The parts before `_git` are collection and project; a project that is called like the repository is left out.
    fn azure_repos(&self, before: &[&str], name: &str) -> Option<ForgeTarget> {
        let of_collection = match before {
            _ if self.host == "dev.azure.com" => 1,
            ["DefaultCollection", ..] if self.is_azure_services() => 1,
            _ if self.is_azure_services() => 0,
            [_] => 1,
            _ => before.len().saturating_sub(1),
        };
        let (collection, project) = before.split_at_checked(of_collection)?;
        let project = match project {
            [] => name,
            [project] => project,
            _ => return None,
        };
        let is_left_out = self.host.ends_with(".visualstudio.com");
        let collection = if is_left_out { &[] } else { collection };
        let collection = [&[self.server.as_str()], collection].concat().join("/");
        Some(ForgeTarget::azure_repos(&collection, &decoded(project)?, &decoded(name)?))
    }
}

/// The name that a segment of a path stands for; `None` where it cannot be one.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digit = |digit: u8| char::from(digit).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok().filter(|name| !name.contains('/') && !name.chars().any(char::is_control))
}

impl ForgeTarget {
    /// The forge at an address for people, and a repository on it; `None` where the two do not go together. The address of Azure Repos is that
    /// of the collection.
    #[must_use]
    pub fn at(url: &str, repository: &str) -> Option<ForgeTarget> {
        at(url, repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_leads_to_its_forge() {
        let table = [
            ("https://github.com/acme/shop/pull/7", "https://api.github.com acme/shop 7"),
            ("https://ghe.example.com/acme/shop/pull/7/", "https://ghe.example.com/api/v3 acme/shop 7"),
            ("https://acme.ghe.com/acme/shop/pull/7#issuecomment-1", "https://api.acme.ghe.com acme/shop 7"),
            ("http://127.0.0.1:8080/acme/shop/pull/7", "http://127.0.0.1:8080/api/v3 acme/shop 7"),
            (
                "https://acme@dev.azure.com/acme/Web%20Shop/_git/shop/pullrequest/7?_a=files",
                "https://dev.azure.com/acme acme/Web Shop/shop 7",
            ),
            ("https://dev.azure.com/acme/_git/shop/pullrequest/7", "https://dev.azure.com/acme acme/shop/shop 7"),
            ("https://acme.visualstudio.com/p/_git/shop/pullrequest/7", "https://acme.visualstudio.com acme/p/shop 7"),
            (
                "https://acme.visualstudio.com/DefaultCollection/p/_git/shop/pullrequest/7",
                "https://acme.visualstudio.com acme/p/shop 7",
            ),
            (
                "https://tfs.example.com/tfs/Main/p/_git/shop/pullrequest/7",
                "https://tfs.example.com/tfs/Main Main/p/shop 7",
            ),
            ("https://gitlab.com/acme/shop/-/merge_requests/7", ""),
            ("https://github.com/acme/shop/pull/x", ""),
            ("https://github.com/acme/shop", ""),
            ("https://dev.azure.com/acme/a%2Fb/_git/shop/pullrequest/7", ""),
            ("https://dev.azure.com/acme/%zz/_git/shop/pullrequest/7", ""),
            ("ssh://git@github.com/acme/shop/pull/7", ""),
            ("https://a b/acme/shop/pull/7", ""),
            ("https:///acme/shop/pull/7", ""),
            ("", ""),
        ];
        for (url, expected) in table {
            let read = of_pull_request(url).map(|(forge, number)| format!("{} {} {number}", forge.api, forge.name()));
            assert_eq!(read.unwrap_or_default(), expected, "{url}");
        }
    }

    #[test]
    fn a_forge_and_a_repository_go_together_or_not() {
        let table = [
            ("https://github.com", "acme/shop", "https://api.github.com acme/shop"),
            ("https://github.com/", "shop", ""),
            ("https://github.com", "acme//shop", ""),
            ("https://ghe.example.com", "acme/shop", "https://ghe.example.com/api/v3 acme/shop"),
            ("https://dev.azure.com/acme", "Web Shop/shop", "https://dev.azure.com/acme acme/Web Shop/shop"),
            ("https://dev.azure.com/acme/", "acme/p/shop", "https://dev.azure.com/acme acme/p/shop"),
            ("https://tfs.example.com/tfs/Main", "p/shop", "https://tfs.example.com/tfs/Main Main/p/shop"),
            ("github.com", "acme/shop", ""),
        ];
        for (url, repository, expected) in table {
            let read = at(url, repository).map(|forge| format!("{} {}", forge.api, forge.name()));
            assert_eq!(read.unwrap_or_default(), expected, "{url} {repository}");
        }
    }
}
