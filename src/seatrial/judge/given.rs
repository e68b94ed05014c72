//! What `validate` is given on the command line: files, directories, kustomizations and standard input, inside of the repository or out of it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use seatrial_discover::{Discovery, HelmRelease, Loose, Role, Source};
use seatrial_helm::chart::is_chart;
use seatrial_tree::{EntryKind, KUSTOMIZATION_FILES, ReadError, SIZE_LIMIT, Tree, file_name, parent};

use crate::cli::PathKind;
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::judge::plan::{Plan, PlanFlags, Planned, cannot_open, leads_out};
use crate::judge::renderer::Renderer;
use crate::process::stop::Stop;

/// How standard input is called: on the command line, and in the report.
const STANDARD_INPUT: (&str, &str) = ("-", "<stdin>");

/// What lies outside of the repository that the command runs in.
#[derive(Debug)]
pub(crate) struct Elsewhere {
    pub(crate) environments: Vec<Planned>,
    pub(crate) renderer: Renderer,
}

/// What is given, by where it lies.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) plan: Plan,
    pub(crate) elsewhere: Vec<Elsewhere>,
}

impl Given {
    /// What lies in the repository alone.
    pub(crate) fn of(plan: Plan) -> Given {
        Given { plan, elsewhere: Vec::new() }
    }
}

/// Looks into each path.
///
/// # Errors
/// [`Stop::Usage`] for a path where there is nothing, a directory without anything to render, and standard input that is empty or not text.
pub(crate) fn given(
    workspace: &Workspace,
    renderer: &Renderer,
    session: &Session,
    paths: &[PathBuf],
    flags: PlanFlags,
) -> Result<Given, Stop> {
    let mut given = Given::default();
    let mut others: Vec<(PathBuf, Place)> = Vec::new();
    let beside = Beside::default();
    for path in paths {
        if path.as_os_str() == STANDARD_INPUT.0 && flags.path_kind.is_none() {
            let is_new = !given.elsewhere.iter().any(|e| e.environments.iter().any(|p| p.path() == STANDARD_INPUT.1));
            given.elsewhere.extend(is_new.then(|| standard_input(session, flags)).transpose()?);
            continue;
        }
        let absolute = session.directory.join(path);
        let inside = workspace.lexically_in_tree(&absolute).or_else(|| workspace.really_in_tree(&absolute));
        if let Some(inside) = inside {
            let at = At { workspace, renderer, beside: &beside, flags, path };
            at.add(&inside, &mut given.plan)?;
            continue;
        }
        let real = absolute.canonicalize().map_err(|error| cannot_open(path, &error.to_string()))?;
        let directory = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
        let other = Workspace::around(directory, directory, &session.sources)?;
        let root = other.root.clone();
        if !others.iter().any(|(known, _)| *known == root) {
            let renderer = Renderer::alone(&other.tree, &other.parsed);
            others.push((
                root.clone(),
                Place { workspace: other, renderer, beside: Beside::default(), plan: Plan::default() },
            ));
        }
        let Some((_, place)) = others.iter_mut().find(|(known, _)| *known == root) else { continue };
        let inside = place.workspace.really_in_tree(&real).unwrap_or_default();
        let at = At { workspace: &place.workspace, renderer: &place.renderer, beside: &place.beside, flags, path };
        at.add(&inside, &mut place.plan)?;
    }
    each_once(&mut given.plan.environments);
    for (root, Place { renderer, mut plan, .. }) in others {
        each_once(&mut plan.environments);
        // Two repositories may have the same path.
        plan.environments.iter_mut().for_each(|p| p.name = root.join(p.path()).display().to_string());
        given.plan.left_out.add(&plan.left_out);
        given.plan.notices.append(&mut plan.notices);
        given.elsewhere.push(Elsewhere { environments: plan.environments, renderer });
    }
    Ok(given)
}

/// Another repository, or a directory outside of any.
struct Place {
    workspace: Workspace,
    renderer: Renderer,
    beside: Beside,
    plan: Plan,
}

/// What lies in the directories of files without git, each looked into once.
#[derive(Debug, Default)]
struct Beside(RefCell<BTreeMap<String, Rc<Discovery>>>);

impl Beside {
    fn of(&self, workspace: &Workspace, file: &str) -> Rc<Discovery> {
        let discover = || Rc::new(Discovery::beside(&workspace.tree, &workspace.parsed, file));
        Rc::clone(self.0.borrow_mut().entry(parent(file).to_owned()).or_insert_with(discover))
    }
}

/// One path of the command line, and the repository that it lies in.
struct At<'a> {
    workspace: &'a Workspace,
    renderer: &'a Renderer,
    beside: &'a Beside,
    flags: PlanFlags,
    path: &'a Path,
}

impl At<'_> {
    /// Adds what there is to render at a path of the tree.
    fn add(&self, inside: &str, plan: &mut Plan) -> Result<(), Stop> {
        let tree = &self.workspace.tree;
        let real = match tree.real_path(inside) {
            Ok(real) => real,
            Err(ReadError::OutsideRoot) => return Err(leads_out(self.path, &self.workspace.root)),
            Err(error) => return Err(cannot_open(self.path, &format!("it {error}"))),
        };
        match tree.kind(&real) {
            Ok(EntryKind::Directory) => self.directory(&real, plan),
            Ok(EntryKind::File) if self.is_asked_for() => Err(self.not_a_chart()),
            Ok(EntryKind::File) => {
                self.file(&real, plan);
                Ok(())
            }
            Err(error) => Err(cannot_open(self.path, &format!("it {error}"))),
        }
    }

    /// Whether it is to be read as a chart.
    fn is_asked_for(&self) -> bool {
        self.flags.path_kind == Some(PathKind::Helm)
    }

    fn not_a_chart(&self) -> Stop {
        Stop::Usage(format!(
            "`{}` is not a chart: --as helm takes a directory with a `Chart.yaml`",
            self.path.display()
        ))
    }

    fn directory(&self, dir: &str, plan: &mut Plan) -> Result<(), Stop> {
        // Without git nobody knows how much lies above; and a hidden directory is looked into when it is named.
        let is_hidden = dir.split('/').any(|part| part.starts_with('.'));
        let own = (self.workspace.repository.is_none() || is_hidden).then(|| self.of(dir));
        let discovery = own.as_ref().unwrap_or_else(|| self.renderer.discovery());
        let (is_asked_for, is_chart) = (self.is_asked_for(), is_chart(&self.workspace.tree, dir));
        if is_asked_for && !is_chart {
            return Err(self.not_a_chart());
        }
        if is_chart && (is_asked_for || !discovery.has_kustomization(dir)) {
            let trials = HelmRelease::trials(&self.workspace.tree, dir).into_iter().map(Source::Helm);
            plan.environments.extend(trials.map(|source| Planned::found(source, self.flags)));
            return Ok(());
        }
        let found = discovery.below(dir);
        let mut sources: Vec<Source> = found.environments.into_iter().map(|d| d.source).collect();
        let is_there = |source: &Source| *source == Source::Kustomize(dir.to_owned());
        if discovery.has_kustomization(dir) && !sources.iter().any(is_there) {
            // A component, or one of a circle: whoever names it means it.
            sources.push(Source::Kustomize(dir.to_owned()));
        }
        if sources.is_empty() {
            let seen: String = found.left_out.sentences().iter().map(|sentence| format!("; {sentence}")).collect();
            let sentence = format!("`{}` has no kustomization and no manifest{seen}", self.path.display());
            return Err(Stop::Usage(sentence));
        }
        plan.environments.extend(sources.into_iter().map(|source| Planned::found(source, self.flags)));
        plan.left_out.add(&found.left_out);
        Ok(())
    }

    fn file(&self, file: &str, plan: &mut Plan) {
        let own = self.workspace.repository.is_none();
        let own = own.then(|| self.beside.of(self.workspace, file));
        let discovery = own.as_deref().unwrap_or_else(|| self.renderer.discovery());
        let name = file_name(file);
        let source = if KUSTOMIZATION_FILES.contains(&name) && discovery.has_kustomization(parent(file)) {
            Source::Kustomize(parent(file).to_owned())
        } else if discovery.role(file) == Some(Role::Input) {
            let sentence = "is part of a kustomization, and is checked only with it";
            return plan.notices.push(format!("`{}` {sentence}", self.path.display()));
        } else if let Some(sort) = discovery.not_a_manifest(file) {
            return plan.notices.push(format!("`{}` is {sort}: skipped", self.path.display()));
        } else {
            Source::Loose(Loose { path: file.to_owned(), files: [file.to_owned()].into() })
        };
        plan.environments.push(Planned::found(source, self.flags));
    }

    fn of(&self, dir: &str) -> Discovery {
        Discovery::of(&self.workspace.tree, &self.workspace.parsed, dir)
    }
}

fn each_once(environments: &mut Vec<Planned>) {
    environments.sort_by(|a, b| a.name.cmp(&b.name));
    environments.dedup_by(|a, b| a.name == b.name);
}

/// The text of standard input. Empty input is refused: the command before a pipe may have failed.
pub(crate) fn standard_input_text() -> Result<String, Stop> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(SIZE_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Stop::Broken(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > SIZE_LIMIT {
        return Err(Stop::Usage("standard input is larger than 256 MiB".to_owned()));
    }
    let text = String::from_utf8(bytes).map_err(|_| Stop::Usage("standard input is not UTF-8 text".to_owned()))?;
    if text.trim().is_empty() {
        let sentence = "standard input is empty; if it comes through a pipe, the command before it may have failed";
        return Err(Stop::Usage(sentence.to_owned()));
    }
    Ok(text)
}

/// Standard input as a file of its own.
fn standard_input(session: &Session, flags: PlanFlags) -> Result<Elsewhere, Stop> {
    let text = standard_input_text()?;
    let name = STANDARD_INPUT.1;
    let tree = Tree::memory([(name, text.as_str())], &session.sources);
    let renderer = Renderer::alone(&tree, &Arc::default());
    let source = Source::Loose(Loose { path: name.to_owned(), files: [name.to_owned()].into() });
    let planned = Planned { name: "standard input".to_owned(), ..Planned::found(source, flags) };
    Ok(Elsewhere { environments: vec![planned], renderer })
}
