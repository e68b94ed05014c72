//! What a test waits for: it is run only where a file or an object that it names has changed.

use globset::GlobMatcher;
use schemars::JsonSchema;
use seatrial_model::ObjectId;
use serde::{Deserialize, Serialize};

use crate::files::glob;

/// `when:`: the test is run where one of these has changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// Patterns of files, relative to the configuration: `web/**`, `*.lock`. A directory stands for all that is below it.
    pub paths: Vec<String>,
    /// Rendered objects as `Kind/name` or `Kind/namespace/name`, each part with `*` for any text: `Deployment/web`, `ConfigMap/*`.
    pub objects: Vec<String>,
}

impl When {
    /// What is wrong with it: sentences.
    pub(crate) fn problems(&self) -> Vec<String> {
        if self.paths.is_empty() && self.objects.is_empty() {
            return vec!["`when` names nothing; give it `paths` or `objects`".to_owned()];
        }
        let paths = self.paths.iter().filter_map(|path| PathPattern::new(path).err());
        let paths = paths.map(|sentence| format!("`when.paths`: {sentence}"));
        let objects = self.objects.iter().filter_map(|object| ObjectPattern::new(object).err());
        paths.chain(objects.map(|sentence| format!("`when.objects`: {sentence}"))).collect()
    }
}

/// A pattern of files, seen from the root of the repository.
#[derive(Clone, Debug)]
pub struct PathPattern {
    matcher: GlobMatcher,
    /// What stands before the first character that is not taken as it is.
    fixed: String,
}

impl PathPattern {
    /// Of a text: `*` stays in a directory, `**` does not.
    ///
    /// # Errors
    /// A sentence: what is wrong with it.
    pub fn new(text: &str) -> Result<PathPattern, String> {
        if text.is_empty() || text.starts_with('/') {
            return Err(format!("`{text}` is not a pattern of files; write it relative to the configuration"));
        }
        if text.starts_with('!') {
            return Err(format!("`{text}` excludes files, which is not possible; name those that count"));
        }
        let end = text.find(['*', '?', '[', '{', '\\']).unwrap_or(text.len());
        Ok(PathPattern { matcher: glob(text)?, fixed: text.get(..end).unwrap_or_default().to_owned() })
    }

    /// Whether it names a file, or a directory that the file is in. What is in a submodule, whose path ends in `/`, is not known: it is named where
    /// one of its files could be.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if let Some(submodule) = path.strip_suffix('/') {
            return self.matches(submodule) || self.fixed.starts_with(path) || path.starts_with(self.fixed.as_str());
        }
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        ends.filter_map(|end| path.get(..end)).any(|part| self.matcher.is_match(part))
    }
}

/// A pattern of objects.
#[derive(Clone, Debug)]
pub struct ObjectPattern {
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl ObjectPattern {
    /// Of `Kind/name` or `Kind/namespace/name`.
    ///
    /// # Errors
    /// A sentence: what is wrong with it.
    pub fn new(text: &str) -> Result<ObjectPattern, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let wrong =
            || format!("`{text}` is not an object; write `Kind/name` or `Kind/namespace/name`, with `*` for any text");
        let (kind, namespace, name) = match parts.as_slice() {
            [kind, name] => (*kind, None, *name),
            [kind, namespace, name] => (*kind, Some(*namespace), *name),
            _ => return Err(wrong()),
        };
        if parts.iter().any(|part| part.is_empty() || part.contains(char::is_whitespace)) {
            return Err(wrong());
        }
        let (kind, name) = (kind.to_ascii_lowercase(), name.to_owned());
        Ok(ObjectPattern { kind, namespace: namespace.map(str::to_owned), name })
    }

    /// Whether it names an object.
    #[must_use]
    pub fn matches(&self, object: &ObjectId) -> bool {
        let is_there = |pattern: &str| is_like(pattern, object.namespace.as_deref().unwrap_or_default());
        is_like(&self.kind, &object.kind.to_ascii_lowercase())
            && self.namespace.as_deref().is_none_or(is_there)
            && is_like(&self.name, &object.name)
    }
}

/// Whether a text is as a pattern in which `*` stands for any text.
fn is_like(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, behind)) = text.split_once(part) else { return false };
        text = behind;
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Cases {
        paths: Vec<Case>,
        objects: Vec<Case>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        pattern: String,
        names: Vec<String>,
        not: Vec<String>,
    }

    fn object(text: &str) -> ObjectId {
        let parts: Vec<&str> = text.split('/').collect();
        match parts.as_slice() {
            [kind, name] => ObjectId::new("", kind, None, name),
            [kind, namespace, name] => ObjectId::new("", kind, Some(namespace), name),
            _ => panic!("{text}"),
        }
    }

    #[test]
    fn patterns_name_what_the_table_says() {
        let cases: Cases = serde_saphyr::from_str(include_str!("../testdata/when.yaml")).expect("valid YAML");
        for case in cases.paths {
            let pattern = PathPattern::new(&case.pattern).expect("a pattern");
            case.names.iter().for_each(|path| assert!(pattern.matches(path), "{} names {path}", case.pattern));
            case.not.iter().for_each(|path| assert!(!pattern.matches(path), "{} does not name {path}", case.pattern));
        }
        for case in cases.objects {
            let pattern = ObjectPattern::new(&case.pattern).expect("a pattern");
            let is_named = |text: &String| pattern.matches(&object(text));
            case.names.iter().for_each(|text| assert!(is_named(text), "{} names {text}", case.pattern));
            case.not.iter().for_each(|text| assert!(!is_named(text), "{} does not name {text}", case.pattern));
        }
    }
}
