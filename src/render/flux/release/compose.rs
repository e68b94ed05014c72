//! The values of a release, put together as helm-controller does it (fluxcd/pkg: `chartutil.ChartValuesFromReferences`).

use seatrial_helm::{SetError, Typing, Values, escaped};
use seatrial_model::{Node, Origin, SetBy, Span};

/// What one entry of `valuesFrom` gives.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Values.
    Merge(Node),
    /// One value, and the path that it is set at.
    Set { path: String, value: String, literal: bool, origin: Origin },
}

const FROM: SetBy = SetBy::Values("valuesFrom");
const OWN: SetBy = SetBy::Values("values");

/// The values, and which steps could not be done.
pub(crate) fn compose(own: Option<&Node>, steps: &[Step], place: Span) -> (Node, Vec<(usize, SetError)>) {
    let given = own.filter(|own| own.is_mapping());
    if steps.is_empty() {
        return (given.cloned().unwrap_or_else(|| Node::mapping(Vec::new(), place)), Vec::new());
    }
    let own = given.map_or_else(|| Values::none(place), Values::of);
    // A path may be set in what they share with the result.
    let has_paths = steps.iter().any(|step| matches!(step, Step::Set { .. }));
    let own = if has_paths { own.shared() } else { own };
    let mut values = Values::none(given.map_or(place, Node::span));
    let mut refused = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Merge(node) => values = values.merged(&Values::of(node), &FROM),
            Step::Set { path, value, literal, origin } => {
                values = values.merged(&own, &OWN);
                if let Err(error) = set(&mut values, path, value, *literal, origin) {
                    refused.push((at, error));
                }
            }
        }
    }
    (values.merged(&own, &OWN).into_node(), refused)
}

/// A value at a path, as a line of `--set`; what is in quotes stays a string (fluxcd/pkg: `ReplacePathValue`, `ReplacePathLiteralValue`).
fn set(values: &mut Values, path: &str, value: &str, literal: bool, origin: &Origin) -> Result<(), SetError> {
    if literal {
        return values.set(&format!("{path}={}", escaped(value)), Typing::Text, origin, &FROM);
    }
    let is_quoted = ['\'', '"'].iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote));
    let (value, typing) = match is_quoted {
        true => (value.trim_matches(['\'', '"']), Typing::Text),
        false => (value, Typing::Typed),
    };
    values.set(&format!("{path}={value}"), typing, origin, &FROM)
}

#[cfg(test)]
mod tests {
    use seatrial_model::{FileId, Sources};
    use seatrial_yaml::{Dialect, parse};
    use serde_json::Value;

    use super::super::text::{Reading, read_text};
    use super::*;

    fn steps(json: &str) -> Option<Vec<Step>> {
        let steps: Vec<Value> = serde_json::from_str(json).expect("JSON");
        let step = |step: &Value| {
            let (text, literal) = (step["text"].as_str().expect("a text"), step["literal"] == true);
            let origin = Origin::from(Span::new(FileId(9), 0, 0));
            if let Some(path) = step["path"].as_str() {
                return Some(Step::Set { path: path.to_owned(), value: text.to_owned(), literal, origin });
            }
            let file = Sources::new().add("values.yaml", text.to_owned());
            let scalar = Node::string(text, Span::new(file.id(), 0, text.len()));
            match read_text(&scalar, &file) {
                Reading::Values(values) => Some(Step::Merge(values)),
                Reading::Wrong(_) => None,
            }
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn values_are_composed_as_the_controller_composes_them() {
        let mut wrong = Vec::new();
        for line in include_str!("../testdata/compose.tsv").lines().filter(|line| !line.starts_with('#')) {
            let [own, given, answer] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let file = Sources::new().add("own.json", own.to_owned());
            let own_node = parse(&file, Dialect::Kubectl).documents.remove(0).node;
            let composed = steps(given).map(|steps| compose(Some(&own_node), &steps, own_node.span()));
            let got = composed.filter(|(_, refused)| refused.is_empty()).map(|(node, _)| node.to_json());
            let expected = (answer != "error").then(|| serde_json::from_str::<Value>(answer).expect("JSON"));
            if got != expected {
                wrong.push(format!("{own} {given}: {got:?}, and there {answer}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
