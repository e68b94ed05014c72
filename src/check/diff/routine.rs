//! Whether a change is only routine: judged on what set the differences, not on the lines that are rendered, of which a new version of a chart
//! changes hundreds.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_golang::semver::Version;
use seatrial_kubernetes::ImageReference;
use seatrial_model::{Action, Bump, BumpSize, Manifest, Node, ObjectId, QuickMap, Rendered, Value};

use crate::{Diff, Difference, ObjectDiff, Segment, immutable};

/// The image tags and chart versions that are raised by a patch or a minor version, where the differences come from nothing else; none where
/// they do, or where nothing differs. Whether something about it is dangerous is for the caller to ask.
pub(crate) fn routine(diff: &Diff, head: &Rendered) -> Vec<Bump> {
    let mut causes = Causes::of(head);
    causes.find_releases(diff);
    let mut bumps: Vec<Bump> = Vec::new();
    for object in diff.objects.iter().filter(|object| !causes.is_of_a_raised_release(object)) {
        let raised: Option<Vec<Bump>> = match object.action {
            Action::Configured if immutable(object).is_some() => None,
            Action::Configured => object.differences.iter().map(|one| causes.bump(object, one)).collect(),
            Action::Created | Action::Deleted | Action::Recreated | Action::Renamed => None,
            Action::Skipped | Action::Unchanged => None,
        };
        let Some(raised) = raised else { return Vec::new() };
        bumps.extend(raised);
    }
    bumps.sort();
    bumps.dedup();
    // What a value raises is told by the image that it made.
    let versions = |bump: &Bump| (bump.from.clone(), bump.to.clone());
    let is_of_a_tag = |bump: &Bump| bump.what.starts_with(TAG_OF);
    let of_images: BTreeSet<_> = bumps.iter().filter(|bump| !is_of_a_tag(bump)).map(versions).collect();
    bumps.retain(|bump| !is_of_a_tag(bump) || !of_images.contains(&versions(bump)));
    bumps
}

const IMAGE: &str = "image";
const TAG_OF: &str = "image tag of";

/// What may have set differences.
struct Causes<'a> {
    owners: QuickMap<&'a ObjectId, &'a ObjectId>,
    /// Sources that releases take their chart from.
    charts: BTreeMap<ObjectId, Vec<&'a ObjectId>>,
    /// Releases of which nothing but the version of their chart is another one: what they print differs for that reason alone.
    releases: BTreeSet<ObjectId>,
}

impl<'a> Causes<'a> {
    fn of(head: &'a Rendered) -> Causes<'a> {
        let owners = head.manifests.iter().filter_map(|manifest| Some((&manifest.id, &manifest.owner.as_ref()?.0)));
        let mut charts: BTreeMap<ObjectId, Vec<&ObjectId>> = BTreeMap::new();
        for release in head.manifests.iter().filter(|manifest| manifest.id.kind == "HelmRelease") {
            if let Some(source) = source_of(release) {
                charts.entry(source).or_default().push(&release.id);
            }
        }
        Causes { owners: owners.collect(), charts, releases: BTreeSet::new() }
    }

    fn find_releases(&mut self, diff: &Diff) {
        let is_raised = |object: &&ObjectDiff| {
            let is_bump = |one| self.is_version_of_a_chart(object, one) && self.bump(object, one).is_some();
            object.action == Action::Configured && object.differences.iter().all(is_bump)
        };
        let raised: Vec<&ObjectId> = diff.objects.iter().filter(is_raised).map(|object| &object.id).collect();
        let changed: BTreeSet<&ObjectId> = diff.objects.iter().map(|object| &object.id).collect();
        let by_source = raised.iter().filter_map(|id| self.charts.get(id)).flatten().copied();
        let by_source = by_source.filter(|release| !changed.contains(release));
        let own = raised.iter().copied().filter(|id| id.kind == "HelmRelease");
        self.releases = by_source.chain(own).cloned().collect();
    }

    /// Whether a release that is raised prints the object. What it deletes is not routine.
    fn is_of_a_raised_release(&self, object: &ObjectDiff) -> bool {
        let owner = self.owners.get(&object.id);
        object.action != Action::Deleted && owner.is_some_and(|owner| self.releases.contains(*owner))
    }

    /// What a difference raises; `None` for what is not a patch or a minor version more.
    fn bump(&self, object: &ObjectDiff, difference: &Difference) -> Option<Bump> {
        let (before, after) = (text(difference.before.as_ref())?, text(difference.after.as_ref())?);
        let id = &object.id;
        if self.is_version_of_a_chart(object, difference) {
            let bump = raised(format!("chart {}", id.name), before, after);
            return bump.filter(|_| self.is_rendered(id));
        }
        let fields: Vec<&str> = difference.path.fields().collect();
        match fields.as_slice() {
            [.., containers, "image"] if containers.to_ascii_lowercase().ends_with("containers") => {
                let ((repository, from), (other, to)) = (tagged(before)?, tagged(after)?);
                let name = repository.rsplit('/').next().unwrap_or(repository);
                if repository == other { raised(format!("{IMAGE} {name}"), from, to) } else { None }
            }
            ["spec", "values", .., "image", "tag"] if id.kind == "HelmRelease" => {
                let part = around_image(difference).filter(|part| *part != id.name);
                let part = part.map(|part| format!("/{part}")).unwrap_or_default();
                raised(format!("{TAG_OF} {}{part}", id.name), before, after)
            }
            _ => None,
        }
    }

    /// Whether the charts of a release or of a source were rendered: what nobody has seen may be dangerous.
    fn is_rendered(&self, id: &ObjectId) -> bool {
        let has_objects = |release: &ObjectId| self.owners.values().any(|owner| *owner == release);
        match self.charts.get(id) {
            Some(releases) => releases.iter().all(|release| has_objects(release)),
            None => has_objects(id),
        }
    }

    fn is_version_of_a_chart(&self, object: &ObjectDiff, difference: &Difference) -> bool {
        let fields: Vec<&str> = difference.path.fields().collect();
        match &*object.id.kind {
            "HelmRelease" => fields == ["spec", "chart", "spec", "version"],
            "HelmChart" => fields == ["spec", "version"] && self.charts.contains_key(&object.id),
            "OCIRepository" => fields == ["spec", "ref", "tag"] && self.charts.contains_key(&object.id),
            _ => false,
        }
    }
}

/// What `spec.chartRef` of a release names.
fn source_of(release: &Manifest) -> Option<ObjectId> {
    let reference = release.node.at(&["spec", "chartRef"])?;
    let text = |key| reference.get(key).and_then(Node::as_str);
    let namespace = text("namespace").or(release.id.namespace.as_deref());
    Some(ObjectId::new("source.toolkit.fluxcd.io", text("kind")?, namespace, text("name")?))
}

/// The field around `image`, which says whose it is.
fn around_image(difference: &Difference) -> Option<&str> {
    let Segment::Field(name) = difference.path.0.iter().rev().nth(2)? else { return None };
    (**name != *"values").then_some(name)
}

fn text(node: Option<&Node>) -> Option<&str> {
    let node = node?;
    match node.value() {
        Value::Scalar(text) => Some(text),
        Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

/// Repository and tag of an image.
fn tagged(image: &str) -> Option<(&str, &str)> {
    let reference = ImageReference::parse(image);
    Some((reference.name(), reference.tag?))
}

fn raised(what: String, from: &str, to: &str) -> Option<Bump> {
    let without_digest = |tag: &str| tag.split('@').next().unwrap_or(tag).to_owned();
    let (from, to) = (without_digest(from), without_digest(to));
    let (one, other) = (Version::parse(&from).ok()?, Version::parse(&to).ok()?);
    let numbers = |version: &Version| (version.major, version.minor, version.patch);
    if one.major != other.major || numbers(&one) >= numbers(&other) || one.pre != other.pre {
        return None;
    }
    let size = if one.minor == other.minor { BumpSize::Patch } else { BumpSize::Minor };
    Some(Bump { what, from, to, size })
}
