//! What is wrong with charts is told at the line that a human must edit, and never hides the rest.
#![allow(clippy::disallowed_methods, reason = "a test measures time")]

mod bench;

use bench::{Bench, CHART};
use seatrial_helm::Major;
use seatrial_helm::chart::{Chart, Loaded};
use seatrial_model::Level;

#[test]
fn charts_are_shared_by_threads() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Chart>();
}

#[test]
fn a_chart_that_cannot_be_loaded_is_told_at_its_line() {
    for (files, expected) in [
        (vec![("chart/values.yaml", "a: 1\n")], "error chart chart/Chart.yaml:1"),
        (vec![("chart/Chart.yaml", "name: shop\nversion: [1]\n")], "error chart chart/Chart.yaml:2"),
        (vec![("chart/Chart.yaml", "name: a/b\nversion: 1.0.0\n")], "error chart chart/Chart.yaml:1"),
        (vec![("chart/Chart.yaml", "name: shop\nversion: x.y\n")], "error chart chart/Chart.yaml:2"),
        (vec![("chart/Chart.yaml", "- a\n")], "error chart chart/Chart.yaml:1"),
        (vec![CHART, ("chart/values.yaml", "# list\n- a\n")], "error chart chart/values.yaml:2"),
        (vec![CHART, ("chart/values.yaml", "a: 1\nb: [\n")], "error parse-error chart/values.yaml:2"),
        (vec![CHART, ("chart/charts/web/values.yaml", "a: 1\n")], "error chart chart/charts/web/values.yaml:1"),
        (vec![CHART, ("chart/charts/web-1.0.0.tgz", "not packed")], "error chart chart/Chart.yaml:1"),
        (vec![CHART, ("chart/.helmignore", "a\n**/b\n")], "error chart chart/.helmignore:2"),
    ] {
        let bench = Bench::new("");
        let (chart, findings) = bench.load(&files);
        assert!(chart.is_none(), "{expected}");
        assert_eq!(bench.shown(&findings), [expected]);
    }
}

#[test]
fn a_missing_dependency_is_needed_and_told_where_it_is_named() {
    let chart = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- name: web\n  version: 1.x\n  repository: https://charts.example.com/\n";
    let bench = Bench::new("");
    let (chart, findings) = bench.load(&[("chart/Chart.yaml", chart)]);
    assert_eq!(bench.shown(&findings), ["error chart-dependency chart/Chart.yaml:5"]);
    let rendered = bench.render(&chart.expect("a chart"));
    assert!(rendered.failure.is_some_and(|failure| failure.ends_with("missing in charts/ directory: web")));
    let needed: Vec<_> = rendered.needed.iter().map(|needed| (&*needed.url, &*needed.version)).collect();
    assert_eq!(needed, [("https://charts.example.com/web", "1.x")]);
}

#[test]
fn a_chart_that_depends_on_itself_ends() {
    let chart = |name: &str, other: &str| {
        format!(
            "apiVersion: v2\nname: {name}\nversion: 1.0.0\ndependencies:\n- name: {other}\n  version: 1.0.0\n  repository: file://../{other}\n"
        )
    };
    let (one, other) = (chart("chart", "other"), chart("other", "chart"));
    let bench = Bench::new("");
    let (chart, findings) = bench.load(&[("chart/Chart.yaml", &one), ("other/Chart.yaml", &other)]);
    assert_eq!(bench.shown(&findings), ["error chart-dependency other/Chart.yaml:5"]);
    assert_eq!(chart.expect("a chart").subcharts.len(), 1);
}

#[test]
fn a_lock_that_does_not_fit_is_told() {
    let chart = "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- { name: web, version: 2.x }\n- { name: db, version: 1.x }\n";
    let web = "apiVersion: v2\nname: web\nversion: 2.0.0\n";
    let db = "apiVersion: v2\nname: db\nversion: 1.0.0\n";
    let lock = "dependencies:\n- name: web\n  version: 1.0.0\n";
    let bench = Bench::new("");
    let files = [
        ("chart/Chart.yaml", chart),
        ("chart/Chart.lock", lock),
        ("chart/charts/web/Chart.yaml", web),
        ("chart/charts/db/Chart.yaml", db),
    ];
    let (_, findings) = bench.load(&files);
    let expected = ["warning chart-lock chart/Chart.yaml:5", "warning chart-lock chart/Chart.yaml:6"];
    assert_eq!(bench.shown(&findings), expected);
}

#[test]
fn a_failing_template_is_told_at_the_value() {
    let template = "kind: A\nport: {{ .Values.web.port.number }}\n";
    let files = [CHART, ("chart/templates/a.yaml", template), ("chart/values.yaml", "web:\n  port: 80\n")];
    for (given, expected) in
        [("", "error template chart/values.yaml:2"), ("a: 1\nweb:\n  port: text\n", "error template given.yaml:3")]
    {
        let bench = Bench::new(given);
        let (chart, _) = bench.load(&files);
        let rendered = bench.render(&chart.expect("a chart"));
        assert_eq!(bench.shown(&rendered.findings), [expected]);
        let related: Vec<String> = rendered.findings[0].related.iter().map(|label| bench.place(label.span)).collect();
        assert_eq!(related, ["chart/templates/a.yaml:2"]);
        assert!(rendered.documents.is_empty());
    }
}

#[test]
fn output_that_is_not_yaml_is_told_where_it_was_printed_with_the_value_beside() {
    let template = "kind: A\nname: {{ .Values.name }}\n";
    let files = [CHART, ("chart/templates/a.yaml", template)];
    let bench = Bench::new("other: 1\nname: 'a: b'\n");
    let (chart, _) = bench.load(&files);
    let rendered = bench.render(&chart.expect("a chart"));
    assert_eq!(bench.shown(&rendered.findings), ["error chart-output chart/templates/a.yaml:2"]);
    assert_eq!(bench.place(rendered.findings[0].related[0].span), "given.yaml:2");
}

#[test]
fn a_hook_that_helm_does_not_know_is_told() {
    let template = "kind: A\n---\nkind: Job\nmetadata:\n  annotations: { helm.sh/hook: {{ .Values.when }} }\n";
    let files = [CHART, ("chart/templates/a.yaml", template)];
    let bench = Bench::new("\nwhen: sometimes\n");
    let (chart, _) = bench.load(&files);
    let rendered = bench.render(&chart.expect("a chart"));
    assert_eq!(bench.shown(&rendered.findings), ["warning chart-output given.yaml:2"]);
}

#[test]
fn values_that_do_not_fit_together_are_warned_of_at_their_line() {
    let values = "web:\n  port: 80\ntable:\n  inner:\n    a: 1\n";
    let files =
        [CHART, ("chart/values.yaml", values), ("chart/templates/a.yaml", "kind: {{ toJson .Values | quote }}\n")];
    let bench = Bench::new("web: { port: { number: 1 } }\ntable:\n  inner: 5\n");
    let (chart, _) = bench.load(&files);
    let rendered = bench.render(&chart.expect("a chart"));
    let mut shown = bench.shown(&rendered.findings);
    shown.sort();
    assert_eq!(shown, ["warning chart-values given.yaml:1", "warning chart-values given.yaml:3"]);
    assert!(rendered.findings.iter().all(|finding| finding.level < Level::Error));
}

#[test]
fn a_printed_value_knows_what_it_replaced() {
    let files =
        [CHART, ("chart/values.yaml", "a: 1\nb: 2\n"), ("chart/templates/a.yaml", "kind: A\nb: {{ .Values.b }}\n")];
    let bench = Bench::new("b: 3\n");
    let (chart, _) = bench.load(&files);
    let rendered = bench.render(&chart.expect("a chart"));
    let text = &rendered.documents[0].text;
    let piece = text.piece_at(text.find('3').expect("printed")).expect("a piece");
    let origin = rendered.origins.of(&piece.marks).remove(0);
    assert_eq!(bench.place(origin.span), "given.yaml:1");
    let before = origin.over.as_ref().and_then(|over| over.before.clone()).expect("a default");
    assert_eq!(bench.place(before.span), "chart/values.yaml:2");
    assert_eq!(bench.place(rendered.span(piece.place.expect("a place")).expect("a span")), "chart/templates/a.yaml:2");
}

#[test]
fn many_releases_of_one_chart_parse_it_once() {
    // Each of a hundred parses of it would take longer than all renders.
    let one = |number: u32| {
        format!("{{{{ define \"a{number}\" }}}}{{{{ if .x }}}}{{{{ .y | quote }}}}{{{{ end }}}}{{{{ end }}}}\n")
    };
    let helpers: String = (0..3000).map(one).collect();
    let files = [CHART, ("chart/templates/_a.tpl", &*helpers), ("chart/templates/a.yaml", "kind: A\n")];
    let bench = Bench::new("");
    let (chart, _) = bench.load(&files);
    let chart = chart.expect("a chart");
    let started = std::time::Instant::now();
    assert_eq!(bench.render(&chart).documents.len(), 1);
    let first = started.elapsed();
    let started = std::time::Instant::now();
    (0..100).for_each(|_| assert_eq!(bench.render(&chart).documents.len(), 1));
    assert!(started.elapsed() < first * 50, "{:?} after {first:?}", started.elapsed());
}

#[test]
fn what_helm_takes_is_rendered_though_it_is_warned_of() {
    let chart = "apiVersion: v2\nname: shop\nname: shop\nversion: 0.1.0\ndeprecated: true\n";
    let files = [
        ("chart/Chart.yaml", chart),
        ("chart/values.yaml", "a: 1\na: 2\n"),
        ("chart/templates/a.yaml", "a: {{ .Values.a }}\n"),
    ];
    let bench = Bench::new("");
    let (loaded, findings) = bench.load(&files);
    assert_eq!(
        bench.shown(&findings),
        ["warning duplicate-key chart/Chart.yaml:3", "warning duplicate-key chart/values.yaml:2"]
    );
    let rendered = bench.render(&loaded.expect("a chart"));
    assert_eq!(bench.shown(&rendered.findings), ["warning deprecated-chart chart/Chart.yaml:5"]);
    assert_eq!(&*rendered.documents[0].text, "a: 2\n");
}

#[test]
fn what_helm_says_of_unreadable_yaml_stands_beside_it() {
    for (files, said) in [
        (
            vec![CHART, ("chart/values.yaml", "a:\n  b: - c\n")],
            "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: block sequence entries are not allowed in this context",
        ),
        (
            vec![("chart/Chart.yaml", "apiVersion: v2\nname: dk\n version: 0.1.0\n")],
            "cannot load Chart.yaml: error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context",
        ),
        (
            vec![CHART, ("chart/values.yaml", "a: b\n---\nb: [c\nd: e\n")],
            "cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 1: did not find expected ',' or ']'",
        ),
        (
            vec![CHART, ("chart/values.yaml", "a: b\n---c: d\n")],
            "cannot load values.yaml: error reading yaml document: invalid Yaml document separator: c: d",
        ),
    ] {
        let (chart, findings) = Bench::new("").load(&files);
        assert!(chart.is_none());
        assert_eq!(findings[0].evidence[0].text, said);
    }
}

#[test]
fn helm_3_says_it_in_other_words() {
    let bench = Bench::new("");
    let files = [CHART, ("chart/values.yaml", "a: \"b\n---\nc\"\n")];
    let (_, findings) = bench.load(&files);
    let loaded = Loaded { chart: None, findings };
    let said = [Major::Three, Major::Four].map(|helm| {
        let told = loaded.told_by(helm);
        let said: Vec<String> = told[0].evidence.iter().map(|one| format!("{}: {}", one.title, one.text)).collect();
        said
    });
    assert_eq!(
        said,
        [
            [
                "what Helm says: cannot load values.yaml: error converting YAML to JSON: yaml: line 2: found unexpected document indicator"
            ],
            [
                "what Helm says: cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: found unexpected end of stream"
            ],
        ]
    );
}

#[test]
fn what_follows_the_first_document_is_not_looked_at() {
    let bench = Bench::new("");
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n---\na: b: c\n"),
        ("chart/templates/a.yaml", "{kind: A, metadata: {name: a}}\nmore\n"),
        ("chart/templates/b.yaml", "said: {{ (fromYaml \"  a: b\\nc: [\").a }}\n"),
    ];
    let (chart, findings) = bench.load(&files);
    assert_eq!(bench.shown(&findings), ["warning parse-error chart/Chart.yaml:5"]);
    let rendered = bench.render(&chart.expect("a chart"));
    assert_eq!(rendered.failure, None);
    let texts: Vec<&str> = rendered.documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts, ["said: b\n", "{kind: A, metadata: {name: a}}\nmore\n"]);
}

#[test]
fn a_chart_whose_ignore_file_leaves_out_its_chart_file_says_so() {
    let bench = Bench::new("");
    let (chart, findings) = bench.load(&[CHART, ("chart/.helmignore", "*\n")]);
    assert!(chart.is_none());
    assert_eq!(bench.shown(&findings), ["error chart chart/Chart.yaml:1"]);
}
