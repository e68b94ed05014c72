//! Whether Kubernetes serves the kind of an object, and if not, what was meant. What Flux brings is looked up in `served_by_flux.rs`.

use seatrial_kubernetes::{KindInfo, Minor, Schema, flux, group_kinds, kind_info, kinds, schema};
use seatrial_model::{Manifest, Span};
use seatrial_schema::{edits, nearest};

use crate::Context;

/// Edits between a group and one of Kubernetes' own that can only be a slip: `networking.k8.io`. More would take in the groups
/// of others (`networking.istio.io`).
const SLIP: usize = 2;

/// What a cluster would say to an object's `apiVersion` and `kind`.
pub(crate) enum Served {
    /// Kubernetes' own or Flux', with its schema.
    Known(Schema),
    /// Of a custom resource definition or an aggregated API, as far as can be seen here.
    Foreign,
    /// Kubernetes' own, in another version or group; the `apiVersion` to write.
    Elsewhere(String),
    /// No kind of a group that is Kubernetes' own; the nearest kind that is, with its `apiVersion`.
    NoSuchKind(Option<(String, String)>),
}

impl Served {
    /// Decides for one object.
    pub(crate) fn of(manifest: &Manifest, context: &Context<'_>) -> Served {
        let minor = context.minor;
        let (group, kind) = (&*manifest.id.group, &*manifest.id.kind);
        if !flux::group_kinds(group).is_empty() {
            let schema = flux::schema(context.flux, group, &manifest.version, kind);
            return schema.map_or(Served::Foreign, Served::Known);
        }
        if let Some(schema) = schema(minor, group, &manifest.version, kind) {
            return Served::Known(schema);
        }
        if let Some(best) = preferred(group_kinds(minor, group).iter().filter(|k| k.kind == kind)) {
            return Served::Elsewhere(best.api_version());
        }
        let own = Minor::ALL.iter().any(|m| !group_kinds(*m, group).is_empty());
        // A custom resource definition's group has a dot; what has none and is not a group of Kubernetes was one (`extensions`).
        let resembles = |k: &&KindInfo| own || !group.contains('.') || edits(group, &k.group) <= SLIP;
        let all = || kinds(minor).iter().chain(flux::kinds()).filter(|k| k.kind == kind);
        if let Some(best) = preferred(all().filter(resembles)) {
            return Served::Elsewhere(best.api_version());
        }
        if !own {
            return Served::Foreign;
        }
        let here = nearest(kind, group_kinds(minor, group).iter().map(|k| &*k.kind));
        let meant = here.and_then(|name| preferred(group_kinds(minor, group).iter().filter(|k| k.kind == name)));
        let meant = meant.or_else(|| {
            let name = nearest(kind, kinds(minor).iter().map(|k| &*k.kind))?;
            preferred(kinds(minor).iter().filter(|k| k.kind == name))
        });
        Served::NoSuchKind(meant.map(|k| (k.kind.clone(), k.api_version())))
    }
}

/// All that decides it: group, version and kind. Objects are many, and kinds few.
pub(crate) fn kind_of(manifest: &Manifest) -> (&str, &str, &str) {
    (&manifest.id.group, &manifest.version, &manifest.id.kind)
}

/// The other minors that serve exactly this version of a kind, oldest first.
pub(crate) fn minors_that_serve(manifest: &Manifest) -> Vec<Minor> {
    let id = &manifest.id;
    let serves = |minor: &Minor| kind_info(*minor, &id.group, &manifest.version, &id.kind).is_some();
    Minor::ALL.into_iter().filter(serves).collect()
}

/// The version that people should write: stable before beta before alpha, then the newest.
pub(crate) fn preferred<'k>(kinds: impl Iterator<Item = &'k KindInfo>) -> Option<&'k KindInfo> {
    // Of two groups with one kind (`Event`) the one that comes first in the alphabet, the core group before all.
    kinds.max_by_key(|kind| (stability(&kind.version), std::cmp::Reverse(&*kind.group)))
}

/// How stable a version is (2, 1 or 0), and its numbers: `v2beta1` is (1, 2, 1).
pub(crate) fn stability(version: &str) -> (u8, u32, u32) {
    let version = version.trim_start_matches('v');
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    let (major, stage) = version.split_at(digits);
    let stability = if stage.is_empty() { 2 } else { u8::from(stage.starts_with("beta")) };
    let minor = stage.trim_start_matches(char::is_alphabetic).parse::<u32>().unwrap_or_default();
    (stability, major.parse::<u32>().unwrap_or_default(), minor)
}

/// Where a field of an object stands, or the object where it has none.
pub(crate) fn place(manifest: &Manifest, field: &str) -> Span {
    manifest.node.get(field).map_or(manifest.span, |value| value.span())
}
