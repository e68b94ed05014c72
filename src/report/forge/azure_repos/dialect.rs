//! What the REST API of Azure DevOps does in its own way: authorization, signing in, rate limits, reasons.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode, header};
use seatrial_model::Secret;
use seatrial_transport::shown_origin;
use serde_json::Value;
use url::Url;

use crate::calls::{self, Failure, one_line};

/// Headers of every request. Without the second, a token that is not accepted is answered with a page for signing in.
pub(crate) const HEADERS: &[(&str, &str)] = &[("accept", "application/json"), ("x-tfs-fedauthredirect", "Suppress")];

/// What a request for an API version that the server does not have yet is refused with.
const TOO_NEW: &str = "VssVersionOutOfRangeException";

/// The header of a token: a job's own and Entra's are JSON Web Tokens, everything else is a personal access token of whatever length.
pub(crate) fn authorization(token: &str) -> Secret {
    if is_jwt(token) {
        return Secret::new(format!("Bearer {token}"));
    }
    Secret::new(format!("Basic {}", STANDARD.encode(format!(":{token}"))))
}

/// Three parts of base64url, of which the first is that of a JSON object.
fn is_jwt(token: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    token.starts_with("eyJ") && token.split('.').count() == 3 && token.split('.').all(plain)
}

/// What means "sign in" in other words: 203, a redirect to a page, a page instead of an answer.
pub(crate) fn sign_in(status: StatusCode, headers: &HeaderMap) -> Option<Failure> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).unwrap_or_default();
    let asks = || Some(Failure::Refused { status: 401, message: "it asks to sign in".to_owned() });
    let location = text(header::LOCATION);
    match status {
        StatusCode::NON_AUTHORITATIVE_INFORMATION | StatusCode::FOUND | StatusCode::SEE_OTHER => asks(),
        _ if status.is_redirection() && location.to_ascii_lowercase().contains("signin") => asks(),
        _ if status.is_redirection() => {
            let to = Url::parse(location).map_or_else(|_| "another path".to_owned(), |url| shown_origin(&url));
            Some(Failure::Refused { status: status.as_u16(), message: format!("a redirect to {to}") })
        }
        _ if status.is_success() && text(header::CONTENT_TYPE).trim_start().starts_with("text/html") => asks(),
        _ => None,
    }
}

/// Whether an answer is a rate limit, and how long it asks to wait (learn.microsoft.com: "Rate and usage limits").
#[allow(clippy::option_option, reason = "not limited, limited without a word, limited for so long")]
pub(crate) fn limit(status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Option<Duration>> {
    // "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource …"
    calls::limit(status, headers, message.starts_with("TF400733"))
}

/// The server's reason. Not trusted: one line, bounded.
pub(crate) fn message(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let field = |name| json.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = field("message");
    if field("typeKey") == TOO_NEW { one_line(&format!("{TOO_NEW}: {message}")) } else { one_line(message) }
}

/// Whether the server does not have this version of the API yet.
pub(crate) fn is_too_new(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { status: 400, message } if message.starts_with(TOO_NEW))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_web_token_is_a_bearer_and_everything_else_a_password() {
        for token in ["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJ0.e30.-_"] {
            assert_eq!(authorization(token).expose(), format!("Bearer {token}"));
        }
        let (old, new) = ("a".repeat(52), format!("{}JQQJ99AKACAAAAAAAAAAAAASAZDO", "b".repeat(56)));
        for token in [old.as_str(), &new, "eyJhbGci", "eyJ.eyJ", "eyJ..x", "eyJ.a.b.c", "a.b.c", "eyJ.a b.c"] {
            let expected = format!("Basic {}", STANDARD.encode(format!(":{token}")));
            assert_eq!(authorization(token).expose(), expected, "{token}");
        }
    }

    #[test]
    fn what_asks_to_sign_in_is_no_answer() {
        let table = [
            (203, "application/json", "", Some(401)),
            (302, "", "https://spsprodweu1.vssps.visualstudio.com/_signin?realm=dev.azure.com", Some(401)),
            (302, "", "", Some(401)),
            (307, "", "/tfs/_signIn", Some(401)),
            (301, "", "https://dev.azure.com/renamed", Some(301)),
            (200, "text/html; charset=utf-8", "", Some(401)),
            (200, "application/json; charset=utf-8", "", None),
            (204, "", "", None),
            (404, "text/html", "", None),
        ];
        for (status, content_type, location, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            headers.insert(header::LOCATION, HeaderValue::from_static(location));
            let got = sign_in(StatusCode::from_u16(status).expect("a status"), &headers);
            let got = got.map(|failure| match failure {
                Failure::Refused { status, .. } => status,
                other => panic!("{other:?}"),
            });
            assert_eq!(got, expected, "{status} {content_type} {location}");
        }
    }

    #[test]
    fn repeats_a_servers_reason_on_one_bounded_line() {
        let text = r#"{"$id":"1","message":"TF401180: The requested\r\n##vso[x] pull request was not found.","typeKey":"GitPullRequestNotFoundException"}"#;
        assert_eq!(message(text), "TF401180: The requested  ##vso[x] pull request was not found");
        let too_new = r#"{"message":"The requested REST API version of 7.1 is out of range for this server.","typeKey":"VssVersionOutOfRangeException"}"#;
        assert!(is_too_new(&Failure::Refused { status: 400, message: message(too_new) }));
        for other in ["<html>", "", "[]", r#"{"message": 3}"#] {
            assert_eq!(message(other), "");
        }
    }
}
