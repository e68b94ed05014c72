//! Flux's own controllers against `render`: an estate is served to source-controller and reconciled by kustomize-controller, and what is then
//! in the cluster is held against what the program prints; what one of them refuses, the other must refuse.
//!
//! The estate (`flux/estate`) has a root for each: `clusters/dev` and `clusters/broken`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use libtest_mimic::Failed;
use serde_json::Value;

use crate::bed::Bed;
use crate::case::root;
use crate::estate::{
    Estate, KUSTOMIZATIONS, condition, differences, inventory, inventory_id, is_applied, is_true, said, text_at,
};

/// The controllers apply the objects that the program prints, field for field.
pub(crate) fn applies_what_is_rendered(bed: &Bed) -> Result<(), Failed> {
    let namespaces = ["live-flux", "live-flux-shop", "live-flux-more"];
    let served = [("", "live-flux-dev-estate"), ("checkouts/platform", "live-flux-dev-platform")];
    let estate = Estate::bootstrapped(bed, &folder(), &served, &namespaces, "clusters/dev/flux-system/sync.yaml");
    let printed = estate.repo.rendered("dev");
    let objects = printed.ok_or("it is not rendered")?;
    let is_kustomization = |object: &&Value| text_at(object, "/apiVersion").starts_with("kustomize.toolkit.fluxcd.io/");
    let count = objects.iter().filter(is_kustomization).count();
    let done = estate.wait(KUSTOMIZATIONS, count, |one| is_true(one, "/spec/suspend") || is_applied(one));

    let inventory: BTreeSet<String> = done.iter().flat_map(inventory).collect();
    let rendered: BTreeSet<String> = objects.iter().map(inventory_id).collect();
    let differing: Vec<&String> = inventory.symmetric_difference(&rendered).collect();
    assert!(differing.is_empty(), "applied or rendered, not both: {differing:?}");

    let differences = differences(bed, &estate.repo, "kustomize-controller", &objects);
    assert!(
        differences.is_empty(),
        "{} of {} objects differ:\n{}",
        differences.len(),
        objects.len(),
        differences.join("\n")
    );
    Ok(())
}

/// What a controller refuses is an error here, at the Kustomization or in what it builds.
pub(crate) fn refuses_what_is_refused(bed: &Bed) -> Result<(), Failed> {
    let served = [("", "live-flux-broken-estate"), ("checkouts/platform", "live-flux-broken-platform")];
    let estate = Estate::bootstrapped(bed, &folder(), &served, &["live-flux-broken"], "clusters/broken/sync.yaml");
    let expected = expected_refusals();
    let done =
        estate.wait(KUSTOMIZATIONS, expected.len() + 1, |one| matches!(condition(one, "Ready"), ("True" | "False", _)));
    let refused: BTreeMap<String, String> = done
        .iter()
        .filter(|one| condition(one, "Ready").0 == "False")
        .map(|one| (text_at(one, "/metadata/name").to_owned(), said(one)))
        .collect();
    for (name, (message, _)) in &expected {
        let said = refused.get(name).ok_or_else(|| format!("the controller does not refuse {name}"))?;
        assert!(said.contains(message), "{name}: `{said}` does not contain `{message}`");
    }
    let findings = estate.repo.findings("broken");
    for (name, (_, finding)) in &expected {
        assert!(findings.contains(finding), "{name}: no `{finding}` in:\n{findings}");
    }
    Ok(())
}

/// `flux/refused.json`: a Kustomization → a part of the controller's message, and of ours.
fn expected_refusals() -> BTreeMap<String, (String, String)> {
    let path = folder().with_file_name("refused.json");
    serde_json::from_slice(&std::fs::read(path).expect("the expected refusals")).expect("JSON")
}

fn folder() -> PathBuf {
    root().join("tests/live/flux/estate")
}
