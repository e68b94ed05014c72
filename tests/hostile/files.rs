//! Hostile files: each breaks one environment, and the healthy one beside it is still judged.

use crate::git::git;
use crate::harness::Repo;

/// Its one fault is found in every run, so that it can be seen that nothing was lost.
const HEALTHY: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: healthy\ndata:\n  count: 1\n";

/// What is said of [`HEALTHY`].
const STILL_FOUND: &str =
    "error[schema]: `data.count` of ConfigMap healthy must be a string, not an integer --> good/config.yaml:6:10";

const DEEP: usize = 100_000;

/// How `bad` is rendered.
#[derive(Clone, Copy)]
enum By {
    Kustomize,
    Manifests,
}

/// A repository whose environment `bad` holds these files below `bad/`.
fn repo(by: By, files: &[(&str, &[u8])]) -> Repo {
    let source = match by {
        By::Kustomize => "kustomize",
        By::Manifests => "manifests",
    };
    let config = format!(
        "version: 1\nenvironments:\n  bad:\n    {source}: {{ path: bad }}\n  good:\n    manifests: {{ path: good }}\n"
    );
    let repo = Repo::with(&[("seatrial.yaml", &config), ("good/config.yaml", HEALTHY)]);
    for (path, bytes) in files {
        repo.write(&format!("bad/{path}"), bytes);
    }
    repo
}

#[track_caller]
fn check(what: &str, repo: &Repo, says: &[&str]) {
    let seen = repo.run(&["validate"]);
    seen.expect(what, 1, says);
    seen.expect(what, 1, &[STILL_FOUND]);
    let longest = seen.stdout.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest < 2_000, "{what}: a line has {longest} characters");
    assert!(seen.stdout.len() < 300_000, "{what}: {} bytes on standard output", seen.stdout.len());
}

pub(crate) fn a_hostile_manifest_is_a_finding_with_its_place() {
    let bomb = (1..12).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let binary: Vec<u8> = (0..=255).cycle().take(9_000).collect();
    let table: [(&str, Vec<u8>, &[&str]); 9] = [
        ("an empty file", Vec::new(), &["`bad` contains no Kubernetes object"]),
        ("a binary file", binary, &["error[parse-error]: `bad/a.yaml` is not text --> bad/a.yaml:1:1"]),
        (
            "deep flow lists",
            format!("a: {}{}\n", "[".repeat(DEEP), "]".repeat(DEEP)).into_bytes(),
            &["error[parse-error]: the nesting is deeper than 500 levels --> bad/a.yaml:1:504"],
        ),
        (
            "deep flow maps, never closed",
            format!("a: {}", "{a: ".repeat(DEEP)).into_bytes(),
            &["error[parse-error]: the nesting is deeper than 500 levels --> bad/a.yaml:1:2000"],
        ),
        (
            "deep block lists",
            format!("{}x\n", "- ".repeat(DEEP)).into_bytes(),
            &["error[parse-error]: the nesting is deeper than 500 levels --> bad/a.yaml:1:1001"],
        ),
        (
            "deep block maps",
            (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>().into_bytes(),
            &["error[parse-error]: the nesting is deeper than 500 levels --> bad/a.yaml:501:501"],
        ),
        ("an alias bomb", bomb.into_bytes(), &["the aliases of this document expand", "--> bad/a.yaml:6:"]),
        (
            "tabs, and an object behind them",
            format!("kind: ConfigMap\nmetadata:\n\tname: a\n---\n{HEALTHY}").into_bytes(),
            &["a tab is used for indentation, which YAML does not allow --> bad/a.yaml:3:1", "--> bad/a.yaml:10:10"],
        ),
        ("many broken documents", "--- {\n".repeat(50_000).into_bytes(), &["error[parse-error]", "--> bad/a.yaml:"]),
    ];
    for (what, bytes, says) in table {
        check(what, &repo(By::Manifests, &[("a.yaml", &bytes)]), says);
    }
}

pub(crate) fn a_scalar_of_fifty_megabytes_is_read_and_never_printed() {
    let huge = "x".repeat(50_000_000);
    let value = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: huge\ndata:\n  a: {huge}\n  b: 1\n");
    check("a value", &repo(By::Manifests, &[("a.yaml", value.as_bytes())]), &["`data.b` of ConfigMap huge must be"]);
    let key = format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: huge\n? {}\n: 1\n", &huge[..5_000_000]);
    check(
        "a key",
        &repo(By::Manifests, &[("a.yaml", key.as_bytes())]),
        &["error[schema]: ConfigMap huge has no field `xxx"],
    );
    let path = format!("resources:\n  - {}\n", &huge[..5_000_000]);
    let repository = repo(By::Kustomize, &[("kustomization.yaml", path.as_bytes())]);
    check("a path", &repository, &["error[missing-file]", "--> bad/kustomization.yaml:2:5"]);
}

pub(crate) fn what_cannot_be_read_below_a_directory_of_manifests_is_named() {
    let directory = repo(By::Manifests, &[("b.yaml", b"{}"), ("a.yaml/c.yaml", HEALTHY.as_bytes())]);
    check("a directory called like a file", &directory, &["--> bad/a.yaml/c.yaml:6:10"]);

    let outside = repo(By::Manifests, &[("b.yaml", HEALTHY.as_bytes())]);
    outside.link("bad/a.yaml", "/etc/passwd");
    let says =
        ["error[load-restriction]: `bad/a.yaml` leads out of the repository --> bad/a.yaml:1:1", "bad/b.yaml:6:10"];
    check("a link out of the repository", &outside, &says);

    let dangling = repo(By::Manifests, &[("b.yaml", HEALTHY.as_bytes())]);
    dangling.link("bad/a.yaml", "nowhere.yaml");
    dangling.link("bad/loop.yml", "loop.yml");
    dangling.link("bad/up", "..");
    let says = ["error[missing-file]: `bad/a.yaml`", "`bad/loop.yml`", "bad/b.yaml:6:10"];
    check("links that lead nowhere", &dangling, &says);
}

pub(crate) fn a_hostile_kustomization_is_a_finding_with_its_place() {
    let binary: Vec<u8> = (0..=255).cycle().take(9_000).collect();
    let two = "resources: [a.yaml, b.yaml]\n";
    let healthy = HEALTHY.as_bytes();
    type Row<'a> = (&'a str, Vec<(&'a str, &'a [u8])>, &'a [&'a str]);
    let table: [Row<'_>; 8] = [
        ("empty", vec![("kustomization.yaml", b"")], &["the kustomization is empty --> bad/kustomization.yaml:1:1"]),
        (
            "binary",
            vec![("kustomization.yaml", &binary)],
            &["error[parse-error]: `bad/kustomization.yaml` is not text --> bad/kustomization.yaml:1:1"],
        ),
        ("missing", vec![("x.txt", b"")], &["`bad` has no kustomization.yaml"]),
        (
            "a binary resource",
            vec![("kustomization.yaml", two.as_bytes()), ("a.yaml", &binary), ("b.yaml", healthy)],
            &["`bad/a.yaml` is not text --> bad/kustomization.yaml:1:13", "--> bad/b.yaml:6:10"],
        ),
        (
            "a missing resource",
            vec![("kustomization.yaml", two.as_bytes()), ("b.yaml", healthy)],
            &["error[missing-file]", "--> bad/kustomization.yaml:1:13", "--> bad/b.yaml:6:10"],
        ),
        (
            "bases in a circle",
            vec![("kustomization.yaml", b"resources: [../b]"), ("../b/kustomization.yaml", b"resources: [../bad]")],
            &[
                "error[base-cycle]: these kustomizations include each other: `bad` → `b` → `bad` --> b/kustomization.yaml:1:13",
            ],
        ),
        (
            "a base that is itself",
            vec![("kustomization.yaml", b"resources: [.]")],
            &["error[base-cycle]", "--> bad/kustomization.yaml:1:13"],
        ),
        (
            "a path out of the repository",
            vec![("kustomization.yaml", b"resources: [../../x]")],
            &["error[load-restriction]: `../../x` leads out of the repository --> bad/kustomization.yaml:1:13"],
        ),
    ];
    for (what, files, says) in table {
        check(what, &repo(By::Kustomize, &files), says);
    }
}

pub(crate) fn a_kustomization_reads_nothing_outside_the_repository() {
    let resources = b"resources: [a.yaml, b.yaml, out]\nconfigMapGenerator: [{ name: c, files: [passwd] }]\n";
    let repository = repo(By::Kustomize, &[("kustomization.yaml", resources), ("b.yaml", HEALTHY.as_bytes())]);
    repository.link("bad/a.yaml", "/etc/passwd");
    repository.link("bad/passwd", "../../../../../../../../etc/passwd");
    repository.link("bad/out", "/etc");
    let says = ["`a.yaml` leads out of", "`out` leads out of", "`passwd` leads out of", "--> bad/b.yaml:6:10"];
    check("links out of the repository", &repository, &says);
}

pub(crate) fn a_directory_instead_of_a_file_is_said() {
    let files: [(&str, &[u8]); 3] = [
        ("kustomization.yaml", b"resources: [a.yaml, b.yaml]\n"),
        ("a.yaml/x.txt", b""),
        ("b.yaml", HEALTHY.as_bytes()),
    ];
    let says = [
        "error[missing-file]: `bad/a.yaml` has no kustomization.yaml",
        "--> bad/kustomization.yaml:1:13",
        "bad/b.yaml:6:10",
    ];
    check("a resource", &repo(By::Kustomize, &files), &says);
    let kustomization = repo(By::Kustomize, &[("kustomization.yaml/x.txt", b"")]);
    check("the kustomization", &kustomization, &["`bad` has no kustomization.yaml"]);
}

pub(crate) fn a_kustomization_that_multiplies_itself_ends_and_nothing_else_does() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: map }\ndata: { a: b }\n";
    let copies: String = (0..40).map(|n| format!("- {{ op: copy, from: /data, path: /data/k{n} }}\n")).collect();
    let patched = "resources: [map.yaml]\npatches: [{ path: copies.yaml, target: { kind: ConfigMap } }]\n";
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: { a: b }\n";
    let listed = format!("resources: [map.yaml]\ncomponents:\n{}", "- ../c\n".repeat(100_000));
    let copied = [("kustomization.yaml", patched), ("map.yaml", map), ("copies.yaml", &copies)];
    let included = [("kustomization.yaml", &*listed), ("map.yaml", map), ("../c/kustomization.yaml", component)];
    let bytes = |files: [(&'static str, &str); 3]| files.map(|(path, text)| (path, text.as_bytes().to_vec()));
    for (what, files, says) in [
        (
            "copies",
            bytes(copied),
            "error[budget-exceeded]: the build stops here: it adds more than 2000000 values to those of its files --> bad/copies.yaml:20:",
        ),
        (
            "components",
            bytes(included),
            "error[budget-exceeded]: the build stops here: it includes more than 50000 directories, counting each as often as it is named --> bad/kustomization.yaml:50003:3",
        ),
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect();
        check(what, &repo(By::Kustomize, &files), &[says]);
    }
}

/// A path that nothing lies at has no line of its own: the line that names it must be edited.
pub(crate) fn a_source_that_does_not_exist_is_found_at_the_line_that_names_it() {
    for source in ["kustomize", "manifests"] {
        let config = format!(
            "version: 1\nenvironments:\n  bad:\n    {source}: {{ path: nowhere }}\n  good:\n    manifests: {{ path: good }}\n"
        );
        let repo = Repo::with(&[("seatrial.yaml", &config), ("good/config.yaml", HEALTHY)]);
        check(source, &repo, &["error[missing-file]: `nowhere` does not exist --> seatrial.yaml:4:24"]);
    }
}

/// What is looked for around a finding must not be looked for in the whole file, finding by finding.
pub(crate) fn a_thousand_findings_in_one_document_take_no_longer_than_in_a_thousand() {
    let item = |number: usize| {
        format!("- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{ name: c{number} }}\n  data: {{ a: [1] }}\n")
    };
    let list: String = (0..1_000).map(item).collect();
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {{ apiVersion: v1, kind: Secret, metadata: {{ name: a }} }}\n{list}"
    );
    check("a list", &repo(By::Manifests, &[("a.yaml", list.as_bytes())]), &["997 more like it"]);
}

pub(crate) fn a_path_that_leads_out_of_the_repository_is_refused_alike_by_render_and_validate() {
    for is_git in [true, false] {
        let repo = Repo::with(&[("deploy/kustomization.yaml", "resources: []\n"), ("x", "")]);
        std::fs::create_dir_all(repo.beside("outside")).expect("made");
        std::fs::write(repo.beside("outside/kustomization.yaml"), "resources: []\n").expect("written");
        repo.link("out", "../outside");
        repo.link("in", "deploy");
        if is_git {
            git(&repo.path(), &["init", "-q"]);
        }
        for command in ["render", "validate"] {
            let seen = repo.run(&[command, "out"]);
            seen.expect(command, 2, &["`out` leads out of the repository"]);
            let seen = repo.run(&[command, "in"]);
            assert_eq!(seen.exit, Some(0), "{command} of a link inside: {seen}");
        }
    }
}
