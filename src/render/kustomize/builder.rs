//! The build: a directory and everything it includes, accumulated and transformed in kustomize's order
//! (kustomize: `internal/target/kusttarget.go`).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use seatrial_model::{Finding, Node, Rendered, SourceFile, Span, ids};
use seatrial_tree::{EntryKind, ReadError};
use seatrial_yaml::Dialect;

use crate::accumulator::Accumulator;
use crate::build_metadata::{Step, Trail, Wanted};
use crate::cache::{Cache, Directory, Read, tell_once};
use crate::documents::resources_of;
use crate::files::{Files, Place};
use crate::generators::{Context, Generated, run};
use crate::kustomization::{Kind, Kustomization, empty};
use crate::names::{Affix, set_affix};
use crate::namespace::Mode;
use crate::transformer_config::TransformerConfig;
use crate::{
    Builder, FILE_NAMES, build_metadata, charts, images, labels, namespace, patches, plugins, replacements, replicas,
    result, vars,
};

/// Directories that include each other are followed this deep.
const DEEPEST: usize = 100;

/// Builds the kustomization in a directory.
pub(crate) fn build(builder: &Builder, path: &str) -> Rendered {
    let dir = seatrial_tree::join("", path).unwrap_or_else(|| path.to_owned());
    let mut build = Build {
        files: Files::new(builder),
        findings: Vec::new(),
        built: HashMap::new(),
        stack: Vec::new(),
        frame: Frame::default(),
        trail: None,
    };
    let Some(root) = build.open(&dir, None, Kind::Kustomization) else {
        return Rendered { manifests: Vec::new(), findings: build.findings };
    };
    build.trail = Trail::begin(&root);
    let built = build.directory(&dir, &root);
    let mut findings = build.findings;
    let manifests = result::finish(&built.resources, root.get("sortOptions"), Wanted::by(&root), &mut findings);
    tell_once(&mut findings);
    Rendered { manifests, findings }
}

/// A build on its way.
pub(crate) struct Build<'a> {
    pub(crate) files: Files<'a>,
    pub(crate) findings: Vec<Finding>,
    /// Finished bases by directory, and by the way to it where objects note that; also those that are not shared with other builds.
    built: HashMap<(String, Option<String>), Arc<Directory>>,
    /// The directories that are being built, outermost first.
    stack: Vec<String>,
    /// Of the innermost that is no component.
    frame: Frame,
    /// The way to the directory that is being built, where the root's `buildMetadata` asks for anything.
    pub(crate) trail: Option<Trail>,
}

/// What is noted of a directory while it is built.
#[derive(Debug)]
struct Frame {
    /// Its place in the stack.
    place: usize,
    includes: HashSet<Arc<str>>,
    height: usize,
    /// The outermost place in the stack that the result depends on.
    depends_on: usize,
    /// Whether kustomize would have read its own schemas before.
    built_in_schemas_used: bool,
}

impl Default for Frame {
    fn default() -> Frame {
        Frame { place: 0, includes: HashSet::new(), height: 1, depends_on: usize::MAX, built_in_schemas_used: false }
    }
}

impl Build<'_> {
    /// A directory with all that it includes; what was found in it is added to the findings here.
    fn directory(&mut self, dir: &str, kustomization: &Kustomization) -> Arc<Directory> {
        let key = (dir.to_owned(), self.trail.as_ref().map(|trail| trail.dir().to_owned()));
        let slot = self.files.cache.directory(dir);
        // Most repositories have one layer of bases: each of those is built by one thread, and others wait for it. Deeper ones are not
        // waited for, so that nobody who holds a claim waits for another.
        let is_base = self.stack.len() == 1;
        let claim = is_base.then(|| slot.claim.lock().unwrap_or_else(PoisonError::into_inner));
        let shared = slot.built.get().filter(|shared| self.is_usable(shared));
        let known = shared.or_else(|| self.built.get(&key)).cloned();
        let built = known.unwrap_or_else(|| {
            let (built, is_shared) = self.build_directory(dir, kustomization);
            if is_shared {
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
        built
    }

    /// Whether what another build made of a directory is what this one would make of it here.
    fn is_usable(&self, shared: &Directory) -> bool {
        let is_around = |dir: &Arc<str>| self.stack.iter().any(|visited| contains(dir, visited));
        !self.files.schemas_are_set
            && self.trail.is_none()
            && self.stack.len() + shared.height <= DEEPEST
            && !shared.includes.iter().any(is_around)
    }

    /// The directory, and whether others may use it.
    fn build_directory(&mut self, dir: &str, kustomization: &Kustomization) -> (Arc<Directory>, bool) {
        let outer_findings = std::mem::take(&mut self.findings);
        let place = self.stack.len();
        let used_before = self.files.built_in_schemas_used || self.frame.built_in_schemas_used;
        let inner = Frame { place, built_in_schemas_used: used_before, ..Frame::default() };
        let outer = std::mem::replace(&mut self.frame, inner);
        let used_outside = std::mem::take(&mut self.files.built_in_schemas_used);

        self.set_schemas(kustomization);
        self.stack.push(dir.to_owned());
        let mut resources = Accumulator::default();
        self.accumulate(kustomization, &mut resources);
        self.stack.pop();

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
        let built = Directory { resources, findings, includes, height, built_in_schemas_used };
        (Arc::new(built), !depends_on_others && !self.files.schemas_are_set && self.trail.is_none())
    }

    /// A component works on what its parent has gathered so far.
    fn component(&mut self, dir: &str, entry: Span, resources: &mut Accumulator) {
        let Some(component) = self.open(dir, Some(entry), Kind::Component) else { return };
        self.set_schemas(&component);
        self.stack.push(dir.to_owned());
        self.frame.includes.insert(dir.into());
        self.frame.height = self.frame.height.max(self.stack.len() - self.frame.place);
        self.accumulate(&component, resources);
        self.stack.pop();
        resources.drop_duplicates(&mut self.findings);
        let merged = std::mem::replace(&mut resources.config, TransformerConfig::empty());
        self.merge_config(&merged, entry, &mut resources.config);
    }

    /// The kustomization of a directory, if it may be included here.
    fn open(&mut self, dir: &str, entry: Option<Span>, wanted: Kind) -> Option<Arc<Kustomization>> {
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
        self.findings.push(finding.with_related(kustomization.kind_span(), "its kind is here"));
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
            let message = format!("kustomizations are nested more than {DEEPEST} deep");
            return Some((0, Finding::new(ids::BASE_CYCLE, span, message)));
        }
        let first = self.stack.iter().position(|visited| contains(dir, visited))?;
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
        let read = self.files.cache.kustomization(dir, || read(dir, &file, self.files.cache));
        self.findings.extend_from_slice(&read.findings);
        read.kustomization.clone()
    }

    fn find_file(&mut self, dir: &str, entry: Option<Span>) -> Option<Arc<SourceFile>> {
        let tree = self.files.tree;
        let path = |name: &str| if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        let is_file = |name: &&&str| matches!(tree.kind(&path(name)), Ok(EntryKind::File));
        let found: Vec<&str> = FILE_NAMES.iter().filter(is_file).copied().collect();
        let span = entry.unwrap_or_else(|| self.nowhere(dir));
        let Some(name) = found.first() else {
            let what = match tree.kind(dir) {
                Ok(EntryKind::Directory) => "has no kustomization.yaml, kustomization.yml or Kustomization".to_owned(),
                Ok(EntryKind::File) => "is a file, not a directory with a kustomization".to_owned(),
                Err(error) => error.to_string(),
            };
            self.findings.push(Finding::new(ids::MISSING_FILE, span, format!("`{}` {what}", shown(dir))));
            return None;
        };
        let file = match tree.read(&path(name)) {
            Ok(file) => file,
            Err(error) => {
                let (rule, span) = match error {
                    ReadError::NotText | ReadError::TooLarge { .. } => (ids::PARSE_ERROR, self.nowhere(&path(name))),
                    ReadError::OutsideRoot => (ids::LOAD_RESTRICTION, span),
                    _ => (ids::MISSING_FILE, span),
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
        Span::start_of(self.files.tree.sources().add(shown(dir), String::new()).id())
    }

    /// Everything that a kustomization says, in kustomize's order.
    fn accumulate(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        for field in ["resources", "bases"] {
            for entry in kustomization.items(field) {
                self.resource(kustomization, entry, resources);
            }
        }
        self.configure(kustomization, resources);
        self.generate(kustomization, resources);
        for entry in kustomization.items("components") {
            match self.resolve(kustomization, entry) {
                Some(Place::Directory(dir)) => {
                    let above = self.descend(entry);
                    self.component(&dir, entry.span(), resources);
                    self.trail = above;
                }
                Some(Place::File(path)) => {
                    let message = format!("`{path}` is a file: `components` names directories");
                    self.findings.push(Finding::new(ids::KUSTOMIZE, entry.span(), message));
                }
                None => {}
            }
        }
        self.transform(kustomization, resources);
        for plugin in self.plugins(kustomization, "transformers").resources() {
            plugins::transform(plugin, &kustomization.dir, &mut self.files, resources, &mut self.findings);
            if let Some(step) = Step::of_plugin(plugin) {
                step.mark_transformed(1, resources, &mut self.findings);
            }
        }
        self.validate(kustomization, resources);
        vars::define(kustomization.items("vars"), resources, &mut self.findings);
    }

    /// Takes in what an entry names: a file of objects, or a directory.
    pub(crate) fn resource(&mut self, kustomization: &Kustomization, entry: &Node, resources: &mut Accumulator) {
        match self.resolve(kustomization, entry) {
            Some(Place::Directory(dir)) => {
                let Some(base) = self.open(&dir, Some(entry.span()), Kind::Kustomization) else { return };
                let above = self.descend(entry);
                let base = self.directory(&dir, &base);
                self.trail = above;
                let base = &base.resources;
                for resource in base.resources() {
                    resources.append(resource.clone(), &mut self.findings);
                }
                self.merge_config(&base.config, entry.span(), &mut resources.config);
                resources.vars.include(&base.vars, entry.span(), &mut self.findings);
            }
            Some(Place::File(path)) => match self.files.tree.read(&path) {
                Ok(file) => {
                    let documents = self.files.documents(&file, &mut self.findings);
                    let scopes = self.files.schemas.scopes();
                    for mut resource in resources_of(&documents.documents, &mut self.findings) {
                        if let Some(trail) = &self.trail {
                            trail.mark_file(entry.as_str().unwrap_or_default(), &mut resource);
                        }
                        // kustomize looks for the scope of a kind that it does not know in its own schemas.
                        let group = &resource.id().gvk.group;
                        self.files.built_in_schemas_used |= group.contains('.') && !group.ends_with("k8s.io");
                        resources.append(resource.scoped(scopes.clone()), &mut self.findings);
                    }
                }
                Err(error) => {
                    self.findings.push(Finding::new(ids::MISSING_FILE, entry.span(), format!("`{path}` {error}")));
                }
            },
            None => {}
        }
    }

    /// Follows an entry into its directory; what it gives back is to be put back.
    fn descend(&mut self, entry: &Node) -> Option<Trail> {
        let below = self.trail.as_ref().map(|trail| trail.below(entry.as_str().unwrap_or_default()));
        std::mem::replace(&mut self.trail, below)
    }

    fn resolve(&mut self, kustomization: &Kustomization, entry: &Node) -> Option<Place> {
        self.files.resolve(&kustomization.dir, entry, &mut self.findings)
    }

    fn generate(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let (dir, options) = (&kustomization.dir, kustomization.get("generatorOptions"));
        for (field, what) in [("configMapGenerator", Generated::ConfigMap), ("secretGenerator", Generated::Secret)] {
            let step = self.trail.as_ref().map(|trail| trail.built_in(kustomization, what.plugin()));
            let context = Context { dir, files: &self.files, options, step };
            for generator in kustomization.items(field) {
                run(what, generator, &context, resources, &mut self.findings);
            }
        }
        charts::of_fields(kustomization, &mut self.findings);
        for plugin in self.plugins(kustomization, "generators").resources() {
            plugins::generate(plugin, &kustomization.dir, &self.files, resources, &mut self.findings);
        }
    }

    fn transform(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let (files, findings, trail) = (&mut self.files, &mut self.findings, self.trail.as_ref());
        let (dir, config) = (kustomization.dir.as_str(), Arc::clone(&resources.config));
        let get = |name| kustomization.get(name).filter(|value| !is_empty(value));
        let items = |name| kustomization.items(name);
        let note = |transformer: &str, times: usize, resources: &mut Accumulator, findings: &mut Vec<Finding>| {
            if let Some(trail) = trail.filter(|_| times > 0) {
                trail.built_in(kustomization, transformer).mark_transformed(times, resources, findings);
            }
        };
        let merges = items("patchesStrategicMerge");
        patches::apply_strategic_merges(merges, dir, resources, files, findings);
        note("PatchStrategicMergeTransformer", merges.len().min(1), resources, findings);
        for patch in items("patches") {
            patches::apply_patches(std::slice::from_ref(patch), dir, resources, files, findings);
            note("PatchTransformer", 1, resources, findings);
        }
        if let Some(value) = get("namespace") {
            namespace::set_namespace(resources, value, Mode::default(), &config.namespace, findings);
            note("NamespaceTransformer", 1, resources, findings);
        }
        if let Some(value) = get("namePrefix") {
            set_affix(resources, Affix::Prefix, value, &config.name_prefix, findings);
            note("PrefixTransformer", 1, resources, findings);
        }
        if let Some(value) = get("nameSuffix") {
            set_affix(resources, Affix::Suffix, value, &config.name_suffix, findings);
            note("SuffixTransformer", 1, resources, findings);
        }
        let (label_sets, common) = (items("labels"), get("commonLabels"));
        for label in label_sets {
            labels::set_labels(resources, label, findings);
        }
        if let Some(pairs) = common {
            labels::set_pairs(resources, "commonLabels", pairs, &config.common_labels, findings);
        }
        if !label_sets.is_empty() || common.is_some() {
            // kustomize transforms once for `commonLabels`, be there any or none.
            note("LabelTransformer", label_sets.len() + 1, resources, findings);
        }
        if let Some(pairs) = get("commonAnnotations") {
            labels::set_pairs(resources, "commonAnnotations", pairs, &config.common_annotations, findings);
            note("AnnotationsTransformer", 1, resources, findings);
        }
        for patch in items("patchesJson6902") {
            patches::apply_json_patches(std::slice::from_ref(patch), dir, resources, files, findings);
            note("PatchJson6902Transformer", 1, resources, findings);
        }
        for replica in items("replicas") {
            replicas::set_replicas(resources, replica, &config.replicas, findings);
        }
        note("ReplicaCountTransformer", items("replicas").len(), resources, findings);
        images::set_images(resources, items("images"), &config.images, findings);
        images::set_images(resources, items("imageTags"), &config.images, findings);
        note("ImageTagTransformer", items("images").len() + items("imageTags").len(), resources, findings);
        replacements::replace(items("replacements"), dir, resources, files, findings);
        note("ReplacementTransformer", items("replacements").len().min(1), resources, findings);
    }
}

/// What a kustomization file says; only its first document counts.
fn read(dir: &str, file: &Arc<SourceFile>, cache: &Cache) -> Read {
    let parsed = cache.parsed(file, Dialect::Kubectl);
    let mut findings = parsed.findings.clone();
    let Some(document) = parsed.documents.first() else {
        if findings.is_empty() {
            findings.push(empty(file));
        }
        return Read { kustomization: None, findings };
    };
    if let Some(second) = parsed.documents.get(1) {
        let message = "only the first document of a kustomization counts";
        findings.push(Finding::new(ids::KUSTOMIZE, second.span, message));
    }
    let kustomization = Kustomization::read(dir, Arc::clone(file), &document.node, &mut findings);
    if let Some(kustomization) = &kustomization {
        build_metadata::check(kustomization, &mut findings);
    }
    Read { kustomization: kustomization.map(Arc::new), findings }
}

/// Whether a directory is another, or lies around it.
fn contains(dir: &str, other: &str) -> bool {
    dir.is_empty() || other.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A text or a mapping in which nothing is.
fn is_empty(node: &Node) -> bool {
    node.as_str().is_some_and(str::is_empty) || (node.is_mapping() && node.entries().is_empty())
}

fn shown(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}
