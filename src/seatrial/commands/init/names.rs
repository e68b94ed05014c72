//! Short names for environments: the last part of the path where only one has it, with what tells them apart where several have.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_discover::Source;
use seatrial_tree::{file_name, within};

/// Characters of a name at most: it becomes a part of names in Kubernetes.
const LONGEST: usize = 50;

/// Last parts that say nothing without the one above.
const VAGUE: [&str; 13] = [
    "base",
    "chart",
    "config",
    "default",
    "deploy",
    "deployment",
    "helm",
    "k8s",
    "kubernetes",
    "kustomization",
    "kustomize",
    "manifests",
    "resources",
];

/// Parts that hold environments and tell none apart.
const STRUCTURE: [&str; 10] =
    ["apps", "clusters", "env", "environment", "environments", "envs", "kustomize", "manifests", "overlay", "overlays"];

/// One name for each source; all differ.
pub(super) fn names(sources: &[Source]) -> Vec<String> {
    let candidates: Vec<Candidate> = sources.iter().map(Candidate::of).collect();
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        groups.entry(&candidate.own).or_default().push(index);
    }
    let mut names = Names { of: vec![String::new(); candidates.len()], taken: BTreeSet::new() };
    let clusters = |group: &[usize]| -> Vec<usize> {
        group.iter().copied().filter(|index| matches!(sources.get(*index), Some(Source::Flux(_)))).collect()
    };
    // The one that has a name alone keeps it, and a cluster before what is applied to it.
    for (own, group) in &mut groups {
        let first = match (group.as_slice(), clusters(group).as_slice()) {
            ([only], _) | (_, [only]) => *only,
            _ => continue,
        };
        group.retain(|index| *index != first);
        names.give(first, (*own).to_owned());
    }
    for group in groups.into_values().filter(|group| !group.is_empty()) {
        tell_apart(&group, &candidates, &mut names);
    }
    names.of
}

/// The names that were given.
struct Names {
    of: Vec<String>,
    taken: BTreeSet<String>,
}

impl Names {
    fn give(&mut self, index: usize, name: String) {
        self.taken.insert(name.clone());
        if let Some(of) = self.of.get_mut(index) {
            *of = name;
        }
    }
}

/// A path by its parts, as names have them.
#[derive(Debug)]
struct Candidate {
    /// The parts above the last.
    above: Vec<String>,
    own: String,
}

impl Candidate {
    fn of(source: &Source) -> Candidate {
        let mut above: Vec<String> = source.path().split('/').map(slug).filter(|part| !part.is_empty()).collect();
        let mut own = above.pop().unwrap_or_else(|| "root".to_owned());
        if VAGUE.contains(&&*own)
            && let Some(holder) = above.pop()
        {
            own = format!("{holder}-{own}");
        }
        if let Source::Helm(release) = source {
            for file in &release.values {
                let file = within(file, &release.chart).unwrap_or(file);
                let file = file_name(file);
                let stem = file.strip_suffix("-values.yaml").or_else(|| file.strip_suffix(".yaml")).unwrap_or(file);
                own = format!("{own}-{}", slug(stem));
            }
        }
        Candidate { above, own: shortened(own) }
    }

    /// The name with the last parts that tell it apart.
    fn with(&self, parts: &[&String], number: usize) -> String {
        let parts = parts.iter().skip(parts.len().saturating_sub(number)).map(|part| part.as_str());
        shortened(parts.chain([self.own.as_str()]).collect::<Vec<_>>().join("-"))
    }
}

/// Names for candidates with the same last part: as few further parts as tell them apart, all of the path where none do, and numbers where not
/// even that does.
fn tell_apart(group: &[usize], candidates: &[Candidate], names: &mut Names) {
    let members: Vec<(usize, &Candidate)> = group.iter().filter_map(|i| Some((*i, candidates.get(*i)?))).collect();
    let above: Vec<&[String]> = members.iter().map(|(_, candidate)| candidate.above.as_slice()).collect();
    let (first, last) = shared(&above);
    let middles: Vec<Vec<&String>> = above
        .iter()
        .map(|parts| {
            let middle = parts.get(first..parts.len().saturating_sub(last)).unwrap_or_default();
            middle.iter().filter(|part| !STRUCTURE.contains(&part.as_str())).collect()
        })
        .collect();
    let most = middles.iter().map(Vec::len).max().unwrap_or_default();
    for number in 0..=most {
        let tried: Vec<String> =
            members.iter().zip(&middles).map(|((_, candidate), middle)| candidate.with(middle, number)).collect();
        let all: BTreeSet<&String> = tried.iter().collect();
        if all.len() == tried.len() && tried.iter().all(|name| !names.taken.contains(name)) {
            members.iter().zip(tried).for_each(|((index, _), name)| names.give(*index, name));
            return;
        }
    }
    for (index, candidate) in members {
        let whole = candidate.with(&candidate.above.iter().collect::<Vec<_>>(), usize::MAX);
        let numbered = (2..).map(|number| format!("{whole}-{number}"));
        let name = [whole.clone()].into_iter().chain(numbered).find(|name| !names.taken.contains(name));
        names.give(index, name.unwrap_or(whole));
    }
}

/// How many parts all have in common at the beginning, and behind those at the end.
fn shared(all: &[&[String]]) -> (usize, usize) {
    let Some((one, others)) = all.split_first().filter(|(_, others)| !others.is_empty()) else { return (0, 0) };
    let common = |other: &&[String]| one.iter().zip(*other).take_while(|(a, b)| a == b).count();
    let first = others.iter().map(common).min().unwrap_or_default();
    let behind = |parts: &[String]| parts.iter().skip(first).rev().cloned().collect::<Vec<_>>();
    let one = behind(one);
    let common = |other: &&[String]| one.iter().zip(&behind(other)).take_while(|(a, b)| a == b).count();
    (first, others.iter().map(common).min().unwrap_or_default())
}

/// A part of a path in lower-case letters, digits and `-`.
fn slug(part: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric();
    let words = part.split(|c| !is_kept(c)).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// A name that is not too long: its end tells more than its beginning.
fn shortened(name: String) -> String {
    match name.len().checked_sub(LONGEST) {
        None | Some(0) => name,
        Some(more) => name.get(more..).unwrap_or_default().trim_matches('-').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use seatrial_discover::{FluxRoot, HelmRelease};

    use super::*;

    #[track_caller]
    fn check(sources: &[Source], expected: &[&str]) {
        assert_eq!(names(sources), expected);
    }

    fn kustomize(paths: &[&str]) -> Vec<Source> {
        paths.iter().map(|path| Source::Kustomize((*path).to_owned())).collect()
    }

    fn cluster(path: &str) -> Source {
        Source::Flux(FluxRoot { path: Some(path.to_owned()), ..FluxRoot::default() })
    }

    fn chart(path: &str, values: &[&str]) -> Source {
        let values = values.iter().map(|file| (*file).to_owned()).collect();
        Source::Helm(HelmRelease { values, ..HelmRelease::unnamed(path) })
    }

    #[test]
    fn the_last_part_is_the_name_where_one_has_it() {
        check(&kustomize(&["deploy/overlays/dev", "deploy/overlays/prod"]), &["dev", "prod"]);
        check(&kustomize(&[""]), &["root"]);
        check(&kustomize(&["Deploy/My App_2"]), &["my-app-2"]);
        check(&kustomize(&["config/default", "kustomize"]), &["config-default", "kustomize"]);
        check(&kustomize(&["äöü"]), &["root"]);
    }

    #[test]
    fn what_tells_them_apart_stands_before_it_where_several_have_it() {
        check(&kustomize(&["apps/x/overlays/dev", "apps/y/overlays/dev"]), &["x-dev", "y-dev"]);
        check(&kustomize(&["apps/dev", "dev"]), &["apps-dev", "dev"]);
        check(&kustomize(&["infra/dev", "dev"]), &["infra-dev", "dev"]);
        check(
            &kustomize(&["apps/x/overlays/dev", "apps/y/overlays/dev", "infra/dev", "prod"]),
            &["x-dev", "y-dev", "infra-dev", "prod"],
        );
        check(&kustomize(&["a/x/web/dev", "b/x/web/dev", "b/y/web/dev"]), &["a-x-dev", "b-x-dev", "b-y-dev"]);
    }

    #[test]
    fn a_cluster_keeps_its_name_before_what_is_applied_to_it() {
        let sources = [vec![cluster("clusters/dev")], kustomize(&["infra/dev"])].concat();
        check(&sources, &["dev", "infra-dev"]);
        check(&[cluster("a/dev"), cluster("b/dev")], &["a-dev", "b-dev"]);
    }

    #[test]
    fn a_chart_with_other_values_has_their_name_too() {
        let sources = vec![chart("charts/web", &[]), chart("charts/web", &["charts/web/ci/small-values.yaml"])];
        check(&sources, &["web", "web-small"]);
    }

    #[test]
    fn names_that_would_be_the_same_are_numbered() {
        check(&kustomize(&["a.b", "a_b", "a-b"]), &["a-b", "a-b-2", "a-b-3"]);
        let long = format!("{}/dev", "x".repeat(80));
        assert!(names(&kustomize(&[&long, "dev"])).iter().all(|name| name.len() <= LONGEST));
    }
}
