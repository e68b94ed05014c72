//! What an assertion says of a job: its issuer, subject and audience. It is not verified: Entra does that.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The claims that a federated credential is matched with.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Claims {
    #[serde(default)]
    iss: String,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    aud: serde_json::Value,
}

impl Claims {
    /// Those of a token; `None` where it is not a JWT.
    pub(crate) fn of(token: &str) -> Option<Claims> {
        let payload = token.split('.').nth(1)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()
    }

    /// The federated credential that would let it in.
    pub(crate) fn credential(&self) -> String {
        let audience = match &self.aud {
            serde_json::Value::String(audience) => audience.clone(),
            serde_json::Value::Array(all) => {
                all.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(", ")
            }
            _ => String::new(),
        };
        format!(
            "it needs a federated credential with issuer `{}`, subject `{}` and audience `{audience}` (`az identity federated-credential create`)",
            self.iss, self.sub
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_told_by_what_the_assertion_says() {
        let payload =
            URL_SAFE_NO_PAD.encode(r#"{"iss":"https://issuer","sub":"repo:acme/shop:pull_request","aud":["a"]}"#);
        let claims = Claims::of(&format!("x.{payload}.y")).expect("claims");
        let said = claims.credential();
        assert!(
            said.contains("issuer `https://issuer`, subject `repo:acme/shop:pull_request` and audience `a`"),
            "{said}"
        );
        assert!(Claims::of("no token").is_none() && Claims::of("a.%.c").is_none());
    }
}
