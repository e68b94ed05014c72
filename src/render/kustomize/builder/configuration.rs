//! What a kustomization says of the build itself: `configurations`, `crds`, `openapi`, and where its plugins are configured.

use std::sync::Arc;

use seatrial_model::{Finding, Node, Span};

use crate::builder::plugins;
use crate::builder::state::Build;
use crate::fields::config::{TransformerConfig, merge_shared};
use crate::findings::ids;
use crate::gather::accumulator::Accumulator;
use crate::kustomization::file::Kustomization;
use crate::load::configurations;
use crate::load::crds;
use crate::load::documents::resources_of;
use crate::load::inline::{is_inline, parse_inline};
use crate::load::open_api::{self, OpenApi};
use crate::objects::resource::Resource;
use crate::objects::schemas::Schemas;

impl Build<'_> {
    /// The schemas of the first kustomization that has some count for all.
    pub(crate) fn set_schemas(&mut self, kustomization: &Kustomization) {
        if self.files.schemas_are_set {
            return;
        }
        let Some(field) = kustomization.get("openapi") else { return };
        match open_api::read(field, &mut self.findings) {
            None => {}
            Some(OpenApi::BuiltIn) => self.files.schemas_are_set = true,
            Some(OpenApi::File(path)) => {
                self.files.schemas_are_set = true;
                let Some(file) = self.files.text(&kustomization.dir, path, &mut self.findings) else { return };
                let Some(definitions) = open_api::definitions(&file, path.span(), &self.files, &mut self.findings)
                else {
                    return;
                };
                self.files.schemas = if self.built_in_schemas_used() {
                    Schemas::over_built_in(definitions)
                } else {
                    Schemas::only(definitions)
                };
            }
        }
    }

    /// `configurations` over what is built in, and `crds`.
    pub(crate) fn configure(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        let start = Span::start_of(kustomization.file.id());
        let mut own = TransformerConfig::built_in();
        if let Some(list) = kustomization.get("configurations") {
            let files = self.read_configurations(kustomization);
            self.merge_config(&files, list.span(), &mut own);
        }
        self.merge_config(&own, start, &mut resources.config);
        let Some(list) = kustomization.get("crds").filter(|l| !l.items().is_empty()) else { return };
        let mut all = TransformerConfig::empty();
        for path in list.items() {
            let Some(file) = self.files.text(&kustomization.dir, path, &mut self.findings) else { continue };
            if let Some(config) = crds::read(&file, path.span(), &self.files, &mut self.findings) {
                self.merge_config(&Arc::new(config), path.span(), &mut all);
            }
        }
        self.merge_config(&all, list.span(), &mut resources.config);
    }

    fn read_configurations(&mut self, kustomization: &Kustomization) -> Arc<TransformerConfig> {
        let mut all = TransformerConfig::empty();
        for path in kustomization.items("configurations") {
            let Some(file) = self.files.text(&kustomization.dir, path, &mut self.findings) else { continue };
            let documents = self.files.documents(&file, &mut self.findings);
            let Some(document) = documents.documents.first() else { continue };
            match configurations::read(&document.node, &mut self.findings) {
                Ok(config) => self.merge_config(&Arc::new(config), path.span(), &mut all),
                Err(conflict) => self.findings.push(conflict.finding(path.span())),
            }
        }
        all
    }

    /// Adds a configuration; `named` is where it comes in.
    pub(crate) fn merge_config(
        &mut self,
        more: &Arc<TransformerConfig>,
        named: Span,
        config: &mut Arc<TransformerConfig>,
    ) {
        if let Err(conflict) = merge_shared(config, more) {
            self.findings.push(conflict.finding(named));
        }
    }

    /// The configurations of plugins: inline ones first, then those of files and directories (kustomize: `configureExternalTransformers`).
    pub(crate) fn plugins(
        &mut self,
        kustomization: &Kustomization,
        field: &str,
        parent: &mut Accumulator,
    ) -> Accumulator {
        let mut found = parent.lend();
        let (inline, paths): (Vec<&Node>, Vec<&Node>) = kustomization.items(field).iter().partition(|n| is_inline(n));
        for entry in inline {
            let parsed = parse_inline(entry, &kustomization.file);
            self.findings.extend(parsed.findings);
            for mut resource in resources_of(&parsed.documents, &mut self.findings) {
                if let Some(trail) = &self.trail {
                    trail.mark_file(kustomization.file_name(), &mut resource);
                }
                found.append(resource, &mut self.findings);
            }
        }
        for entry in paths {
            self.resource(kustomization, entry, &mut found);
            if found.budget.is_exceeded() {
                break;
            }
        }
        parent.take_back(&mut found);
        found
    }

    /// Validators are transformers that must change nothing, not even write what is there already.
    pub(crate) fn validate(&mut self, kustomization: &Kustomization, resources: &mut Accumulator) {
        for plugin in self.plugins(kustomization, "validators", resources).resources() {
            if !resources.budget.look_at(resources.resources().iter().map(|r| r.values).sum(), plugin.span) {
                return;
            }
            let before = resources.resources().to_vec();
            plugins::transform(plugin, &kustomization.dir, &mut self.files, resources, &mut self.findings);
            let now = resources.resources();
            let same = |(one, other): (&Resource, &Resource)| {
                one.previous_ids() == other.previous_ids() && is_untouched(one.node(), other.node())
            };
            if now.len() != before.len() || !before.iter().zip(now).all(same) {
                let place = plugin.node().get("kind").map_or(plugin.span, Node::span);
                let message =
                    format!("the validator `{}` changes objects, which a validator must not do", plugin.id().gvk.kind);
                self.findings.push(Finding::new(ids::KUSTOMIZE, place, message).with_field("validators"));
            }
        }
    }
}

/// Whether every value is the one that it was, from the place that it was from.
fn is_untouched(before: &Node, now: &Node) -> bool {
    before.origin() == now.origin()
        && before == now
        && before.entries().iter().zip(now.entries()).all(|(b, n)| is_untouched(&b.value, &n.value))
        && before.items().iter().zip(now.items()).all(|(b, n)| is_untouched(b, n))
}
