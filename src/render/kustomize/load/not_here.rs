//! Remote bases that are not here: what is said of them, and what is needed to have them.

use seatrial_model::{Finding, Needed, NeededKind, Sources, Span};

use crate::findings::ids;
use crate::load::remote::{Copy, reference};

/// That a remote base is not here.
pub(crate) fn not_fetched(path: &str, copy: &Copy<'_>, span: Span) -> Finding {
    let shown = address(path);
    let message = format!("`{shown}` is outside the repository and was not fetched");
    let finding = Finding::new(ids::REMOTE_BASE, span, message);
    let finding = finding.with_note("nothing of it is in the result; everything else is");
    match copy {
        Copy::At(place) => finding.with_note(format!("a checkout should be at `{place}`, which does not exist")),
        Copy::OfAnotherReference { directory, reference, wanted } => {
            let wanted = wanted.as_deref().unwrap_or("the default branch");
            finding.with_note(format!("`{directory}` is a checkout of {reference}, but {wanted} is needed"))
        }
        Copy::Unknown => {
            finding.with_help("check the repository out in CI, or vendor it, and name it under `checkouts` in seatrial.yaml or with `--checkout URL=DIR`")
        }
    }
}

/// What the findings of a build say is not here. Directories share their findings, and so what is needed is read from where it is written.
pub(crate) fn needed(findings: &[Finding], sources: &Sources) -> Vec<Needed> {
    let missing = findings.iter().filter(|finding| finding.rule == ids::REMOTE_BASE);
    let needed = missing.filter_map(|finding| {
        let span = finding.primary.span;
        let file = sources.get(span.file)?;
        let written = written(file.text().get(span.start as usize..span.end as usize)?);
        let version = written.split_once('?').and_then(|(_, query)| reference(query)).unwrap_or_default();
        Some(Needed { kind: NeededKind::Base, url: address(written), version, asked_by: None, span })
    });
    needed.collect()
}

/// An address as it stands in a scalar: without quotes, and without the key of a generator before it.
fn written(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'']);
    match text.split_once('=') {
        Some((key, address)) if !key.contains(['/', ':', '?']) => address,
        _ => text,
    }
}

/// The address without what authenticates, and without its query.
fn address(path: &str) -> String {
    let shown = path.split('?').next().unwrap_or_default();
    shown.split_once("://").map_or_else(|| shown.to_owned(), without_credentials)
}

/// An address, split at `://`, without a user and a password.
pub(crate) fn without_credentials((scheme, rest): (&str, &str)) -> String {
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest.get(..end).and_then(|h| h.rsplit_once('@')).map_or(0, |(before, _)| before.len() + 1);
    format!("{scheme}://{}", rest.get(host..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use seatrial_tree::Tree;

    use super::*;

    #[test]
    fn what_is_not_here_is_needed_with_its_address_and_version() {
        let kustomization = "resources:\n- 'https://token@github.com/acme/bases//web?ref=v1.2'\n- github.com/acme/other\n\
            configMapGenerator: [{ name: a, files: [a=https://example.com/a.txt] }]\n";
        let tree = Tree::memory([("kustomization.yaml", kustomization)], &Arc::new(Sources::new()));
        let rendered = crate::build(&tree, "", crate::Options::default());
        let told: Vec<String> =
            rendered.needed.iter().map(|n| format!("{:?} {} {}", n.kind, n.url, n.version)).collect();
        assert_eq!(
            told,
            [
                "Base https://github.com/acme/bases//web v1.2",
                "Base github.com/acme/other ",
                "Base https://example.com/a.txt ",
            ]
        );
    }
}
