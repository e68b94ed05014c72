//! Every file of `releases` is a case: what is walked (`path clusters/dev`, `repository NAME DIR`), what was fetched (`fetched URL VERSION CHOSEN
//! DIR`, `absent URL VERSION WHY`, `failed URL VERSION WHY`; a version `any` is none), files as `-- PATH --`, last the releases with
//! their values, what is needed, and the findings as `-- expected --`. With `print origins`, each value is printed with where it is from.
#![allow(clippy::disallowed_methods, reason = "the tests read their cases")]

#[path = "../../../../tests/support/archive.rs"]
mod archive;
#[path = "../../../../tests/support/case_file.rs"]
mod case_file;
#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_flux::{
    ChartPlace, Cluster, Directory, Release, Repositories, Repository, SourceName, Version, Walked, walk,
};
use seatrial_kubernetes::Minor;
use seatrial_model::{Finding, NeededKind, Node, NodeState, Sources, Span};
use seatrial_tree::{Artifact, Fetched, NotFetched, Tree};

use case_file::{CaseFile, all, asked, each};

/// A directory of the repository.
fn own_directory(path: &str, own: &Arc<Repository>) -> Result<Directory, String> {
    Ok(Directory { repository: Arc::clone(own), path: path.to_owned() })
}

/// What the head of a case says was fetched; archives are packed of the case's own files.
fn fetched(head: &str, tree: &Tree) -> Fetched {
    let word = |text: &str| text.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("another word");
    let version = |text: String| if text == "any" { String::new() } else { text };
    let artifacts = all(head, "fetched").map(|line| {
        let ((url, rest), tree) = (word(line), tree);
        let (asked, rest) = word(&rest);
        let (chosen, dir) = word(&rest);
        let names = tree.list(&dir).expect("a directory of the case");
        let entries: Vec<Vec<u8>> = names
            .iter()
            .map(|(name, _)| {
                let bytes = tree.read_bytes(&format!("{dir}/{name}")).expect("a file of the case");
                archive::entry(&format!("chart/{}", name.replace("__", "/")), b'0', "", &bytes)
            })
            .collect();
        ((NeededKind::Chart, url, version(asked)), Ok(Arc::new(Artifact::of(archive::packed(&entries), &chosen))))
    });
    let not = [("absent", true), ("failed", false)].into_iter().flat_map(|(key, is_absent)| {
        all(head, key).map(move |line| {
            let (url, rest) = word(line);
            let (asked, why) = word(&rest);
            ((NeededKind::Chart, url, version(asked)), Err(NotFetched { is_absent, why }))
        })
    });
    Fetched::new(artifacts.chain(not))
}

fn walked(head: &str, tree: &Tree) -> Walked {
    let value = |key: &str| asked(head, key).map(str::to_owned);
    let tree = &tree.with_fetched(&fetched(head, tree));
    let own = Arc::new(Repository::new(tree, Vec::new(), &Arc::default(), value("url")));
    let others = all(head, "repository").filter_map(|value| value.split_once(' '));
    let others = others.map(|(name, path)| (SourceName::parse(name), own_directory(path, &own))).collect();
    walk(&Cluster {
        path: value("path"),
        azure: None,
        repositories: Repositories { own, others },
        variables: Vec::new(),
        minor: Minor::DEFAULT,
        chance: seatrial_helm::Chance::default(),
        version: Version::default(),
    })
}

struct Printer<'a> {
    sources: &'a Sources,
    origins: bool,
}

impl Printer<'_> {
    fn place(&self, span: Span) -> String {
        let file = self.sources.get(span.file).expect("a file of the tree");
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}", file.path())
    }

    fn release(&self, release: &Release, walked: &Walked) -> String {
        let namespace = release.id.namespace.as_deref().unwrap_or_default();
        let mut text = format!("{namespace}/{}: release {}", release.id.name, release.name);
        let _ = write!(text, " in {}, records in {}", release.namespace, release.storage_namespace);
        let node = walked.rendered.graph.as_ref().and_then(|graph| graph.get(&release.id)).expect("is in the graph");
        let state = match &node.state {
            NodeState::Unknown(why) => format!("unknown: {why}"),
            NodeState::NotFetched(why) => format!("not fetched: {why}"),
            NodeState::NotFollowed(why) => format!("not followed: {why}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let place = release.chart.as_ref().map(|chart| match &chart.place {
            ChartPlace::Directory(dir) => format!(" at {}/", dir.path),
            ChartPlace::Archive(file) => format!(" at {}", file.path),
            ChartPlace::Fetched(_) => " as it was fetched".to_owned(),
            _ => String::new(),
        });
        let from = node.from.as_deref().unwrap_or("no chart");
        let _ = writeln!(text, "\n  from {from}{}; {state}", place.unwrap_or_default());
        if release.has_unknown_values {
            text.push_str("  and values that are unknown\n");
        }
        if self.origins {
            self.origins(&release.values, "", &mut text);
        } else {
            let yaml = seatrial_yaml::emit(&release.values);
            yaml.lines().for_each(|line| text.extend(["  | ", line, "\n"]));
        }
        text
    }

    fn origins(&self, node: &Node, path: &str, text: &mut String) {
        if let Some(scalar) = node.scalar_text() {
            let _ = write!(text, "  {path} = {}", scalar.trim_end().replace('\n', "⏎"));
            let mut next = Some(node.origin());
            while let Some(origin) = next {
                let over = origin.over.clone();
                let by = over.as_ref().map(|over| format!(" ({:?})", over.by)).unwrap_or_default();
                let _ = write!(text, " ← {}{by}", self.place(origin.span));
                for also in over.iter().flat_map(|over| &over.beside) {
                    let _ = write!(text, " + {} ({:?})", self.place(also.origin.span), also.by);
                }
                next = over.and_then(|over| over.before.clone());
            }
            text.push('\n');
        }
        for entry in node.entries() {
            self.origins(&entry.value, &format!("{path}/{}", entry.key.text), text);
        }
        for (at, item) in node.items().iter().enumerate() {
            self.origins(item, &format!("{path}/{at}"), text);
        }
    }

    fn finding(&self, finding: &Finding) -> String {
        let mut text = format!("{}[{}] {}\n", finding.level.as_str(), finding.rule.as_str(), finding.message);
        let _ = writeln!(text, "  at {}", self.place(finding.primary.span));
        for label in &finding.related {
            let _ = writeln!(text, "  and {} {}", self.place(label.span), label.text);
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
        text
    }

    fn all(&self, walked: &Walked) -> String {
        let mut text: String = walked.releases.iter().map(|release| self.release(release, walked)).collect();
        text.push_str("--\n");
        for needed in &walked.rendered.needed {
            let version = if needed.version.is_empty() { String::new() } else { format!(" {}", needed.version) };
            let _ = writeln!(text, "{:?} {}{version} at {}", needed.kind, needed.url, self.place(needed.span));
        }
        text.push_str("--\n");
        text.extend(walked.rendered.findings.iter().map(|finding| self.finding(finding)));
        text
    }
}

fn main() -> ExitCode {
    let cases = each(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases"), 4, read);
    trials::suite!([a_release_that_reads_one_large_text_thousands_of_times_has_an_end], cases)
}

/// What a case's releases are read as.
fn read(case: &CaseFile) -> String {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(case.borrowed(), &sources);
    let printer = Printer { sources: &sources, origins: case.head.contains("print origins") };
    printer.all(&walked(&case.head, &tree))
}

fn a_release_that_reads_one_large_text_thousands_of_times_has_an_end() {
    let lines: String = (0..20_000).map(|at| format!("    key{at}: value\n")).collect();
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: base\n  namespace: shop\ndata:\n  values.yaml: |\n{lines}"
    );
    let references = "  - {kind: ConfigMap, name: base}\n".repeat(5_000);
    let head = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  valuesFrom:\n";
    let release = format!("{head}{references}");
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory([("apps/map.yaml", map.as_str()), ("apps/web.yaml", release.as_str())], &sources);
    let walked = walked("path apps", &tree);
    let told = walked.rendered.findings.iter().any(|finding| finding.message.contains("more than 32 MiB"));
    assert!(told, "{:?}", walked.rendered.findings);
}
