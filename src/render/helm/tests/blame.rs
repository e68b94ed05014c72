//! Which line is to blame: the one that a human changes.

mod bench;

use bench::{Bench, CHART};
use seatrial_helm::chart::Chart;
use seatrial_model::{Finding, Span};
use seatrial_tree::Tree;

/// What is found of a template with default values and given ones: the only finding, and its place.
fn told(template: &str, defaults: &str, given: &str) -> (String, Finding) {
    let bench = Bench::new(given);
    let helpers = "{{ define \"labels\" }}app: {{ .Release.Name }}\ntier: front{{ end }}\n";
    let files = [
        CHART,
        ("chart/values.yaml", defaults),
        ("chart/templates/_a.tpl", helpers),
        ("chart/templates/a.yaml", template),
    ];
    let (chart, findings) = bench.load(&files);
    assert!(findings.is_empty(), "{findings:?}");
    let mut rendered = bench.render(&chart.expect("a chart"));
    assert_eq!(rendered.findings.len(), 1, "{template}: {:?}", rendered.findings);
    let finding = rendered.findings.remove(0);
    (bench.place(finding.primary.span), finding)
}

fn place(template: &str, defaults: &str, given: &str) -> String {
    told(template, defaults, given).0
}

#[test]
fn what_is_not_closed_is_told_where_it_begins() {
    for (template, line) in [
        ("a: 1\n{{ if true }}\nb: 1\n\n", 2),
        ("{{ if true }}\n{{ range list }}\n{{ end }}\nb: 1\n", 1),
        ("{{ define \"a\" }}\n{{ with 1 }}\n{{ end }}\n{{ define \"b\" }}{{ end }}\n", 1),
        ("a: 1\nb: {{ .Values.b\nc: {{ .Values.c }}\n", 2),
        ("{{- if .Values.b\nb: 1\n{{- end }}\n", 1),
        ("a: {{ quote \"}}\nb: 1\n", 1),
        // What is closed is told at the line that is wrong.
        ("{{ list\n  1\n  (no)\n}}\n", 3),
        ("a: {{ tpl \"{{ .x }}\" . }}\nb: {{ no }}\n", 2),
        ("{{ if true }}{{ end }}\n{{ end }}\n", 2),
    ] {
        let bench = Bench::new("");
        let (chart, _) = bench.load(&[CHART, ("chart/templates/a.yaml", template)]);
        let rendered = bench.render(&chart.expect("a chart"));
        assert_eq!(
            bench.shown(&rendered.findings),
            [format!("error template chart/templates/a.yaml:{line}")],
            "{template}"
        );
    }
}

#[test]
fn what_no_values_would_mend_is_told_at_the_template() {
    let (defaults, template) = ("web:\n  port: 80\n", "chart/templates/a.yaml:2");
    for action in [
        r#"include "lables" .Values.web"#,
        r#"template "lables" .Values.web"#,
        ".Values.web.port | nindent",
        ".Valuse.web.port",
        "1 .Values.web.port",
    ] {
        for condition in ["true", ".Values.web.port"] {
            let text = format!("{{{{ if {condition} }}}}\na: {{{{ {action} }}}}\n{{{{ end }}}}\n");
            assert_eq!(place(&text, defaults, ""), template, "{text}");
        }
    }
    let named = "a: 1\nb: {{ include .Values.web.labels . }}\n";
    assert_eq!(place(named, "web:\n  labels: lables\n", ""), "chart/values.yaml:2", "a value names it");
}

#[test]
fn a_key_that_is_missing_is_told_where_it_is_misspelt() {
    let template = "a: 1\nb: {{ .Values.web.image.tag }}\nc: {{ required \"a host\" .Values.web.host }}\n";
    // The template is wrong, as the chart itself has the other key.
    let (at, finding) = told(template, "web:\n  images: { tag: 1 }\n", "");
    assert_eq!((&*at, finding.help.as_deref()), ("chart/templates/a.yaml:2", Some("did you mean `images`?")));
    // The user is wrong: nobody else has this key.
    let (at, finding) = told(template, "web: { image: { tag: 1 } }\n", "web:\n  replicas: 1\n  hots: example.com\n");
    let help = "the chart reads `host`, and not `hots`";
    assert_eq!((&*at, finding.help.as_deref()), ("given.yaml:3", Some(help)));
    // Nothing is alike: the mapping lacks it.
    assert_eq!(place(template, "", "a: 1\nweb:\n  image: { tag: 1 }\n"), "given.yaml:2");
    // All values lack it: that is no line of theirs.
    assert_eq!(place(template, "other: 1\n", "other: 2\n"), "chart/templates/a.yaml:2");
}

#[test]
fn wrong_indentation_is_told_at_what_indents() {
    let template = "kind: A\nmetadata:\n  labels:\n    {{- include \"labels\" . | nindent 1 }}\n";
    assert_eq!(place(template, "", ""), "chart/templates/a.yaml:4");
    let template = "kind: A\nmetadata:\n  labels:\n    {{- toYaml .Values.labels | nindent 1 }}\n";
    assert_eq!(place(template, "labels:\n  a: b\n  c: d\n", ""), "chart/templates/a.yaml:4");
}

#[test]
fn a_mapping_that_is_printed_begins_at_its_key() {
    let bench = Bench::new("");
    let files = [
        CHART,
        ("chart/values.yaml", "web:\n  limits:\n    memory: 1Gi\n"),
        ("chart/templates/a.yaml", "{{ toYaml .Values.web }}\n"),
    ];
    let (chart, _) = bench.load(&files);
    let rendered = bench.render(&chart.expect("a chart"));
    let text = &rendered.documents[0].text;
    let line = |word: &str| -> Span {
        let piece = text.piece_at(text.find(word).expect("printed")).expect("a piece");
        rendered.origins.of(&piece.marks).remove(0).span
    };
    assert_eq!(bench.place(line("limits")), "chart/values.yaml:2");
    assert_eq!(bench.place(line("memory")), "chart/values.yaml:3");
}

#[test]
fn a_chart_in_a_directory_that_is_another_one_is_told() {
    let chart = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- name: web\n  version: 2.x\n  repository: file://../web\n";
    for (web, expected) in [
        ("apiVersion: v2\nname: wbe\nversion: 2.0.0\n", "error chart-dependency chart/Chart.yaml:5"),
        ("apiVersion: v2\nname: web\nversion: 1.0.0\n", "error chart-dependency chart/Chart.yaml:6"),
    ] {
        let bench = Bench::new("");
        let tree = Tree::memory([("chart/Chart.yaml", chart), ("web/Chart.yaml", web)], &bench.sources);
        let (chart, findings) = Chart::load(&tree, "chart");
        assert_eq!(bench.shown(&findings), [expected]);
        assert!(bench.render(&chart.expect("a chart").into()).failure.is_some());
    }
}
