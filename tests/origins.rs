//! Two hundred wrong values, each put at a known place of a base, a patch or a kustomization: what is rendered of it names that line.
//!
//! Repositories are generated from a seed, and `tests/cases/shop` is one of them. A value that nothing rendered shows (an overlay replaces it) is no
//! mutation, but there must be enough that show.
#![allow(clippy::disallowed_methods, reason = "this test reads the cases")]

#[path = "support/seed.rs"]
mod seed;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use seatrial_kubernetes::Minor;
use seatrial_kustomize::{Options, build};
use seatrial_model::{Level, Manifest, Node, ScalarKind, Sources, Span};
use seatrial_rules::{Context, check};
use seatrial_tree::Tree;
use seatrial_yaml::{Dialect, parse};
use seed::Seed;

/// Mutations that are tried, and how many of them must be told right.
const MUTATIONS: usize = 200;
const RIGHT: usize = 196;

type Files = BTreeMap<String, String>;

/// A repository with a base, a component and an overlay that uses a part of what kustomize can do; which part, the seed decides.
fn generated(seed: &mut Seed) -> Files {
    let mut files = Files::new();
    let apps = 1 + seed.next(3);
    let mut resources = String::new();
    for app in 0..apps {
        resources.push_str(&format!("- app-{app}.yaml\n"));
        files.insert(format!("base/app-{app}.yaml"), application(app, seed));
    }
    files.insert(
        "base/kustomization.yaml".to_owned(),
        format!("resources:\n{resources}configMapGenerator:\n- name: settings\n  literals:\n  - mode=plain\n  - level=info\n"),
    );
    let mut overlay = "resources:\n- ../base\n".to_owned();
    let mut may = |text: &str, files: &mut Files, file: Option<(&str, String)>| {
        if seed.next(3) > 0 {
            overlay.push_str(text);
            files.extend(file.map(|(path, text)| (path.to_owned(), text)));
        }
    };
    may("namespace: shop\n", &mut files, None);
    may("namePrefix: pre-\n", &mut files, None);
    may("nameSuffix: -post\n", &mut files, None);
    may("labels:\n- pairs:\n    team: fish\n    tier: back\n", &mut files, None);
    may("commonAnnotations:\n  owner: somebody\n", &mut files, None);
    may("images:\n- name: registry/app-0\n  newName: mirror/app\n  newTag: '2.1'\n", &mut files, None);
    may("replicas:\n- name: app-0\n  count: 4\n", &mut files, None);
    may("components:\n- ../component\n", &mut files, Some(("component/kustomization.yaml", COMPONENT.to_owned())));
    may(
        "patches:\n- path: patch.yaml\n- target: { kind: Service }\n  patch: |-\n    - op: add\n      path: /spec/type\n      value: ClusterIP\n    - op: replace\n      path: /spec/ports/0/port\n      value: 8081\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: app-0\n    spec:\n      minReadySeconds: 5\n",
        &mut files,
        Some(("overlay/patch.yaml", PATCH.to_owned())),
    );
    may(
        "configMapGenerator:\n- name: settings\n  behavior: merge\n  literals:\n  - level=debug\n  files:\n  - notes.txt\n",
        &mut files,
        Some(("overlay/notes.txt", "remember\n".to_owned())),
    );
    files.insert("overlay/kustomization.yaml".to_owned(), overlay);
    files
}

const COMPONENT: &str = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target:\n    kind: Deployment\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: any\n    spec:\n      template:\n        spec:\n          priorityClassName: high\n          securityContext:\n            runAsUser: 1000\n";

const PATCH: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-0\n  annotations:\n    patched: indeed\nspec:\n  template:\n    spec:\n      containers:\n      - name: main\n        env:\n        - name: A\n          value: patched\n        - name: NEW\n          value: added\n        resources:\n          limits:\n            memory: 64Mi\n";

fn application(app: usize, seed: &mut Seed) -> String {
    let comment = "# A line more or less.\n".repeat(seed.next(4));
    let port = 8000 + app;
    format!(
        "{comment}apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{app}\n  labels: {{ app: app-{app} }}\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {{ app: app-{app} }}\n  template:\n    metadata:\n      labels: {{ app: app-{app} }}\n    spec:\n      containers:\n      - name: main\n        image: registry/app-{app}:1.0\n        args: [serve, \"--port={port}\"]\n        env:\n        - name: A\n          value: \"1\"\n        - name: B\n          value: two\n        envFrom:\n        - configMapRef: {{ name: settings }}\n        ports:\n        - containerPort: {port}\n        resources:\n          limits: {{ memory: 32Mi, cpu: '1' }}\n---\n{comment}apiVersion: v1\nkind: Service\nmetadata:\n  name: app-{app}\nspec:\n  selector:\n    app: app-{app}\n  ports:\n  - name: http\n    port: {port}\n    targetPort: {port}\n"
    )
}

fn shop() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/shop/repo");
    let paths = ["base/api.yaml", "base/kustomization.yaml", "base/migrate.yaml", "base/motd.txt", "base/web.yaml"];
    let prod = ["overlays/prod/kustomization.yaml", "overlays/prod/web-resources.yaml"];
    let read = |path: &str| std::fs::read_to_string(root.join("deploy").join(path)).expect("of the shop");
    paths.iter().chain(&prod).map(|path| ((*path).to_owned(), read(path))).collect()
}

/// A scalar that can be made wrong: its place, and the keys that lead to it.
#[derive(Clone, Debug)]
struct Target {
    file: String,
    span: Span,
    keys: Vec<String>,
    is_number: bool,
}

/// Values that say what an object or an item is, or which kustomization this is: another one is another repository, not a wrong value.
const IDENTIFYING: [&str; 20] = [
    "apiVersion",
    "kind",
    "name",
    "resources",
    "components",
    "path",
    "op",
    "behavior",
    "target",
    "files",
    "metadata.namespace",
    "key",
    "secretKeyRef",
    "configMapRef",
    "selector",
    "matchLabels",
    "app",
    "app.kubernetes.io/name",
    "restartPolicy",
    "patchesStrategicMerge",
];

fn targets(files: &Files) -> Vec<Target> {
    let mut found = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let file = Sources::new().add(path, text.clone());
        for document in parse(&file, Dialect::Kustomize).documents {
            collect(&document.node, path, &mut Vec::new(), &mut found);
        }
    }
    found
}

fn collect(node: &Node, file: &str, keys: &mut Vec<String>, found: &mut Vec<Target>) {
    for entry in node.entries() {
        keys.push(entry.key.text.to_string());
        collect(&entry.value, file, keys, found);
        keys.pop();
    }
    for item in node.items() {
        collect(item, file, keys, found);
    }
    let text = node.scalar_text().unwrap_or_default();
    let identifies = keys.iter().any(|key| IDENTIFYING.contains(&key.as_str()));
    let is_inline = text.contains('\n');
    if !text.is_empty() && !identifies && !is_inline {
        let is_number = node.kind() == ScalarKind::Integer;
        found.push(Target { file: file.to_owned(), span: node.span(), keys: keys.clone(), is_number });
    }
    // Of an inline patch, the values on its lines.
    if is_inline && keys.last().is_some_and(|key| key == "patch") {
        inline(text, node.span(), file, found);
    }
}

/// The lines `key: value` of an inline patch, as `key: ` and a text that the file has once below the patch's beginning.
fn inline(text: &str, whole: Span, file: &str, found: &mut Vec<Target>) {
    for line in text.lines() {
        let Some((key, value)) = line.trim().split_once(": ") else { continue };
        if !IDENTIFYING.contains(&key.trim_start_matches("- ")) {
            let keys = vec!["patch".to_owned(), line.trim().to_owned()];
            let is_number = value.parse::<i64>().is_ok();
            found.push(Target { file: file.to_owned(), span: whole, keys, is_number });
        }
    }
}

/// The files with a wrong value, and the line that it stands on.
fn mutated(files: &Files, target: &Target, marker: &str) -> (Files, usize) {
    let text = &files[&target.file];
    let (mut start, mut end) = (target.span.start as usize, target.span.end as usize);
    if let [patch, line] = target.keys.as_slice()
        && patch == "patch"
    {
        let at = start + text[start..].find(line.as_str()).expect("the line of the patch");
        start = at + line.find(": ").expect("a value") + 2;
        end = at + line.len();
    }
    let old = text[start..end].trim_end();
    end = start + old.len();
    // Of a literal `key=value`, and of a quoted value, the rest stays.
    let is_literal = target.keys.last().is_some_and(|key| key == "literals");
    let kept = if is_literal { old.find('=').map_or(0, |at| at + 1) } else { 0 };
    let new = match old.chars().next() {
        Some(quote @ ('"' | '\'')) if !is_literal => format!("{quote}{marker}{quote}"),
        _ => format!("{}{marker}", &old[..kept]),
    };
    let mut wrong = files.clone();
    wrong.insert(target.file.clone(), format!("{}{new}{}", &text[..start], &text[end..]));
    (wrong, text[..start].matches('\n').count() + 1)
}

struct Build {
    sources: Arc<Sources>,
    manifests: Vec<Manifest>,
}

fn built(files: &Files, overlay: &str) -> Build {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    Build { manifests: build(&tree, overlay, Options::default()).manifests, sources }
}

fn position(sources: &Sources, span: Span) -> (String, usize) {
    let file = sources.get(span.file).expect("a known file");
    (file.path().to_owned(), file.line_column(span.start).0)
}

/// Every value that holds the marker, by its path. What refers to a renamed object keeps its own line, so names count where they are given.
fn showing<'a>(manifests: &'a [Manifest], target: &Target, marker: &str) -> Vec<(String, &'a Node)> {
    let mut found = Vec::new();
    for manifest in manifests {
        walk(&manifest.node, String::new(), marker, &mut found);
    }
    let renames =
        target.keys.len() == 1 && ["namePrefix", "nameSuffix", "namespace"].contains(&target.keys[0].as_str());
    found.retain(|(path, _)| !renames || path.starts_with("/metadata/name"));
    found
}

fn walk<'a>(node: &'a Node, path: String, marker: &str, found: &mut Vec<(String, &'a Node)>) {
    for entry in node.entries() {
        walk(&entry.value, format!("{path}/{}", entry.key.text), marker, found);
    }
    for (index, item) in node.items().iter().enumerate() {
        walk(item, format!("{path}/{index}"), marker, found);
    }
    if node.scalar_text().is_some_and(|text| text.contains(marker)) {
        found.push((path, node));
    }
}

/// Whether a value's origin is the place. One that is made of parts (a name with prefix and suffix, an image with name and tag) was set last where
/// its last part is, and the chain behind it names the places of the others.
fn tells(sources: &Sources, node: &Node, target: &Target, place: &(String, usize)) -> bool {
    let is_part = target.keys.last().is_some_and(|key| ["namePrefix", "newName"].contains(&key.as_str()));
    let mut next = Some(node.origin());
    while let Some(origin) = next {
        if position(sources, origin.span) == *place {
            return true;
        }
        next = origin.over.filter(|_| is_part).and_then(|over| over.before.clone());
    }
    false
}

#[test]
fn a_wrong_value_is_told_at_its_line() {
    let (mut right, mut tried, mut hidden) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seed = Seed(5);
    while tried < MUTATIONS {
        let is_shop = seed.next(5) == 0;
        let (files, overlay) = if is_shop { (shop(), "overlays/prod") } else { (generated(&mut seed), "overlay") };
        let targets = targets(&files);
        let target = &targets[seed.next(targets.len())];
        let number = 910_000 + tried;
        let marker = if target.is_number { number.to_string() } else { format!("w{number}") };
        let (files, line) = mutated(&files, target, &marker);
        let built = built(&files, overlay);
        let shown = showing(&built.manifests, target, &marker);
        if shown.is_empty() {
            hidden += 1;
            assert!(hidden < 2 * MUTATIONS, "too little of what is wrong is rendered: {target:?}");
            continue;
        }
        tried += 1;
        let place = (target.file.clone(), line);
        let kind =
            match (target.file.contains("kustomization"), target.keys[0] == "patch" || target.file.contains("patch")) {
                (_, true) => "patch",
                (true, _) => "kustomization",
                _ => "base",
            };
        *kinds.entry(kind).or_default() += 1;
        let astray = shown.iter().find(|(_, node)| !tells(&built.sources, node, target, &place));
        match astray {
            None => right += 1,
            Some((path, node)) => wrong.push(format!(
                "{place:?} {:?}: {path} says {:?}",
                target.keys,
                position(&built.sources, node.span())
            )),
        }
    }
    println!("{right} of {tried} right, {kinds:?}; {hidden} more were not rendered");
    assert!(right >= RIGHT, "{right} of {tried} right:\n{}", wrong.join("\n"));
    assert!(kinds.len() == 3 && kinds.values().all(|number| *number >= 20), "all kinds of places: {kinds:?}");
}

#[test]
fn a_finding_about_a_wrong_value_lies_on_its_line() {
    let (mut right, mut tried) = (0, 0);
    let mut wrong = Vec::new();
    let mut seed = Seed(55);
    for _ in 0..20 * MUTATIONS {
        if tried == MUTATIONS {
            break;
        }
        let files = generated(&mut seed);
        let numbers: Vec<Target> = targets(&files).into_iter().filter(|target| target.is_number).collect();
        let target = &numbers[seed.next(numbers.len())];
        // Not quoted, and no number: of the wrong type wherever a number is wanted.
        let (files, line) = mutated(&files, target, "wrong-910000");
        let built = built(&files, "overlay");
        let findings = check(&built.manifests, &Context::new("overlay", Minor::DEFAULT, &built.sources)).findings;
        let errors: Vec<_> = findings.iter().filter(|finding| finding.level == Level::Error).collect();
        if errors.is_empty() {
            continue;
        }
        tried += 1;
        let place = (target.file.clone(), line);
        match errors.iter().find(|finding| position(&built.sources, finding.primary.span) != place) {
            None => right += 1,
            Some(finding) => wrong.push(format!("{place:?} {:?}: {}", target.keys, finding.message)),
        }
    }
    assert_eq!(tried, MUTATIONS, "too few wrong values are found");
    assert!(right >= RIGHT, "{right} of {tried} right:\n{}", wrong.join("\n"));
}
