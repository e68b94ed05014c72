//! "Did you mean" for objects: the nearest of some, and how a finding points at it.

use seatrial_model::{Finding, nearest_of_few};

use crate::objects::resource::Resource;

/// The object whose first name is nearest to a misspelt one.
pub(crate) fn object<'a>(wrong: &str, objects: impl Iterator<Item = &'a Resource> + Clone) -> Option<&'a Resource> {
    let near = nearest_of_few(wrong, objects.clone().map(|object| &*object.original_id().name))?;
    objects.into_iter().find(|object| &*object.original_id().name == near)
}

/// Adds to a finding that this object was perhaps meant.
pub(crate) fn point_at(finding: Finding, object: &Resource) -> Finding {
    let help = format!("did you mean `{}`?", object.original_id().name);
    finding.with_related(object.name_span(), "this name is similar").with_help(help)
}
