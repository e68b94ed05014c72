//! `invalid-value`: values that fit the schema and that the API server refuses all the same. What it wants stands in `shapes`.

use seatrial_kubernetes::kind_info;
use seatrial_model::{Level, ObjectId, QuickMap, RuleId, RuleInfo, Setting};

use crate::shape::{At, Found, Refused};
use crate::{Checked, Context, Objects, Rule, shapes};

const ID: RuleId = RuleId::new(&RuleInfo {
    id: "invalid-value",
    level: Level::Error,
    setting: Setting::Free,
    summary: "a value fits the schema, but the API server refuses it",
    page: "The schema knows types; the API server knows more: allowed values, ranges, names, required fields and fields that exclude each other. `kubectl apply --dry-run=server` reports the same.",
});

/// The rule.
pub(crate) struct InvalidValue;

impl Rule for InvalidValue {
    fn id(&self) -> RuleId {
        ID
    }

    fn check(&self, objects: &Objects<'_>, context: &Context<'_>, checked: &mut Checked) {
        let mut found = Found::new(ID, context.minor);
        for manifest in objects.readable() {
            let Some(shape) = shapes::of(&manifest.id) else { continue };
            let id = &manifest.id;
            if kind_info(context.minor, &id.group, &manifest.version, &id.kind).is_some() {
                found.walk(&At::root(manifest), shape);
            }
        }
        if !found.is_empty() {
            add_what_does_not_follow(found, checked);
        }
    }
}

/// Adds the findings that do not follow from one that is known: a value that does not fit the schema, or, for something missing, a field
/// whose name is misspelt.
pub(crate) fn add_what_does_not_follow(found: Found, checked: &mut Checked) {
    let mut known: QuickMap<&ObjectId, Vec<&str>> = QuickMap::default();
    for finding in checked.findings.iter().filter(|finding| finding.level == Level::Error) {
        if let (Some(object), Some(field)) = (&finding.object, &finding.field) {
            known.entry(object).or_default().push(field);
        }
    }
    let follows = |refused: &Refused| {
        let field = refused.finding.field.as_deref().unwrap_or_default();
        let known = refused.finding.object.as_ref().and_then(|object| known.get(object));
        known.is_some_and(|known| known.iter().any(|wrong| explains(wrong, field, refused.is_absence)))
    };
    let new: Vec<_> = found.refused.into_iter().filter(|refused| !follows(refused)).map(|r| r.finding).collect();
    checked.findings.extend(new);
}

/// Whether what is wrong at a pointer explains what is wrong at another: the same field, or one in it; or what is missing beside it or in
/// the mapping around it, or a field of that name further down, which then is at a wrong level.
fn explains(wrong: &str, field: &str, is_absence: bool) -> bool {
    let is_below = field.strip_prefix(wrong).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let parent = |pointer: &str| pointer.rsplit_once('/').map_or(0, |(parent, _)| parent.len());
    let around = &wrong[..parent(wrong)];
    let is_misplaced = || field.starts_with(around) && field[parent(field)..] == wrong[parent(wrong)..];
    is_below || (is_absence && (field == around || &field[..parent(field)] == around || is_misplaced()))
}
