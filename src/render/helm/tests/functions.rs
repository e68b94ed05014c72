//! Expressions over our own values, with what Helm 4.3.1 makes of them: `=` is its output, `!` the end of its message. Where Helm's output is
//! another with each run, the expressions ask for its shape.

use std::rc::Rc;

use seatrial_gotemplate::{Budget, Marks, Value};
use seatrial_helm::Major;
use seatrial_helm::functions;
use seatrial_helm::objects::{Capabilities, File, Files, HelmVersion, KubeVersion};
use seatrial_helm::world::World;
use serde_json::Value as Json;

/// Values as Helm reads them: every number is a `float64`.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::nil(),
        Json::Bool(truth) => Value::bool(*truth),
        Json::Number(number) => Value::float(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value).collect()),
        Json::Object(entries) => {
            // Helm drops what is null in the values of a chart.
            let given = entries.iter().filter(|(_, item)| !item.is_null());
            Value::map(given.map(|(key, item)| (Rc::from(key.as_str()), value(item))).collect())
        }
    }
}

/// The files of the chart that Helm rendered.
fn files() -> Value {
    let files: [(&str, &[u8]); 8] = [
        ("Chart.yaml", b""),
        ("a.txt", b"hello\nworld\n"),
        ("conf/b.yaml", b"x: 1\ny: \"z\"\n"),
        ("conf/sub/c.txt", b"no newline"),
        ("conf/d.yml", b""),
        ("bin.dat", b"\xff\0a"),
        ("conf/{x}.txt", b"q"),
        ("conf/a-b.txt", b"1\n\n2\n\n"),
    ];
    let file = |(path, data): (&str, &[u8])| (path.into(), File { data: data.into(), marks: Marks::NONE });
    Files::new(files.into_iter().skip(1).map(file)).value()
}

/// What Helm 4.3.1 says of itself and of the cluster that it does not know.
fn capabilities() -> Value {
    let text = str::to_owned;
    let versions = ["v1", "apps/v1"].map(text).to_vec();
    let helm_version = HelmVersion {
        version: text("v4.3.1"),
        git_commit: text("c0d08d0d6d9424d4a14febb5e8a3e51b0dd00dff"),
        git_tree_state: text("clean"),
        go_version: text("go1.27.2"),
        kube_client_version: text("v1.37"),
    };
    let kube_version = KubeVersion::parse("v1.37.0").expect("a version");
    let (marks, asked) = (Marks::NONE, Rc::default());
    Capabilities { of: Major::Four, kube_version, api_versions: versions.into(), helm_version, marks, asked }.value()
}

/// What the templates see: the values, or all of it where files or capabilities are asked for.
fn root(values: &Value) -> Value {
    let entries = [("Files", files()), ("Capabilities", capabilities()), ("Values", values.clone())];
    Value::map(entries.into_iter().collect())
}

/// What ours makes of an expression.
fn answer(expression: &str, data: Value) -> Result<String, String> {
    let mut templates = functions::templates();
    templates.parse("t", 0, &format!("{{{{ {expression} }}}}")).map_err(|error| error.message)?;
    let mut world = World::new("r", 1_700_000_000_000_000_000, [0; 32]);
    let mut budget = Budget::default();
    match templates.execute("t", data, &mut budget, &mut world) {
        Ok(rendered) => Ok(rendered.text.as_str().to_owned()),
        Err(error) => Err(error.reason),
    }
}

/// An output as Helm prints it.
fn comparable(output: &str) -> String {
    output.replace("<no value>", "")
}

/// How many of the answers are Helm's, of how many, and what differs.
fn compare(table: &str) -> (usize, usize, Vec<String>) {
    let data = value(&serde_json::from_str(include_str!("../testdata/functions-values.json")).expect("values"));
    let (mut equal, mut all, mut others) = (0, 0, Vec::new());
    for line in table.lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let [expression, kind, expected] = parts.as_slice() else { panic!("{line}") };
        let text = |json: &str| serde_json::from_str::<String>(json).expect("a string");
        let (expression, expected) = (text(expression), text(expected));
        let asks_all = expression.contains(".Files") || expression.contains(".Capab");
        let ours = answer(&expression, if asks_all { root(&data) } else { data.clone() });
        all += 1;
        let is_equal = match &ours {
            Ok(output) => *kind == "=" && comparable(output) == comparable(&expected),
            Err(message) => *kind == "!" && expected.ends_with(message.trim_end()),
        };
        if is_equal {
            equal += 1;
        } else {
            others.push(format!("{expression}\n   helm {kind} {expected:?}\n   ours {ours:?}"));
        }
    }
    (equal, all, others)
}

fn check(table: &str, unequal: usize) {
    let (equal, all, others) = compare(table);
    let shown = others.join("\n");
    assert!(all > 10 && all - equal == unequal, "{equal} of {all} are equal, {} are not:\n{shown}", others.len());
}

#[test]
fn data_as_helm() {
    check(include_str!("../testdata/functions-data.tsv"), 0);
}

#[test]
fn yaml_errors_as_helm() {
    check(include_str!("../testdata/functions-yaml-errors.tsv"), 0);
}

#[test]
fn regex_as_helm() {
    check(include_str!("../testdata/functions-regex.tsv"), 0);
}

#[test]
fn semver_as_helm() {
    check(include_str!("../testdata/functions-semver.tsv"), 0);
}

#[test]
fn dates_as_helm() {
    check(include_str!("../testdata/functions-dates.tsv"), 0);
}

#[test]
fn encodings_as_helm() {
    check(include_str!("../testdata/functions-encodings.tsv"), 0);
}

#[test]
fn others_as_helm() {
    check(include_str!("../testdata/functions-others.tsv"), 0);
}

#[test]
fn certs_as_helm() {
    check(include_str!("../testdata/functions-certs.tsv"), 0);
}

#[test]
fn toml_as_helm() {
    check(include_str!("../testdata/functions-toml.tsv"), 0);
}

#[test]
fn files_as_helm() {
    check(include_str!("../testdata/functions-files.tsv"), 0);
}

#[test]
fn capabilities_as_helm() {
    check(include_str!("../testdata/functions-capabilities.tsv"), 2);
}

#[test]
fn yaml_random_as_helm() {
    check(include_str!("../testdata/functions-yaml-random.tsv"), 0);
}
