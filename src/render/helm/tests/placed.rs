//! What templates print has the lines of the values, and those of the templates in its chain.

use std::sync::Arc;

use seatrial_helm::chart::Chart;
use seatrial_helm::{Install, Installed, Major, Values};
use seatrial_kubernetes::Minor;
use seatrial_model::{Node, Origin, SetBy, Sources, Span};
use seatrial_tree::Tree;

struct Rendered {
    sources: Arc<Sources>,
    installed: Installed,
}

/// A chart of one template, with its own values and those that are given to it.
fn rendered(template: &str, defaults: &str, given: &str) -> Rendered {
    let sources = Arc::new(Sources::new());
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("chart/values.yaml", defaults),
        ("chart/templates/web.yaml", template),
        ("given.yaml", given),
    ];
    let tree = Tree::memory(files, &sources);
    let (chart, findings) = Chart::load(&tree, "chart");
    assert!(findings.is_empty(), "{findings:?}");
    let file = tree.read("given.yaml").expect("is there");
    let values = Values::none(Span::start_of(file.id())).with_file(&file, Major::Four).expect("values").into_node();
    let (minor, served) = (Minor::DEFAULT, [].as_slice());
    let install = Install { name: "web", namespace: "shop", values: &values, minor, is_upgrade: false, served };
    let mut installed = install.render(&Arc::new(chart.expect("a chart")));
    install.into_namespace(&mut installed.manifests, Span::start_of(file.id()));
    Rendered { sources, installed }
}

impl Rendered {
    fn place(&self, span: Span) -> String {
        let file = self.sources.get(span.file).expect("a file");
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}", file.path().trim_start_matches("chart/"))
    }

    /// The places of a value, as they follow each other.
    fn chain(&self, path: &[&str]) -> Vec<String> {
        let mut chain = Vec::new();
        let mut next = self.installed.manifests[0].node.at(path).map(Node::origin);
        while let Some(Origin { span, over }) = next {
            let by = over.as_ref().map(|over| match over.by {
                SetBy::Template { action } => format!(" printed by {}", self.place(action)),
                SetBy::Values(field) => format!(" of {field}"),
                _ => " by another".to_owned(),
            });
            chain.push(format!("{}{}", self.place(span), by.unwrap_or_default()));
            let beside = over.iter().flat_map(|over| &over.beside);
            chain.extend(beside.map(|also| format!("+ {}", self.place(also.origin.span))));
            next = over.and_then(|over| over.before.clone());
        }
        chain
    }
}

const TEMPLATE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{{ .Values.name }}-{{ .Values.tier }}\nspec:\n  replicas: {{ .Values.replicas }}\n  paused: false\n  note: \"{{ .Values.name }}\"\n";

#[test]
fn a_printed_value_is_from_the_values_and_the_template_is_in_its_chain() {
    let rendered = rendered(TEMPLATE, "name: shop\ntier: front\nreplicas: 1\n", "# Ours.\nreplicas: three\n");
    assert!(rendered.installed.findings.is_empty(), "{:?}", rendered.installed.findings);
    assert_eq!(
        rendered.chain(&["spec", "replicas"]),
        ["given.yaml:2:11 printed by templates/web.yaml:6:13", "given.yaml:2:11 of values", "values.yaml:3:11"]
    );
    assert_eq!(rendered.chain(&["spec", "note"])[0], "values.yaml:1:7 printed by templates/web.yaml:8:10");
    assert_eq!(
        rendered.chain(&["metadata", "name"]),
        ["values.yaml:1:7 printed by templates/web.yaml:4:13", "+ values.yaml:2:7", "values.yaml:1:7"]
    );
}

#[test]
fn what_stands_in_the_template_has_its_place_there() {
    let rendered = rendered(TEMPLATE, "name: shop\ntier: front\nreplicas: 3\n", "");
    assert_eq!(rendered.chain(&["spec", "paused"]), ["templates/web.yaml:7:11"]);
    assert_eq!(rendered.chain(&["kind"]), ["templates/web.yaml:2:7"]);
    let manifest = &rendered.installed.manifests[0];
    let spec = manifest.node.entry("spec").expect("is there");
    assert_eq!(rendered.place(spec.key.span), "templates/web.yaml:5:1");
    assert_eq!(rendered.place(spec.value.span()), "templates/web.yaml:6:3");
    assert_eq!(rendered.place(manifest.span), "templates/web.yaml:1:1");
    assert_eq!(manifest.id.namespace.as_deref(), Some("shop"), "the release has a namespace");
}

#[test]
fn what_does_not_parse_is_told_at_the_template_with_the_values_of_the_line() {
    let rendered = rendered(TEMPLATE, "name: shop\ntier: front\nreplicas: 1\n", "replicas: 'a: b'\n");
    let [finding] = rendered.installed.findings.as_slice() else { panic!("{:?}", rendered.installed.findings) };
    assert_eq!(rendered.place(finding.primary.span), "templates/web.yaml:6:13");
    let related: Vec<String> = finding.related.iter().map(|label| rendered.place(label.span)).collect();
    assert_eq!(related, ["given.yaml:1:11"]);
    assert!(rendered.installed.has_failed && rendered.installed.manifests.is_empty());
}

#[test]
fn values_that_change_are_noted_in_test_hooks_too() {
    let metadata = |name: &str, more: &str| format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n{more}");
    let random = metadata("a{{ randAlphaNum 4 | lower }}", "");
    let noted = rendered(&random, "", "");
    let [finding] = noted.installed.findings.as_slice() else { panic!("{:?}", noted.installed.findings) };
    assert_eq!(
        (finding.rule.as_str(), noted.place(finding.primary.span)),
        ("changing-value", "templates/web.yaml:4:10".into())
    );
    let test = metadata("a{{ randAlphaNum 4 | lower }}", "  annotations: { helm.sh/hook: test }\n");
    let tested = rendered(&test, "", "").installed;
    assert_eq!((tested.findings.len(), tested.manifests.len()), (1, 1), "{tested:?}");
}

#[test]
fn an_object_that_is_printed_twice_is_told() {
    let one = |more: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n{more}---\n");
    let found = |template: &str| {
        let rendered = rendered(template, "", "");
        let one = |finding: &seatrial_model::Finding| {
            let related = finding.related.iter().map(|label| rendered.place(label.span));
            format!(
                "{} {} {}",
                finding.rule.as_str(),
                rendered.place(finding.primary.span),
                related.collect::<String>()
            )
        };
        rendered.installed.findings.iter().map(one).collect::<Vec<_>>()
    };
    let twice = ["duplicate-object templates/web.yaml:9:9 templates/web.yaml:4:9"];
    assert_eq!(found(&format!("{}{}", one(""), one(""))), twice);
    assert_eq!(
        found(&format!("{}{}", one(""), one("  namespace: shop\n"))),
        twice,
        "both are in the release's namespace"
    );
    assert!(found(&format!("{}{}", one(""), one("  namespace: other\n"))).is_empty());
    assert!(found(&format!("{}{}", one(""), one("  annotations: { helm.sh/hook: pre-install }\n"))).is_empty());
}
