//! One directory: all that its kustomization says, accumulated and transformed in kustomize's order
//! (kustomize: `internal/target/kusttarget.go`).

use std::sync::Arc;

use seatrial_model::{Finding, Level, Node};

use crate::build_metadata::step::Step;
use crate::build_metadata::trail::Trail;
use crate::builder::plugins;
use crate::builder::state::Build;
use crate::charts::{asked, context, inflate};
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::gather::defined_vars::define;
use crate::gather::twice::say_once_what_comes_twice;
use crate::gather::unfinished;
use crate::gather::unfinished::has_errors_since;
use crate::generate::generated::Generated;
use crate::generate::generators::{Context, run};
use crate::kustomization::file::{Kind, Kustomization};
use crate::load::documents::resources_of;
use crate::load::files::Place;
use crate::load::repeated_keys;
use crate::patch::patches;
use crate::replace::replacements;
use crate::transform::names::{Affix, set_affix};
use crate::transform::namespace::Mode;
use crate::transform::{images, labels, namespace, replicas};

impl Build<'_> {
    /// Everything that a kustomization says, in kustomize's order.
    pub(crate) fn accumulate(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        if let Some(place) = kustomization.flaws.bringing {
            resources.note_unread(place);
        }
        for field in ["resources", "bases"] {
            for entry in kustomization.items(field) {
                self.resource(kustomization, entry, resources);
                if resources.budget.is_exceeded() {
                    return;
                }
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
                    if resources.budget.is_exceeded() {
                        return;
                    }
                }
                Some(Place::File(path)) => {
                    let message = format!("`{path}` is a file: `components` takes directories");
                    self.findings.push(Finding::new(ids::KUSTOMIZE, entry.span(), message));
                }
                None => {
                    unfinished::perhaps_any(entry.span(), resources);
                    resources.note_unread(entry.span());
                }
            }
        }
        self.transform(kustomization, resources);
        if let Some(place) = kustomization.flaws.changing {
            unfinished::perhaps_any(place, resources);
        }
        for plugin in self.plugins(kustomization, "transformers", resources).resources() {
            if resources.budget.is_exceeded() {
                return;
            }
            plugins::transform(plugin, &kustomization.dir, &mut self.files, resources, &mut self.findings);
            if let Some(step) = Step::of_plugin(plugin) {
                step.mark_transformed(1, resources, &mut self.findings);
            }
        }
        self.validate(kustomization, resources);
        define(kustomization.items("vars"), resources, &mut self.findings);
    }

    /// Takes in what an entry names: a file of objects, or a directory.
    pub(crate) fn resource(&mut self, kustomization: &Kustomization, entry: &Node, resources: &mut Accumulator) {
        match self.resolve(kustomization, entry) {
            Some(Place::Directory(dir)) => {
                let Some(base) = self.open(&dir, Some(entry.span()), Kind::Kustomization) else {
                    resources.note_unread(entry.span());
                    return;
                };
                if !resources.budget.include(entry.span()) {
                    return;
                }
                let above = self.descend(entry);
                let base = self.directory(&dir, &base);
                self.trail = above;
                let (base, findings) = (&base.resources, base.findings.len());
                if !(resources.admit_base(base, entry.span()) && resources.budget.find(findings, entry.span())) {
                    return;
                }
                base.unread().into_iter().for_each(|span| resources.note_unread(span));
                let before = self.findings.len();
                for resource in base.resources() {
                    resources.append(resource.clone(), &mut self.findings);
                }
                say_once_what_comes_twice(&mut self.findings, before, entry.span());
                self.merge_config(&base.config, entry.span(), &mut resources.config);
                resources.vars.include(&base.vars, entry.span(), &mut self.findings);
            }
            Some(Place::File(path)) => match self.files.tree.read(&path) {
                Ok(file) => {
                    let before = self.findings.len();
                    let documents = self.files.documents(&file, &mut self.findings);
                    let scopes = self.files.schemas.scopes();
                    let found = match self.files.cache.resources(file.id(), &documents.documents) {
                        Some(known) if !repeated_keys::any(&self.findings) => known.to_vec(),
                        _ => resources_of(&documents.documents, &mut self.findings),
                    };
                    if has_errors_since(&self.findings, before) {
                        resources.note_unread(entry.span());
                    }
                    for mut resource in found {
                        if let Some(trail) = &self.trail {
                            trail.mark_file(entry.as_str().unwrap_or_default(), &mut resource);
                        }
                        // kustomize looks for the scope of a kind that it does not know in its own schemas.
                        let group = &resource.id().gvk.group;
                        self.files.built_in_schemas_used |= group.contains('.') && !group.ends_with("k8s.io");
                        resource.free = resources.admit(resource.span, resource.written, entry.span());
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
                if resources.budget.is_exceeded() {
                    return;
                }
                run(what, generator, &context, resources, &mut self.findings);
            }
        }
        self.charts(kustomization, resources);
        let generators = self.plugins(kustomization, "generators", resources);
        generators.unread().into_iter().for_each(|span| resources.note_unread(span));
        for plugin in generators.resources() {
            if resources.budget.is_exceeded() {
                return;
            }
            let before = self.findings.len();
            plugins::generate(plugin, &kustomization.dir, &self.files, resources, &mut self.findings);
            if has_errors_since(&self.findings, before) {
                resources.note_unread(plugin.span);
            }
        }
    }

    fn charts(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let step = self.trail.as_ref().map(|trail| trail.built_in(kustomization, "HelmChartInflationGenerator"));
        for asked in asked::of_fields(kustomization, self.namespace.as_ref()) {
            if resources.budget.is_exceeded() {
                return;
            }
            self.frame.asks_for_namespace |= asked.text("namespace").is_none();
            let context = context::Context { dir: &kustomization.dir, files: &self.files, step: step.as_ref() };
            inflate::inflate(&asked, context, resources, &mut self.findings);
        }
    }

    pub(crate) fn transform(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let (files, findings, trail) = (&mut self.files, &mut self.findings, self.trail.as_ref());
        let before = findings.len();
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
            if resources.budget.is_exceeded() {
                return;
            }
            patches::apply_patch(patch, dir, resources, files, findings);
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
            if resources.budget.is_exceeded() {
                return;
            }
            patches::apply_json_patch(patch, dir, resources, files, findings);
            note("PatchJson6902Transformer", 1, resources, findings);
        }
        for replica in items("replicas") {
            replicas::set_replicas(resources, replica, &config.replicas, findings);
        }
        note("ReplicaCountTransformer", items("replicas").len(), resources, findings);
        let unused = images::set_images(resources, items("images"), &config.images, findings);
        images::warn_of_unused(&unused, findings);
        images::set_images(resources, items("imageTags"), &config.images, findings);
        note("ImageTagTransformer", items("images").len() + items("imageTags").len(), resources, findings);
        replacements::replace(items("replacements"), dir, resources, files, findings);
        note("ReplacementTransformer", items("replacements").len().min(1), resources, findings);
        if kustomization.kind == Kind::Component {
            leave_out_what_is_for_others(findings, before);
        }
    }
}

/// A component is made for many kustomizations, and not each of them has all that it patches. What has nearly the name of something that is
/// there stays.
fn leave_out_what_is_for_others(findings: &mut Vec<Finding>, first: usize) {
    let is_for_others = |f: &Finding| {
        f.level == Level::Warning
            && (f.rule == ids::UNUSED_IMAGE
                || (f.rule == ids::PATCH_TARGET && f.help.is_none() && f.related.is_empty()))
    };
    let own = findings.split_off(first.min(findings.len()));
    findings.extend(own.into_iter().filter(|finding| !is_for_others(finding)));
}

/// A text or a mapping in which nothing is.
fn is_empty(node: &Node) -> bool {
    node.as_str().is_some_and(str::is_empty) || (node.is_mapping() && node.entries().is_empty())
}
