//! The paths in which an API server names fields → places in the manifest: `spec.template.spec.containers[0].image` (validation),
//! `.spec.template.spec.containers[name="web"].image` (field owners), `metadata.labels[app]` (keys).

use seatrial_model::{Node, Span, json_pointer};

/// Where a field stands in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The value of a scalar, the key of a container; of the deepest part that is there.
    pub(crate) span: Span,
    /// JSON pointer of that part.
    pub(crate) pointer: String,
}

/// Finds a field; `None` when not even its first part is in the manifest.
pub(crate) fn find(root: &Node, path: &str) -> Option<Field> {
    let mut node = root;
    let mut span = None;
    let mut segments: Vec<String> = Vec::new();
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        let Some(step) = step(node, rest) else { break };
        node = step.node;
        span = Some(if node.scalar_text().is_some() { node.span() } else { step.span });
        segments.push(step.segment);
        rest = step.rest.trim_start_matches('.');
    }
    Some(Field { span: span?, pointer: json_pointer(segments.iter().map(String::as_str)) })
}

struct Step<'n, 'p> {
    node: &'n Node,
    span: Span,
    segment: String,
    rest: &'p str,
}

fn step<'n, 'p>(node: &'n Node, path: &'p str) -> Option<Step<'n, 'p>> {
    if let Some(inside) = path.strip_prefix('[') {
        let end = closing_bracket(inside)?;
        let (selector, rest) = (&inside[..end], &inside[end + 1..]);
        return if node.is_mapping() {
            by_key(node, selector.trim_matches('"'), rest)
        } else {
            by_selector(node, selector, rest)
        };
    }
    // A key may hold dots itself: the longest one that fits.
    let fits = |key: &str| path.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let entry = node.entries().iter().filter(|e| fits(&e.key.text)).max_by_key(|e| e.key.text.len())?;
    by_key(node, &entry.key.text, &path[entry.key.text.len()..])
}

fn by_key<'n, 'p>(node: &'n Node, key: &str, rest: &'p str) -> Option<Step<'n, 'p>> {
    let entry = node.entry(key)?;
    Some(Step { node: &entry.value, span: entry.key.span, segment: key.to_owned(), rest })
}

/// An index, the keys of an item of a list map, or the value of an item of a set.
fn by_selector<'n, 'p>(node: &'n Node, selector: &str, rest: &'p str) -> Option<Step<'n, 'p>> {
    let items = node.items();
    let index = match selector.parse::<usize>() {
        Ok(index) => index,
        Err(_) => items.iter().position(|item| is_selected(item, selector))?,
    };
    let item = items.get(index)?;
    Some(Step { node: item, span: item.span(), segment: index.to_string(), rest })
}

fn is_selected(item: &Node, selector: &str) -> bool {
    selector.split(',').all(|pair| {
        let Some((key, value)) = pair.split_once('=') else { return false };
        let found = if key.is_empty() { Some(item) } else { item.get(key) };
        match found.and_then(Node::scalar_text) {
            Some(text) => text == value.trim_matches('"'),
            // A default that the server filled in: the protocol of a port.
            None => key == "protocol" && value == "\"TCP\"",
        }
    })
}

/// The bracket that ends a selector, quoted text skipped.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices().find_map(|(i, c)| {
        if c == '"' {
            quoted = !quoted;
        }
        (c == ']' && !quoted).then_some(i)
    })
}

/// The name line of an object: where a finding about the whole of it points.
pub(crate) fn name_span(node: &Node) -> Span {
    let metadata = node.get("metadata");
    let name = metadata.and_then(|m| m.get("name").or_else(|| m.get("generateName")));
    name.map_or(node.span(), Node::span)
}

#[cfg(test)]
mod tests {
    use seatrial_model::Sources;

    use super::*;

    const DEPLOYMENT: &str = "\
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
    app: shop
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: side
        image: side:1
      - name: web
        image: web:2
        ports:
        - containerPort: 80
";

    #[test]
    fn finds_the_line_that_an_api_server_means() {
        let file = Sources::new().add("web.yaml", DEPLOYMENT.to_owned());
        let parsed = seatrial_yaml::parse(&file, seatrial_yaml::Dialect::Kubectl);
        let node = &parsed.documents[0].node;
        let table = [
            (".spec.replicas", Some((7, "/spec/replicas"))),
            ("spec.template.spec.containers[1].image", Some((14, "/spec/template/spec/containers/1/image"))),
            (
                r#".spec.template.spec.containers[name="web"].image"#,
                Some((14, "/spec/template/spec/containers/1/image")),
            ),
            (
                r#".spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort"#,
                Some((16, "/spec/template/spec/containers/1/ports/0/containerPort")),
            ),
            (".metadata.labels.app.kubernetes.io/name", Some((4, "/metadata/labels/app.kubernetes.io~1name"))),
            ("metadata.labels[app]", Some((5, "/metadata/labels/app"))),
            ("spec.template.spec.volumes[0].name", Some((9, "/spec/template/spec"))),
            ("status.replicas", None),
            ("spec.template.spec.containers[99", Some((10, "/spec/template/spec/containers"))),
            ("", None),
        ];
        for (path, expected) in table {
            let found = find(node, path).map(|f| (file.line_column(f.span.start).0, f.pointer));
            assert_eq!(found, expected.map(|(line, pointer)| (line, pointer.to_owned())), "{path}");
        }
    }
}
