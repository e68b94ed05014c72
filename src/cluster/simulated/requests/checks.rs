//! Checks of what is sent: kind, name, namespace, schema, preconditions. What is done with it is in `writes`.

use seatrial_kubernetes::Schema;
use serde_json::Value;

use crate::json;
use crate::refusal::{FieldError, Refusal};
use crate::requests::target::{Target, Validation};
use crate::resource::Resource;
use crate::schema::typed;
use crate::world::admission;

/// Checks a body against the schema and drops fields that are not declared. Gives the warnings.
///
/// # Errors
/// 400 for values of another type; in strict validation for fields that are not declared.
pub(crate) fn decode(
    target: &Target,
    object: &mut Value,
    schema: Option<&Schema>,
    validation: Validation,
) -> Result<Vec<String>, Refusal> {
    let Some(schema) = schema else { return Ok(vec![]) };
    let misfits = typed::misfits(object, schema);
    if let Some(error) = typed::decode_error(&target.resource, &misfits) {
        return Err(Refusal::bad_request(error));
    }
    if validation == Validation::Strict
        && let Some(error) = typed::strict_error(&target.resource, &misfits)
    {
        return Err(Refusal::bad_request(error));
    }
    typed::prune(object, schema);
    Ok(if validation == Validation::Warn { typed::unknown_fields(&misfits) } else { vec![] })
}

/// What is wrong with a complete object.
pub(crate) fn all_errors(resource: &Resource, object: &Value, schema: Option<&Schema>) -> Vec<FieldError> {
    let mut without_status = object.clone();
    json::remove(&mut without_status, "/status");
    let misfits = schema.map(|schema| typed::misfits(&without_status, schema)).unwrap_or_default();
    let mut errors = typed::missing_fields(&misfits);
    for error in admission::errors(resource, object) {
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    errors
}

/// Whether the object is of the kind and version that the endpoint is for.
///
/// # Errors
/// 400.
pub(crate) fn check_type(target: &Target, object: &Value) -> Result<(), Refusal> {
    if !object.is_object() {
        return Err(Refusal::bad_request("the object provided is unrecognized (must be of type object)"));
    }
    let (found, wanted) = (json::text(object, "/apiVersion"), target.resource.api_version());
    if found.is_empty() || json::text(object, "/kind").is_empty() {
        let field = if found.is_empty() { "apiVersion" } else { "kind" };
        return Err(Refusal::bad_request(format!("Object '{field}' is missing in the object provided")));
    }
    if found != wanted {
        let message =
            format!("the API version in the data ({found}) does not match the expected API version ({wanted})");
        return Err(Refusal::bad_request(message));
    }
    let (found, wanted) = (json::text(object, "/kind"), &target.resource.kind);
    if found != wanted {
        let message = format!("{found} in version {:?} cannot be handled as a {wanted}", target.resource.version);
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}

/// Whether the object has the name that the URL says.
///
/// # Errors
/// 400.
pub(crate) fn check_name(target: &Target, object: &Value) -> Result<(), Refusal> {
    let (found, wanted) = (json::text(object, "/metadata/name"), &target.name);
    if found == wanted {
        return Ok(());
    }
    let message = format!("the name of the object ({found}) does not match the name on the URL ({wanted})");
    Err(Refusal::bad_request(message))
}

/// Whether the object has the namespace that the URL says, or none.
///
/// # Errors
/// 400.
pub(crate) fn check_namespace(target: &Target, object: &Value) -> Result<(), Refusal> {
    let found = json::text(object, "/metadata/namespace");
    if !target.resource.namespaced || found.is_empty() || found == target.namespace {
        return Ok(());
    }
    Err(Refusal::bad_request("the namespace of the provided object does not match the namespace sent on the request"))
}

/// `metadata.uid` of a replacement guards it.
///
/// # Errors
/// 409.
pub(crate) fn check_uid(target: &Target, live: &Value, object: &Value) -> Result<(), Refusal> {
    if json::has(object, "/metadata/uid") && live.pointer("/metadata/uid") != object.pointer("/metadata/uid") {
        let (found, wanted) = (json::text(object, "/metadata/uid"), json::text(live, "/metadata/uid"));
        let why = format!("Precondition failed: UID in precondition: {found}, UID in object meta: {wanted}");
        return Err(Refusal::conflict(&target.resource, &target.name, &why));
    }
    Ok(())
}

/// `metadata.resourceVersion` of what is sent guards it.
///
/// # Errors
/// 409.
pub(crate) fn check_preconditions(target: &Target, live: &Value, object: &Value) -> Result<(), Refusal> {
    let differs = |pointer: &str| json::has(object, pointer) && live.pointer(pointer) != object.pointer(pointer);
    if differs("/metadata/resourceVersion") {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(Refusal::conflict(&target.resource, &target.name, why));
    }
    Ok(())
}
