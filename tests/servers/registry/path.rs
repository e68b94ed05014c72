//! What a path of the registry API means.

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// `/v2/`: is this a registry?
    Base,
    /// `/v2/_catalog`.
    Catalog,
    /// A thing in a repository.
    In(&'a str, Thing<'a>),
}

/// A thing in a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing<'a> {
    /// `tags/list`.
    Tags,
    /// `blobs/uploads/`: where an upload begins.
    Uploads,
    /// `blobs/uploads/ID`.
    Upload(&'a str),
    /// `blobs/DIGEST`.
    Blob(&'a str),
    /// `manifests/TAG` or `manifests/DIGEST`.
    Manifest(&'a str),
    /// `referrers/DIGEST`.
    Referrers,
}

/// Reads a path without its query; `None` is a path that no registry has.
pub(crate) fn parse(path: &str) -> Option<Target<'_>> {
    let rest = path.strip_prefix("/v2")?;
    match rest {
        "" | "/" => return Some(Target::Base),
        "/_catalog" => return Some(Target::Catalog),
        _ => {}
    }
    let rest = rest.strip_prefix('/')?;
    if let Some(repository) = rest.strip_suffix("/tags/list") {
        return Some(Target::In(repository, Thing::Tags));
    }
    if let Some((repository, id)) = rest.rsplit_once("/blobs/uploads/") {
        return Some(Target::In(repository, if id.is_empty() { Thing::Uploads } else { Thing::Upload(id) }));
    }
    if let Some(repository) = rest.strip_suffix("/blobs/uploads") {
        return Some(Target::In(repository, Thing::Uploads));
    }
    let (before, name) = rest.rsplit_once('/')?;
    let (repository, kind) = before.rsplit_once('/')?;
    let thing = match kind {
        "blobs" => Thing::Blob(name),
        "manifests" => Thing::Manifest(name),
        "referrers" => Thing::Referrers,
        _ => return None,
    };
    Some(Target::In(repository, thing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_may_be_named_like_a_part_of_the_api() {
        let table = [
            ("/v2/", Some(Target::Base)),
            ("/v2/_catalog", Some(Target::Catalog)),
            ("/v2/a/b/tags/list", Some(Target::In("a/b", Thing::Tags))),
            ("/v2/blobs/manifests/blobs/sha256:1", Some(Target::In("blobs/manifests", Thing::Blob("sha256:1")))),
            ("/v2/a/blobs/uploads/", Some(Target::In("a", Thing::Uploads))),
            ("/v2/a/blobs/uploads/7", Some(Target::In("a", Thing::Upload("7")))),
            ("/v2/tags/manifests/list", Some(Target::In("tags", Thing::Manifest("list")))),
            ("/v2/a/referrers/sha256:1", Some(Target::In("a", Thing::Referrers))),
            ("/v2/a/nothing/b", None),
            ("/v1/", None),
        ];
        for (path, target) in table {
            assert_eq!(parse(path), target, "{path}");
        }
    }
}
