//! Every `.txt` beside this file is a case: what is walked (`path clusters/dev`, `azure main.json`, `repository NAME DIR` (also `../DIR`, beside
//! the repository, or `!` and why it cannot be read), `url …`, `variable NAME VALUE`, `version 2.9`), files as `-- PATH --`, last the graph, the
//! findings and the objects as `-- expected --`. With `print yaml`, objects are printed whole; with `print lifecycle`, what the graph keeps of
//! owners for the diff; with `print parts`, what an object is to its Helm release.
//!
//! Bad input, and the case that holds it:
//!
//! | what is wrong | case |
//! |---|---|
//! | `spec.path` does not exist; a variable made it so | `walk-faults` (`dead`, `made`) |
//! | a source does not exist; its repository is not checked out | `walk-faults` (`misspelt`); `sources-azure` |
//! | `dependsOn` names nothing, the wrong kind, another namespace; is a cycle | `walk-complete`; `walk-faults` |
//! | an object has two owners | `walk-faults` (`shared`), `sources-ignore` |
//! | a variable has no value; what is filled in makes the YAML invalid | `walk-substitution` |
//! | `${` is not closed; is closed in another value | `walk-unclosed` |
//! | a marker names no policy; is not JSON; no automation reaches it | `references-images` |
//! | a policy has no repository; may not read it | `references-images` |
//! | an expression of a filter is wrong | `walk-complete`, `flux-operator` |
//! | an automation writes nowhere; has no source | `references-images` |
//! | an alert, a receiver or a health check names nothing | `references-notifications` |
//! | a HelmRelease has no chart; `valuesFrom` has no key | `releases/release-charts-wrong`; `releases/release-values-wrong` |
//! | a template of a ResourceSet fails, cannot be read, prints no YAML | `resource-set-faults` |
//! | inputs that only the cluster knows; data that it copies | `resource-set-inputs` |
//! | a Kustomization reconciles its own parent | `walk-faults` (`parent`) |
//! | a path leaves the repository | `walk-faults` (`outside`), `sources-checkout` (`up`) |
//! | a part is not seen: what hangs on it is a note | `releases/release-incomplete`, `references-suspended` |
#![allow(clippy::disallowed_methods, reason = "the tests read their cases")]

#[path = "../../../../tests/support/case_file.rs"]
mod case_file;
#[path = "../../../../tests/support/trials.rs"]
mod trials;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use seatrial_flux::{Cluster, Directory, Repositories, Repository, SourceName, Version, render};
use seatrial_kubernetes::Minor;
use seatrial_model::{
    BelongsTo, Finding, GraphNode, Lifecycle, Manifest, Node, NodeState, ObjectId, ReleasePart, ReleaseRole, Rendered,
    Sources, Span,
};
use seatrial_tree::Tree;

use case_file::{CaseFile, all, asked, each};

/// What stands for a source: a directory, inside of the repository or beside it, or `!` and why there is none.
fn directory(name: &str, path: &str, own: &Arc<Repository>, case: &CaseFile, tree: &Tree) -> Result<Directory, String> {
    if let Some(why) = path.strip_prefix('!') {
        return Err(why.to_owned());
    }
    if !path.starts_with("../") {
        return Ok(Directory { repository: Arc::clone(own), path: path.to_owned() });
    }
    let files = case.borrowed().filter_map(|(file, text)| Some((file.strip_prefix(path)?.strip_prefix('/')?, text)));
    let of = BelongsTo::Checkout { name: name.into(), asked: tree.stand_in("seatrial.yaml") };
    let tree = Tree::memory_of(of, files, tree.sources());
    let repository = Arc::new(Repository::new(&tree, Vec::new(), &Arc::default(), None));
    Ok(Directory { repository, path: String::new() })
}

fn walked(case: &CaseFile, tree: &Tree) -> Rendered {
    let value = |key: &str| asked(&case.head, key).map(str::to_owned);
    let own = Arc::new(Repository::new(tree, Vec::new(), &Arc::default(), value("url")));
    let others = all(&case.head, "repository").filter_map(|value| value.split_once(' '));
    let others =
        others.map(|(name, path)| (SourceName::parse(name), directory(name, path, &own, case, tree))).collect();
    let supplied = Span::start_of(tree.sources().add("<variables>", String::new()).id());
    let variables = all(&case.head, "variable").filter_map(|value| value.split_once(' '));
    render(&Cluster {
        path: value("path"),
        azure: value("azure"),
        repositories: Repositories { own, others },
        variables: variables.map(|(name, value)| (name.to_owned(), Node::string(value.to_owned(), supplied))).collect(),
        minor: Minor::DEFAULT,
        chance: seatrial_helm::Chance::default(),
        version: value("version").as_deref().and_then(Version::parse).unwrap_or_default(),
    })
}

fn name(id: &ObjectId) -> String {
    format!("{} {}/{}", id.kind, id.namespace.as_deref().unwrap_or_default(), id.name)
}

/// What is kept of an owner, in lines.
fn lifecycle(node: &GraphNode) -> String {
    let Lifecycle { prune, suspended, deletion_policy, force, interval, timeout } = &node.lifecycle;
    let flags = [("prune", prune), ("suspended", suspended), ("force", force), ("wait", &node.health.wait)];
    let flags = flags.iter().filter(|(_, is_set)| **is_set).map(|(name, _)| (*name).to_owned());
    let fields = [("deletionPolicy", deletion_policy), ("interval", interval), ("timeout", timeout)];
    let fields = fields.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    let checks = node.health.checks.iter().map(|id| format!("checks {}", name(id)));
    let expressions = node.health.expressions.iter().map(|e| {
        format!(
            "{} {}: current `{}` inProgress `{}` failed `{}`",
            e.api_version, e.kind, e.current, e.in_progress, e.failed
        )
    });
    flags.chain(fields).chain(checks).chain(expressions).map(|line| format!("  {line}\n")).collect()
}

/// What an object is to its release.
fn part(part: &ReleasePart) -> String {
    let ReleasePart { release, role } = part;
    let role = match role {
        ReleaseRole::Tracked { is_kept: false } => "tracked".to_owned(),
        ReleaseRole::Tracked { is_kept: true } => "kept".to_owned(),
        ReleaseRole::Hook(hook) => {
            let events: Vec<&str> = hook.events.iter().map(|event| event.name()).collect();
            format!("hook {} weight {} deleted {}", events.join("+"), hook.weight, hook.delete_policies.join("+"))
        }
        ReleaseRole::Definition { is_replaced } => format!("definition, replaced {is_replaced}"),
    };
    format!(" ({role}, of {} in {})", release.name, release.namespace)
}

fn shown(rendered: &Rendered, sources: &Sources, print: &str) -> String {
    let place = |span: Span| {
        let file = sources.get(span.file).expect("a file of the tree");
        let (line, column) = file.line_column(span.start);
        format!("{}:{line}:{column}", file.shown_path())
    };
    let node = |node: &GraphNode| {
        let state = match &node.state {
            NodeState::Rendered => format!("{} objects", node.objects),
            NodeState::Leaf => String::new(),
            NodeState::Unknown(why) => format!("unknown: {why}"),
            NodeState::NotFetched(why) => format!("not fetched: {why}"),
            NodeState::NotFollowed(why) => format!("not followed: {why}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let owner = node.owner.as_ref().map(|owner| format!(" < {}", name(owner))).unwrap_or_default();
        let from = node.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
        let state = if state.is_empty() { state } else { format!(": {state}") };
        let kept = if print.contains("print lifecycle") { lifecycle(node) } else { String::new() };
        format!("{}{owner}{from}{state}\n{kept}", name(&node.id))
    };
    let finding = |finding: &Finding| {
        let mut text = format!("{}[{}] {}\n", finding.level.as_str(), finding.rule.as_str(), finding.message);
        let _ = writeln!(text, "  at {}", place(finding.primary.span));
        for label in &finding.related {
            let _ = writeln!(text, "  and {} {}", place(label.span), label.text);
        }
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
        text
    };
    let object = |manifest: &Manifest| {
        let owner = manifest.owner.as_ref().map(|owner| format!(" < {}", name(&owner.0))).unwrap_or_default();
        let part = manifest.release.as_ref().filter(|_| print.contains("print parts")).map(part).unwrap_or_default();
        format!("{}{owner}{part} at {}\n", name(&manifest.id), place(manifest.span))
    };
    let mut text: String = rendered.graph.iter().flat_map(|graph| &graph.nodes).map(node).collect();
    text.push_str("--\n");
    text.extend(rendered.findings.iter().map(finding));
    text.push_str("--\n");
    if print.contains("print yaml") {
        text.push_str(&seatrial_yaml::emit_all(rendered.manifests.iter().map(|manifest| &manifest.node)));
    } else {
        text.extend(rendered.manifests.iter().map(object));
    }
    text
}

fn main() -> ExitCode {
    let cases = each(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), 2, walked_and_shown);
    trials::suite!([], cases)
}

fn walked_and_shown(case: &CaseFile) -> String {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(case.borrowed(), &sources);
    shown(&walked(case, &tree), &sources, &case.head)
}
