//! Markers of image policies: which ones name nothing, which ones nobody follows, and where an ImageUpdateAutomation would write.
//!
//! Markers are comments of files, not of objects: those count that an automation of the environment reaches, and those in the files that it is
//! rendered from. Not here: what would be written.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_model::{FileId, Finding, Level, Manifest, Node, ObjectId, QuickSet, nearest_of_few};
use seatrial_tree::{KUSTOMIZATION_FILES, confined, join, parent, within};

use crate::sources::marked::{Marker, Named};

use crate::checks::references::{Known, automation_source};
use crate::objects::flux_object::{full_name, is_suspended};
use crate::objects::flux_object::{has_variable, namespace, spec, text};
use crate::objects::ids;
use crate::objects::told::at_its_text;
use crate::sources::near::near;
use crate::sources::repositories::Place;

const GROUP: &str = "image.toolkit.fluxcd.io";

/// The automations that write into a directory, by it; of each namespace, one.
type Reaches<'a> = BTreeMap<String, Vec<&'a Manifest>>;

/// What is wrong with markers, and with the paths of automations.
pub(crate) fn check(known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let own = &known.repositories.own;
    let mut reaches = Reaches::new();
    let automations = known.objects.all().iter().filter(|manifest| is(&manifest.id, "ImageUpdateAutomation"));
    for automation in automations {
        match reach(automation, known) {
            Ok(Some(dir)) => {
                let others = reaches.entry(dir).or_default();
                if !others.iter().any(|other| namespace(other) == namespace(automation)) {
                    others.push(automation);
                }
            }
            Ok(None) => {}
            Err(finding) => findings.push(*finding),
        }
    }
    let judge = Judge { known, reaches, rendered_from: files(known), policies: known.objects.names_of("ImagePolicy") };
    let mut paths: Vec<&str> = judge.rendered_from.iter().map(String::as_str).collect();
    let marked = if judge.reaches.is_empty() { Arc::default() } else { own.marked().paths(own.tree()) };
    paths.extend(marked.iter().map(String::as_str).filter(|path| judge.reaching(path).next().is_some()));
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        for marker in own.marked().of(path, own.tree(), own.parsed()).iter() {
            findings.extend(judge.marker(path, marker));
        }
    }
    findings
}

fn is(id: &ObjectId, kind: &str) -> bool {
    id.group == GROUP && id.kind == kind
}

/// Where an automation writes; nothing where its files are not here.
fn reach(automation: &Manifest, known: &Known<'_>) -> Result<Option<String>, Box<Finding>> {
    let written = text(automation, &["update", "path"]).unwrap_or_default();
    let Some(source) = automation_source(automation).filter(|_| !has_variable(written)) else { return Ok(None) };
    let object = known.objects.get(&source);
    let Place::Here(root) = known.repositories.find(&source, object, known.bootstrap) else { return Ok(None) };
    if reads_another_branch(automation, object) {
        return Ok(None);
    }
    if !Arc::ptr_eq(&root.repository, &known.repositories.own) {
        return Ok(None);
    }
    let tree = root.repository.tree();
    let dir = join(&root.path, &confined(written)).unwrap_or_default();
    let Some(path) = spec(automation, &["update", "path"]).filter(|_| !tree.exists(&dir)) else {
        return Ok(Some(dir));
    };
    let message = format!("`{written}` does not exist: {} writes nothing", automation.id);
    let finding = at_its_text(ids::IMAGE_AUTOMATION, path, &message).with_object(&automation.id);
    let finding = if is_suspended(automation) { finding.with_level(Level::Note) } else { finding };
    Err(Box::new(match near(tree, &dir) {
        Some(near) => finding.with_help(format!("did you mean `./{near}`?")),
        None => finding,
    }))
}

/// Whether it checks out another branch than its source: that one has other files.
fn reads_another_branch(automation: &Manifest, source: Option<&Manifest>) -> bool {
    let Some(reference) = spec(automation, &["git", "checkout", "ref"]) else { return false };
    let of_source = source.and_then(|source| text(source, &["ref", "branch"]));
    of_source.is_some_and(|of_source| reference.get("branch").and_then(Node::scalar_text) != Some(of_source))
}

/// The files that the environment is rendered from, of this repository, sorted.
fn files(known: &Known<'_>) -> Vec<String> {
    let tree = known.repositories.own.tree();
    let mut files = Vec::new();
    let mut dirs = Vec::new();
    let mut seen: QuickSet<FileId> = QuickSet::default();
    for manifest in known.objects.all() {
        if seen.insert(manifest.span.file)
            && let Some(file) = tree.sources().get(manifest.span.file)
            && file.belongs_to().name().is_none()
        {
            files.push(file.path().to_owned());
            dirs.push(parent(file.path()).to_owned());
        }
        if manifest.id.group == "kustomize.toolkit.fluxcd.io" {
            dirs.extend(text(manifest, &["path"]).map(confined));
        }
    }
    dirs.sort_unstable();
    dirs.dedup();
    for dir in dirs {
        files.extend(KUSTOMIZATION_FILES.iter().filter_map(|name| join(&dir, name)).filter(|path| tree.exists(path)));
    }
    files.retain(|path| checkout_of(path, known).is_none());
    files.sort_unstable();
    files.dedup();
    files
}

/// The directory of another repository that a file lies in.
fn checkout_of<'a>(path: &str, known: &'a Known<'_>) -> Option<&'a str> {
    let repositories = known.repositories;
    let others = repositories.others.iter().filter_map(|(_, dir)| dir.as_ref().ok());
    let inside = others.filter(|dir| Arc::ptr_eq(&dir.repository, &repositories.own)).map(|dir| dir.path.as_str());
    inside.filter(|dir| within(path, dir).is_some()).max_by_key(|dir| dir.len())
}

struct Judge<'a> {
    known: &'a Known<'a>,
    reaches: Reaches<'a>,
    /// Sorted.
    rendered_from: Vec<String>,
    /// Names of all policies of the environment.
    policies: Vec<&'a str>,
}

impl Judge<'_> {
    /// The automations that write into a file.
    fn reaching(&self, path: &str) -> impl Iterator<Item = &Manifest> {
        let path = path.to_owned();
        let above =
            std::iter::successors(Some(path.clone()), |path| (!path.is_empty()).then(|| parent(path).to_owned()));
        above.filter_map(|dir| self.reaches.get_key_value(&dir)).flat_map(move |(dir, automations)| {
            let is_of_one = checkout_of(&path, self.known) == checkout_of(dir, self.known);
            automations.iter().copied().filter(move |_| is_of_one)
        })
    }

    fn marker(&self, path: &str, marker: &Marker) -> Option<Finding> {
        match &marker.says {
            Err(broken) => {
                let message = format!("this marker of an image policy is not followed: {}", broken.why);
                let finding = Finding::new(ids::IMAGE_MARKER, marker.span, message).with_help(broken.help);
                Some(if broken.is_perhaps_prose { finding.with_level(Level::Note) } else { finding })
            }
            Ok(named) => {
                let id = ObjectId::new(GROUP, "ImagePolicy", Some(&named.namespace), &named.name);
                match self.known.objects.get(&id) {
                    Some(policy) => self.followed(path, marker, policy),
                    None => self.no_policy(path, marker, named, &id),
                }
            }
        }
    }

    /// A marker whose policy is there.
    fn followed(&self, path: &str, marker: &Marker, policy: &Manifest) -> Option<Finding> {
        let mut reaching = self.reaching(path);
        let Some(automation) = reaching.next() else {
            let elsewhere = self.reaches.values().flatten().next()?;
            let message = "no ImageUpdateAutomation of this environment writes into this file".to_owned();
            let finding = Finding::new(ids::IMAGE_MARKER, marker.span, message).with_level(Level::Note);
            return Some(finding.with_related(place(elsewhere), "this one writes elsewhere"));
        };
        if std::iter::once(automation).chain(reaching).any(|automation| namespace(automation) == namespace(policy)) {
            return None;
        }
        let message = format!(
            "{} takes policies of its own namespace alone, and this one is in `{}`",
            automation.id,
            namespace(policy)
        );
        let finding = Finding::new(ids::IMAGE_MARKER, marker.span, message).with_related(policy.span, "the policy");
        let level = if self.known.is_complete { Level::Warning } else { Level::Note };
        Some(finding.with_level(level).with_related(automation.span, "the automation"))
    }

    fn no_policy(&self, path: &str, marker: &Marker, named: &Named, id: &ObjectId) -> Option<Finding> {
        let objects = self.known.objects;
        let message = format!("there is no ImagePolicy `{}`, which this marker names", full_name(id));
        let finding = Finding::new(ids::IMAGE_MARKER, marker.span, message);
        let is_expected = !self.policies.is_empty() || self.reaching(path).next().is_some();
        let finding = match self.known.is_complete && is_expected {
            true => finding,
            false => finding.with_level(Level::Note),
        };
        if let Some(alike) = objects.named(&named.name).find(|other| is(&other.id, "ImagePolicy")) {
            return Some(finding.with_related(alike.span, "this one has another namespace"));
        }
        let own = &self.known.repositories.own;
        let is_rendered = |path: &str| self.rendered_from.binary_search_by(|known| known.as_str().cmp(path)).is_ok();
        if own.marked().has_policy_elsewhere(&named.name, is_rendered, own.tree()) {
            return None;
        }
        let near = nearest_of_few(&named.name, self.policies.iter().copied());
        Some(match near {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        })
    }
}

/// Where an automation says where it writes.
fn place(automation: &Manifest) -> seatrial_model::Span {
    spec(automation, &["update", "path"]).map_or(automation.span, Node::span)
}
