//! Kustomizations and ResourceSets that multiply: a few files that would be millions of objects.

use std::sync::Arc;
use std::time::Instant;

use seatrial_flux::{Cluster, Repositories, Repository, Version, render};
use seatrial_kubernetes::Minor;
use seatrial_model::{Rendered, Sources};
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

/// What is walked from `d0`.
fn walked<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Rendered {
    let tree = Tree::memory(files, &Arc::new(Sources::new()));
    let own = Repository::new(&tree, Vec::new(), &Arc::default(), None);
    let repositories = Repositories { own: Arc::new(own), others: Vec::new() };
    render(&Cluster {
        path: Some("d0".to_owned()),
        azure: None,
        repositories,
        variables: Vec::new(),
        minor: Minor::DEFAULT,
        chance: seatrial_helm::Chance::default(),
        version: Version::default(),
    })
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test takes the time")]
fn resource_sets_that_multiply_have_an_end() {
    let head = "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata: { name: a, namespace: b }\nspec:\n";
    let many = "  resourcesTemplate: |\n    <<- range $i := until 10001 >>\n    ---\n    {apiVersion: v1, kind: ConfigMap, metadata: {name: m-<< $i >>, namespace: b}}\n    <<- end >>\n";
    let endless = "  resourcesTemplate: |\n    <<- range $i := until 1000000000 >>\n    x: << repeat 1000000 \"x\" >>\n    <<- end >>\n";
    // A set that makes another one with another name and itself as its template.
    let itself = "  inputs:\n  - name: x\n    text: |\n      apiVersion: fluxcd.controlplane.io/v1\n      kind: ResourceSet\n      metadata: { name: << inputs.name >>x, namespace: b }\n      spec:\n        inputs: [{ name: << inputs.name >>x, text: << inputs.text | toJson >> }]\n        resourcesTemplate: << inputs.text | toJson >>\n";
    let itself = format!(
        "{itself}  resourcesTemplate: |\n{}",
        itself.lines().skip(3).map(|line| format!("{}\n", line.get(2..).unwrap_or_default())).collect::<String>()
    );
    for (what, sets, most) in [("many", many, 10_001), ("endless", endless, 1), ("itself", &itself, 12)] {
        let started = Instant::now();
        let text = format!("{head}{sets}");
        let rendered = walked([("d0/sets.yaml", text.as_str())].into_iter());
        let rules: Vec<&str> = rendered.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let is_told = rules.iter().any(|rule| ["budget-exceeded", "resource-set"].contains(rule));
        assert!(is_told, "{what}: {:?}", rendered.findings.first());
        assert!(rendered.manifests.len() <= most, "{what}: {}", rendered.manifests.len());
        assert!(started.elapsed().as_secs() < 120, "{what}: {:?}", started.elapsed());
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test takes the time")]
fn kustomizations_that_multiply_have_an_end() {
    let files: Vec<(String, String)> =
        (0..8).map(|level| (format!("d{level}/all.yaml"), leading_to(&format!("d{}", level + 1), 40))).collect();
    let started = Instant::now();
    let rendered = walked(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let last = rendered.findings.iter().find(|finding| finding.rule.as_str() == "budget-exceeded");
    assert!(
        last.is_some_and(|finding| finding.message.starts_with("the walk ends here")),
        "{:?}",
        rendered.findings.first()
    );
    assert!(rendered.manifests.len() < 300_000, "{}", rendered.manifests.len());
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}
