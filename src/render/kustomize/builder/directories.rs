//! How a build gets from one directory to the next: kustomizations are found and read, circles are refused, and what does not depend on
//! who includes it is shared with other builds.

use std::sync::{Arc, PoisonError};

use seatrial_model::{Finding, Level, Node, SourceFile, Span, tell_once};
use seatrial_tree::{EntryKind, ReadError, within};
use seatrial_yaml::Dialect;

use crate::build_metadata::wanted::check;
use crate::builder::state::{Build, Frame};
use crate::fields::config::TransformerConfig;
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::unfinished;
use crate::kustomization::file::{Flaws, Kind, Kustomization, empty};
use crate::load::cache::{Directory, Read};
use crate::load::files::Files;

/// Directories that include each other are followed this deep.
const DEEPEST: usize = 100;

impl Build<'_> {
    /// A directory with all that it includes; what was found in it is added to the findings here.
    pub(crate) fn directory(&mut self, dir: &str, kustomization: &Kustomization) -> Arc<Directory> {
        let namespace = self.namespace.as_ref().and_then(Node::as_str).map(str::to_owned);
        let key = (dir.to_owned(), self.trail.as_ref().map(|trail| trail.dir().to_owned()), namespace);
        let slot = self.files.cache.directory(dir);
        // Most repositories have one layer of bases: each of those is built by one thread, and others wait for it. Deeper ones are not
        // waited for, so that nobody who holds a claim waits for another.
        let is_base = self.stack.len() == 1;
        let is_outermost = self.stack.is_empty();
        let claim = is_base.then(|| slot.claim.lock().unwrap_or_else(PoisonError::into_inner));
        let shared = slot.built.get().filter(|shared| self.is_usable(shared));
        let known = shared.or_else(|| self.built.get(&key)).cloned();
        let built = known.unwrap_or_else(|| {
            let (built, is_shared) = self.build_directory(dir, kustomization);
            // What nobody has included so far is hardly ever wanted again, and would be kept for nothing.
            if is_shared && !is_outermost {
                let _ = slot.built.set(Arc::clone(&built));
            }
            self.built.insert(key, Arc::clone(&built));
            built
        });
        drop(claim);
        self.findings.extend_from_slice(&built.findings);
        self.frame.includes.extend(built.includes.iter().cloned());
        self.frame.height = self.frame.height.max(built.height + 1);
        self.files.built_in_schemas_used |= built.built_in_schemas_used;
        self.frame.asks_for_namespace |= built.asks_for_namespace;
        built
    }

    /// Whether what another build made of a directory is what this one would make of it here.
    fn is_usable(&self, shared: &Directory) -> bool {
        let is_around = |dir: &Arc<str>| self.stack.iter().any(|visited| within(visited, dir).is_some());
        !self.files.schemas_are_set
            && self.trail.is_none()
            && self.stack.len() + shared.height <= DEEPEST
            && !shared.includes.iter().any(is_around)
    }

    /// The directory, and whether others may use it.
    pub(crate) fn build_directory(&mut self, dir: &str, kustomization: &Kustomization) -> (Arc<Directory>, bool) {
        let outer_findings = std::mem::take(&mut self.findings);
        let place = self.stack.len();
        let used_before = self.files.built_in_schemas_used || self.frame.built_in_schemas_used;
        let inner = Frame { place, built_in_schemas_used: used_before, ..Frame::default() };
        let outer = std::mem::replace(&mut self.frame, inner);
        let used_outside = std::mem::take(&mut self.files.built_in_schemas_used);

        self.set_schemas(kustomization);
        self.stack.push(dir.to_owned());
        let mut resources = Accumulator::default();
        self.accumulate_in_namespace(kustomization, &mut resources);
        self.stack.pop();
        if resources.budget.is_exceeded() {
            self.findings.extend(resources.budget.finding());
            resources = Accumulator::under(&resources.budget);
        }

        let mut findings = std::mem::replace(&mut self.findings, outer_findings);
        tell_once(&mut findings);
        let frame = std::mem::replace(&mut self.frame, outer);
        let built_in_schemas_used = std::mem::replace(&mut self.files.built_in_schemas_used, used_outside);
        let depends_on_others = frame.depends_on < place;
        if depends_on_others {
            self.frame.depends_on = self.frame.depends_on.min(frame.depends_on);
        }
        let (mut includes, height) = (frame.includes, frame.height);
        includes.insert(dir.into());
        let asks_for_namespace = frame.asks_for_namespace && own_namespace(kustomization).is_none();
        let built = Directory { resources, findings, includes, height, built_in_schemas_used, asks_for_namespace };
        let depends_on_others = depends_on_others || asks_for_namespace;
        (Arc::new(built), !depends_on_others && !self.files.schemas_are_set && self.trail.is_none())
    }

    /// Accumulates; what is included on the way is in the namespace of this kustomization, where it has one.
    fn accumulate_in_namespace(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let Some(own) = own_namespace(kustomization) else {
            self.accumulate(kustomization, resources);
            return;
        };
        let around = self.namespace.replace(own.clone());
        self.accumulate(kustomization, resources);
        self.namespace = around;
    }

    /// A component works on what its parent has gathered so far.
    pub(crate) fn component(&mut self, dir: &str, entry: Span, resources: &mut Accumulator) {
        if !(resources.budget.include(entry) && resources.budget.look_at(resources.resources().len(), entry)) {
            return;
        }
        let Some(component) = self.open(dir, Some(entry), Kind::Component) else {
            unfinished::perhaps_any(entry, resources);
            resources.note_unread(entry);
            return;
        };
        self.set_schemas(&component);
        self.stack.push(dir.to_owned());
        self.frame.includes.insert(dir.into());
        self.frame.height = self.frame.height.max(self.stack.len() - self.frame.place);
        self.accumulate_in_namespace(&component, resources);
        self.stack.pop();
        resources.drop_duplicates(&mut self.findings);
        let merged = std::mem::replace(&mut resources.config, TransformerConfig::empty());
        self.merge_config(&merged, entry, &mut resources.config);
    }

    /// The kustomization of a directory, if it may be included here.
    pub(crate) fn open(&mut self, dir: &str, entry: Option<Span>, wanted: Kind) -> Option<Arc<Kustomization>> {
        if let Some((outermost, cycle)) = entry.and_then(|span| self.cycle(dir, span)) {
            self.frame.depends_on = self.frame.depends_on.min(outermost);
            self.findings.push(cycle);
            return None;
        }
        let kustomization = self.load(dir, entry)?;
        // The directory that the user names may be anything; an included one must be what it is included as.
        let Some(span) = entry.filter(|_| kustomization.kind != wanted) else { return Some(kustomization) };
        let (is, field) = match kustomization.kind {
            Kind::Component => ("a Component", "components"),
            Kind::Kustomization => ("a Kustomization", "resources"),
        };
        let message = format!("`{}` is {is}, which belongs under `{field}`", shown(dir));
        let finding = Finding::new(ids::KUSTOMIZE, span, message);
        self.findings.push(finding.with_related(kustomization.kind_span(), "its kind is set here"));
        None
    }

    /// Whether kustomize would have read its own schemas by now.
    pub(crate) fn built_in_schemas_used(&self) -> bool {
        self.files.built_in_schemas_used || self.frame.built_in_schemas_used
    }

    /// kustomize refuses a base that is, or contains, a directory that includes it (kustomize: `errIfArgEqualOrHigher`).
    /// The place in the stack of that one comes with it.
    fn cycle(&self, dir: &str, span: Span) -> Option<(usize, Finding)> {
        if self.stack.len() >= DEEPEST {
            let message = format!("kustomizations are nested more than {DEEPEST} levels deep");
            return Some((0, Finding::new(ids::BASE_CYCLE, span, message)));
        }
        let first = self.stack.iter().position(|visited| within(visited, dir).is_some())?;
        let visited = self.stack.get(first).map(String::as_str).unwrap_or_default();
        if visited == dir {
            let circle: Vec<&str> = self.stack.iter().skip(first).map(String::as_str).chain([dir]).map(shown).collect();
            let message = format!("these kustomizations include each other: `{}`", circle.join("` → `"));
            return Some((first, Finding::new(ids::BASE_CYCLE, span, message)));
        }
        let message =
            format!("`{}` contains `{}`, which includes it: kustomize refuses such a base", shown(dir), shown(visited));
        Some((first, Finding::new(ids::BASE_CYCLE, span, message)))
    }

    fn load(&mut self, dir: &str, entry: Option<Span>) -> Option<Arc<Kustomization>> {
        let file = self.find_file(dir, entry)?;
        let files = &self.files;
        let read = files.cache.kustomization(dir, || read(dir, &file, files));
        self.findings.extend_from_slice(&read.findings);
        read.kustomization.clone()
    }

    fn find_file(&mut self, dir: &str, entry: Option<Span>) -> Option<Arc<SourceFile>> {
        let tree = self.files.tree;
        let path = |name: &str| if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        let found = self.files.cache.names(tree, dir);
        let Some(name) = found.first() else {
            let what = match tree.kind(dir) {
                Ok(EntryKind::Directory) => "has no kustomization.yaml, kustomization.yml or Kustomization".to_owned(),
                Ok(EntryKind::File) => "is a file, not a directory with a kustomization".to_owned(),
                Err(error) => error.to_string(),
            };
            let span = entry.unwrap_or_else(|| self.nowhere(dir));
            self.findings.push(Finding::new(ids::MISSING_FILE, span, format!("`{}` {what}", shown(dir))));
            return None;
        };
        let file = match tree.read(&path(name)) {
            Ok(file) => file,
            Err(error) => {
                let span = || entry.unwrap_or_else(|| self.nowhere(dir));
                let (rule, span) = match error {
                    ReadError::NotText | ReadError::TooLarge { .. } => (ids::PARSE_ERROR, self.nowhere(&path(name))),
                    ReadError::OutsideRoot => (ids::LOAD_RESTRICTION, span()),
                    _ => (ids::MISSING_FILE, span()),
                };
                self.findings.push(Finding::new(rule, span, format!("`{}` {error}", path(name))));
                return None;
            }
        };
        if found.len() > 1 {
            let message = format!("`{}` has several kustomizations: `{}`", shown(dir), found.join("`, `"));
            let finding = Finding::new(ids::KUSTOMIZE, Span::start_of(file.id()), message);
            self.findings.push(finding.with_help("keep one of them"));
        }
        Some(file)
    }

    /// A place for what is named by no file: an empty source under the path.
    fn nowhere(&self, dir: &str) -> Span {
        self.files.tree.stand_in(shown(dir))
    }
}

/// The namespace that a kustomization sets.
fn own_namespace(kustomization: &Kustomization) -> Option<&Node> {
    kustomization.get("namespace").filter(|namespace| namespace.as_str().is_some_and(|text| !text.is_empty()))
}

/// What a kustomization file says; only its first document counts.
fn read(dir: &str, file: &Arc<SourceFile>, files: &Files<'_>) -> Read {
    let mut findings = Vec::new();
    let parsed = files.documents_of(file, Dialect::Kubectl, &mut findings);
    let Some(document) = parsed.documents.first() else {
        if findings.is_empty() {
            findings.push(empty(file));
        }
        return Read { kustomization: None, findings };
    };
    if let Some(second) = parsed.documents.get(1) {
        let message = "kustomize reads only the first document of a kustomization, and this is another";
        let finding = Finding::new(ids::KUSTOMIZE, second.span, message).with_level(Level::Warning);
        findings.push(finding.with_help("move it to a separate kustomization, or remove it"));
    }
    let mut kustomization = Kustomization::read(dir, Arc::clone(file), &document.node, &mut findings);
    if let Some(kustomization) = &mut kustomization {
        kustomization.flaws = Flaws::told_by(&findings);
        check(kustomization, &mut findings);
    }
    Read { kustomization: kustomization.map(Arc::new), findings }
}

fn shown(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}
