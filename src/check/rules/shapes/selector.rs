//! Selectors (`k8s.io/apimachinery` `pkg/apis/meta/v1/validation/validation.go` `ValidateLabelSelector`) and the metadata of templates.

use crate::shape::{At, Check, Found, Shape};
use crate::syntax::{annotation_key, label_value, qualified_name};

/// A label selector.
pub(crate) static SELECTOR: Shape = Shape {
    fields: &[
        ("matchLabels", &[Check::Keys(qualified_name), Check::Texts(label_value)]),
        ("matchExpressions", &[Check::Each(&EXPRESSION)]),
    ],
    whole: &[],
};

static EXPRESSION: Shape = Shape {
    fields: &[
        ("key", &[Check::Required, Check::Looks(qualified_name)]),
        ("operator", &[Check::Word(&["In", "NotIn", "Exists", "DoesNotExist"])]),
    ],
    whole: &[values_fit_the_operator],
};

/// `In` wants values, `Exists` takes none.
pub(crate) fn values_fit_the_operator(at: &At<'_, '_>, found: &mut Found) {
    let values = at.get("values");
    let given = values.as_ref().is_some_and(|values| !values.is_empty());
    match at.text_of("operator") {
        Some("In" | "NotIn") if !given => match values {
            Some(values) => found.says(&values, "must not be empty"),
            None => found.lacks(at, "values"),
        },
        Some(operator @ ("Exists" | "DoesNotExist")) if given => {
            if let Some(values) = values {
                found.says(&values, &format!("must not be set for the operator `{operator}`"));
            }
        }
        _ => {}
    }
}

/// A selector that must select something (`ValidateDeploymentSpec`: "empty selector is invalid for deployment").
pub(crate) fn is_not_empty(at: &At<'_, '_>, found: &mut Found) {
    let is_empty = |name: &str| at.get(name).is_none_or(|part| part.is_empty());
    if at.node.is_mapping() && is_empty("matchLabels") && is_empty("matchExpressions") {
        found.says(at, "must not be empty");
    }
}

/// The metadata of a template (`core/validation` `ValidatePodTemplateSpec`).
pub(crate) static TEMPLATE_METADATA: Shape = Shape {
    fields: &[
        ("labels", &[Check::Keys(qualified_name), Check::Texts(label_value)]),
        ("annotations", &[Check::Keys(annotation_key)]),
    ],
    whole: &[],
};
