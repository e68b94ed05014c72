//! Objects that somebody else made, changed by what a kustomization says: what `kustomize build` makes of a file with them.

use std::sync::Arc;

use seatrial_model::{Entry, Manifest, Node, Rendered, Span, tell_once};

use crate::build_metadata::wanted::Wanted;
use crate::builder::state::Build;
use crate::builder::state::Builder;
use crate::finish::result;
use crate::gather::accumulator::Accumulator;
use crate::kustomization::file::{Flaws, Kind, Kustomization};
use crate::objects::resource::Resource;

impl Builder {
    /// Changes objects by the fields of a kustomization that lies nowhere, such as `patches` and `images`; `place` is where its fields are said.
    /// Owners stay.
    #[must_use]
    pub fn transform(&self, manifests: Vec<Manifest>, fields: Vec<Entry>, place: Span) -> Rendered {
        let Some(file) = self.tree.sources().get(place.file) else {
            return Rendered { manifests, ..Rendered::default() };
        };
        let root = Node::mapping(fields, place);
        let kustomization = Kustomization::of("", Arc::clone(&file), Kind::Kustomization, Flaws::default(), root);
        let mut build = Build::begin(self, vec![String::new()]);
        let owner = manifests.first().and_then(|manifest| manifest.owner.clone());
        let mut resources = Accumulator::default();
        for manifest in manifests {
            let mut resource = Resource::new(manifest.node, manifest.span);
            resource.free = resources.admit(resource.span, resource.written, place);
            resources.append(resource, &mut build.findings);
        }
        build.configure(&kustomization, &mut resources);
        build.transform(&kustomization, &mut resources);
        let mut findings = build.findings;
        let mut manifests = result::finish(&mut resources, None, Wanted::by(&kustomization), &mut findings);
        manifests.iter_mut().for_each(|manifest| manifest.owner.clone_from(&owner));
        tell_once(&mut findings);
        Rendered { manifests, findings, ..Rendered::default() }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Owner, SetBy, Sources};
    use seatrial_tree::Tree;
    use seatrial_yaml::{Dialect, parse};

    use super::*;
    use crate::load::options::Options;

    #[test]
    fn objects_of_somebody_else_are_patched_and_stay_his() {
        let sources = Arc::new(Sources::new());
        let made = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  replicas: 1\n  template: { spec: { containers: [{ name: web, image: web:1 }] } }\n";
        let file = sources.add("made.yaml", made.to_owned());
        let mut manifest =
            Manifest::from_node(parse(&file, Dialect::Kubectl).documents.remove(0).node).expect("an object");
        manifest.owner = Some(Owner(manifest.id.clone()));
        let says = "patches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: { name: web }\n    spec: { replicas: 3 }\nimages:\n- { name: web, newTag: '2' }\n";
        let said = sources.add("said.yaml", says.to_owned());
        let fields = parse(&said, Dialect::Kubectl).documents.remove(0).node.entries().to_vec();
        let builder = Builder::new(&Tree::memory([], &sources), Options::default(), &Arc::default());
        let rendered = builder.transform(vec![manifest], fields, Span::start_of(said.id()));
        assert!(rendered.findings.is_empty(), "{:?}", rendered.findings);
        let [manifest] = rendered.manifests.as_slice() else { panic!("one object") };
        assert_eq!(manifest.owner.as_ref().map(|owner| owner.0.name.as_str()), Some("web"));
        let replicas = manifest.node.at(&["spec", "replicas"]).expect("there are");
        assert_eq!((replicas.as_i64(), said.line_column(replicas.span().start).0), (Some(3), 6));
        assert_eq!(replicas.origin().over.map(|over| over.by.clone()), Some(SetBy::Patch));
        let image = &manifest.node.at(&["spec", "template", "spec", "containers"]).expect("there are").items()[0];
        assert_eq!(image.get("image").and_then(Node::as_str), Some("web:2"));
    }
}
