//! What was found → the text of `seatrial.yaml`.

use std::fmt::Write as _;

use seatrial_discover::Source;
use seatrial_kubernetes::Minor;
use seatrial_tree::parent;

/// An environment as it is written.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: String,
    /// What it is rendered from.
    pub(super) source: Source,
}

/// Names of environments to which a pull request is deployed first, the likeliest first.
const FIRST: [&str; 6] = ["dev", "development", "preview", "test", "staging", "stage"];

/// The first lines.
const HEAD: &str = "\
# What Seatrial renders and checks on each pull request; what is not listed is not checked.
# `seatrial schema config` prints the JSON Schema of this file for your editor.
version: 1
environments:
";

/// Said once of each kind of source that needs it.
const WORDS: [(&str, &str); 3] = [
    ("flux", "# more keys: version: \"2.9\", variables: { NAME: value }, repositories: { SOURCE: ../checkout }"),
    ("mixed", "# mixed: files there that are not manifests, or that others take, are skipped"),
    ("trial", "# trial: with the chart's own values, as `helm lint` does; for a release, give `values` instead"),
];

/// The text of the configuration at a path of the tree.
pub(super) fn text(entries: &[Entry], config_path: &str) -> String {
    let example = example(entries);
    let mut unsaid: Vec<(&str, &str)> = WORDS.to_vec();
    let mut text = HEAD.to_owned();
    for (index, Entry { name, source }) in entries.iter().enumerate() {
        let _ = writeln!(text, "  {}:\n    {}", scalar(name), source_line(source, parent(config_path)));
        unsaid.retain(|(about, words)| {
            let is_about = kind(source) == Some(*about);
            if is_about {
                let _ = writeln!(text, "    {words}");
            }
            !is_about
        });
        if index == 0 {
            let _ = writeln!(text, "    # kubernetes: \"{}\"    # the minor of the cluster", Minor::DEFAULT);
        }
        if example == Some(index) {
            let _ = write!(text, "{}", deployment(name));
        }
    }
    if let Some(Entry { name, .. }) = example.and_then(|index| entries.get(index)) {
        let _ = write!(text, "{}", test(name));
    }
    text
}

/// What of a source has to be explained.
fn kind(source: &Source) -> Option<&'static str> {
    match source {
        Source::Flux(_) => Some("flux"),
        Source::Loose(_) | Source::Mixed(_) => Some("mixed"),
        Source::Helm(_) => Some("trial"),
        Source::Kustomize(_) | Source::Manifests(_) => None,
    }
}

/// The environment that a pull request would be deployed to. Where Flux reconciles clusters, what lies beside them is no such one unless it is
/// called so.
fn example(entries: &[Entry]) -> Option<usize> {
    let can = |entry: &Entry| !matches!(entry.source, Source::Flux(_) | Source::Helm(_));
    let named = |wanted: &str| {
        let is = |entry: &Entry| entry.name == wanted || entry.name.ends_with(&format!("-{wanted}"));
        entries.iter().position(|entry| can(entry) && is(entry))
    };
    let has_cluster = entries.iter().any(|entry| matches!(entry.source, Source::Flux(_)));
    let first = || entries.iter().position(can).filter(|_| !has_cluster);
    FIRST.iter().find_map(|name| named(name)).or_else(first)
}

/// How it would be deployed.
fn deployment(name: &str) -> String {
    format!(
        "    # To deploy each pull request into a namespace of its own, with `seatrial run`:
    # cluster: {{ kubeconfig: {{ context: {} }} }}
    # deploy: {{ timeout: 10m, preview: {{ namespace: \"{name}-pr-{{number}}\", ttl: 72h }} }}
",
        scalar(name)
    )
}

/// How it would be tested.
fn test(name: &str) -> String {
    let name = scalar(name);
    format!(
        "# tests:    # of what was deployed
#   - {{ name: web answers, environment: {name}, http: {{ service: web, path: /, expect: {{ status: 200 }} }} }}
"
    )
}

/// The key of a source and what stands behind it, seen from the directory of the configuration.
fn source_line(source: &Source, from: &str) -> String {
    let shown = |path: &str| scalar(&seen_from(from, path));
    match source {
        Source::Flux(root) => format!("flux: {{ path: {} }}", shown(root.path.as_deref().unwrap_or_default())),
        Source::Kustomize(path) => format!("kustomize: {{ path: {} }}", shown(path)),
        Source::Manifests(path) => format!("manifests: {{ path: {} }}", shown(path)),
        Source::Loose(_) | Source::Mixed(_) => format!("manifests: {{ path: {}, mixed: true }}", shown(source.path())),
        Source::Helm(release) => {
            let values: Vec<String> = release.values.iter().map(|path| shown(path)).collect();
            let values = if values.is_empty() { String::new() } else { format!(", values: [{}]", values.join(", ")) };
            format!("helm: {{ chart: {}{values}, trial: true }}", shown(&release.chart))
        }
    }
}

/// A path of the tree, seen from one of its directories.
fn seen_from(directory: &str, path: &str) -> String {
    let parts =
        |path: &str| -> Vec<String> { path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    let (from, to) = (parts(directory), parts(path));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(common).map(|_| "..".to_owned());
    let seen: Vec<String> = up.chain(to.into_iter().skip(common)).collect();
    if seen.is_empty() { ".".to_owned() } else { seen.join("/") }
}

/// A string of YAML in a flow mapping: plain where that is the same string to every parser.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        || text == "."
        || text.starts_with("./")
        || text.starts_with("../");
    let is_plain = begins && text.chars().all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c));
    if is_plain && !WORDS.contains(&&*text.to_ascii_lowercase()) {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use seatrial_discover::{FluxRoot, HelmRelease, Loose};

    use super::*;
    use crate::config;

    fn entry(name: &str, source: Source) -> Entry {
        Entry { name: name.to_owned(), source }
    }

    fn kustomize(name: &str, path: &str) -> Entry {
        entry(name, Source::Kustomize(path.to_owned()))
    }

    fn all() -> Vec<Entry> {
        let root = FluxRoot { path: Some("clusters/prod".to_owned()), ..FluxRoot::default() };
        let values = vec!["charts/web/ci/small-values.yaml".to_owned()];
        vec![
            entry("prod", Source::Flux(root)),
            entry("web", Source::Helm(HelmRelease::unnamed("charts/web"))),
            entry("web-small", Source::Helm(HelmRelease { values, ..HelmRelease::unnamed("charts/web") })),
            entry("plain", Source::Manifests("plain".to_owned())),
            entry("loose", Source::Loose(Loose { path: String::new(), files: [].into() })),
            kustomize("1", "over lays/{1}"),
            kustomize("dev", "deploy/overlays/dev"),
        ]
    }

    #[track_caller]
    fn read(path: &str, text: &str) -> config::Config {
        config::read(path, text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
    }

    #[test]
    fn what_was_found_is_what_is_read() {
        for path in ["seatrial.yaml", "ci/seatrial.yaml", "deploy/overlays/seatrial.yaml"] {
            let config = read(path, &text(&all(), path));
            let found = config.environments.iter().map(|(name, environment)| {
                let source = environment.source.in_tree(path, name).expect("inside");
                (name.clone(), source.name())
            });
            let expected = all().into_iter().map(|entry| (entry.name, entry.source.name()));
            assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{path}");
        }
    }

    #[test]
    fn nothing_is_deployed_until_somebody_says_so() {
        let config = read("seatrial.yaml", &text(&all(), "seatrial.yaml"));
        assert!(config.environments.values().all(|environment| environment.deploy.is_none()));
        assert!(config.tests.is_empty());
    }

    #[test]
    fn what_the_comments_show_is_a_configuration() {
        let commented = text(&all(), "seatrial.yaml");
        const KEYS: [&str; 6] = ["kubernetes:", "cluster:", "deploy:", "tests:", "  - {", "- {"];
        let shown = commented.lines().map(|line| {
            let code = line.trim_start().strip_prefix("# ").filter(|code| KEYS.iter().any(|key| code.starts_with(key)));
            code.map_or(line.to_owned(), |_| line.replacen("# ", "", 1))
        });
        let config = read("seatrial.yaml", &(shown.collect::<Vec<_>>().join("\n") + "\n"));
        let deployed: Vec<&String> =
            config.environments.iter().filter(|(_, e)| e.deploy.is_some()).map(|(name, _)| name).collect();
        assert_eq!(deployed, ["dev"]);
        assert_eq!(config.tests.len(), 1);
        assert!(config.environments.values().any(|environment| environment.kubernetes.is_some()));
    }

    #[test]
    fn any_text_is_a_string() {
        for written in ["a", "1", "true", "a b", "a: b", "#", "\"", "a\nb", "..", "../a", ".5", "-", "ä", "1e3", "~"] {
            let value: String =
                serde_saphyr::from_str::<Vec<String>>(&format!("[{}]", scalar(written))).expect("a list").remove(0);
            assert_eq!(value, written);
        }
    }
}
