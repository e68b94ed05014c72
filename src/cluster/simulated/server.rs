//! The HTTP server on loopback: from a request to an answer. What the answers say is decided elsewhere.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::clock::Moment;
use crate::fields::apply::OnConflict;
use crate::refusal::Refusal;
use crate::requests::deletion;
use crate::requests::deprecation;
use crate::requests::discovery::{self, Root};
use crate::requests::rendering::Rendering;
use crate::requests::request::{Place, Query, Route, header_text, verb};
use crate::requests::target::{Effect, Options, PatchKind, Target, Validation, Written};
use crate::requests::{logs, proxy, reads, watch, writes};
use crate::world::World;
use crate::world::shared::Shared;

/// The largest body that is read.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// A body that is sent.
type Body = UnsyncBoxBody<Bytes, Infallible>;

/// Accepts connections until it is dropped; its connections end with it.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // Answers are small and clients wait for them: Nagle's algorithm would only hold them back.
                let _ = stream.set_nodelay(true);
                let shared = Arc::clone(&shared);
                let service = hyper::service::service_fn(move |request| answer(Arc::clone(&shared), request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                connections.spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection to the simulated cluster broke");
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let asked = format!("{} {}", head.method, head.uri);
    let Ok(body) = read(body).await else {
        return Ok(refuse(&Refusal::too_large(LARGEST_BODY)));
    };
    let response = respond(&shared, &head, &body).unwrap_or_else(|refusal| refuse(&refusal));
    tracing::trace!(asked, status = response.status().as_u16(), "simulated cluster");
    Ok(response)
}

/// The body, when it is small enough. One that is not is read to its end and dropped, within reason: a client that is still sending
/// when the connection closes sees a broken connection, not the answer.
async fn read(mut body: Incoming) -> Result<Bytes, Oversized> {
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        match length {
            ..=LARGEST_BODY => kept.extend_from_slice(&data),
            _ if length > 8 * LARGEST_BODY => return Err(Oversized),
            _ => kept.clear(),
        }
    }
    if length > LARGEST_BODY { Err(Oversized) } else { Ok(kept.into()) }
}

/// A body is too large.
struct Oversized;

fn respond(shared: &Arc<Shared>, head: &http::request::Parts, body: &Bytes) -> Result<Response<Body>, Refusal> {
    let query = Query::parse(head.uri.query().unwrap_or(""));
    let route = Route::parse(head.uri.path(), &shared.lock().resources)?;
    if let Route::Objects(place) = route {
        return objects(shared, head, &place, &query, body);
    }
    if head.method != Method::GET && head.method != Method::HEAD {
        return Err(Refusal::method_not_allowed());
    }
    let world = shared.lock();
    let resources = &world.resources;
    let aggregated = header_text(&head.headers, header::ACCEPT).contains("as=APIGroupDiscoveryList")
        && header_text(&head.headers, header::ACCEPT).contains("v=v2;");
    let value = match &route {
        Route::CoreVersions | Route::Groups if aggregated => {
            let root = if route == Route::CoreVersions { Root::Core } else { Root::Named };
            let bytes = Bytes::from(discovery::aggregated(resources, root).to_string());
            return Ok(plain(StatusCode::OK, discovery::AGGREGATED, bytes));
        }
        Route::CoreVersions | Route::Groups => return Err(Refusal::not_acceptable(discovery::AGGREGATED)),
        Route::Resources(group, version) => discovery::resource_list(resources, group, version)?,
        Route::OpenApi(document) => discovery::open_api(resources, document)?,
        Route::Version | Route::Objects(_) => discovery::version(resources.minor),
    };
    Ok(json(StatusCode::OK, &value))
}

fn objects(
    shared: &Arc<Shared>,
    head: &http::request::Parts,
    place: &Place,
    query: &Query,
    body: &Bytes,
) -> Result<Response<Body>, Refusal> {
    let verb = verb(&head.method, place, query);
    let subresource = place.subresource.as_deref();
    authorize(&shared.lock(), place, verb)?;
    match (subresource, &head.method) {
        (None, _) => {}
        (Some("log"), &Method::GET) if place.resource.qualified() == "pods" => {
            let text = logs::read(&shared.lock(), place, query)?;
            return Ok(plain(StatusCode::OK, "text/plain", Bytes::from(text)));
        }
        (Some("proxy"), &Method::GET | &Method::HEAD) if place.resource.qualified() == "services" => {
            let answer = proxy::get(&shared.lock(), place)?;
            let status = if answer.found { StatusCode::OK } else { StatusCode::NOT_FOUND };
            return Ok(plain(status, answer.media_type, Bytes::from(answer.body)));
        }
        (Some(name), method) => {
            return Err(Refusal::not_simulated(&format!("{method} {}/{name}", place.resource.qualified())));
        }
    }
    if !place.resource.is_stored() {
        return review(&shared.lock(), verb, place, &decode_body(head, body)?);
    }
    let rendering = Rendering::of(&head.headers)?;
    match (verb, &head.method) {
        ("watch", _) => {
            let stream = watch::start(shared, place, query, rendering)?;
            let frames = stream.map(|line| Ok::<_, Infallible>(Frame::data(line)));
            let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
            Ok(response)
        }
        ("list", _) => {
            let list = reads::list(&shared.lock(), place, query)?;
            Ok(json(StatusCode::OK, &rendering.render(list, &place.resource)))
        }
        ("get", _) => {
            let object = reads::get(&shared.lock(), place)?;
            Ok(json(StatusCode::OK, &rendering.render(object, &place.resource)))
        }
        ("deletecollection", _) => {
            Err(Refusal::not_simulated(&format!("delete all {} at once", place.resource.qualified())))
        }
        ("delete", &Method::DELETE) => {
            let target = target(place)?;
            let delete_options = decode_body(head, body)?;
            let effect = effect(query, &delete_options);
            let answer = deletion::delete(&mut shared.lock(), &target, &delete_options, effect, Moment::now())?;
            Ok(json(StatusCode::OK, &answer))
        }
        ("create" | "update" | "patch", method) => {
            let mut world = shared.lock();
            let mut written = write(&mut world, head, method, place, query, body)?;
            written.warnings.extend(deprecation::warning(&place.resource, world.resources.minor));
            Ok(written_response(&written, rendering, place))
        }
        _ => Err(Refusal::method_not_allowed()),
    }
}

fn authorize(world: &World, place: &Place, verb: &str) -> Result<(), Refusal> {
    let resource = &place.resource;
    let subresource = place.subresource.as_deref();
    if !world.specification.forbids(verb, &resource.plural, &resource.group, subresource) {
        return Ok(());
    }
    Err(Refusal::forbidden(resource, subresource, verb, (&place.namespace, &place.name)))
}

fn write(
    world: &mut World,
    head: &http::request::Parts,
    method: &Method,
    place: &Place,
    query: &Query,
    body: &Bytes,
) -> Result<Written, Refusal> {
    let target = target(place)?;
    let body = decode_body(head, body)?;
    let options = options(head, query, &body);
    match *method {
        Method::POST if place.name.is_empty() => writes::create(world, &target, body, &options),
        Method::PUT if !place.name.is_empty() => writes::replace(world, &target, body, &options),
        Method::PATCH if !place.name.is_empty() => {
            let kind = patch_kind(&header_text(&head.headers, header::CONTENT_TYPE))?;
            let manager = query.get("fieldManager").to_owned();
            let options = if kind == PatchKind::Apply { Options { manager, ..options } } else { options };
            writes::patch(world, &target, kind, &body, &options)
        }
        _ => Err(Refusal::method_not_allowed()),
    }
}

fn patch_kind(media_type: &str) -> Result<PatchKind, Refusal> {
    match media_type.split(';').next().unwrap_or("").trim() {
        "application/apply-patch+yaml" => Ok(PatchKind::Apply),
        "application/merge-patch+json" => Ok(PatchKind::Merge),
        "application/strategic-merge-patch+json" => Ok(PatchKind::Strategic),
        other => Err(Refusal::unsupported_media_type(
            other,
            "application/merge-patch+json,application/strategic-merge-patch+json,application/apply-patch+yaml",
        )),
    }
}

/// `SelfSubjectAccessReview`: may we do this? Other reviews are not simulated.
fn review(world: &World, verb: &str, place: &Place, review: &Value) -> Result<Response<Body>, Refusal> {
    if verb != "create" || place.resource.plural != "selfsubjectaccessreviews" {
        return Err(Refusal::not_simulated(&format!("{verb} {}", place.resource.qualified())));
    }
    let asked = |field: &str| crate::json::text(review, &format!("/spec/resourceAttributes/{field}"));
    let subresource = Some(asked("subresource")).filter(|name| !name.is_empty());
    let allowed = !world.specification.forbids(asked("verb"), asked("resource"), asked("group"), subresource);
    let mut review = review.clone();
    crate::json::set(&mut review, "/status", serde_json::json!({"allowed": allowed}));
    Ok(json(StatusCode::CREATED, &review))
}

fn target(place: &Place) -> Result<Target, Refusal> {
    if place.resource.namespaced && place.namespace.is_empty() {
        return Err(Refusal::method_not_allowed());
    }
    Ok(Target { resource: Arc::clone(&place.resource), namespace: place.namespace.clone(), name: place.name.clone() })
}

fn options(head: &http::request::Parts, query: &Query, body: &Value) -> Options {
    let agent = header_text(&head.headers, header::USER_AGENT);
    let agent = agent.split('/').next().unwrap_or_default();
    let manager = Some(query.get("fieldManager")).filter(|m| !m.is_empty()).unwrap_or(agent);
    Options {
        effect: effect(query, body),
        manager: if manager.is_empty() { "unknown".to_owned() } else { manager.chars().take(128).collect() },
        on_conflict: if query.is_true("force") { OnConflict::Take } else { OnConflict::Refuse },
        validation: match query.get("fieldValidation") {
            "Strict" => Validation::Strict,
            "Ignore" => Validation::Ignore,
            _ => Validation::Warn,
        },
        now: Moment::now(),
    }
}

/// `dryRun=All`, in the query or in the options of a deletion.
fn effect(query: &Query, options: &Value) -> Effect {
    let in_body = crate::json::items(options, "/dryRun").contains(&"All".into());
    if query.get("dryRun") == "All" || in_body { Effect::DryRun } else { Effect::Stored }
}

/// JSON, or YAML for what is sent as such; nothing is an empty mapping.
fn decode_body(head: &http::request::Parts, body: &Bytes) -> Result<Value, Refusal> {
    let media_type = header_text(&head.headers, header::CONTENT_TYPE);
    if media_type.contains("protobuf") || media_type.contains("cbor") {
        return Err(Refusal::not_read(&media_type));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(serde_json::json!({}));
    }
    if let Ok(value) = serde_json::from_slice(body) {
        return Ok(value);
    }
    let text = std::str::from_utf8(body).map_err(|_| Refusal::bad_request("error decoding YAML: not UTF-8"))?;
    let source = seatrial_model::Sources::new().add("<request>", text.to_owned());
    let parsed = seatrial_yaml::parse(&source, seatrial_yaml::Dialect::Kubectl);
    match (parsed.findings.as_slice(), parsed.documents.as_slice()) {
        ([], [document]) => Ok(document.node.to_json()),
        (_, _) => Err(Refusal::bad_request("error decoding YAML: the body is not a single JSON or YAML document")),
    }
}

fn written_response(written: &Written, rendering: Rendering, place: &Place) -> Response<Body> {
    let code = if written.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = json(code, &rendering.render(written.object.clone(), &place.resource));
    for warning in &written.warnings {
        let escaped = warning.replace('\\', "\\\\").replace('"', "\\\"");
        if let Ok(value) = header::HeaderValue::from_str(&format!("299 - \"{escaped}\"")) {
            response.headers_mut().append(header::WARNING, value);
        }
    }
    response
}

fn refuse(refusal: &Refusal) -> Response<Body> {
    let code = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json(code, &refusal.status())
}

fn json(code: StatusCode, value: &Value) -> Response<Body> {
    plain(code, "application/json", Bytes::from(value.to_string()))
}

fn plain(code: StatusCode, media_type: &str, bytes: Bytes) -> Response<Body> {
    let mut response = Response::new(Full::new(bytes).boxed_unsync());
    *response.status_mut() = code;
    if let Ok(value) = header::HeaderValue::from_str(media_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}
