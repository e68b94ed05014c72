//! A whole build of a small tree that is made of what copies, includes and replaces: its bytes choose the lines of a few kustomizations. No
//! panic, and the result is within the budget or there is none.
#![no_main]

use std::collections::BTreeMap;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use seatrial_kustomize::{Options, build};
use seatrial_model::{Node, Sources};
use seatrial_tree::Tree;
use seatrial_yaml::emit_all;

/// The limits that the crate has when it is fuzzed.
const VALUES: usize = 20_000;
const BYTES: usize = 1 << 20;

/// Kustomizations of the tree; those behind the middle are components.
const DIRECTORIES: u8 = 8;

const PATHS: [&str; 8] =
    ["/data", "/data/a", "/data/b", "/data/a/a", "/data/l", "/data/l/-", "/data/l/0", "/metadata/labels"];
const FIELDS: [&str; 8] =
    ["data", "data.a", "data.b", "data.a.a", "data.l", "data.l.0", "metadata.name", "metadata.labels.x"];
const OBJECTS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: map, labels: {x: $(V)$(V)}}\ndata: {a: {a: b}, b: \"x/y\", l: [1, {c: d}], t: \"{a: {a: 1}}\"}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: pod}\nspec: {containers: [{name: a, image: a, command: [$(V), $(V)$(V)], envFrom: [{configMapRef: {name: map}}]}]}\n";

/// The lines that a kustomization has of each field.
type Fields = BTreeMap<&'static str, String>;

fn add(fields: &mut Fields, field: &'static str, line: &str) {
    fields.entry(field).or_default().push_str(line);
}

/// One line, or one more entry, that two bytes choose.
fn grow(fields: &mut Fields, dir: u8, what: u8, how: u8) {
    let (one, other) = (usize::from(how & 7), usize::from(how >> 3 & 7));
    let (path, from) = (PATHS[one], PATHS[other]);
    let (field, source) = (FIELDS[one], FIELDS[other]);
    let target = "target: {kind: ConfigMap}";
    let operation = |operation: String| format!("- {{{target}, patch: '[{operation}]'}}\n");
    let letter = char::from(b'a' + how % 26);
    match what % 12 {
        0 => add(fields, "resources", &format!("- ../k{}\n", how % DIRECTORIES)),
        1 => add(fields, "components", &format!("- ../k{}\n", how % DIRECTORIES)),
        2 => add(fields, "patches", &operation(format!(r#"{{"op": "copy", "from": "{from}", "path": "{path}"}}"#))),
        3 => add(fields, "patches", &operation(format!(r#"{{"op": "move", "from": "{from}", "path": "{path}"}}"#))),
        4 => add(
            fields,
            "patches",
            &operation(format!(r#"{{"op": "add", "path": "{path}", "value": {{"{letter}": [1, {{}}]}}}}"#)),
        ),
        5 => {
            let options = match how >> 6 {
                0 => "create: true",
                1 => "delimiter: /, index: 9",
                2 => "delimiter: /, index: -1",
                _ => "create: false",
            };
            add(
                fields,
                "replacements",
                &format!(
                    "- {{source: {{kind: ConfigMap, fieldPath: {source}}}, targets: [{{select: {{kind: ConfigMap}}, fieldPaths: [{field}], options: {{{options}}}}}]}}\n"
                ),
            );
        }
        6 => add(fields, "commonAnnotations", &format!("  {letter}{how}: {}\n", "v".repeat(usize::from(how)))),
        7 => add(fields, "labels", &format!("- {{pairs: {{{letter}: '{how}'}}, includeTemplates: true}}\n")),
        8 => add(
            fields,
            "vars",
            &format!(
                "- {{name: V, objref: {{apiVersion: v1, kind: ConfigMap, name: map}}, fieldref: {{fieldPath: {field}}}}}\n"
            ),
        ),
        9 => add(
            fields,
            "configMapGenerator",
            &format!("- {{name: g{letter}, files: [f=../k{dir}/objects.yaml], literals: [x={letter}]}}\n"),
        ),
        10 => add(
            fields,
            "patches",
            &format!(
                "- patch: '{{apiVersion: v1, kind: ConfigMap, metadata: {{name: map}}, data: {{{letter}: {{a: {how}}}}}}}'\n"
            ),
        ),
        _ => {
            let _ = fields.insert("namePrefix", format!(" {}\n", letter.to_string().repeat(usize::from(how) + 1)));
        }
    }
}

fn files(bytes: &[u8]) -> Vec<(String, String)> {
    let mut directories: Vec<Fields> = (0..DIRECTORIES).map(|_| Fields::new()).collect();
    for choice in bytes.chunks_exact(3) {
        let dir = choice[0] % DIRECTORIES;
        grow(&mut directories[usize::from(dir)], dir, choice[1], choice[2]);
    }
    let mut files = Vec::new();
    for (number, mut fields) in directories.into_iter().enumerate() {
        let is_component = number >= usize::from(DIRECTORIES / 2);
        let mut text = String::new();
        if is_component {
            text.push_str("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
        } else {
            add(&mut fields, "resources", "- objects.yaml\n");
        }
        for (field, lines) in fields {
            text.push_str(&format!("{field}:{}{lines}", if field == "namePrefix" { "" } else { "\n" }));
        }
        files.push((format!("k{number}/kustomization.yaml"), text));
        files.push((
            format!("k{number}/objects.yaml"),
            OBJECTS.replace("name: map", &format!("name: map{}", number.min(1))),
        ));
    }
    files
}

fn values(node: &Node) -> usize {
    let below: usize = node.entries().iter().map(|entry| values(&entry.value)).sum();
    1 + below + node.items().iter().map(values).sum::<usize>()
}

fuzz_target!(|bytes: &[u8]| {
    let files = files(bytes);
    let text: usize = files.iter().map(|(_, text)| text.len()).sum();
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    let rendered = build(&tree, "k0", Options::default());
    for finding in &rendered.findings {
        let span = finding.primary.span;
        let file = sources.get(span.file).expect("a file of the tree");
        assert!(file.text().get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
    }
    let is_exceeded = rendered.findings.iter().any(|finding| finding.rule.as_str() == "budget-exceeded");
    assert!(!is_exceeded || rendered.manifests.is_empty(), "what is incomplete is not handed on");
    let walked: usize = rendered.manifests.iter().map(|manifest| values(&manifest.node)).sum();
    assert!(walked <= VALUES + 2 * text, "{walked} values of {text} bytes");
    let printed = emit_all(rendered.manifests.iter().map(|manifest| &manifest.node)).len();
    assert!(printed <= 2 * (BYTES + 4 * text) + 16 * walked, "{printed} bytes of {text}");
});
