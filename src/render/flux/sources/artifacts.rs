//! ArtifactGenerators, and the ExternalArtifacts that they compose of directories of sources (source-watcher). An artifact is a tree whose
//! files keep their places in the repository.
//!
//! Not here: YAML files that are merged (`strategy: Merge`) and archives that are unpacked (`Extract`): such an artifact is not followed.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, Manifest, Needed, Node, NodeState, ObjectId, Span, nearest_of_few};

use crate::objects::flux_object::{has_variable, items, namespace, spec, text};
use crate::objects::ids;
use crate::objects::implied::Implied;
use crate::patterns::doublestar::Doublestar;
use crate::patterns::path_pattern::{Captures, PathPattern, fill};
use crate::sources::artifact_copy::{Copied, Copy, CopyError, SourceFiles, selection_root};
use crate::sources::built::{Located, Surroundings};
use crate::sources::composed::Made;
use crate::sources::located::files_of;
use crate::sources::repositories::referred;
use crate::sources::view::View;

/// Files that all artifacts of one generator may have together.
const MOST_FILES: usize = 500_000;

/// What came of a generator.
#[derive(Debug)]
pub(crate) struct Expanded {
    pub(crate) made: Vec<Made>,
    pub(crate) state: NodeState,
    pub(crate) has_more: bool,
    pub(crate) findings: Vec<Finding>,
    pub(crate) needed: Vec<Needed>,
}

/// The sources of a generator.
pub(crate) fn sources_of(generator: &Manifest) -> impl Iterator<Item = ObjectId> {
    items(generator, &["sources"]).iter().filter_map(|source| referred(source, namespace(generator)))
}

/// Directories that a generator copies from one of its sources.
pub(crate) fn copied_from(generator: &Manifest, source: &ObjectId) -> Vec<String> {
    let named = items(generator, &["sources"])
        .iter()
        .filter(|item| referred(item, namespace(generator)).as_ref() == Some(source));
    let aliases: Vec<&str> = named.filter_map(|item| field(item, "alias")).collect();
    let copies = items(generator, &["artifacts"]).iter().flat_map(|artifact| list(artifact, "copy"));
    let from = copies.filter_map(|copy| field(copy, "from")).chain(text(generator, &["pathPattern"]));
    let from = from.filter_map(|from| from.strip_prefix('@')?.split_once('/'));
    from.filter(|(alias, _)| aliases.contains(alias))
        .map(|(_, pattern)| selection_root(pattern.split('{').next().unwrap_or_default()))
        .filter(|dir| !dir.is_empty())
        .collect()
}

/// Makes the artifacts of a generator.
pub(crate) fn expand(generator: &Manifest, around: &Surroundings<'_>) -> Expanded {
    let mut expansion = Expansion {
        generator,
        around,
        sources: HashMap::new(),
        left: MOST_FILES,
        findings: Vec::new(),
        needed: Vec::new(),
    };
    expansion.read_sources();
    let (requests, has_more) = expansion.requests();
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut made = Vec::new();
    for request in requests {
        if let Some(first) = seen.insert(request.name.clone(), request.span) {
            let message = format!("two artifacts of this generator are called `{}`", request.name);
            let finding = expansion.finding(request.span, message).with_related(first, "this one, too");
            expansion.findings.push(finding);
            continue;
        }
        made.push(expansion.make(&request));
    }
    let state = if is_disabled(generator) { NodeState::Suspended } else { NodeState::Rendered };
    Expanded { made, state, has_more, findings: expansion.findings, needed: expansion.needed }
}

/// Whether a generator does not reconcile.
fn is_disabled(generator: &Manifest) -> bool {
    let value = generator.node.at(&["metadata", "annotations", "source.extensions.fluxcd.io/reconcile"]);
    value.and_then(Node::scalar_text).is_some_and(|value| value.eq_ignore_ascii_case("disabled"))
}

struct Expansion<'a> {
    generator: &'a Manifest,
    around: &'a Surroundings<'a>,
    /// By alias.
    sources: HashMap<&'a str, Result<SourceFiles, NodeState>>,
    left: usize,
    findings: Vec<Finding>,
    needed: Vec<Needed>,
}

/// An artifact that is asked for.
struct Request<'a> {
    name: String,
    span: Span,
    artifact: &'a Node,
    captures: Option<Captures>,
}

impl<'a> Expansion<'a> {
    fn read_sources(&mut self) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for source in items(self.generator, &["sources"]) {
            let (Some(alias), Some(id)) = (field(source, "alias"), referred(source, namespace(self.generator))) else {
                continue;
            };
            let span = source.get("alias").map_or(source.span(), Node::span);
            if let Some(first) = seen.insert(alias, span) {
                let finding = self.finding(span, format!("two sources of this generator are called `{alias}`"));
                self.findings.push(finding.with_related(first, "this one, too"));
                continue;
            }
            let span = source.get("name").map_or(source.span(), Node::span);
            let files = match files_of(self.generator, &id, span, self.around, "its artifacts are not seen") {
                Ok(Located { view, dir, .. }) => Ok(SourceFiles { tree: view.tree.clone(), root: dir }),
                Err(instead) => {
                    self.findings.extend(instead.findings);
                    self.needed.extend(instead.needed);
                    Err(instead.state)
                }
            };
            self.sources.insert(alias, files);
        }
    }

    /// What is to be made, and whether there may be more.
    fn requests(&mut self) -> (Vec<Request<'a>>, bool) {
        let artifacts = items(self.generator, &["artifacts"]);
        let named = artifacts.iter().filter_map(|artifact| Some((artifact, artifact.get("name")?)));
        let Some(pattern) = spec(self.generator, &["pathPattern"]).filter(|p| p.scalar_text() != Some("")) else {
            let requests = named.filter_map(|(artifact, name)| {
                let text = name.scalar_text()?.to_owned();
                Some(Request { name: text, span: name.span(), artifact, captures: None })
            });
            let requests: Vec<Request<'a>> = requests.collect();
            let has_more = requests.iter().any(|request| has_variable(&request.name));
            return (requests, has_more);
        };
        let matched = match self.matched(pattern) {
            Ok(matched) => matched,
            Err(finding) => {
                self.findings.extend(finding.map(|finding| *finding));
                return (Vec::new(), true);
            }
        };
        let mut requests = Vec::new();
        for captures in matched {
            let lower: Captures = captures.iter().map(|(name, value)| (name.clone(), value.to_lowercase())).collect();
            for (artifact, name) in named.clone() {
                match fill(name.scalar_text().unwrap_or_default(), &lower) {
                    Ok(text) if is_name(&text) => {
                        let captures = Some(captures.clone());
                        requests.push(Request { name: text, span: name.span(), artifact, captures });
                    }
                    Ok(text) => {
                        let finding = self.finding(name.span(), format!("`{text}` is not a name of an object"));
                        self.findings.push(finding.with_related(pattern.span(), "the directory is matched by this"));
                    }
                    Err(why) => {
                        let message = format!("`{}` {why}", name.scalar_text().unwrap_or_default());
                        let finding = self.finding(name.span(), message);
                        self.findings.push(finding);
                        return (Vec::new(), true);
                    }
                }
            }
        }
        (requests, false)
    }

    /// What `pathPattern` matches; `Err(None)` where its source is not here.
    fn matched(&self, pattern: &Node) -> Result<Vec<Captures>, Option<Box<Finding>>> {
        let written = pattern.scalar_text().unwrap_or_default();
        let (alias, path) = self.split(pattern)?;
        let source = match self.sources.get(alias) {
            Some(Ok(source)) => source,
            Some(Err(_)) => return Err(None),
            None => return Err(Some(Box::new(self.unknown_alias(pattern, alias)))),
        };
        let parsed = PathPattern::parse(path)
            .map_err(|why| Some(Box::new(self.finding(pattern.span(), format!("`{written}` {why}")))))?;
        let matched: Vec<Captures> = source.directories().iter().filter_map(|dir| parsed.captures(dir)).collect();
        if matched.is_empty() {
            let message = format!("`{written}` matches no directory: no artifact is made");
            return Err(Some(Box::new(self.finding(pattern.span(), message))));
        }
        Ok(matched)
    }

    /// `@alias/path`.
    fn split<'t>(&self, node: &'t Node) -> Result<(&'t str, &'t str), Option<Box<Finding>>> {
        let text = node.scalar_text().unwrap_or_default();
        text.strip_prefix('@').and_then(|text| text.split_once('/')).ok_or_else(|| {
            let message = format!("`{text}` is not `@ALIAS/PATH`");
            Some(Box::new(self.finding(node.span(), message)))
        })
    }

    fn make(&mut self, request: &Request<'_>) -> Made {
        let manifest = object(self.generator, request);
        let mut from = Vec::new();
        let view = if is_disabled(self.generator) {
            Err(NodeState::Unknown("its generator is disabled, and the artifact is as it was before".to_owned()))
        } else {
            self.copies(request, &mut from)
        };
        Made { manifest, from: from.join(", "), view }
    }

    /// Makes all copies; each that fails is told.
    fn copies(&mut self, request: &Request<'_>, from: &mut Vec<String>) -> Result<Arc<View>, NodeState> {
        let mut copied = Copied::new(self.left);
        let mut failed = None;
        for copy in list(request.artifact, "copy") {
            from.extend(field(copy, "from").map(str::to_owned));
            if let Err(state) = self.copy(copy, request, &mut copied) {
                failed.get_or_insert(state);
            }
        }
        self.left = copied.left();
        match failed {
            Some(state) => Err(state),
            None => Ok(self.around.repositories.own.composed(&copied.files)),
        }
    }

    fn copy(&mut self, copy: &Node, request: &Request<'_>, copied: &mut Copied) -> Result<(), NodeState> {
        let (Some(from), Some(to)) = (copy.get("from"), copy.get("to")) else { return Err(NodeState::Missing) };
        let fill_in = |node: &Node| {
            let text = node.scalar_text().unwrap_or_default();
            request.captures.as_ref().map_or_else(|| Ok(text.to_owned()), |captures| fill(text, captures))
        };
        let (source, target) = match (fill_in(from), fill_in(to)) {
            (Ok(source), Ok(target)) => (source, target),
            (Err(why), _) => return self.fail(from, &why),
            (_, Err(why)) => return self.fail(to, &why),
        };
        let unknown = [&source, &target].into_iter().find(|text| has_variable(text));
        if let Some(text) = unknown {
            return Err(NodeState::Unknown(format!("`{text}` hangs on a value that only the cluster knows")));
        }
        let Some((alias, path)) = source.strip_prefix('@').and_then(|text| text.split_once('/')) else {
            return self.fail(from, "is not `@ALIAS/PATH`");
        };
        let Some(target) = target.strip_prefix("@artifact/") else {
            return self.fail(to, "must begin with `@artifact/`");
        };
        let files = match self.sources.get(alias) {
            Some(Ok(files)) => files.clone(),
            Some(Err(state)) => return Err(state.clone()),
            None => {
                let finding = self.unknown_alias(from, alias);
                self.findings.push(finding);
                return Err(NodeState::Missing);
            }
        };
        let strategy = field(copy, "strategy").unwrap_or_default();
        if strategy == "Extract" {
            return Err(NodeState::NotFollowed("it unpacks archives, which is not done yet".to_owned()));
        }
        let mut exclude = Vec::new();
        for pattern in list(copy, "exclude") {
            let text = pattern.scalar_text().unwrap_or_default();
            match Doublestar::parse(text) {
                Some(parsed) => exclude.push((parsed, !text.contains('/'))),
                None => return self.fail(pattern, "is not a pattern"),
            }
        }
        let (exclude, exclude_names) = exclude.into_iter().unzip();
        let copy = Copy {
            from: path,
            to: target,
            exclude,
            exclude_names,
            optional: copy.get("optional").and_then(Node::as_bool) == Some(true),
            merges: strategy == "Merge",
        };
        match copied.copy(&copy, &files) {
            Ok(()) => Ok(()),
            Err(CopyError::Source(why)) => {
                self.findings.push(self.finding(from.span(), format!("`{source}` {why}")));
                Err(NodeState::Missing)
            }
            Err(CopyError::Target(why)) => self.fail(to, &why),
            Err(CopyError::Beyond(why)) => Err(NodeState::NotFollowed(why)),
        }
    }

    fn fail(&mut self, node: &Node, why: &str) -> Result<(), NodeState> {
        let message = format!("`{}` {why}", node.scalar_text().unwrap_or_default());
        self.findings.push(self.finding(node.span(), message));
        Err(NodeState::Missing)
    }

    fn unknown_alias(&self, node: &Node, alias: &str) -> Finding {
        let finding = self.finding(node.span(), format!("this generator has no source with the alias `{alias}`"));
        let known: Vec<&str> = self.sources.keys().copied().collect();
        match nearest_of_few(alias, known) {
            Some(near) => finding.with_help(format!("did you mean `@{near}`?")),
            None => finding,
        }
    }

    fn finding(&self, span: Span, message: String) -> Finding {
        Finding::new(ids::ARTIFACT, span, message).with_object(&self.generator.id)
    }
}

/// The ExternalArtifact that a generator makes, at the line that asks for it.
fn object(generator: &Manifest, request: &Request<'_>) -> Manifest {
    Implied {
        group: "source.toolkit.fluxcd.io",
        version: "v1",
        kind: "ExternalArtifact",
        namespace: namespace(generator),
        name: &request.name,
        span: request.span,
    }
    .with(Vec::new())
}

/// A DNS subdomain.
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        is_end(label.chars().next())
            && is_end(label.chars().last())
            && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn field<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    node.get(name).and_then(Node::scalar_text)
}

fn list<'a>(node: &'a Node, name: &str) -> &'a [Node] {
    node.get(name).map(Node::items).unwrap_or_default()
}
