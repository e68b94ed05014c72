//! Create, replace and patch: from a request's body to the stored object.

use seatrial_kubernetes::Schema;
use serde_json::{Value, json};

use crate::fields::apply::{self, Intent};
use crate::fields::managed_fields::{Operation, Write, Writer};
use crate::fields::patch;
use crate::json;
use crate::refusal::{FieldError, Refusal};
use crate::requests::checks::{
    all_errors, check_name, check_namespace, check_preconditions, check_type, check_uid, decode,
};
use crate::requests::target::{Effect, Options, PatchKind, Target, Written};
use crate::resource::Resource;
use crate::schema::defaults;
use crate::schema::typed;
use crate::world::World;
use crate::world::admission;
use crate::world::author::Part;

/// Who writes.
fn writer(target: &Target, options: &Options, operation: Operation) -> Writer {
    Writer {
        manager: options.manager.clone(),
        operation,
        api_version: target.resource.api_version(),
        subresource: String::new(),
    }
}

/// POST.
///
/// # Errors
/// As the API server.
pub(crate) fn create(world: &mut World, target: &Target, body: Value, options: &Options) -> Result<Written, Refusal> {
    let mut object = body;
    let schema = target.resource.schema(world.resources.minor);
    check_type(target, &object)?;
    let warnings = decode(target, &mut object, schema.as_ref(), options.validation)?;
    json::set_default(&mut object, "/metadata", json!({}));
    if !json::has(&object, "/metadata/name") && json::has(&object, "/metadata/generateName") {
        let name = format!("{}{}", json::text(&object, "/metadata/generateName"), world.new_suffix());
        json::set(&mut object, "/metadata/name", name);
    }
    let target = Target { name: json::text(&object, "/metadata/name").to_owned(), ..target.clone() };
    if target.name.is_empty() {
        let error = FieldError::required("metadata.name", "name or generateName is required");
        return Err(Refusal::invalid(&target.resource, "", &[error]));
    }
    if json::has(&object, "/metadata/resourceVersion") {
        return Err(Refusal::bad_request("resourceVersion should not be set on objects to be created"));
    }
    check_namespace(&target, &object)?;
    admission::admit_to_namespace(world, &target.resource, &target.namespace, &target.name)?;
    if world.store.get(&target.key()).is_some() {
        return Err(Refusal::already_exists(&target.resource, &target.name));
    }
    json::remove(&mut object, "/metadata/managedFields");
    let object = complete(world, &target, object, schema.as_ref(), Operation::Update, options)?;
    Ok(Written { object: store(world, &target, object, options), created: true, warnings })
}

/// PUT.
///
/// # Errors
/// As the API server.
pub(crate) fn replace(world: &mut World, target: &Target, body: Value, options: &Options) -> Result<Written, Refusal> {
    let mut object = body;
    let schema = target.resource.schema(world.resources.minor);
    check_type(target, &object)?;
    let warnings = decode(target, &mut object, schema.as_ref(), options.validation)?;
    check_name(target, &object)?;
    check_namespace(target, &object)?;
    let live = world.store.get(&target.key()).cloned();
    let live = live.ok_or_else(|| Refusal::not_found(&target.resource, &target.name))?;
    check_uid(target, &live, &object)?;
    let object = update(world, target, &live, object, schema.as_ref(), Operation::Update, options)?;
    Ok(Written { object, created: false, warnings })
}

/// PATCH.
///
/// # Errors
/// As the API server.
pub(crate) fn patch(
    world: &mut World,
    target: &Target,
    kind: PatchKind,
    body: &Value,
    options: &Options,
) -> Result<Written, Refusal> {
    if kind == PatchKind::Apply {
        return apply_patch(world, target, body, options);
    }
    let schema = target.resource.schema(world.resources.minor);
    let live = world.store.get(&target.key()).cloned();
    let live = live.ok_or_else(|| Refusal::not_found(&target.resource, &target.name))?;
    let mut object = Value::clone(&live);
    match (kind, &schema) {
        (PatchKind::Strategic, None) => {
            return Err(Refusal::unsupported_media_type(
                "application/strategic-merge-patch+json",
                "application/json-patch+json,application/merge-patch+json,application/apply-patch+yaml",
            ));
        }
        (PatchKind::Strategic, Some(schema)) => patch::strategic_merge_patch(&mut object, body, Some(schema)),
        _ => patch::merge_patch(&mut object, body),
    }
    let warnings = decode(target, &mut object, schema.as_ref(), options.validation)?;
    check_name(target, &object)?;
    let object = update(world, target, &live, object, schema.as_ref(), Operation::Update, options)?;
    Ok(Written { object, created: false, warnings })
}

fn apply_patch(world: &mut World, target: &Target, body: &Value, options: &Options) -> Result<Written, Refusal> {
    if options.manager.is_empty() {
        let error = FieldError::required("fieldManager", "is required for apply patch");
        return Err(Refusal::invalid_options("PatchOptions", &[error]));
    }
    check_type(target, body)?;
    let mut config = body.clone();
    json::set_default(&mut config, "/metadata/name", target.name.as_str());
    if target.resource.namespaced {
        json::set_default(&mut config, "/metadata/namespace", target.namespace.as_str());
    }
    check_name(target, &config)?;
    check_namespace(target, &config)?;
    if json::has(&config, "/metadata/managedFields") {
        return Err(Refusal::bad_request("metadata.managedFields must be nil"));
    }
    let schema = target.resource.schema(world.resources.minor);
    let misfits = schema.as_ref().map(|schema| typed::misfits(&config, schema)).unwrap_or_default();
    if let Some(error) = typed::apply_error(&target.resource, &config, &misfits) {
        return Err(Refusal::plain(error));
    }
    let live = world.store.get(&target.key()).cloned();
    if live.is_none() {
        if json::has(&config, "/metadata/uid") {
            let uid = json::text(&config, "/metadata/uid");
            let why =
                format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
            return Err(Refusal::conflict(&target.resource, &target.name, &why));
        }
        if world.specification.forbids("create", &target.resource.plural, &target.resource.group, None) {
            return Err(Refusal::forbidden(&target.resource, None, "create", (&target.namespace, &target.name)));
        }
        admission::admit_to_namespace(world, &target.resource, &target.namespace, &target.name)?;
    }
    let writer = writer(target, options, Operation::Apply);
    let intent = Intent {
        config: &config,
        schema: schema.as_ref(),
        writer: &writer,
        on_conflict: options.on_conflict,
        resets: Part::Main.resets(&target.resource),
    };
    let empty = json!({});
    let merged = apply::apply(live.as_deref().unwrap_or(&empty), &intent, options.now)?;
    match live {
        None => {
            let object = complete(world, target, merged, schema.as_ref(), Operation::Apply, options)?;
            Ok(Written { object: store(world, target, object, options), created: true, warnings: vec![] })
        }
        Some(live) => {
            let object = update(world, target, &live, merged, schema.as_ref(), Operation::Apply, options)?;
            Ok(Written { object, created: false, warnings: vec![] })
        }
    }
}

/// What creation adds to an object, whoever sends it; then validation.
fn complete(
    world: &mut World,
    target: &Target,
    mut object: Value,
    schema: Option<&Schema>,
    operation: Operation,
    options: &Options,
) -> Result<Value, Refusal> {
    let resource = &target.resource;
    json::set(&mut object, "/apiVersion", resource.api_version());
    json::set(&mut object, "/kind", resource.kind.as_str());
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"] {
        json::remove(&mut object, &format!("/metadata/{field}"));
    }
    if resource.has_status {
        json::remove(&mut object, "/status");
    }
    if resource.namespaced {
        json::set(&mut object, "/metadata/namespace", target.namespace.as_str());
    } else {
        json::remove(&mut object, "/metadata/namespace");
    }
    defaults::leave_out_empty(&mut object);
    defaults::fill(resource, &mut object);
    // An apply has recorded its managers already. What the server adds from here on is nobody's.
    if operation == Operation::Update {
        record_managers(target, &json!({}), &mut object, schema, options);
    }
    json::set(&mut object, "/metadata/uid", world.new_uid());
    json::set(&mut object, "/metadata/creationTimestamp", options.now.text());
    if resource.counts_generations() || resource.kind == "Pod" {
        json::set(&mut object, "/metadata/generation", 1);
    }
    let errors = all_errors(resource, &object, schema);
    if !errors.is_empty() {
        return Err(Refusal::invalid(resource, &target.name, &errors));
    }
    admission::fill_at_creation(world, resource, &mut object);
    Ok(object)
}

/// What an update keeps of the live object and adds; then validation. Gives the object as stored.
fn update(
    world: &mut World,
    target: &Target,
    live: &Value,
    mut object: Value,
    schema: Option<&Schema>,
    operation: Operation,
    options: &Options,
) -> Result<Value, Refusal> {
    let resource = &target.resource;
    check_preconditions(target, live, &object)?;
    let uid = object.pointer("/metadata/uid").cloned().unwrap_or_default();
    keep_what_is_the_servers(target, live, &mut object);
    defaults::leave_out_empty(&mut object);
    defaults::fill(resource, &mut object);
    if resource.qualified() == "services" {
        json::set_default(&mut object, "/spec/clusterIP", json::text(live, "/spec/clusterIP").to_owned());
        admission::allocate_addresses(world, &mut object);
    }
    let mut errors = all_errors(resource, &object, schema);
    errors.extend(admission::immutable_errors(resource, live, &object));
    errors.extend(admission::metadata_errors(live, &object, &uid));
    if !errors.is_empty() {
        return Err(Refusal::invalid(resource, &target.name, &errors));
    }
    if resource.counts_generations() && desired(resource, live) != desired(resource, &object) {
        let generation = json::integer(live, "/metadata/generation").unwrap_or(0) + 1;
        json::set(&mut object, "/metadata/generation", generation);
    }
    if resource.qualified_kind() == "DaemonSet.apps" {
        let number = json::text(live, "/metadata/annotations/deprecated.daemonset.template.generation");
        let is_new = live.pointer("/spec/template") != object.pointer("/spec/template");
        admission::count_templates(&mut object, number.parse::<i64>().unwrap_or(1) + i64::from(is_new));
    }
    // An apply has recorded its managers already.
    if operation == Operation::Update {
        record_managers(target, live, &mut object, schema, options);
    }
    json::set(&mut object, "/metadata/resourceVersion", json::text(live, "/metadata/resourceVersion").to_owned());
    if object == *live {
        return Ok(object);
    }
    Ok(store(world, target, object, options))
}

/// Who changed what, for writes that are no apply.
fn record_managers(target: &Target, live: &Value, object: &mut Value, schema: Option<&Schema>, options: &Options) {
    let writer = writer(target, options, Operation::Update);
    Write { writer: &writer, schema, resets: Part::Main.resets(&target.resource) }.record(live, object, options.now);
}

/// Everything but identity and status: what a new generation is about. Of a Deployment annotations are, too.
fn desired(resource: &Resource, object: &Value) -> Value {
    let mut copy = object.clone();
    let annotations = object.pointer("/metadata/annotations").cloned();
    json::remove(&mut copy, "/metadata");
    json::remove(&mut copy, "/status");
    if let Some(annotations) = annotations.filter(|_| resource.qualified_kind() == "Deployment.apps") {
        json::set(&mut copy, "/metadata/annotations", annotations);
    }
    copy
}

fn keep_what_is_the_servers(target: &Target, live: &Value, object: &mut Value) {
    json::set(object, "/apiVersion", target.resource.api_version());
    json::set(object, "/kind", target.resource.kind.as_str());
    let kept = ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"];
    for field in kept.map(|field| format!("/metadata/{field}")) {
        match live.pointer(&field) {
            Some(value) => json::set(object, &field, value.clone()),
            None => drop(json::remove(object, &field)),
        }
    }
    if target.resource.namespaced {
        json::set(object, "/metadata/namespace", target.namespace.as_str());
    }
    if target.resource.has_status {
        match live.get("status") {
            Some(status) => json::set(object, "/status", status.clone()),
            None => drop(json::remove(object, "/status")),
        }
    }
}

fn store(world: &mut World, target: &Target, object: Value, options: &Options) -> Value {
    if options.effect == Effect::DryRun {
        return object;
    }
    let is_released = json::has(&object, "/metadata/deletionTimestamp")
        && json::items(&object, "/metadata/finalizers").is_empty()
        && !matches!(target.resource.qualified().as_str(), "namespaces" | "pods");
    let stored = world.store.put(&target.key(), object);
    if is_released {
        world.store.remove(&target.key());
    }
    if target.resource.qualified() == "customresourcedefinitions.apiextensions.k8s.io" {
        crate::controllers::serve_definitions(world, options.now);
    }
    Value::clone(&stored)
}
