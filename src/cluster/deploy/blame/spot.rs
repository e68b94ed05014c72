//! A node of a manifest and the way to it; pods and containers in a manifest of any kind that makes pods.

use seatrial_model::{Manifest, Node, Span, json_pointer};

/// A span, and the JSON pointer of the value there.
pub(crate) type Place = (Span, String);

/// A node and the way to it.
#[derive(Clone)]
pub(crate) struct Spot<'a> {
    pub(crate) node: &'a Node,
    pub(crate) path: Vec<String>,
}

impl<'a> Spot<'a> {
    pub(crate) fn root(manifest: &'a Manifest) -> Spot<'a> {
        Spot { node: &manifest.node, path: Vec::new() }
    }

    fn down(&self, segment: &str, node: &'a Node) -> Spot<'a> {
        let path = self.path.iter().cloned().chain([segment.to_owned()]).collect();
        Spot { node, path }
    }

    pub(crate) fn at(&self, path: &[&str]) -> Option<Spot<'a>> {
        path.iter().try_fold(self.clone(), |spot, key| Some(spot.down(key, spot.node.get(key)?)))
    }

    /// The JSON pointer of the way to it.
    pub(crate) fn pointer(&self) -> String {
        json_pointer(self.path.iter().map(String::as_str))
    }

    pub(crate) fn place(&self) -> Place {
        (self.node.span(), self.pointer())
    }

    /// The first of these keys that is there.
    pub(crate) fn first(&self, keys: &[&str]) -> Option<Spot<'a>> {
        keys.iter().find_map(|key| self.at(&[key]))
    }

    /// The text of a scalar below a key.
    pub(crate) fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::scalar_text)
    }

    pub(crate) fn children(&self) -> Vec<Spot<'a>> {
        let entries = self.node.entries().iter().map(|e| self.down(&e.key.text, &e.value));
        let items = self.node.items().iter().enumerate().map(|(i, item)| self.down(&i.to_string(), item));
        entries.chain(items).collect()
    }

    /// The item of a list with this text below a key.
    pub(crate) fn item(&self, list: &str, key: &str, text: &str) -> Option<Spot<'a>> {
        self.at(&[list])?.children().into_iter().find(|item| item.text(key) == Some(text))
    }

    /// What `wanted` finds below the first of these keys in which it finds something.
    pub(crate) fn first_below(
        &self,
        keys: &[&str],
        wanted: &dyn Fn(&Spot<'a>) -> Option<Spot<'a>>,
    ) -> Option<Spot<'a>> {
        const DEEPEST: usize = 32;
        let key = self.path.last().map(String::as_str).unwrap_or_default();
        let found = if keys.contains(&key) { wanted(self) } else { None };
        if found.is_some() || self.path.len() > DEEPEST {
            return found;
        }
        self.children().iter().find_map(|child| child.first_below(keys, wanted))
    }
}

/// The pod, or the template of pods.
pub(crate) fn pod<'a>(root: &Spot<'a>) -> Option<Spot<'a>> {
    let paths: [&[&str]; 3] = [&["spec", "template"], &["spec", "jobTemplate", "spec", "template"], &[]];
    paths.iter().filter_map(|path| root.at(path)).find(|pod| pod.node.at(&["spec", "containers"]).is_some())
}

/// What is specified of the pod.
pub(crate) fn pod_spec<'a>(root: &Spot<'a>) -> Option<Spot<'a>> {
    pod(root)?.at(&["spec"])
}

/// Its containers, then its init containers.
pub(crate) fn containers<'a>(root: &Spot<'a>) -> Vec<Spot<'a>> {
    let Some(spec) = pod_spec(root) else { return Vec::new() };
    let lists = ["containers", "initContainers"].iter().filter_map(|list| spec.at(&[list]));
    lists.flat_map(|list| list.children()).collect()
}
