//! Two hundred mutations of an estate that Flux reconciles, and as many of charts and their values: what makes them invalid is found, at the
//! line that was mutated, and what leaves them valid is no error.
//!
//! The estates are `mutations/estate` and `mutations/charts`; behind `#:`, its lines say what they are, and `mutations/kinds.yaml` says what may be done with that.
//! `SEATRIAL_MUTATIONS=SEED:NUMBER` tries others than the usual ones.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "this test reads the estate and prints a table")]

#[path = "mutations/charts.rs"]
mod charts;
#[path = "mutations/mutator.rs"]
mod mutator;
#[path = "mutations/places.rs"]
mod places;
#[path = "support/seed.rs"]
mod seed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use mutator::{Line, Mutation, mutation};
use places::{Estate, Least, Outcome, Told};
use rayon::prelude::*;
use seatrial_flux::{Cluster, Repositories, Repository, Version, render};
use seatrial_kubernetes::Minor;
use seatrial_kubernetes::flux::Release;
use seatrial_model::{Finding, Level, Node, Rendered, SetBy, Sources, Span};
use seatrial_rules::{Context, check};
use seatrial_tree::Tree;
use seed::Seed;

/// The usual seed and number.
const USUAL: (u64, usize) = (13, 200);

/// Of a hundred that are wrong, so many must be found, and of those so many at their line.
const WANTED: usize = 98;

/// The roots of the estate: one is seen whole, and what is missing in it is an error.
const ROOTS: [&str; 2] = ["clusters/dev", "clusters/releases"];

const FLUX: &str = "2.9";

/// A finding, with the lines that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    level: Level,
    rule: &'static str,
    message: String,
    primary: Line,
    related: Vec<Line>,
}

/// What is said of the files of an estate.
type Judge = fn(&BTreeMap<String, String>) -> Vec<Said>;

/// What is said of all clusters.
fn judged(files: &BTreeMap<String, String>) -> Vec<Said> {
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    let own = Arc::new(Repository::new(&tree, Vec::new(), &Arc::default(), None));
    let mut all = Vec::new();
    for root in ROOTS {
        let rendered = walked(root, &own);
        let context = Context {
            flux: Release::parse(FLUX),
            complete: rendered.is_complete(),
            substitutes: true,
            walked: true,
            ..Context::new(root, Minor::DEFAULT, &sources)
        };
        let checked = check(&rendered.manifests, &context);
        all.extend(rendered.findings.iter().chain(&checked.findings).map(|finding| said(finding, &sources)));
    }
    all
}

fn walked(root: &str, own: &Arc<Repository>) -> Rendered {
    render(&Cluster {
        path: Some(root.to_owned()),
        azure: None,
        repositories: Repositories { own: Arc::clone(own), others: Vec::new() },
        variables: Vec::new(),
        minor: Minor::DEFAULT,
        chance: seatrial_helm::Chance::default(),
        version: Version::parse(FLUX).expect("a version"),
    })
}

fn line(span: Span, sources: &Sources) -> Line {
    let file = sources.get(span.file).expect("a file of the estate");
    (file.path().to_owned(), file.line_column(span.start).0)
}

fn said(finding: &Finding, sources: &Sources) -> Said {
    Said {
        level: finding.level,
        rule: finding.rule.as_str(),
        message: finding.message.clone(),
        primary: line(finding.primary.span, sources),
        related: finding.related.iter().map(|label| line(label.span, sources)).collect(),
    }
}

/// What came of a mutation.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    tried: usize,
    found: usize,
    right: usize,
    /// Errors about what is valid.
    alarms: usize,
}

impl Count {
    fn add(&mut self, other: Count) {
        self.tried += other.tried;
        self.found += other.found;
        self.right += other.right;
        self.alarms += other.alarms;
    }
}

/// What is said of a mutation, and was not said before.
fn verdict(mutation: &Mutation, new: &[Said]) -> Count {
    let errors = || new.iter().filter(|said| said.level == Level::Error);
    if mutation.outcome == Outcome::Right {
        return Count { tried: 1, alarms: usize::from(errors().next().is_some()), ..Count::default() };
    }
    let counts = |said: &&Said| said.level == Level::Error || mutation.least == Least::Note;
    let found: Vec<&Said> = new.iter().filter(counts).collect();
    let right = found.iter().any(|said| is_told(mutation, said));
    Count { tried: 1, found: usize::from(!found.is_empty()), right: usize::from(right), alarms: 0 }
}

fn is_told(mutation: &Mutation, said: &Said) -> bool {
    let names_it = said.primary == mutation.line || said.related.contains(&mutation.line);
    match mutation.told {
        Told::Line | Told::Lacking | Told::Opener => mutation.lines.contains(&said.primary),
        Told::Either => names_it,
        Told::Users => mutation.lines.contains(&said.primary) && names_it,
    }
}

fn tried(estate: &Estate, before: &[Said], mutation: &Mutation, judge: Judge) -> (Count, String) {
    let mut files = estate.files.clone();
    files.insert(mutation.file.clone(), mutation.text.clone());
    let known: BTreeSet<(&str, &str)> = before.iter().map(|said| (said.rule, said.message.as_str())).collect();
    let is_new = |said: &Said| !known.contains(&(said.rule, said.message.as_str()));
    let new: Vec<Said> = judge(&files).into_iter().filter(is_new).collect();
    let count = verdict(mutation, &new);
    let is_good = count.alarms == 0 && (mutation.outcome == Outcome::Right || count.right == 1);
    if is_good {
        return (count, String::new());
    }
    let mut text = format!("[{}] {}\n", mutation.category, mutation.what);
    for said in new {
        let related: Vec<String> = said.related.iter().map(|(file, line)| format!("{file}:{line}")).collect();
        let (file, line) = &said.primary;
        let _ = writeln!(
            text,
            "    {}[{}] {} at {file}:{line} and {related:?}",
            said.level.as_str(),
            said.rule,
            said.message
        );
    }
    (count, text)
}

fn table(counts: &BTreeMap<String, Count>) -> String {
    let mut text = format!("{:32} {:>6} {:>6} {:>6} {:>6}\n", "category", "tried", "found", "right", "alarms");
    for (category, Count { tried, found, right, alarms }) in counts {
        let _ = writeln!(text, "{category:32} {tried:6} {found:6} {right:6} {alarms:6}");
    }
    text
}

fn asked() -> (u64, usize) {
    let Ok(asked) = std::env::var("SEATRIAL_MUTATIONS") else { return USUAL };
    let (seed, number) = asked.split_once(':').expect("SEED:NUMBER");
    (seed.parse().expect("a seed"), number.parse().expect("a number"))
}

#[test]
fn a_mutation_is_told_at_its_line_where_it_is_wrong_and_nowhere_else() {
    measure(&Estate::read("estate"), judged);
}

#[test]
fn a_mutation_of_a_chart_or_its_values_is_told_at_its_line_where_it_is_wrong_and_nowhere_else() {
    measure(&Estate::read("charts"), charts::judged);
}

/// Mutates an estate as often as is asked for.
fn measure(estate: &Estate, judge: Judge) {
    let before = judge(&estate.files);
    let loud: Vec<&Said> = before.iter().filter(|said| said.level > Level::Note).collect();
    assert!(loud.is_empty(), "something is wrong with the estate itself: {loud:#?}");
    let (seed, number) = asked();
    let mut seed = Seed(seed);
    let mutations: Vec<Mutation> = (0..number).map(|_| mutation(estate, &mut seed)).collect();
    let results: Vec<(Count, String)> = mutations.par_iter().map(|each| tried(estate, &before, each, judge)).collect();
    let (mut counts, mut wrong, mut right) = (BTreeMap::<String, Count>::new(), Count::default(), Count::default());
    for (mutation, (count, _)) in mutations.iter().zip(&results) {
        counts.entry(mutation.category.clone()).or_default().add(*count);
        if mutation.outcome == Outcome::Wrong {
            wrong.add(*count);
        } else {
            right.add(*count);
        };
    }
    let missed: String = results.iter().map(|(_, text)| text.as_str()).collect();
    let sum = format!("{wrong:?} of wrong ones, {right:?} of valid ones");
    let told = format!("{missed}\n{}\n{sum}", table(&counts));
    println!("{sum}");
    assert!(wrong.found * 100 >= wrong.tried * WANTED, "not found:\n{told}");
    assert!(wrong.right * 100 >= wrong.found * WANTED, "not at their line:\n{told}");
    assert!(right.alarms == 0, "false alarms:\n{told}");
    assert!(wrong.tried * 2 > number && right.tried * 10 > number, "both kinds are tried: {sum}");
}

/// Every scalar of a node that is not empty.
fn scalars<'a>(node: &'a Node, path: String, found: &mut Vec<(String, &'a Node)>) {
    for entry in node.entries() {
        scalars(&entry.value, format!("{path}/{}", entry.key.text), found);
    }
    for (at, item) in node.items().iter().enumerate() {
        scalars(item, format!("{path}/{at}"), found);
    }
    if node.scalar_text().is_some_and(|text| !text.trim().is_empty()) {
        found.push((path, node));
    }
}

/// Whether the line that a value came from last has text of it: the value, or what it was composed of.
fn is_from_its_line(node: &Node, sources: &Sources) -> bool {
    let (span, value) = (node.span(), node.scalar_text().unwrap_or_default());
    // What kind of object a generator makes is written nowhere.
    let is_generated = node.origin().over.is_some_and(|over| matches!(over.by, SetBy::Generator(_)));
    if is_generated && matches!(value, "v1" | "ConfigMap" | "Secret") {
        return true;
    }
    let Some(file) = sources.get(span.file) else { return false };
    let written = file.text().get(span.start as usize..span.end as usize).unwrap_or_default();
    let written = written.trim_matches(['"', '\'', ' ', '\n']);
    let bare = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let of_line = file.line(file.line_column(span.start).0);
    of_line.contains(value)
        || (!written.is_empty() && value.contains(written))
        || bare(written).contains(bare(value).trim())
}

#[test]
fn the_line_of_a_rendered_value_has_what_it_came_from() {
    let estate = Estate::read("estate");
    let sources = Arc::new(Sources::new());
    let tree = Tree::memory(estate.files.iter().map(|(path, text)| (path.as_str(), text.as_str())), &sources);
    let own = Arc::new(Repository::new(&tree, Vec::new(), &Arc::default(), None));
    let rendered: Vec<Rendered> = ROOTS.iter().map(|root| walked(root, &own)).collect();
    let mut all = Vec::new();
    for manifest in rendered.iter().flat_map(|rendered| &rendered.manifests) {
        scalars(&manifest.node, manifest.id.to_string(), &mut all);
    }
    let mut seed = Seed(USUAL.0);
    let picked: Vec<&(String, &Node)> = (0..USUAL.1).map(|_| &all[seed.next(all.len())]).collect();
    let astray: Vec<String> = picked
        .iter()
        .filter(|(_, node)| !is_from_its_line(node, &sources))
        .map(|(path, node)| format!("{path} is {:?} at {:?}", node.scalar_text(), line(node.span(), &sources)))
        .collect();
    assert!(all.len() > 2 * USUAL.1, "{} values are rendered", all.len());
    assert!(astray.is_empty(), "{} of {}:\n{}", astray.len(), picked.len(), astray.join("\n"));
}
