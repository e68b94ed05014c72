//! What is said of the estate of charts: as an environment of `seatrial.yaml` has them, and as HelmReleases do.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_flux::Repository;
use seatrial_helm::chart::Loaded;
use seatrial_helm::{Install, Major, Values};
use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::Release;
use seatrial_model::{Node, Rendered, Sources, Span};
use seatrial_rules::{Context, check};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};

use crate::{FLUX, Said, said, walked};

/// What is said of the environment and of the cluster.
pub(crate) fn judged(files: &BTreeMap<String, String>) -> Vec<Said> {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    let mut all = Vec::new();
    let own = Arc::new(Repository::new(&tree, Vec::new(), &Arc::default(), None));
    let (environment, cluster) = (installed(&tree), walked("clusters/dev", &own));
    for (name, rendered, is_walked) in [("shop", environment, false), ("clusters/dev", cluster, true)] {
        let context = Context {
            flux: Release::parse(FLUX).filter(|_| is_walked),
            complete: rendered.is_complete(),
            substitutes: is_walked,
            walked: is_walked,
            ..Context::new(name, Minor::DEFAULT, &sources)
        };
        let checked = check(&rendered.manifests, &context);
        all.extend(rendered.findings.iter().chain(&checked.findings).map(|finding| said(finding, &sources)));
    }
    all
}

/// What the environment of the configuration installs.
fn installed(tree: &Tree) -> Rendered {
    let configuration = tree.read("seatrial.yaml").expect("is there");
    let Some(document) = parse(&configuration, Dialect::Kubectl).documents.into_iter().next() else {
        return Rendered::default();
    };
    let helm = document.node.at(&["environments", "shop", "helm"]).cloned().expect("is there");
    let text = |name: &str| helm.get(name).and_then(Node::scalar_text).expect("is there");
    let Loaded { chart, mut findings } =
        Loaded::at(tree, text("chart"), text("chart"), || helm.span()).expect("is readable");
    let mut values = Values::none(helm.span());
    for path in helm.get("values").map(Node::items).unwrap_or_default() {
        let file = tree.read(path.scalar_text().expect("a path")).expect("is there");
        match values.with_file(&file, Major::Four) {
            Ok(merged) => values = merged,
            Err(finding) => findings.push(*finding),
        }
    }
    values.with_set(helm.get("set").expect("is there"), &mut findings);
    let Some(chart) = chart else { return Rendered { findings, ..Rendered::default() } };
    let (minor, values, served) = (Minor::DEFAULT, &values.into_node(), [].as_slice());
    let (name, namespace) = (text("release"), text("namespace"));
    let install = Install { name, namespace, values, minor, is_upgrade: false, served };
    let mut installed = install.render(&chart);
    install.into_namespace(&mut installed.manifests, Span::start_of(configuration.id()));
    findings.append(&mut installed.findings);
    Rendered { manifests: installed.manifests, findings, needed: installed.needed, graph: None }
}
