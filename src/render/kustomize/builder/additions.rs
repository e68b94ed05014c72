//! What a controller adds to the kustomization of a directory before it builds it, and the kustomization that it makes where there is none
//! (fluxcd/pkg: `kustomize/kustomize_generator.go`). Which fields these are, the controller's own objects say.

use std::sync::Arc;

use seatrial_model::{Entry, Finding, Node, SourceFile, Span};
use seatrial_tree::{EntryKind, join};

use crate::builder::state::Build;
use crate::kustomization::file::{Flaws, Kind, Kustomization, is_about_emptiness};
use crate::load::files::Files;

/// What is added to a kustomization. Each node keeps its own place, so that whatever comes of it is found where the controller's object says it.
#[derive(Clone, Debug)]
pub struct Additions {
    /// Fields that take the place of the kustomization's own: `namespace`, `namePrefix`, `nameSuffix`, `buildMetadata`.
    pub set: Vec<Entry>,
    /// Lists whose items go behind the kustomization's own: `patches`, `components`, ….
    pub appended: Vec<Entry>,
    /// Images, which change an entry of the same name or go behind the others.
    pub images: Vec<Node>,
    /// Who asks.
    pub place: Span,
}

impl Additions {
    /// Nothing.
    #[must_use]
    pub fn none(place: Span) -> Additions {
        Additions { set: Vec::new(), appended: Vec::new(), images: Vec::new(), place }
    }

    fn is_empty(&self) -> bool {
        self.set.is_empty() && self.appended.is_empty() && self.images.is_empty()
    }

    /// A kustomization's fields with what is added.
    fn add_to(&self, root: &Node) -> Node {
        let mut root = root.clone();
        if root.get("resources").is_none_or(|resources| resources.items().is_empty()) {
            // The controller wants the file not to be empty; what components and generators bring is marked by it.
            let origin = Node::string("originAnnotations", self.place);
            root.set("buildMetadata", Node::sequence(vec![origin], self.place));
        }
        for entry in &self.set {
            root.set(&entry.key.text, entry.value.clone());
        }
        for entry in &self.appended {
            let own = root.get(&entry.key.text).map(Node::items).unwrap_or_default();
            let items = own.iter().chain(entry.value.items()).cloned().collect();
            root.set(&entry.key.text, Node::sequence(items, entry.value.span()));
        }
        if !self.images.is_empty() {
            let own = root.get("images").map(Node::items).unwrap_or_default().to_vec();
            let images = self.images.iter().fold(own, with_image);
            root.set("images", Node::sequence(images, self.place));
        }
        root
    }
}

/// A tag and a digest select the version together: whoever sets one of them unsets the other.
fn with_image(mut images: Vec<Node>, image: &Node) -> Vec<Node> {
    let text = |node: &Node, field: &str| node.get(field).and_then(Node::scalar_text).unwrap_or_default().to_owned();
    let Some(own) = images.iter_mut().find(|own| text(own, "name") == text(image, "name")) else {
        images.push(image.clone());
        return images;
    };
    let fields = ["newName", "newTag", "digest"];
    let given: Vec<&str> = fields.into_iter().filter(|field| !text(image, field).is_empty()).collect();
    if given.contains(&"newTag") || given.contains(&"digest") {
        own.remove("newTag");
        own.remove("digest");
    }
    for field in given {
        if let Some(value) = image.get(field) {
            own.set(field, value.clone());
        }
    }
    images
}

impl Build<'_> {
    /// The kustomization of a directory with what is added to it, and whether others may share what comes of it.
    pub(crate) fn open_with(&mut self, dir: &str, additions: &Additions) -> Option<(Arc<Kustomization>, bool)> {
        let tree = self.files.tree;
        if self.files.cache.names(tree, dir).is_empty() {
            let root = additions.add_to(&gathered(&self.files, dir, additions));
            let file = tree.sources().get(additions.place.file)?;
            return Some((Arc::new(Kustomization::made(dir, file, root)), false));
        }
        let before = self.findings.len();
        let own = self.open(dir, None, Kind::Kustomization);
        let added: Vec<Finding> = self.findings.split_off(before);
        let empty = added.iter().find(|finding| is_about_emptiness(finding)).map(|finding| finding.primary.span);
        self.findings.extend(added.into_iter().filter(|finding| !is_about_emptiness(finding)));
        let own = match (own, empty.and_then(|place| tree.sources().get(place.file))) {
            (Some(own), _) => own,
            // A file without a document.
            (None, Some(file)) => {
                let root = Node::mapping(Vec::new(), Span::start_of(file.id()));
                Arc::new(Kustomization::made(dir, file, root))
            }
            (None, _) => return None,
        };
        if additions.is_empty() && !own.items("resources").is_empty() {
            return Some((own, true));
        }
        Some((Arc::new(own.with_root(additions.add_to(own.root()))), false))
    }
}

impl Kustomization {
    /// One that no file says.
    fn made(dir: &str, file: Arc<SourceFile>, root: Node) -> Kustomization {
        Kustomization::of(dir, file, Kind::Kustomization, Flaws::default(), root)
    }
}

/// All YAML files below a directory; one that has a kustomization stands for itself.
fn gathered(files: &Files<'_>, dir: &str, additions: &Additions) -> Node {
    let mut resources = Vec::new();
    gather(files, dir, "", additions, &mut resources);
    let list = Node::sequence(resources, additions.place);
    Node::mapping(vec![Entry::new("resources", list)], additions.place)
}

fn gather(files: &Files<'_>, dir: &str, inside: &str, additions: &Additions, resources: &mut Vec<Node>) {
    let tree = files.tree;
    let here = if inside.is_empty() { dir.to_owned() } else { below(dir, inside) };
    for (name, kind) in tree.list(&here).unwrap_or_default() {
        let (relative, path) = (below(inside, &name), below(&here, &name));
        match kind {
            EntryKind::Directory if !files.cache.names(tree, &path).is_empty() => {
                resources.push(Node::string(format!("./{relative}"), additions.place));
            }
            // A walk does not follow links to directories.
            EntryKind::Directory if !tree.is_link(&path) => gather(files, dir, &relative, additions, resources),
            EntryKind::File if is_yaml(&name) => {
                let place = tree.read(&path).map_or(additions.place, |file| Span::start_of(file.id()));
                resources.push(Node::string(format!("./{relative}"), place));
            }
            EntryKind::Directory | EntryKind::File => {}
        }
    }
}

fn is_yaml(name: &str) -> bool {
    // Go's `filepath.Ext`: `.yaml` itself has the extension `.yaml`.
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn below(dir: &str, name: &str) -> String {
    join(dir, name).unwrap_or_else(|| name.to_owned())
}
