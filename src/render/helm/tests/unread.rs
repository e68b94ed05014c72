//! A value that nothing reads is told, and one that may be read is not.

mod bench;

use bench::{Bench, CHART};

/// Place, message and help of what is told of values that nothing reads.
fn unread(given: &str, files: &[(&str, &str)]) -> Vec<String> {
    let bench = Bench::new(given);
    let rendered = bench.render(&bench.load(files).0.expect("a chart"));
    assert_eq!(rendered.failure, None);
    let told = rendered.findings.iter().filter(|finding| finding.rule == seatrial_helm::ids::UNREAD_VALUE);
    let shown = |f: &seatrial_model::Finding| {
        let help = f.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        format!("{} {}{help}", bench.place(f.primary.span), f.message)
    };
    told.map(shown).collect()
}

#[test]
fn a_value_that_no_template_reads_is_told_where_it_is_given() {
    let template = "kind: A\nreplicas: {{ .Values.replicaCount }}\nimage: {{ .Values.image.repository }}\n{{ if .Values.service.enabled }}x: {{ .Values.service.port }}{{ end }}\n";
    let files = [
        CHART,
        ("chart/values.yaml", "replicaCount: 1\nimage:\n  repository: a\n  tag: b\nservice: {}\n"),
        ("chart/templates/a.yaml", template),
    ];
    let given = "replicaCuont: 3\nimage:\n  repositry: x\n  tag: y\nservice:\n  enabled: true\n  port: 1\n  prot: 2\nreplicas: 3\n";
    assert_eq!(
        unread(given, &files),
        [
            "given.yaml:1 no template of chart `shop` reads `replicaCuont`; did you mean `replicaCount`?",
            "given.yaml:3 no template of chart `shop` reads `image.repositry`; did you mean `repository`?",
            "given.yaml:8 no template of chart `shop` reads `service.prot`",
            "given.yaml:9 no template of chart `shop` reads `replicas`",
        ]
    );
}

#[test]
fn a_value_that_may_be_read_is_passed_over() {
    let templates = [
        "{{ toYaml .Values }}",
        "{{ range $name, $value := .Values.web }}{{ $name }}{{ end }}",
        "{{ if false }}{{ range $name, $value := .Values.web }}{{ $name }}{{ end }}{{ end }}",
        "{{ if false }}{{ .Values.web.extra }}{{ end }}",
        "{{ with .Values.web }}{{ toYaml . }}{{ end }}",
        "{{ include \"all\" .Values.web }}{{ define \"all\" }}{{ toYaml . }}{{ end }}",
        "{{ index .Values.web \"extra\" }}",
        "{{ index .Values.web (printf \"%s\" \"ex\") }}",
        "{{ dig \"extra\" \"\" .Values.web }}",
        "{{ $all := merge (dict) .Values.web }}{{ $all.on }}",
        "{{ tpl (.Files.Get \"a.tpl\") . }}",
        "{{ tpl .Values.text . }}",
        "{{ template \"far\" . }}{{ define \"far\" }}{{ toYaml (get .Values \"web\") }}{{ end }}",
    ];
    for template in templates {
        let files = [
            CHART,
            ("chart/a.tpl", "{{ .Values.web.extra }}"),
            ("chart/values.yaml", "text: \"{{ .Values.web.extra }}\"\n"),
            ("chart/templates/NOTES.txt", template),
        ];
        let told = unread("web:\n  extra: 1\n", &files);
        assert!(told.is_empty(), "{template}: {told:?}");
    }
}

#[test]
fn values_of_charts_within_are_judged_by_their_templates() {
    let files = [
        (
            "chart/Chart.yaml",
            "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n  - {name: web, version: 0.1.0, alias: front}\n  - {name: spare, version: 0.1.0, condition: spare.enabled}\n",
        ),
        ("chart/charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
        ("chart/charts/web/values.yaml", "port: 1\n"),
        ("chart/charts/web/templates/a.yaml", "kind: A\nport: {{ .Values.port }}\n"),
        ("chart/charts/spare/Chart.yaml", "apiVersion: v2\nname: spare\nversion: 0.1.0\n"),
        ("chart/charts/spare/templates/a.yaml", "kind: A\nport: {{ .Values.global.spare }}\n"),
    ];
    let given = "global: {spare: 1, other: 2}\nspare: {enabled: false, some: 1}\nweb: {port: 2}\nfront:\n  prot: 2\n";
    assert_eq!(
        unread(given, &files),
        ["given.yaml:5 no template of chart `front` reads `front.prot`; did you mean `port`?"]
    );
}
