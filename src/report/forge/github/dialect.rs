//! What GitHub's REST API does in its own way: rate limits, reasons, pages.

use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use url::Url;

use crate::calls::{self, one_line};

/// Headers of every request; the version of the API (2022-11-28) is octocrab's to add.
pub(crate) const HEADERS: &[(&str, &str)] = &[("accept", "application/vnd.github+json")];

/// Whether an answer is a rate limit, and how long it asks to wait. Secondary limits say what they are in words alone.
#[allow(clippy::option_option, reason = "not limited, limited without a word, limited for so long")]
pub(crate) fn limit(status: StatusCode, headers: &HeaderMap, message: &str) -> Option<Option<Duration>> {
    let message = message.to_lowercase();
    // The second is what older servers call a secondary limit.
    calls::limit(status, headers, message.contains("rate limit") || message.contains("abuse detection"))
}

/// GitHub's reason: the message, and that of the first error in it. Not trusted: one line, bounded.
pub(crate) fn message(text: &str) -> String {
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let message = json.get("message").and_then(Value::as_str).unwrap_or_default();
    let first = json.get("errors").map(|errors| errors.get(0).unwrap_or(errors));
    let detail = first.and_then(|first| first.get("message").unwrap_or(first).as_str());
    let whole = detail.map_or_else(|| message.to_owned(), |detail| format!("{message}: {detail}"));
    one_line(&whole)
}

/// `rel="next"` of the `Link` header (RFC 8288), on the API's own origin whatever host it names: a server behind an alias names itself,
/// and the token goes nowhere else.
pub(crate) fn next_page(base: &Url, headers: &HeaderMap) -> Option<Url> {
    let link = headers.get(header::LINK)?.to_str().ok()?;
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    let target = next.split_once('<')?.1.split_once('>')?.0;
    let named = base.join(target).ok()?;
    let mut url = base.clone();
    url.set_path(named.path());
    url.set_query(named.query());
    Some(url)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::calls::LONGEST_MESSAGE;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn knows_a_rate_limit_from_a_missing_permission() {
        let date = ("date", "Thu, 01 Jan 1970 00:16:40 GMT");
        let (remaining, reset) = (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1042"));
        let never = ("x-ratelimit-reset", "18446744073709551615");
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        let table = [
            (403, vec![], "Resource not accessible by integration", None),
            (404, vec![("retry-after", "5")], "", None),
            (429, vec![], "", Some(None)),
            (429, vec![("retry-after", "5")], "", Some(Some(5))),
            (403, vec![("retry-after", "5")], secondary, Some(Some(5))),
            (403, vec![], secondary, Some(None)),
            (403, vec![], "You have triggered an abuse detection mechanism.", Some(None)),
            (403, vec![remaining, reset, date], "API rate limit exceeded", Some(Some(42))),
            (403, vec![remaining, never, date], "API rate limit exceeded", Some(Some(86_400))),
            (403, vec![remaining, reset], "API rate limit exceeded", Some(None)),
            (403, vec![("x-ratelimit-remaining", "4971"), reset, date], "Forbidden", None),
        ];
        for (status, sent, message, expected) in table {
            let status = StatusCode::from_u16(status).expect("a status");
            let got = limit(status, &headers(&sent), message);
            assert_eq!(got, expected.map(|wait| wait.map(Duration::from_secs)), "{status} {sent:?}");
        }
    }

    #[test]
    fn repeats_a_servers_reason_on_one_bounded_line() {
        let text = r#"{"message": "Validation Failed", "errors": [{"message": "Body is too long\n::error::x."}]}"#;
        assert_eq!(message(text), "Validation Failed: Body is too long ::error::x");
        assert_eq!(message(&format!(r#"{{"message": "{}"}}"#, "x".repeat(999))).len(), LONGEST_MESSAGE);
        assert_eq!(message("<html>"), "");
    }
}
