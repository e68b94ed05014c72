//! `/oauth2/exchange` and `/oauth2/token`, and how ACR refuses.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::claims::{self, Access, Kind};
use super::{NULL_USER, Rights, Settings};
use crate::call::{Body, json_answer};
use crate::listen::Dropped;

const UNAUTHORIZED: &str = "authentication required, visit https://aka.ms/acr/authorization for more information.";

/// The fields of a form or of a query.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(text: &[u8]) -> Fields {
        Fields(form_urlencoded::parse(text).into_owned().collect())
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|(name, value)| (name == key).then_some(value.as_str()))
    }

    /// `scope` may come several times, or with blanks in it.
    fn scopes(&self) -> Vec<Access> {
        let named = self.0.iter().filter(|(name, _)| name == "scope");
        named.flat_map(|(_, value)| value.split(' ')).filter_map(Access::parse).collect()
    }
}

/// Why there is no token.
enum Refusal {
    Missing(&'static str),
    Unknown,
}

impl Refusal {
    fn answer(&self) -> Response<Body> {
        match self {
            Refusal::Missing(field) => refusal(400, "BAD_REQUEST", &format!("{field} is missing or wrong")),
            Refusal::Unknown => refusal(401, "UNAUTHORIZED", UNAUTHORIZED),
        }
    }
}

pub(super) async fn handle(request: Request<Incoming>, settings: &Settings) -> Result<Response<Body>, Dropped> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    let query = Fields::read(parts.uri.query().unwrap_or_default().as_bytes());
    let token = match (parts.method, parts.uri.path()) {
        (Method::POST, "/oauth2/exchange") => exchange(settings, &Fields::read(&body)),
        (Method::POST, "/oauth2/token") => posted(settings, &Fields::read(&body)),
        (Method::GET, "/oauth2/token") => gotten(settings, &query, &parts.headers),
        _ => return Ok(refusal(404, "NOT_FOUND", "not found")),
    };
    Ok(token.map_or_else(|refusal| refusal.answer(), |token| json_answer(200, &token)))
}

/// An Entra token for a refresh token.
fn exchange(settings: &Settings, form: &Fields) -> Result<Value, Refusal> {
    if form.get("grant_type") != Some("access_token") {
        return Err(Refusal::Missing("grant_type"));
    }
    check_service(settings, form)?;
    let given = form.get("access_token").ok_or(Refusal::Missing("access_token"))?;
    let known = settings.entra_tokens.iter().find(|(token, _)| token == given);
    let (_, rights) = known.ok_or(Refusal::Unknown)?;
    Ok(json!({ "refresh_token": claims::refresh_token(settings, "entra", *rights) }))
}

/// A refresh token or a password for an access token, as containerd and Azure's own clients ask.
fn posted(settings: &Settings, form: &Fields) -> Result<Value, Refusal> {
    check_service(settings, form)?;
    let (subject, rights) = match form.get("grant_type") {
        Some("refresh_token") => {
            let token = form.get("refresh_token").ok_or(Refusal::Missing("refresh_token"))?;
            log_in(settings, NULL_USER, token).ok_or(Refusal::Unknown)?
        }
        Some("password") => {
            let user = form.get("username").ok_or(Refusal::Missing("username"))?;
            let password = form.get("password").ok_or(Refusal::Missing("password"))?;
            log_in(settings, user, password).ok_or(Refusal::Unknown)?
        }
        _ => return Err(Refusal::Missing("grant_type")),
    };
    Ok(access(settings, &subject, rights, form.scopes()))
}

/// Basic credentials for an access token, as docker and Flux ask.
fn gotten(settings: &Settings, query: &Fields, headers: &HeaderMap) -> Result<Value, Refusal> {
    check_service(settings, query)?;
    let (user, password) = basic(headers).ok_or(Refusal::Unknown)?;
    let (subject, rights) = log_in(settings, &user, &password).ok_or(Refusal::Unknown)?;
    Ok(access(settings, &subject, rights, query.scopes()))
}

fn check_service(settings: &Settings, fields: &Fields) -> Result<(), Refusal> {
    match fields.get("service") {
        None => Err(Refusal::Missing("service")),
        Some(service) if service != settings.service => Err(Refusal::Unknown),
        Some(_) => Ok(()),
    }
}

fn access(settings: &Settings, subject: &str, rights: Rights, asked: Vec<Access>) -> Value {
    let granted = asked.into_iter().map(|access| access.within(rights)).filter(|access| !access.actions.is_empty());
    json!({ "access_token": claims::access_token(settings, subject, granted.collect()) })
}

/// Whose credentials these are, and what they may do.
pub(super) fn log_in(settings: &Settings, user: &str, password: &str) -> Option<(String, Rights)> {
    if user == NULL_USER {
        let claims = claims::read(settings, password, Kind::RefreshToken)?;
        return Some((claims.subject().to_owned(), claims.rights()));
    }
    let known = settings.logins.iter().find(|(name, word, _)| name == user && word == password);
    known.map(|(name, _, rights)| (name.clone(), *rights))
}

/// User and password of a Basic header.
pub(super) fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let given = headers.get("authorization")?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(given.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// 401 with a challenge, as ACR sends it from its `/v2/`.
pub(super) fn challenge(
    settings: &Settings,
    host: &str,
    needed: Option<&Access>,
    error: Option<&str>,
) -> Response<Body> {
    let mut header = format!("Bearer realm=\"http://{host}/oauth2/token\",service=\"{}\"", settings.service);
    let mut detail = Value::Null;
    if let Some(access) = needed {
        header += &format!(",scope=\"{}\"", access.scope());
        let each =
            access.actions.iter().map(|action| json!({ "Type": access.r#type, "Name": access.name, "Action": action }));
        detail = each.collect();
    }
    if let Some(error) = error {
        header += &format!(",error=\"{error}\"");
    }
    let body = json!({ "errors": [{ "code": "UNAUTHORIZED", "message": UNAUTHORIZED, "detail": detail }] });
    let mut response = json_answer(401, &body);
    // A host that is no header value came from no client that a test uses.
    if let Ok(value) = header.parse() {
        response.headers_mut().insert("www-authenticate", value);
    }
    response
}

pub(super) fn throttled(retry_after: u64) -> Response<Body> {
    let mut response = refusal(429, "TOOMANYREQUESTS", "too many requests");
    response.headers_mut().insert("retry-after", retry_after.into());
    response
}

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Response<Body> {
    json_answer(status, &json!({ "errors": [{ "code": code, "message": message }] }))
}
