//! `lookup` answers from manifests as a cluster would.

use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::{Install, Resources, Setting, Values};
use seatrial_kubernetes::Minor;
use seatrial_model::{Sources, Span};
use seatrial_tree::Tree;

const OBJECTS: &str = "\
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: shop }
data: { password: c2VjcmV0 }
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: { name: b, namespace: shop }
- apiVersion: v1
  kind: ConfigMap
  metadata: { name: a, namespace: other }
- apiVersion: v1
  kind: ConfigMap
  metadata: { name: own }
---
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec: { replicas: 3000000, template: { spec: { containers: [{ name: web, image: web:1 }] } } }
---
apiVersion: example.com/v1
kind: Shop
metadata: { name: all }
---
apiVersion: example.com/v1
kind: Shelf
metadata: { name: one, namespace: shop }
";

/// What an action prints in a release in the namespace `shop`.
fn printed(action: &str) -> String {
    let sources = Arc::new(Sources::new());
    let template =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: map }}\ndata:\n  said: >-\n    {action}\n");
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
        ("chart/templates/a.yaml", &*template),
        ("live/all.yaml", OBJECTS),
    ];
    let tree = Tree::memory(files, &sources);
    let (chart, _) = Chart::load(&tree, "chart");
    let chart = Arc::new(chart.expect("a chart"));
    let (manifests, findings) = Resources::read(&tree, &["live".to_owned()]);
    assert!(findings.is_empty(), "{findings:?}");
    let resources = Resources::new(Minor::DEFAULT, manifests);
    let values = Values::none(Span::start_of(chart.start().file)).into_node();
    let install = Install {
        name: "shop",
        namespace: "shop",
        values: &values,
        minor: Minor::DEFAULT,
        is_upgrade: false,
        served: &[],
    };
    let installed = install.render_in(&Setting { lookup: Some(&resources), ..Setting::default() }, &chart);
    let said = installed.manifests.first().and_then(|map| map.node.at(&["data", "said"])?.scalar_text());
    said.unwrap_or_else(|| panic!("{action}: {:?}", installed.findings)).to_owned()
}

#[test]
fn objects_and_lists_are_found_where_a_cluster_finds_them() {
    for (action, expected) in [
        (r#"{{ (lookup "v1" "Secret" "shop" "login").data.password | b64dec }}"#, "secret"),
        (r#"{{ lookup "v1" "Secret" "other" "login" | toJson }}"#, "{}"),
        (r#"{{ lookup "v1" "Secret" "shop" "nothing" | toJson }}"#, "{}"),
        // A name says nothing without its namespace.
        (r#"{{ lookup "v1" "Secret" "" "login" | toJson }}"#, "{}"),
        (r#"{{ (lookup "v1" "ConfigMap" "shop" "").kind }}"#, "ConfigMapList"),
        (
            r#"{{ range (lookup "v1" "ConfigMap" "" "").items }}{{ .metadata.namespace }}/{{ .metadata.name }} {{ end }}"#,
            "other/a shop/b shop/own ",
        ),
        (r#"{{ len (lookup "v1" "ConfigMap" "shop" "").items }}"#, "2"),
        (r#"{{ len (lookup "v1" "ConfigMap" "nowhere" "").items }}"#, "0"),
        // What is not in a namespace is found in any.
        (r#"{{ (lookup "v1" "Namespace" "" "shop").metadata.name }}"#, "shop"),
        (r#"{{ (lookup "v1" "Namespace" "any" "shop").metadata.name }}"#, "shop"),
        (r#"{{ (lookup "example.com/v1" "Shop" "any" "all").metadata.name }}"#, "all"),
        (r#"{{ (lookup "example.com/v1" "Shelf" "shop" "one").metadata.name }}"#, "one"),
        (r#"{{ lookup "example.com/v1" "Shelf" "other" "one" | toJson }}"#, "{}"),
        (r#"{{ lookup "v2" "ConfigMap" "shop" "b" | toJson }}"#, "{}"),
        // Whole numbers are integers, as a client has them.
        (r#"{{ (lookup "apps/v1" "Deployment" "shop" "web").spec.replicas }}"#, "3000000"),
        (r#"{{ kindOf (lookup "apps/v1" "Deployment" "shop" "web").spec.replicas }}"#, "int64"),
        // Each answer is a copy.
        (
            r#"{{ $_ := set (lookup "v1" "Secret" "shop" "login") "kind" "x" }}{{ (lookup "v1" "Secret" "shop" "login").kind }}"#,
            "Secret",
        ),
    ] {
        assert_eq!(printed(action), expected, "{action}");
    }
}
