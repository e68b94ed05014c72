//! Markers in the files of a repository, as image-automation-controller reads them (`internal/update/setters.go`; kyaml: `fieldmeta`): the
//! comment behind a scalar, a JSON object with one key. Each file is read once, for all environments.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use seatrial_model::{Node, OnceMap, SourceFile, Span};
use seatrial_tree::{Tree, file_name};
use seatrial_yaml::{Dialect, ParsedFiles};

/// The key of a marker.
const KEY: &str = "$imagepolicy";

/// A comment that is a marker, or was meant as one.
#[derive(Clone, Debug)]
pub(crate) struct Marker {
    /// The comment.
    pub(crate) span: Span,
    pub(crate) says: Result<Named, Broken>,
}

/// The policy that a marker names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// Why a marker is none for the controller: a clause, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) why: String,
    pub(crate) help: &'static str,
    /// The comment may be prose about markers.
    pub(crate) is_perhaps_prose: bool,
}

/// What a repository holds of markers and of policies; made when it is asked for.
#[derive(Debug, Default)]
pub(crate) struct MarkedFiles {
    markers: OnceMap<String, Arc<[Marker]>>,
    marked: OnceMap<(), Arc<[String]>>,
    policies: OnceMap<(), Arc<Words>>,
}

/// The files that have policies, and their words: a name of a policy is one.
#[derive(Debug, Default)]
struct Words {
    files: Vec<String>,
    /// The places of the files that have it.
    by_word: HashMap<String, Vec<usize>>,
}

impl MarkedFiles {
    /// The markers of a file; none where it cannot be read.
    pub(crate) fn of(&self, path: &str, tree: &Tree, parsed: &ParsedFiles) -> Arc<[Marker]> {
        self.markers.get(path, || match tree.read(path) {
            Ok(file) if mentions_a_marker(file.text()) => markers_of(&file, parsed).into(),
            _ => Arc::default(),
        })
    }

    /// All files that mention markers.
    pub(crate) fn paths(&self, tree: &Tree) -> Arc<[String]> {
        self.marked.get(&(), || {
            let is_marked = |path: &String| tree.read(path).is_ok_and(|file| mentions_a_marker(file.text()));
            yaml_files(tree).filter(is_marked).collect()
        })
    }

    /// Whether a file that is not among `known` may define a policy of that name: for another cluster, perhaps.
    pub(crate) fn has_policy_elsewhere(&self, name: &str, known: impl Fn(&str) -> bool, tree: &Tree) -> bool {
        let words = self.policies.get(&(), || Arc::new(Words::of(tree)));
        let places = words.by_word.get(name).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| words.files.get(*at)).any(|path| !known(path))
    }
}

impl Words {
    fn of(tree: &Tree) -> Words {
        let mut words = Words::default();
        for path in yaml_files(tree) {
            let Ok(file) = tree.read(&path) else { continue };
            if !file.text().contains("ImagePolicy") {
                continue;
            }
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            for word in file.text().split(|c| !is_word(c)) {
                let places = words.by_word.entry(word.to_owned()).or_default();
                if places.last() != Some(&words.files.len()) {
                    places.push(words.files.len());
                }
            }
            words.files.push(path);
        }
        words
    }
}

/// The files that the controller looks into (`ScreeningLocalReader`).
fn yaml_files(tree: &Tree) -> impl Iterator<Item = String> {
    let is_yaml = |path: &String| {
        let name = file_name(path);
        name.ends_with(".yaml") || name.ends_with(".yml") || name == "Kustomization"
    };
    tree.walk("").into_iter().filter(is_yaml)
}

fn mentions_a_marker(text: &str) -> bool {
    text.contains(KEY) || text.contains("$imagePolicy")
}

fn markers_of(file: &Arc<SourceFile>, parsed: &ParsedFiles) -> Vec<Marker> {
    let parsed = parsed.get(file, dialect_of(file));
    let mut markers = Vec::new();
    for document in &parsed.documents {
        collect(&document.node, file, &mut markers);
    }
    markers
}

/// The dialect in which a build has parsed the file: the comments in it are the same in each.
fn dialect_of(file: &SourceFile) -> Dialect {
    let name = file_name(file.path());
    if seatrial_tree::KUSTOMIZATION_FILES.contains(&name) { Dialect::Kubectl } else { Dialect::Kustomize }
}

fn collect(node: &Node, file: &SourceFile, markers: &mut Vec<Marker>) {
    let below = node.entries().iter().map(|entry| &entry.value).chain(node.items());
    below.for_each(|node| collect(node, file, markers));
    if node.scalar_text().is_none() {
        return;
    }
    let comment = node.comments().and_then(|comments| comments.line.as_ref()).filter(|text| mentions_a_marker(text));
    if let Some(text) = comment
        && let Some(span) = place(text, node, file)
    {
        markers.push(Marker { span, says: read(text.trim_start_matches('#').trim()) });
    }
}

/// Where the comment behind a node stands.
fn place(comment: &str, node: &Node, file: &SourceFile) -> Option<Span> {
    let behind = usize::try_from(node.span().end).ok()?;
    let start = behind + file.text().get(behind..)?.find(comment)?;
    Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(start + comment.len()).ok()?, ..node.span() })
}

/// Reads the text of a marker.
fn read(text: &str) -> Result<Named, Broken> {
    const SHAPE: &str = "write `# {\"$imagepolicy\": \"NAMESPACE:NAME\"}`, with `:tag`, `:name` or `:digest` behind the name for a part";
    let broken = |why: String| Broken { why, help: SHAPE, is_perhaps_prose: !text.starts_with('{') };
    if !text.starts_with('{') {
        return Err(broken("the comment has other words before it".to_owned()));
    }
    let fields: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| {
        let end = text.rfind('}').map_or("", |at| text.get(at + 1..).unwrap_or_default());
        match end.is_empty() {
            true => broken(format!("it is not JSON with texts: {}", without_place(&error))),
            false => broken(format!("it is followed by `{}`", end.trim())),
        }
    })?;
    let Some(value) = fields.get(KEY) else {
        return Err(broken(format!("its key must be `{KEY}`")));
    };
    let parts: Vec<&str> = value.split(':').collect();
    match parts.as_slice() {
        [namespace, name] | [namespace, name, "tag" | "name" | "digest"]
            if !namespace.is_empty() && !name.is_empty() =>
        {
            Ok(Named { namespace: (*namespace).to_owned(), name: (*name).to_owned() })
        }
        [name] => Err(broken(format!("`{name}` has no namespace"))),
        [_, _, part] => Err(broken(format!("`{part}` is not a part of an image"))),
        _ => Err(broken(format!("`{value}` does not name a policy"))),
    }
}

/// What serde_json says, without a line that is always the first one.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_read_as_the_controller_reads_them() {
        let named = Named { namespace: "flux-system".to_owned(), name: "web".to_owned() };
        for text in ["flux-system:web", "flux-system:web:tag", "flux-system:web:name", "flux-system:web:digest"] {
            assert_eq!(read(&format!("{{\"$imagepolicy\": \"{text}\"}}")), Ok(named.clone()), "{text}");
        }
        for (text, why) in [
            ("{\"$imagepolicy\": \"flux-system:web\"", "EOF"),
            ("{'$imagepolicy': 'flux-system:web'}", "key must be a string"),
            ("{\"$imagepolicy\": \"web\"}", "no namespace"),
            ("{\"$imagepolicy\": \"flux-system:web:tga\"}", "`tga`"),
            ("{\"$imagepolicy\": \"a:b:c:d\"}", "does not name"),
            ("{\"$imagePolicy\": \"a:b\"}", "must be `$imagepolicy`"),
            ("{\"$imagepolicy\": \"a:b\"} # pinned", "followed by `# pinned`"),
            ("{\"$imagepolicy\": 1}", "not JSON with texts"),
            ("renovate {\"$imagepolicy\": \"a:b\"}", "other words"),
        ] {
            let broken = read(text).expect_err(text);
            assert!(broken.why.contains(why), "{text}: {}", broken.why);
            assert_eq!(broken.is_perhaps_prose, text.starts_with("renovate"), "{text}");
        }
    }
}
