//! The build: a directory and everything it includes, accumulated and transformed in kustomize's order
//! (kustomize: `internal/target/kusttarget.go`). Each directory is built once, however many include it.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_model::{Finding, Level, Node, Rendered, SourceFile, Span, ids};
use seatrial_tree::{EntryKind, ReadError, Tree};
use seatrial_yaml::{Dialect, parse};

use crate::accumulator::Accumulator;
use crate::documents::resources_of;
use crate::files::{Files, Place, is_remote, not_fetched};
use crate::generators::{Context, Generated, run};
use crate::kustomization::{Kind, Kustomization, empty};
use crate::names::{Affix, set_affix};
use crate::namespace::Mode;
use crate::transformer_config::TransformerConfig;
use crate::{FILE_NAMES, Options, images, labels, namespace, patches, plugins, replacements, replicas, result};

/// Directories that include each other are followed this deep.
const DEEPEST: usize = 100;

/// Builds the kustomization in a directory.
pub(crate) fn build(tree: &Tree, path: &str, options: Options) -> Rendered {
    let dir = seatrial_tree::join("", path).unwrap_or_else(|| path.to_owned());
    let mut build = Build {
        files: Files::new(tree, options),
        findings: Vec::new(),
        kustomizations: HashMap::new(),
        built: HashMap::new(),
        stack: Vec::new(),
    };
    let built = build.directory(&dir, None, Kind::Kustomization);
    let sort_options =
        build.kustomizations.get(&dir).and_then(Option::as_ref).and_then(|k| k.get("sortOptions")).cloned();
    let mut findings = build.findings;
    let manifests = result::finish(built.resources().to_vec(), &built.config, sort_options.as_ref(), &mut findings);
    Rendered { manifests, findings }
}

/// A build on its way.
pub(crate) struct Build<'a> {
    pub(crate) files: Files<'a>,
    pub(crate) findings: Vec<Finding>,
    /// Kustomizations by directory; `None` where there is none that can be read.
    kustomizations: HashMap<String, Option<Arc<Kustomization>>>,
    /// Finished bases by directory.
    built: HashMap<String, Arc<Accumulator>>,
    /// The directories that are being built, outermost first.
    stack: Vec<String>,
}

impl Build<'_> {
    /// The resources of a directory; `entry` is where another kustomization names it.
    fn directory(&mut self, dir: &str, entry: Option<Span>, wanted: Kind) -> Arc<Accumulator> {
        if let Some(built) = self.built.get(dir) {
            return Arc::clone(built);
        }
        let Some(kustomization) = self.open(dir, entry, wanted) else {
            let mut nothing = Accumulator::default();
            entry.into_iter().for_each(|span| nothing.note_unread(span));
            return Arc::new(nothing);
        };
        self.set_schemas(&kustomization);
        self.stack.push(dir.to_owned());
        let mut resources = Accumulator::default();
        self.accumulate(&kustomization, &mut resources);
        self.stack.pop();
        let built = Arc::new(resources);
        self.built.insert(dir.to_owned(), Arc::clone(&built));
        built
    }

    /// A component works on what its parent has gathered so far.
    fn component(&mut self, dir: &str, entry: Span, resources: &mut Accumulator) {
        let Some(component) = self.open(dir, Some(entry), Kind::Component) else {
            resources.note_unread(entry);
            return;
        };
        self.set_schemas(&component);
        self.stack.push(dir.to_owned());
        self.accumulate(&component, resources);
        self.stack.pop();
        resources.drop_duplicates(&mut self.findings);
        let merged = std::mem::replace(&mut resources.config, TransformerConfig::empty());
        self.merge_config(&merged, entry, &mut resources.config);
    }

    /// The kustomization of a directory, if it may be included here.
    fn open(&mut self, dir: &str, entry: Option<Span>, wanted: Kind) -> Option<Arc<Kustomization>> {
        if let Some(cycle) = entry.and_then(|span| self.cycle(dir, span)) {
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

    /// kustomize refuses a base that is, or contains, a directory that includes it (kustomize: `errIfArgEqualOrHigher`).
    fn cycle(&self, dir: &str, span: Span) -> Option<Finding> {
        let contains = |visited: &str| {
            dir.is_empty() || visited == dir || visited.strip_prefix(dir).is_some_and(|r| r.starts_with('/'))
        };
        if self.stack.len() >= DEEPEST {
            let message = format!("kustomizations are nested more than {DEEPEST} deep");
            return Some(Finding::new(ids::BASE_CYCLE, span, message));
        }
        let first = self.stack.iter().position(|visited| contains(visited))?;
        let visited = self.stack.get(first).map(String::as_str).unwrap_or_default();
        if visited == dir {
            let circle: Vec<&str> = self.stack.iter().skip(first).map(String::as_str).chain([dir]).map(shown).collect();
            let message = format!("these kustomizations include each other: `{}`", circle.join("` → `"));
            return Some(Finding::new(ids::BASE_CYCLE, span, message));
        }
        let message =
            format!("`{}` contains `{}`, which includes it: kustomize refuses such a base", shown(dir), shown(visited));
        Some(Finding::new(ids::BASE_CYCLE, span, message))
    }

    fn load(&mut self, dir: &str, entry: Option<Span>) -> Option<Arc<Kustomization>> {
        if let Some(known) = self.kustomizations.get(dir) {
            return known.clone();
        }
        let read = self.find_file(dir, entry).and_then(|file| self.read(dir, file)).map(Arc::new);
        self.kustomizations.insert(dir.to_owned(), read.clone());
        read
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

    fn read(&mut self, dir: &str, file: Arc<SourceFile>) -> Option<Kustomization> {
        let parsed = parse(&file, Dialect::Kubectl);
        let broken = !parsed.findings.is_empty();
        self.findings.extend(parsed.findings);
        let Some(document) = parsed.documents.first() else {
            if !broken {
                self.findings.push(empty(&file));
            }
            return None;
        };
        if let Some(second) = parsed.documents.get(1) {
            let message = "kustomize reads only the first document of a kustomization, and this is another one";
            let finding = Finding::new(ids::KUSTOMIZE, second.span, message).with_level(Level::Warning);
            self.findings.push(finding.with_help("write it into a kustomization of its own, or remove it"));
        }
        Kustomization::read(dir, file, &document.node, &mut self.findings)
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
                Some(Place::Directory(dir)) => self.component(&dir, entry.span(), resources),
                Some(Place::File(path)) => {
                    let message = format!("`{path}` is a file: `components` names directories");
                    self.findings.push(Finding::new(ids::KUSTOMIZE, entry.span(), message));
                }
                None => resources.note_unread(entry.span()),
            }
        }
        self.transform(kustomization, resources);
        for plugin in self.plugins(kustomization, "transformers").resources() {
            plugins::transform(plugin, &kustomization.dir, &mut self.files, resources, &mut self.findings);
        }
        self.validate(kustomization, resources);
    }

    /// Takes in what an entry names: a file of objects, or a directory.
    pub(crate) fn resource(&mut self, kustomization: &Kustomization, entry: &Node, resources: &mut Accumulator) {
        match self.resolve(kustomization, entry) {
            Some(Place::Directory(dir)) => {
                let base = self.directory(&dir, Some(entry.span()), Kind::Kustomization);
                base.unread().into_iter().for_each(|span| resources.note_unread(span));
                let before = self.findings.len();
                for resource in base.resources() {
                    resources.append(resource.clone(), &mut self.findings);
                }
                say_once_what_comes_twice(&mut self.findings, before, entry.span());
                self.merge_config(&base.config, entry.span(), &mut resources.config);
            }
            Some(Place::File(path)) => match self.files.tree.read(&path) {
                Ok(file) => {
                    let before = self.findings.len();
                    let documents = self.files.documents(&file, &mut self.findings);
                    let scopes = self.files.schemas.scopes();
                    let found = resources_of(&documents, &mut self.findings);
                    if self.has_errors_since(before) {
                        resources.note_unread(entry.span());
                    }
                    for resource in found {
                        // kustomize looks for the scope of a kind that it does not know in its own schemas.
                        let group = &resource.id().gvk.group;
                        self.files.built_in_schemas_used |= group.contains('.') && !group.ends_with("k8s.io");
                        resources.append(resource.scoped(scopes.clone()), &mut self.findings);
                    }
                    say_once_what_comes_twice(&mut self.findings, before, entry.span());
                }
                Err(error) => {
                    self.findings.push(Finding::new(ids::MISSING_FILE, entry.span(), format!("`{path}` {error}")));
                    resources.note_unread(entry.span());
                }
            },
            None => resources.note_unread(entry.span()),
        }
    }

    /// Whether one of the findings from the given one on is an error.
    fn has_errors_since(&self, first: usize) -> bool {
        self.findings.iter().skip(first).any(|finding| finding.level == Level::Error)
    }

    fn resolve(&mut self, kustomization: &Kustomization, entry: &Node) -> Option<Place> {
        let path = entry.as_str().unwrap_or_default();
        // A relative path may lead anywhere in the repository; what only looks like a path is to be fetched.
        if is_remote(path)
            && seatrial_tree::join(&kustomization.dir, path).is_none_or(|p| self.files.tree.kind(&p).is_err())
        {
            self.findings.push(not_fetched(path, entry.span()));
            return None;
        }
        self.files.resolve(&kustomization.dir, entry, &mut self.findings)
    }

    fn generate(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let context =
            Context { dir: &kustomization.dir, files: &self.files, options: kustomization.get("generatorOptions") };
        for (field, what) in [("configMapGenerator", Generated::ConfigMap), ("secretGenerator", Generated::Secret)] {
            for generator in kustomization.items(field) {
                run(what, generator, &context, resources, &mut self.findings);
            }
        }
        let generators = self.plugins(kustomization, "generators");
        generators.unread().into_iter().for_each(|span| resources.note_unread(span));
        for plugin in generators.resources() {
            let before = self.findings.len();
            plugins::generate(plugin, &kustomization.dir, &self.files, resources, &mut self.findings);
            if self.has_errors_since(before) {
                resources.note_unread(plugin.span);
            }
        }
    }

    fn transform(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let (files, findings) = (&mut self.files, &mut self.findings);
        let (dir, config) = (kustomization.dir.as_str(), Arc::clone(&resources.config));
        let get = |name| kustomization.get(name);
        let items = |name| kustomization.items(name);
        patches::apply_strategic_merges(items("patchesStrategicMerge"), dir, resources, files, findings);
        patches::apply_patches(items("patches"), dir, resources, files, findings);
        if let Some(value) = get("namespace") {
            namespace::set_namespace(resources, value, Mode::default(), &config.namespace, findings);
        }
        if let Some(value) = get("namePrefix") {
            set_affix(resources, Affix::Prefix, value, &config.name_prefix, findings);
        }
        if let Some(value) = get("nameSuffix") {
            set_affix(resources, Affix::Suffix, value, &config.name_suffix, findings);
        }
        for label in items("labels") {
            labels::set_labels(resources, label, findings);
        }
        if let Some(pairs) = get("commonLabels") {
            labels::set_pairs(resources, "commonLabels", pairs, &config.common_labels, findings);
        }
        if let Some(pairs) = get("commonAnnotations") {
            labels::set_pairs(resources, "commonAnnotations", pairs, &config.common_annotations, findings);
        }
        patches::apply_json_patches(items("patchesJson6902"), dir, resources, files, findings);
        for replica in items("replicas") {
            replicas::set_replicas(resources, replica, &config.replicas, findings);
        }
        images::set_images(resources, items("images"), &config.images, findings);
        images::set_images(resources, items("imageTags"), &config.images, findings);
        replacements::replace(items("replacements"), dir, resources, files, findings);
    }
}

/// Objects that come in a second time from where they stand are at fault where they are named, all of them together.
fn say_once_what_comes_twice(findings: &mut Vec<Finding>, first: usize, entry: Span) {
    let from_one_place = |f: &Finding| {
        f.rule == ids::DUPLICATE_OBJECT && f.related.first().is_some_and(|label| label.span == f.primary.span)
    };
    let (again, others): (Vec<Finding>, Vec<Finding>) =
        findings.split_off(first.min(findings.len())).into_iter().partition(from_one_place);
    findings.extend(others);
    let Some((one, more)) = again.split_first() else { return };
    let name = one.object.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = match more.len() {
        0 => format!("`{name}` comes in a second time here"),
        1 => format!("`{name}` and one more object come in a second time here"),
        more => format!("`{name}` and {more} more objects come in a second time here"),
    };
    let finding = Finding::new(ids::DUPLICATE_OBJECT, entry, message).with_related(one.primary.span, "the object");
    let help = "leave one of the entries out; if both bases need it, let a kustomization above them include it";
    findings.push(finding.with_help(help));
}

fn shown(dir: &str) -> &str {
    if dir.is_empty() { "." } else { dir }
}
