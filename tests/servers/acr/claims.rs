//! ACR's tokens: what they say, and whether they hold.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Rights, Settings};

const ISSUER: &str = "Azure Container Registry";

/// Which of the two tokens one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    RefreshToken,
    AccessToken,
}

/// What a token says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Claims {
    jti: String,
    sub: String,
    nbf: u64,
    exp: u64,
    iat: u64,
    iss: String,
    aud: String,
    version: String,
    grant_type: Kind,
    /// Of an access token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) access: Vec<Access>,
    /// Of a refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Permissions>,
    roles: Vec<String>,
}

/// What an access token holds for; also a scope, and what a request needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Access {
    pub(super) r#type: String,
    pub(super) name: String,
    pub(super) actions: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Permissions {
    actions: Vec<String>,
    not_actions: Vec<String>,
}

impl Access {
    pub(super) fn new(kind: &str, name: &str, actions: &[&str]) -> Access {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        Access { r#type: kind.to_owned(), name: name.to_owned(), actions }
    }

    /// Reads `repository:shop/web:pull,push`.
    pub(super) fn parse(scope: &str) -> Option<Access> {
        let (kind, rest) = scope.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        Some(Access::new(kind, name, &actions.split(',').collect::<Vec<_>>()))
    }

    /// As a challenge names it.
    pub(super) fn scope(&self) -> String {
        format!("{}:{}:{}", self.r#type, self.name, self.actions.join(","))
    }

    /// Without what somebody may not do.
    pub(super) fn within(mut self, rights: Rights) -> Access {
        self.actions.retain(|action| rights.actions().contains(&action.as_str()));
        self
    }

    /// Whether this covers all of the other.
    pub(super) fn covers(&self, needed: &Access) -> bool {
        let has = |action: &String| self.actions.contains(action) || self.actions.iter().any(|have| have == "*");
        self.r#type == needed.r#type && self.name == needed.name && needed.actions.iter().all(has)
    }
}

/// Makes a refresh token for somebody.
pub(super) fn refresh_token(settings: &Settings, subject: &str, rights: Rights) -> String {
    let words = match rights {
        Rights::Pull => vec!["read"],
        Rights::PullAndPush => vec!["read", "write"],
        Rights::All => vec!["*"],
    };
    let actions = words.into_iter().map(str::to_owned).collect();
    let permissions = Some(Permissions { actions, not_actions: Vec::new() });
    let lifetime = settings.refresh_lifetime.as_secs();
    encode(settings, &Claims { permissions, ..claims(settings, subject, Kind::RefreshToken, lifetime) })
}

/// Makes an access token for somebody.
pub(super) fn access_token(settings: &Settings, subject: &str, access: Vec<Access>) -> String {
    let lifetime = settings.access_lifetime.as_secs();
    encode(settings, &Claims { access, ..claims(settings, subject, Kind::AccessToken, lifetime) })
}

fn claims(settings: &Settings, subject: &str, kind: Kind, lifetime: u64) -> Claims {
    let now = settings.clock.now();
    Claims {
        jti: format!("{subject}-{now}"),
        sub: subject.to_owned(),
        nbf: now,
        exp: now + lifetime,
        iat: now,
        iss: ISSUER.to_owned(),
        aud: settings.service.clone(),
        version: "1.0".to_owned(),
        grant_type: kind,
        access: Vec::new(),
        permissions: None,
        roles: Vec::new(),
    }
}

impl Claims {
    /// What the holder of a refresh token may do.
    pub(super) fn rights(&self) -> Rights {
        let has = |word: &str| self.permissions.iter().any(|p| p.actions.iter().any(|action| action == word));
        match (has("*"), has("write")) {
            (true, _) => Rights::All,
            (_, true) => Rights::PullAndPush,
            _ => Rights::Pull,
        }
    }

    pub(super) fn subject(&self) -> &str {
        &self.sub
    }
}

fn encode(settings: &Settings, claims: &Claims) -> String {
    let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let payload = part(&serde_json::to_vec(claims).expect("strings and numbers are JSON"));
    let signed = format!("{}.{payload}", part(br#"{"alg":"RS256","typ":"JWT"}"#));
    let signature = part(&sign(settings, &signed));
    format!("{signed}.{signature}")
}

/// Nobody has to be kept from forging a token of a test; one of another registry shall not hold, though.
fn sign(settings: &Settings, signed: &str) -> Vec<u8> {
    Sha256::digest(format!("{}\n{signed}", settings.service)).to_vec()
}

/// Reads a token that is ours, of a kind, and has not expired.
pub(super) fn read(settings: &Settings, token: &str, kind: Kind) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (_, payload) = signed.split_once('.')?;
    if BASE64_URL_SAFE_NO_PAD.decode(signature).ok()? != sign(settings, signed) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    (claims.grant_type == kind && settings.clock.now() < claims.exp).then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_it_names_and_no_other_repository() {
        let has = Access::parse("repository:shop/web:pull,push").expect("is a scope");
        let need = |scope| Access::parse(scope).expect("is a scope");
        assert!(has.covers(&need("repository:shop/web:pull")));
        assert!(has.covers(&need("repository:shop/web:pull,push")));
        assert!(!has.covers(&need("repository:shop/web:delete")));
        assert!(!has.covers(&need("repository:shop/api:pull")));
        assert!(need("registry:catalog:*").covers(&need("registry:catalog:*")));
        assert_eq!(has.within(Rights::Pull).scope(), "repository:shop/web:pull");
        assert_eq!(Access::parse("nonsense"), None);
    }

    #[test]
    fn a_token_of_another_registry_does_not_hold() {
        let (ours, theirs) = (Settings::new("a.azurecr.io", ""), Settings::new("b.azurecr.io", ""));
        let token = access_token(&ours, "me", Vec::new());
        assert!(read(&ours, &token, Kind::AccessToken).is_some());
        assert!(read(&ours, &token, Kind::RefreshToken).is_none());
        assert!(read(&theirs, &token, Kind::AccessToken).is_none());
    }
}
