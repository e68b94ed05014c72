//! The URL of a remote → the name of the repository, as forges write it.

/// `acme/shop` of `https://github.com/acme/shop.git` and `git@github.com:acme/shop.git`; `org/project/repository` of Azure Repos. `None` where
/// the URL has no path of at least two parts, as that of a directory.
pub(crate) fn repository_name(url: &str) -> Option<String> {
    let path = path_of(url.trim())?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts: Vec<&str> =
        path.split('/').filter(|part| !part.is_empty() && !matches!(*part, "_git" | "v3")).collect();
    let last = parts.pop()?;
    parts.push(last.strip_suffix(".git").unwrap_or(last));
    (parts.len() >= 2).then(|| parts.join("/"))
}

/// What stands behind the host.
fn path_of(url: &str) -> Option<&str> {
    if let Some((scheme, rest)) = url.split_once("://") {
        return match scheme {
            "file" => None,
            _ => rest.split_once('/').map(|(_, path)| path),
        };
    }
    // `git@github.com:acme/shop.git`, as scp writes it; a directory has no colon before its first slash.
    let (host, path) = url.split_once(':')?;
    (!host.contains('/') && host.len() > 1).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_url_gives_the_name_that_the_forge_uses() {
        let table = [
            ("https://github.com/acme/shop.git", Some("acme/shop")),
            ("https://x-access-token:secret@github.com/acme/shop", Some("acme/shop")),
            ("git@github.com:acme/shop.git", Some("acme/shop")),
            ("ssh://git@github.com:22/acme/shop.git/", Some("acme/shop")),
            ("https://org@dev.azure.com/org/project/_git/shop", Some("org/project/shop")),
            ("git@ssh.dev.azure.com:v3/org/project/shop", Some("org/project/shop")),
            ("/srv/git/shop.git", None),
            ("file:///srv/git/shop.git", None),
            ("C:/git/shop", None),
            ("https://github.com/shop", None),
            ("", None),
        ];
        for (url, name) in table {
            assert_eq!(repository_name(url).as_deref(), name, "{url}");
        }
    }
}
