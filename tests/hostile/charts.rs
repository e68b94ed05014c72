//! Hostile charts: each breaks its own environment, soon, and the healthy one beside it is still judged.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use crate::harness::Repo;

const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

/// Its one fault is found in every run.
const HEALTHY: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: healthy\ndata:\n  count: {{ .Values.count }}\n";

const STILL_FOUND: &str = "error[schema]: `data.count` of ConfigMap default/healthy must be a string, not an integer --> charts/good/values.yaml:1:8";

/// What is said of a chart with these files, beside a healthy one.
#[track_caller]
fn check(files: &[(&str, &[u8])], chart: &str, says: &str) {
    let config = format!(
        "version: 1\nenvironments:\n  bad:\n    helm: {{ chart: {chart} }}\n  good:\n    helm: {{ chart: charts/good }}\n"
    );
    let repo = Repo::with(&[
        ("seatrial.yaml", &config),
        ("charts/bad/Chart.yaml", CHART),
        ("charts/good/Chart.yaml", CHART),
        ("charts/good/values.yaml", "count: 1\n"),
        ("charts/good/templates/a.yaml", HEALTHY),
    ]);
    files.iter().for_each(|(path, bytes)| repo.write(path, bytes));
    let seen = repo.run(&["validate"]);
    seen.expect(says, 1, &[says, STILL_FOUND]);
}

pub(crate) fn a_hostile_chart_does_not_hide_the_others() {
    let template = "charts/bad/templates/a.yaml";
    let endless = b"{{ define \"a\" }}{{ include \"a\" . }}{{ end }}\n{{ include \"a\" . }}\n";
    let zeros = vec![0_u8; 1 << 20];
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    (0..120).for_each(|_| bomb.write_all(&zeros).expect("written"));
    let bomb = bomb.finish().expect("packed");
    let rows: [(&str, &[u8], &str, &str); 8] = [
        (template, endless, "charts/bad", "nested reference name"),
        (template, b"\n{{ range until 10000000 }}x{{ end }}\n", "charts/bad", "--> charts/bad/templates/a.yaml:2:1"),
        (template, b"\n{{ .Values.a\n", "charts/bad", "--> charts/bad/templates/a.yaml:2:1"),
        (template, b"a: {{ .Values.a.b }}\n", "charts/bad", "--> charts/bad/templates/a.yaml:1:4"),
        (template, b"a: b: c\n", "charts/bad", "--> charts/bad/templates/a.yaml:1:1"),
        ("charts/bad/values.yaml", b"\n- a\n", "charts/bad", "--> charts/bad/values.yaml:2:1"),
        ("charts/bad/Chart.yaml", b"kind: Chart\n", "charts/bad", "--> charts/bad/Chart.yaml:1:1"),
        ("charts/bad.tgz", &bomb, "charts/bad.tgz", "larger than the maximum size"),
    ];
    for (path, bytes, chart, says) in rows {
        check(&[(path, bytes)], chart, says);
    }
}
