//! What does not fit the schema of a chart is told at the line of the values that a human edits.

mod bench;

use bench::{Bench, CHART};
use seatrial_helm::Major;

const WITH_SCHEMA: &str = r#"{
  "additionalProperties": false,
  "required": ["team"],
  "properties": {
    "team": {"type": "string"},
    "replicas": {"type": ["integer", "null"]},
    "image": {
      "required": ["tag"],
      "additionalProperties": false,
      "properties": {"repository": {"pattern": "^[a-z/]+$"}, "tag": {"anyOf": [{"type": "string"}, {"type": "null"}]}}
    },
    "ports": {"items": {"properties": {"number": {"maximum": 65535}}}}
  }
}
"#;

#[test]
fn what_does_not_fit_the_schema_is_told_at_the_line_of_the_values() {
    let given =
        "replicas: \"3\"\nimage:\n  repositry: a\n  repository: A\nports:\n  - number: 1\n  - number: 70000\nteem: a\n";
    let bench = Bench::new(given);
    let files = [CHART, ("chart/values.yaml", "image: {}\n"), ("chart/values.schema.json", WITH_SCHEMA)];
    let rendered = bench.render(&bench.load(&files).0.expect("a chart"));
    let told: Vec<String> = rendered
        .findings
        .iter()
        .map(|f| {
            let help = f.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
            format!("{} {}{help} <- {}", bench.place(f.primary.span), f.message, bench.place(f.related[0].span))
        })
        .collect();
    let schema = "chart/values.schema.json";
    assert_eq!(
        told,
        [
            format!("given.yaml:1 the values lack `team`, which the schema requires <- {schema}:3"),
            format!("given.yaml:2 `image` lacks `tag`, which the schema requires <- {schema}:8"),
            format!(
                "given.yaml:4 `image.repository` does not match the pattern `^[a-z/]+$` of the schema <- {schema}:10"
            ),
            format!(
                "given.yaml:3 the schema does not know `image.repositry`, and allows nothing else; did you mean `repository`? <- {schema}:9"
            ),
            format!(
                "given.yaml:7 `ports[1].number` does not fit the schema: maximum: got 70,000, want 65,535 <- {schema}:12"
            ),
            format!("given.yaml:1 `replicas` is a string, and the schema wants null or an integer <- {schema}:6"),
            format!(
                "given.yaml:8 the schema does not know `teem`, and allows nothing else; did you mean `team`? <- {schema}:2"
            ),
        ]
    );
    assert!(rendered.failure.expect("it fails").starts_with("values don't meet the specifications"));
    assert_eq!(rendered.findings[0].evidence.len(), 1);
}

#[test]
fn a_value_of_the_chart_itself_is_told_in_its_values() {
    let bench = Bench::new("");
    let values = "image:\n  tag: 1\n";
    let files = [CHART, ("chart/values.yaml", values), ("chart/values.schema.json", WITH_SCHEMA)];
    let rendered = bench.render(&bench.load(&files).0.expect("a chart"));
    let shown = bench.shown(&rendered.findings);
    assert_eq!(shown, ["error values-schema chart/values.yaml:1", "error values-schema chart/values.yaml:2"]);
    let said = &rendered.findings[1].message;
    assert_eq!(said, "`image.tag` is a number, and the schema wants a string or null");
}

#[test]
fn a_schema_that_cannot_be_used_is_told_at_its_line() {
    let broken = [
        ("{\n  \"type\": strin\n}", 2, "invalid character 's' looking for beginning of value"),
        ("{\n  \"properties\": {\n    \"a\": {\"type\": \"strin\"}}}", 3, "got string, want array"),
        ("{\n  \"$ref\": \"#/nowhere\"}", 2, "json-pointer in \"file:///values.schema.json#/nowhere\" not found"),
    ];
    for (schema, line, why) in broken {
        let bench = Bench::new("");
        let rendered = bench.render(&bench.load(&[CHART, ("chart/values.schema.json", schema)]).0.expect("a chart"));
        assert_eq!(bench.shown(&rendered.findings), [format!("error chart-schema chart/values.schema.json:{line}")]);
        assert!(rendered.findings[0].message.ends_with(why), "{}", rendered.findings[0].message);
        assert!(rendered.failure.is_some());
    }
}

#[test]
fn a_schema_that_is_not_json_is_told_in_the_words_of_the_version_of_helm() {
    let words = [
        (Major::Three, "invalid character 'x' in string escape code"),
        (Major::Four, "invalid escape sequence `\\x` in string"),
    ];
    for (helm, said) in words {
        let bench = Bench::new("");
        let files = [CHART, ("chart/values.schema.json", "{\n  \"type\": \"\\x\"\n}")];
        let rendered = bench.render_by(helm, &bench.load(&files).0.expect("a chart"));
        assert_eq!(bench.shown(&rendered.findings), ["error chart-schema chart/values.schema.json:2"]);
        assert!(rendered.findings[0].message.ends_with(said), "{}", rendered.findings[0].message);
        let template = ("chart/templates/a.yaml", "said: {{ (fromJson `\"\\x\"`).Error }}\n");
        let rendered = bench.render_by(helm, &bench.load(&[CHART, template]).0.expect("a chart"));
        assert_eq!(rendered.documents[0].text.trim_end(), format!("said: {said}"));
    }
}

#[test]
fn what_is_not_fetched_is_named_and_the_rest_is_checked() {
    let schema = "{\"properties\": {\n\"a\": {\"$ref\": \"https://example.com/a.json\"},\n\"b\": {\"$ref\": \"../../../etc/passwd\"},\n\"c\": {\"type\": \"string\"}}}";
    let files = [CHART, ("chart/values.schema.json", schema)];
    let fits = Bench::new("a: 1\nb: 1\nc: c\n");
    let rendered = fits.render(&fits.load(&files).0.expect("a chart"));
    assert_eq!(
        fits.shown(&rendered.findings),
        ["note unchecked-schema chart/values.schema.json:2", "warning unchecked-schema chart/values.schema.json:3"]
    );
    assert_eq!(rendered.failure, None);
    let wrong = Bench::new("a: 1\nb: 1\nc: 1\n");
    let rendered = wrong.render(&wrong.load(&files).0.expect("a chart"));
    assert_eq!(wrong.shown(&rendered.findings)[2], "error values-schema given.yaml:3");
}

#[test]
fn a_schema_that_is_too_much_is_named_and_not_checked() {
    let large = format!("{{\"description\": \"{}\", \"type\": \"string\"}}", "x".repeat(6 << 20));
    let deep = format!("{}true{}", "{\"not\": ".repeat(5_000), "}".repeat(5_000));
    let both = |at: usize| {
        format!("\"{at}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/{0}\"}}, {{\"$ref\": \"#/$defs/{0}\"}}]}}", at + 1)
    };
    let doubled: Vec<String> = (0..60).map(both).collect();
    let doubled = format!("{{\"$ref\": \"#/$defs/0\", \"$defs\": {{{}, \"60\": true}}}}", doubled.join(","));
    for schema in [large, deep, doubled] {
        let bench = Bench::new("a: 1\n");
        let files =
            [CHART, ("chart/values.schema.json", &*schema), ("chart/templates/a.yaml", "kind: A{{ .Values.a }}\n")];
        let rendered = bench.render(&bench.load(&files).0.expect("a chart"));
        assert_eq!(bench.shown(&rendered.findings), ["warning unchecked-schema chart/values.schema.json:1"]);
        assert_eq!((rendered.failure, rendered.documents.len()), (None, 1));
    }
}
