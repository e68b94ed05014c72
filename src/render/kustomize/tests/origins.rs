//! The line that a human must edit, for values set by every field of a kustomization.

use std::path::Path;
use std::sync::Arc;

use seatrial_kustomize::{ClusterGiven, HelmCharts, ImageOverride, Options, build, override_images};
use seatrial_model::{Manifest, Node, Origin, SetBy, Sources};
use seatrial_tree::Tree;

struct Build {
    sources: Arc<Sources>,
    manifests: Vec<Manifest>,
}

impl Build {
    fn of(case: &str, dir: &str) -> Build {
        let sources = Arc::new(Sources::new());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(case);
        let tree = Tree::working_copy(&root, &sources).expect("a case");
        Build { manifests: build(&tree, dir, Options::default()).manifests, sources }
    }

    fn memory(files: &[(&str, &str)]) -> Build {
        let sources = Arc::new(Sources::new());
        let tree = Tree::memory(files.iter().copied(), &sources);
        let options = Options { charts: HelmCharts::Here(ClusterGiven::default()), ..Options::default() };
        Build { manifests: build(&tree, "", options).manifests, sources }
    }

    fn node(&self, kind: &str, pointer: &str) -> &Node {
        let manifest = self.manifests.iter().find(|m| m.id.kind == kind).expect("such a kind");
        pointer.split('/').skip(1).fold(&manifest.node, |node, segment| match segment.parse::<usize>() {
            Ok(index) => &node.items()[index],
            Err(_) => node.get(segment).unwrap_or_else(|| panic!("{pointer}")),
        })
    }

    /// `file:line` and the text of the origin.
    fn place(&self, node: &Node) -> String {
        let span = node.span();
        let file = self.sources.get(span.file).expect("known");
        let line = file.line_column(span.start).0;
        format!("{}:{line} {}", file.path(), file.text()[span.start as usize..span.end as usize].trim_end())
    }
}

#[test]
fn every_value_keeps_the_line_that_set_it_last() {
    let build = Build::of("everything-on-two-levels", "overlay");
    let containers = "/spec/template/spec/containers";
    let cases = [
        ("Deployment", format!("{containers}/0/image"), "overlay/kustomization.yaml:6 \"5\""),
        ("Deployment", format!("{containers}/1/image"), "base/web.yaml:26 example.com/sidecar"),
        ("Deployment", format!("{containers}/0/env/0/value"), "base/web.yaml:22 \"1\""),
        ("Deployment", "/metadata/namespace".to_owned(), "overlay/kustomization.yaml:4 shop"),
        ("Deployment", "/metadata/name".to_owned(), "overlay/kustomization.yaml:3 -s"),
        ("Deployment", "/metadata/labels/x".to_owned(), "overlay/kustomization.yaml:5 \"1\""),
        ("Deployment", "/spec/selector/matchLabels/x".to_owned(), "overlay/kustomization.yaml:5 \"1\""),
        ("Deployment", "/spec/replicas".to_owned(), "overlay/kustomization.yaml:7 2"),
        ("Deployment", "/spec/template/spec/volumes/0/configMap/name".to_owned(), "base/kustomization.yaml:11 cfg"),
        ("Service", "/spec/type".to_owned(), "overlay/kustomization.yaml:13 ClusterIP"),
        ("ConfigMap", "/data/k".to_owned(), "base/kustomization.yaml:5 k=v"),
    ];
    for (kind, pointer, expected) in cases {
        assert_eq!(build.place(build.node(kind, &pointer)), expected, "{kind} {pointer}");
    }
}

#[test]
fn the_chain_behind_a_value_leads_back_to_its_file() {
    let build = Build::of("everything-on-two-levels", "overlay");
    let image = build.node("Deployment", "/spec/template/spec/containers/0/image").origin();
    let over = image.over.expect("it was set over the base");
    assert_eq!(over.by, SetBy::Field("images"));
    let before = over.before.clone().expect("the base's image");
    assert_eq!(build.place(&Node::string("", before)), "base/web.yaml:19 example.com/web:1.0");
    let patched = build.node("Service", "/spec/type").origin().over.expect("patched");
    assert_eq!(patched.by, SetBy::Patch);
    let generated = build.node("ConfigMap", "/data/k").origin().over.expect("generated");
    assert_eq!(generated.by, SetBy::Generator("configMapGenerator"));
}

#[test]
fn what_a_transformer_sets_lies_in_its_own_file() {
    let transformer = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: t}\nlabels:\n  a: b\nfieldSpecs: [{path: metadata/labels, create: true}]\n";
    let patch = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: u}\npatch: |\n  apiVersion: v1\n  kind: Service\n  metadata: {name: s}\n  spec:\n    type: ClusterIP\n";
    let build = Build::memory(&[
        ("kustomization.yaml", "resources: [s.yaml]\ntransformers: [t.yaml, u.yaml]\n"),
        ("s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"),
        ("t.yaml", transformer),
        ("u.yaml", patch),
    ]);
    let label = build.node("Service", "/metadata/labels/a");
    assert_eq!(build.place(label), "t.yaml:5 b");
    assert_eq!(label.origin().over.expect("set").by, SetBy::Field("labels"));
    assert_eq!(build.place(build.node("Service", "/spec/type")), "u.yaml:9 ClusterIP");
}

#[test]
fn what_a_var_puts_lies_where_its_value_is_written() {
    let build = Build::of("vars", "overlay");
    let container = "/spec/template/spec/containers/0";
    let name = build.node("Deployment", &format!("{container}/env/0/value"));
    assert_eq!(build.place(name), "overlay/kustomization.yaml:3 -s", "the name's suffix, which was set last");
    let over = name.origin().over.expect("put there");
    let SetBy::Var(var, place) = &over.by else { panic!("{:?}", over.by) };
    assert_eq!((&**var, build.place(&Node::string("", *place))), ("DB", "base/kustomization.yaml:6 DB".to_owned()));
    let before = over.before.clone().expect("the text that names it");
    assert_eq!(build.place(&Node::string("", before)), "base/web.yaml:30 $(DB)");

    let both = build.node("Deployment", &format!("{container}/args/0")).origin();
    assert_eq!(build.place(&Node::string("", both.clone())), "base/db.yaml:6 5432");
    let before = both.over.expect("two vars").before.clone().expect("the first of the two");
    assert_eq!(build.place(&Node::string("", before)), "overlay/kustomization.yaml:3 -s");
}

#[test]
fn a_value_made_of_parts_names_the_line_of_each() {
    let kustomization = "resources: [a.yaml]\nnamePrefix: p-\nnameSuffix: -s\nimages:\n- name: r:5000/web\n  newName: new/web\n  newTag: '2'\n";
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: c}\n---\n";
    let job = format!("{account}{CRON_JOB}          serviceAccountName: c\n");
    let build = Build::memory(&[("kustomization.yaml", kustomization), ("a.yaml", &job)]);
    let chain = |pointer: &str| {
        let mut places = Vec::new();
        let mut next = Some(build.node("CronJob", pointer).origin());
        while let Some(origin) = next {
            next = origin.over.as_ref().and_then(|over| over.before.clone());
            places.push(build.place(&Node::string("", Origin::from(origin.span))));
        }
        places.join(" ← ")
    };
    let pod = "/spec/jobTemplate/spec/template/spec";
    for (pointer, expected) in [
        ("/metadata/name".to_owned(), "kustomization.yaml:3 -s ← kustomization.yaml:2 p- ← a.yaml:7 c"),
        (
            format!("{pod}/initContainers/0/image"),
            "kustomization.yaml:7 '2' ← kustomization.yaml:6 new/web ← a.yaml:14 'r:5000/web:1'",
        ),
        (format!("{pod}/serviceAccountName"), "a.yaml:18 c ← kustomization.yaml:3 -s ← a.yaml:18 c"),
    ] {
        assert_eq!(chain(&pointer), expected, "{pointer}");
    }
}

#[test]
fn a_generated_value_lies_in_its_env_line_or_file() {
    let kustomization = "configMapGenerator:\n- name: c\n  envs: [a.env]\n  files: [b.txt]\n";
    let build = Build::memory(&[("kustomization.yaml", kustomization), ("a.env", "# x\nA=1\n"), ("b.txt", "text\n")]);
    assert_eq!(build.place(build.node("ConfigMap", "/data/A")), "a.env:2 A=1");
    assert_eq!(build.place(build.node("ConfigMap", "/data/b.txt")), "b.txt:1 text");
}

const CRON_JOB: &str = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          initContainers:\n          - {name: i, image: 'r:5000/web:1'}\n          containers:\n          - {name: a, image: r:5000/web}\n          - {name: b, image: r:5000/webs}\n";

#[test]
fn an_image_of_the_command_line_goes_into_every_pod_template_and_keeps_the_line() {
    let mut build = Build::memory(&[("kustomization.yaml", "resources: [a.yaml]\n"), ("a.yaml", CRON_JOB)]);
    let digest = format!("sha256:{}", "0".repeat(64));
    let wanted = ImageOverride::parse(&format!("r:5000/web=new/web:2@{digest}")).expect("valid");
    let unknown = ImageOverride::parse("nobody=x").expect("valid");
    assert_eq!(override_images(&mut build.manifests, &[wanted, unknown]), [2, 0]);
    let pod = "/spec/jobTemplate/spec/template/spec";
    let image = build.node("CronJob", &format!("{pod}/initContainers/0/image"));
    assert_eq!(image.as_str(), Some(format!("new/web:2@{digest}").as_str()));
    assert_eq!(build.place(image), "a.yaml:10 'r:5000/web:1'");
    assert_eq!(image.origin().over.expect("set").by, SetBy::CommandLine);
    assert_eq!(build.node("CronJob", &format!("{pod}/containers/1/image")).as_str(), Some("r:5000/webs"));
}

#[test]
fn what_is_no_image_override_is_refused_with_a_sentence() {
    let cases = [
        ("web", "`web` is not `NAME=REFERENCE`, as in `web=registry.example.com/web:1.4.1`"),
        ("=web", "`=web` has no name before the `=`"),
        ("web=", "`web=` has no reference after the `=`"),
        ("web:1=x", "the name `web:1` must have neither tag nor digest: every tag of `web` is replaced"),
        ("web=x y", "an image must not contain spaces"),
        ("web=x:", "`x:` is not an image reference"),
        ("web=x@sha256:1", "`sha256:1` is not a digest: `sha256:` and 64 hexadecimal digits"),
    ];
    for (text, expected) in cases {
        assert_eq!(ImageOverride::parse(text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn no_message_holds_the_value_of_a_secret() {
    let kustomization =
        "secretGenerator:\n- name: s\n  literals: [hunter2, a=hunter2, a=hunter2, 7654321]\n  envs: [s.env]\n";
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory([("kustomization.yaml", kustomization), ("s.env", "A=hunter2\nhunter2\n")], &sources);
    let findings = build(&tree, "", Options::default()).findings;
    assert_eq!(findings.len(), 4, "{findings:?}");
    let text = format!("{findings:?}");
    assert!(!text.contains("hunter2") && !text.contains("7654321"), "{text}");
}

#[test]
fn a_base_that_two_overlays_share_is_reported_once() {
    let broken = "resources: [gone.yaml]\n";
    let sources = Arc::new(Sources::new());
    let files = [
        ("kustomization.yaml", "resources: [a, b]\n"),
        ("a/kustomization.yaml", "resources: [../base]\nnamePrefix: a-\n"),
        ("b/kustomization.yaml", "resources: [../base]\nnamePrefix: b-\n"),
        ("base/kustomization.yaml", broken),
    ];
    let findings = build(&Tree::memory(files, &sources), "", Options::default()).findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

const COPIED: &str =
    "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata:\n  host: db\n  map: x\nlist:\n- {a: 1}\n";
const RECEIVER: &str = "kind: Thing\napiVersion: v1\nmetadata: {name: t}\nspec:\n  host: old\n  image: web:1\n  list: []\n  text: '{\"a\": \"x\"}'\n";
const REPLACEMENTS: &str = "resources: [c.yaml, t.yaml]
replacements:
- source: {kind: ConfigMap, fieldPath: data.host}
  targets:
  - select: {kind: Thing}
    fieldPaths: [spec.host, spec.text.a]
  - select: {kind: Thing}
    fieldPaths: [spec.made.host]
    options: {create: true}
- source: {kind: ConfigMap, fieldPath: list}
  targets:
  - {select: {kind: Thing}, fieldPaths: [spec.list]}
- sourceValue: '2'
  targets:
  - {select: {kind: Thing}, fieldPaths: [spec.image], options: {delimiter: ':', index: 1}}
";

#[test]
fn a_value_that_a_replacement_copied_lies_where_it_was_copied_from() {
    let build = Build::memory(&[("kustomization.yaml", REPLACEMENTS), ("c.yaml", COPIED), ("t.yaml", RECEIVER)]);
    let cases = [
        ("/spec/host", "c.yaml:5 db"),
        ("/spec/text", "c.yaml:5 db"),
        ("/spec/made/host", "c.yaml:5 db"),
        ("/spec/list/0/a", "c.yaml:8 1"),
        ("/spec/image", "kustomization.yaml:13 '2'"),
    ];
    for (pointer, expected) in cases {
        let node = build.node("Thing", pointer);
        assert_eq!(build.place(node), expected, "{pointer}");
        let over = node.origin().over.expect("it was copied");
        let SetBy::Replacement(place) = over.by else { panic!("{pointer}: {:?}", over.by) };
        assert!(build.place(&Node::string("", place)).starts_with("kustomization.yaml:"), "{pointer}");
    }
    let before = build.node("Thing", "/spec/image").origin().over.and_then(|over| over.before.clone());
    assert_eq!(build.place(&Node::string("", before.expect("the old image"))), "t.yaml:6 web:1");
}

#[test]
fn a_value_of_a_chart_leads_through_the_template_to_the_line_that_gives_it() {
    let build = Build::memory(&[
        (
            "kustomization.yaml",
            "helmCharts:\n- name: web\n  valuesInline:\n    replicas: 3\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    \
             metadata: { name: release-name }\n    data: { replicas: \"4\" }\n",
        ),
        ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("charts/web/values.yaml", "replicas: 1\nimage: web\n"),
        (
            "charts/web/templates/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  replicas: {{ .Values.replicas | quote }}\n  \
             image: {{ .Values.image }}\n",
        ),
    ]);
    let mut places = Vec::new();
    let mut next = Some(build.node("ConfigMap", "/data/replicas").origin());
    while let Some(origin) = next {
        places.push(build.place(&Node::string("", Origin::from(origin.span))));
        if let Some(SetBy::Template { action }) = origin.over.as_ref().map(|over| over.by.clone()) {
            places.push(build.place(&Node::string("", Origin::from(action))));
        }
        next = origin.over.as_ref().and_then(|over| over.before.clone());
    }
    assert_eq!(
        places,
        [
            "kustomization.yaml:10 \"4\"",
            "kustomization.yaml:4 3",
            "charts/web/templates/map.yaml:6 {{ .Values.replicas | quote }}",
            "kustomization.yaml:4 3",
            "charts/web/values.yaml:1 1",
        ]
    );
    assert_eq!(build.place(build.node("ConfigMap", "/data/image")), "charts/web/values.yaml:2 web");
}
