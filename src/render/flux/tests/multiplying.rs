//! Kustomizations that multiply: a few files that would be millions of objects.

use std::sync::Arc;
use std::time::Instant;

use seatrial_flux::{Cluster, Repositories, Repository, Version, render};
use seatrial_kubernetes::Minor;
use seatrial_model::Sources;
use seatrial_tree::Tree;

/// So many Kustomizations of a directory, each with another name and the next directory as its path.
fn leading_to(next: &str, times: usize) -> String {
    let each = |number: usize| {
        format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{ name: 'a${{N}}-{number}', namespace: flux-system }}\n\
             spec:\n  interval: 1m\n  path: ./{next}\n  prune: true\n  sourceRef: {{ kind: GitRepository, name: flux-system }}\n  \
             postBuild: {{ substitute: {{ N: '${{N}}-{number}' }} }}\n"
        )
    };
    (0..times).map(each).collect::<Vec<_>>().join("---\n")
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test takes the time")]
fn kustomizations_that_multiply_have_an_end() {
    let files: Vec<(String, String)> =
        (0..8).map(|level| (format!("d{level}/all.yaml"), leading_to(&format!("d{}", level + 1), 40))).collect();
    let started = Instant::now();
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &Arc::new(Sources::new()));
    let own = Repository::new(&tree, Vec::new(), &Arc::default(), None);
    let repositories = Repositories { own: Arc::new(own), others: Vec::new() };
    let cluster = Cluster {
        path: Some("d0".to_owned()),
        azure: None,
        repositories,
        variables: Vec::new(),
        minor: Minor::DEFAULT,
        version: Version::default(),
    };
    let rendered = render(&cluster);
    let last = rendered.findings.iter().find(|finding| finding.rule.as_str() == "budget-exceeded");
    assert!(
        last.is_some_and(|finding| finding.message.starts_with("the walk ends here")),
        "{:?}",
        rendered.findings.first()
    );
    assert!(rendered.manifests.len() < 300_000, "{}", rendered.manifests.len());
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}
