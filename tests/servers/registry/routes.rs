//! What each request of the registry API does to the store.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::path::{Target, Thing, parse};
use super::store::Store;
use crate::call::{Body, full, json_answer};
use crate::listen::Dropped;
use crate::oci::digest;

/// What a request brings along.
struct Call {
    method: Method,
    query: Vec<(String, String)>,
    media_type: String,
    body: Bytes,
}

impl Call {
    fn asked(&self, key: &str) -> Option<&str> {
        self.query.iter().find_map(|(name, value)| (name == key).then_some(value.as_str()))
    }
}

pub(super) async fn handle(request: Request<Incoming>, store: Arc<Mutex<Store>>) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    let media_type = parts.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    let call = Call {
        method: parts.method.clone(),
        query: form_urlencoded::parse(query).into_owned().collect(),
        media_type: media_type.to_owned(),
        body: body.collect().await.map_err(|_| Dropped)?.to_bytes(),
    };
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    store.log.push(format!("{} {}", parts.method, parts.uri));
    let mut response = answer(&mut store, parts.uri.path(), &call);
    let version = http::HeaderValue::from_static("registry/2.0");
    response.headers_mut().insert("docker-distribution-api-version", version);
    Ok(response)
}

fn answer(store: &mut Store, path: &str, call: &Call) -> Response<Body> {
    match parse(path) {
        None => refusal(404, "NOT_FOUND", "page not found"),
        Some(Target::Base) => json_answer(200, &json!({})),
        Some(Target::Catalog) => json_answer(200, &json!({ "repositories": store.repositories() })),
        Some(Target::In(name, _)) if !is_name(name) => refusal(400, "NAME_INVALID", "invalid repository name"),
        Some(Target::In(name, thing)) => in_repository(store, name, thing, call),
    }
}

/// Lower case, digits, and separators between them.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let part = |part: &str| {
        part.starts_with(plain) && part.ends_with(plain) && part.chars().all(|c| plain(c) || "._-".contains(c))
    };
    name.split('/').all(part)
}

fn in_repository(store: &mut Store, name: &str, thing: Thing<'_>, call: &Call) -> Response<Body> {
    match (call.method.as_str(), thing) {
        ("GET", Thing::Tags) => list_tags(store, name, call),
        ("GET" | "HEAD", Thing::Blob(digest)) => match store.blob(name, digest) {
            Some(bytes) => content("application/octet-stream", digest, bytes),
            None => blob_unknown(),
        },
        ("DELETE", Thing::Blob(digest)) if store.delete_blob(name, digest) => plain(202, &[]),
        ("DELETE", Thing::Blob(_)) => blob_unknown(),
        ("GET" | "HEAD", Thing::Manifest(reference)) => match store.manifest(name, reference) {
            Some(manifest) => content(&manifest.media_type, &digest(&manifest.bytes), manifest.bytes.clone()),
            None => manifest_unknown(),
        },
        ("PUT", Thing::Manifest(reference)) => put_manifest(store, name, reference, call),
        ("DELETE", Thing::Manifest(reference)) if store.delete_manifest(name, reference) => plain(202, &[]),
        ("DELETE", Thing::Manifest(_)) => manifest_unknown(),
        ("POST", Thing::Uploads) => begin(store, name, call),
        ("PATCH", Thing::Upload(id)) => match store.append(id, &call.body) {
            Some(there) => progress(202, name, id, there),
            None => upload_unknown(),
        },
        ("PUT", Thing::Upload(id)) => finish(store, name, id, call),
        ("GET", Thing::Upload(id)) => match store.uploaded(id) {
            Some(there) => progress(204, name, id, there),
            None => upload_unknown(),
        },
        ("DELETE", Thing::Upload(id)) => store.end(id).map_or_else(upload_unknown, |_| plain(204, &[])),
        (_, Thing::Referrers) => refusal(404, "NOT_FOUND", "page not found"),
        _ => refusal(405, "UNSUPPORTED", "the operation is unsupported"),
    }
}

fn list_tags(store: &Store, name: &str, call: &Call) -> Response<Body> {
    let Some(tags) = store.tags(name) else {
        return refusal(404, "NAME_UNKNOWN", "repository name not known to registry");
    };
    let asked = match call.asked("n").map(str::parse::<usize>) {
        None => usize::MAX,
        Some(Ok(n)) => n,
        Some(Err(_)) => return refusal(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested"),
    };
    let page = asked.min(store.page);
    let last = call.asked("last").unwrap_or_default();
    let after: Vec<&String> = tags.iter().filter(|tag| tag.as_str() > last).collect();
    let shown = &after[..page.min(after.len())];
    let mut response = json_answer(200, &json!({ "name": name, "tags": shown }));
    if let Some(last) = shown.last().filter(|_| after.len() > page) {
        let link = format!("</v2/{name}/tags/list?last={last}&n={page}>; rel=\"next\"");
        response.headers_mut().insert("link", link.parse().expect("a tag is plain"));
    }
    response
}

fn put_manifest(store: &mut Store, name: &str, reference: &str, call: &Call) -> Response<Body> {
    let Ok(manifest) = serde_json::from_slice::<Value>(&call.body) else {
        return refusal(400, "MANIFEST_INVALID", "manifest invalid");
    };
    let given = digest(&call.body);
    let by_digest = reference.contains(':');
    if by_digest && reference != given {
        return refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    if let Some(missing) = store.missing(name, &manifest).first() {
        return refusal(400, "MANIFEST_BLOB_UNKNOWN", &format!("blob unknown to registry: {missing}"));
    }
    let tag = (!by_digest).then_some(reference);
    store.put_manifest(name, tag, &call.media_type, call.body.clone());
    let location = format!("/v2/{name}/manifests/{given}");
    plain(201, &[("location", &location), ("docker-content-digest", &given)])
}

fn begin(store: &mut Store, name: &str, call: &Call) -> Response<Body> {
    if let (Some(mount), Some(from)) = (call.asked("mount"), call.asked("from"))
        && store.mount(name, from, mount)
    {
        return created(name, mount);
    }
    let id = store.begin();
    match call.asked("digest") {
        Some(_) => finish(store, name, &id, call),
        None => progress(202, name, &id, 0),
    }
}

fn finish(store: &mut Store, name: &str, id: &str, call: &Call) -> Response<Body> {
    if store.append(id, &call.body).is_none() {
        return upload_unknown();
    }
    let bytes = store.end(id).unwrap_or_default();
    let given = digest(&bytes);
    if call.asked("digest") != Some(given.as_str()) {
        return refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    store.put_blob(name, bytes);
    created(name, &given)
}

fn created(name: &str, digest: &str) -> Response<Body> {
    let location = format!("/v2/{name}/blobs/{digest}");
    plain(201, &[("location", &location), ("docker-content-digest", digest)])
}

/// How far an upload is.
fn progress(status: u16, name: &str, id: &str, there: usize) -> Response<Body> {
    let location = format!("/v2/{name}/blobs/uploads/{id}");
    let range = format!("0-{}", there.saturating_sub(1));
    plain(status, &[("location", &location), ("range", &range), ("docker-upload-uuid", id)])
}

fn content(media_type: &str, digest: &str, bytes: Bytes) -> Response<Body> {
    let mut response = plain(200, &[("content-type", media_type), ("docker-content-digest", digest)]);
    *response.body_mut() = full(bytes);
    response
}

fn plain(status: u16, headers: &[(&str, &str)]) -> Response<Body> {
    let builder = Response::builder().status(StatusCode::from_u16(status).expect("is a status"));
    let with = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    with.body(full(Bytes::new())).expect("names and tags are plain")
}

fn refusal(status: u16, code: &str, message: &str) -> Response<Body> {
    json_answer(status, &json!({ "errors": [{ "code": code, "message": message, "detail": null }] }))
}

fn blob_unknown() -> Response<Body> {
    refusal(404, "BLOB_UNKNOWN", "blob unknown to registry")
}

fn manifest_unknown() -> Response<Body> {
    refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")
}

fn upload_unknown() -> Response<Body> {
    refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
}
