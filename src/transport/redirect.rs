//! Where a redirect leads, and whether it is followed. Pure.
//!
//! A redirect is the word of whoever answered. It is followed within the origin that was asked, from HTTP to HTTPS on the same host, and to
//! origins that the caller named; once it leaves the origin, nothing goes along that could be a credential, not even back.

use std::fmt;

use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use reqwest::Request;
use url::Url;

use crate::is_barred;

/// Headers that may go to another origin. Whatever else a caller sets may be a credential under a name of its own (`X-Api-Key`).
const HARMLESS: [HeaderName; 7] = [
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CACHE_CONTROL,
    header::PRAGMA,
    header::USER_AGENT,
];

/// Longer hosts than DNS allows are cut where they are shown.
const LONGEST_HOST: usize = 255;

/// Whether redirects are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects<'a> {
    /// Up to ten of them: within the origin that was asked, from HTTP to HTTPS on the same host and default ports, and to these origins.
    /// Another one is an error. Credentials stay with the first origin.
    Follow(&'a [Origin]),
    /// Up to ten of them, to any origin, as registries send readers to where their blobs are; never from HTTPS to HTTP. Credentials stay with
    /// the first origin.
    Anywhere,
    /// A redirect is the answer.
    Stop,
}

/// Why a redirect was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfollowed {
    /// It leads to another origin.
    OtherOrigin,
    /// It leads to a link-local or metadata address.
    Barred,
    /// It leads to something else than HTTP.
    NotHttp,
}

impl fmt::Display for Unfollowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unfollowed::OtherOrigin => "which is another origin",
            Unfollowed::Barred => "which is a link-local or metadata address",
            Unfollowed::NotHttp => "which is not HTTP",
        })
    }
}

/// Scheme, host and port (RFC 6454) of HTTP or HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// That of an address; `None` where it is not HTTP.
    #[must_use]
    pub fn of(url: &Url) -> Option<Origin> {
        let scheme = matches!(url.scheme(), "http" | "https").then(|| url.scheme().to_owned())?;
        Some(Origin { scheme, host: url.host_str()?.to_owned(), port: url.port_or_known_default()? })
    }

    /// Reads `https://login.example.com` or `https://login.example.com:8443`; `None` for what is more, or less, than an origin.
    #[must_use]
    pub fn parse(text: &str) -> Option<Origin> {
        let url = Url::parse(text).ok()?;
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        let bare = bare && url.query().is_none() && url.fragment().is_none();
        // The URL standard takes `*` for a character of a name; here it would be a promise that is not kept.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        Origin::of(&url).filter(|origin| bare && origin.host.chars().all(plain))
    }

    /// From HTTP to HTTPS on the same host, both at their default ports.
    fn is_upgraded_by(&self, next: &Origin) -> bool {
        let ports = (self.scheme.as_str(), self.port, next.scheme.as_str(), next.port);
        self.host == next.host && ports == ("http", 80, "https", 443)
    }
}

/// The request that an answer to `asked` sends us to; `None` when the answer is the result.
///
/// # Errors
/// The address and the reason, where it leads somewhere that is not followed.
pub(crate) fn next(
    asked: &Request,
    status: StatusCode,
    headers: &HeaderMap,
    redirects: Redirects<'_>,
) -> Result<Option<Request>, (Url, Unfollowed)> {
    if redirects == Redirects::Stop {
        return Ok(None);
    }
    let Some(target) = target(asked, status, headers) else { return Ok(None) };
    let refuse = |url: &Url, why| Err((url.clone(), why));
    if is_barred(&target) {
        return refuse(&target, Unfollowed::Barred);
    }
    let Some(to) = Origin::of(&target) else { return refuse(&target, Unfollowed::NotHttp) };
    let from = Origin::of(asked.url());
    let stays = from.as_ref() == Some(&to);
    if !stays {
        let known = match redirects {
            Redirects::Follow(allowed) => {
                allowed.contains(&to) || from.as_ref().is_some_and(|from| from.is_upgraded_by(&to))
            }
            Redirects::Anywhere => to.scheme == "https" || from.as_ref().is_some_and(|from| from.scheme == "http"),
            Redirects::Stop => false,
        };
        // What a caller writes is meant for whom it asked.
        if !known || !is_reading(asked.method()) {
            return refuse(&target, Unfollowed::OtherOrigin);
        }
    }
    let Some(mut request) = asked.try_clone() else { return Ok(None) };
    *request.url_mut() = target;
    if !stays {
        *request.headers_mut() = harmless(asked.headers());
        *request.body_mut() = None;
    }
    Ok(Some(request))
}

/// Where an answer points. The older statuses turn a request that writes into one that reads: that would look like success, so they are answers.
fn target(asked: &Request, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
    let followed = match status.as_u16() {
        307 | 308 => true,
        301..=303 => is_reading(asked.method()),
        _ => false,
    };
    if !followed {
        return None;
    }
    let location = std::str::from_utf8(headers.get(header::LOCATION)?.as_bytes()).ok()?;
    let mut target = asked.url().join(location).ok()?;
    target.set_fragment(None);
    // Fails only for addresses without a host, which are not followed. The server chooses no credentials for us.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    Some(target)
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn harmless(headers: &HeaderMap) -> HeaderMap {
    headers.iter().filter(|(name, _)| HARMLESS.contains(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// `https://login.example.com:8443`, without path, query and credentials; `mailto:` where there is no host.
#[must_use]
pub fn shown_origin(url: &Url) -> String {
    let Some(host) = url.host_str() else { return format!("{}:", url.scheme()) };
    let host: String = host.chars().take(LONGEST_HOST).map(|c| if c == '`' { '\'' } else { c }).collect();
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a test address")
    }

    fn moved(asked: &Request, status: u16, location: &str, allowed: &[&str]) -> Result<Option<Request>, Unfollowed> {
        let status = StatusCode::from_u16(status).expect("a status");
        let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().expect("a header"))]);
        let allowed: Vec<Origin> = allowed.iter().map(|text| Origin::parse(text).expect("an origin")).collect();
        next(asked, status, &headers, Redirects::Follow(&allowed)).map_err(|(_, why)| why)
    }

    #[test]
    fn is_followed_within_the_origin_and_where_the_caller_says_so() {
        use Unfollowed::{Barred, NotHttp, OtherOrigin};
        let asked = "http://shop.example.com/a/b?x=1";
        /// From, to, allowed; where it leads.
        type Row<'a> = (&'a str, &'a str, &'a [&'a str], Result<&'a str, Unfollowed>);
        let table: [Row<'_>; 30] = [
            (asked, "/there?y=2#z", &[], Ok("http://shop.example.com/there?y=2")),
            (asked, "there", &[], Ok("http://shop.example.com/a/there")),
            (asked, "HTTP://SHOP.example.com:80/x", &[], Ok("http://shop.example.com/x")),
            (asked, "http://eve:x@shop.example.com/", &[], Ok("http://shop.example.com/")),
            (asked, "https://shop.example.com/x", &[], Ok("https://shop.example.com/x")),
            (asked, "//shop.example.com/x", &[], Ok("http://shop.example.com/x")),
            (asked, "http://127.0.0.1:8080/admin", &[], Err(OtherOrigin)),
            (asked, "http://shop.example.com:8080/", &[], Err(OtherOrigin)),
            (asked, "https://shop.example.com:8443/", &[], Err(OtherOrigin)),
            (asked, "https://www.shop.example.com/", &[], Err(OtherOrigin)),
            (asked, "http://shop.example.com./", &[], Err(OtherOrigin)),
            (asked, "http://shop.example.com@evil.example/", &[], Err(OtherOrigin)),
            (asked, "//evil.example/", &[], Err(OtherOrigin)),
            (asked, "/\\evil.example/", &[], Err(OtherOrigin)),
            (asked, "\\\\evil.example/", &[], Err(OtherOrigin)),
            (asked, "http:\\\\evil.example/", &[], Err(OtherOrigin)),
            ("https://shop.example.com/", "http://shop.example.com/", &[], Err(OtherOrigin)),
            ("http://shop.example.com:8080/", "https://shop.example.com/", &[], Err(OtherOrigin)),
            (asked, "https://login.example.com/x", &["https://login.example.com"], Ok("https://login.example.com/x")),
            (asked, "http://login.example.com/x", &["https://login.example.com"], Err(OtherOrigin)),
            (asked, "https://login.example.com:8443/", &["https://login.example.com"], Err(OtherOrigin)),
            (asked, "https://x.login.example.com/", &["https://login.example.com"], Err(OtherOrigin)),
            (asked, "http://169.254.169.254/latest", &["http://169.254.169.254"], Err(Barred)),
            (asked, "http://[::ffff:a9fe:a9fe]/", &[], Err(Barred)),
            (asked, "http://metadata.google.internal/", &[], Err(Barred)),
            (asked, "http://0x7f.1/", &[], Err(OtherOrigin)),
            (asked, "gopher://127.0.0.1:6379/_x", &[], Err(NotHttp)),
            (asked, "file:///etc/passwd", &[], Err(NotHttp)),
            (asked, "data:text/plain,x", &[], Err(NotHttp)),
            (asked, "ftp://shop.example.com/", &[], Err(NotHttp)),
        ];
        for (from, to, allowed, expected) in table {
            let asked = Request::new(Method::GET, url(from));
            let found = moved(&asked, 302, to, allowed).map(|next| next.expect("a next request").url().to_string());
            assert_eq!(found, expected.map(str::to_owned), "{from} → {to}");
        }
    }

    #[test]
    fn blobs_may_be_anywhere_and_get_no_credentials_there() {
        let mut asked = Request::new(Method::GET, url("https://registry.example.com/v2/a/blobs/x"));
        asked.headers_mut().insert("authorization", "x".parse().expect("a header"));
        let to = |asked: &Request, location: &str| {
            let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().expect("a header"))]);
            next(asked, StatusCode::TEMPORARY_REDIRECT, &headers, Redirects::Anywhere).map_err(|(_, why)| why)
        };
        let moved = to(&asked, "https://blobs.example.net/x?sig=y").expect("followed").expect("a request");
        assert_eq!(moved.url().as_str(), "https://blobs.example.net/x?sig=y");
        assert!(moved.headers().get("authorization").is_none());
        let refused = |location| to(&asked, location).map(|_| ());
        assert_eq!(refused("http://blobs.example.net/x"), Err(Unfollowed::OtherOrigin));
        assert_eq!(refused("https://169.254.169.254/x"), Err(Unfollowed::Barred));
        let plain = Request::new(Method::GET, url("http://127.0.0.1:5000/v2/a/blobs/x"));
        assert!(to(&plain, "http://127.0.0.1:9000/x").is_ok_and(|next| next.is_some()));
    }

    #[test]
    fn only_harmless_headers_leave_the_origin() {
        let mut asked = Request::new(Method::GET, url("http://shop.example.com/"));
        for name in ["authorization", "cookie", "x-api-key", "host", "accept", "user-agent", "x-request-id"] {
            asked.headers_mut().insert(name, "x".parse().expect("a header"));
        }
        let names = |request: Request| request.headers().keys().map(ToString::to_string).collect::<Vec<_>>();
        let stays = moved(&asked, 302, "/x", &[]).expect("followed").expect("a request");
        assert_eq!(names(stays).len(), 7);
        let allowed = ["https://login.example.com"];
        let left = moved(&asked, 307, "https://login.example.com/", &allowed).expect("followed").expect("a request");
        let back = moved(&left, 302, "http://shop.example.com/", &["http://shop.example.com"]);
        assert_eq!(names(left), ["accept", "user-agent"]);
        assert_eq!(names(back.expect("followed").expect("a request")), ["accept", "user-agent"]);
        let upgraded = moved(&asked, 301, "https://shop.example.com/", &[]).expect("followed").expect("a request");
        assert_eq!(names(upgraded), ["accept", "user-agent"]);
    }

    #[test]
    fn what_writes_stays_a_write_and_with_whom_it_was_meant_for() {
        let mut asked = Request::new(Method::POST, url("http://api.example.com/"));
        *asked.body_mut() = Some("secret".into());
        for status in [301, 302, 303] {
            assert!(moved(&asked, status, "/x", &[]).expect("an answer").is_none(), "{status}");
        }
        let next = moved(&asked, 307, "/x", &[]).expect("followed").expect("a request");
        assert_eq!(next.method(), Method::POST);
        assert_eq!(next.body().and_then(|body| body.as_bytes()), Some(&b"secret"[..]));
        let upgrade = moved(&asked, 308, "https://api.example.com/", &[]);
        assert_eq!(upgrade.map(|_| ()), Err(Unfollowed::OtherOrigin));
    }

    #[test]
    fn what_names_no_place_is_the_answer() {
        let asked = Request::new(Method::GET, url("http://shop.example.com/"));
        let table: [(u16, &[u8]); 6] =
            [(200, b"/x"), (300, b"/x"), (304, b"/x"), (305, b"/x"), (302, b"http://["), (302, b"/\xff")];
        for (status, location) in table {
            let status = StatusCode::from_u16(status).expect("a status");
            let value = http::HeaderValue::from_bytes(location).expect("a header");
            let headers = HeaderMap::from_iter([(header::LOCATION, value)]);
            assert!(
                matches!(next(&asked, status, &headers, Redirects::Follow(&[])), Ok(None)),
                "{status} {location:?}"
            );
        }
        assert!(matches!(next(&asked, StatusCode::FOUND, &HeaderMap::new(), Redirects::Anywhere), Ok(None)));
    }

    #[test]
    fn an_origin_is_no_more_than_that() {
        let port = |text: &str| Origin::parse(text).map(|origin| origin.port);
        assert_eq!(port("https://login.example.com"), Some(443));
        assert_eq!(port("http://10.0.0.1:8080/"), Some(8080));
        for bad in [
            "login.example.com",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a#b",
            "https://*",
            "ftp://a",
        ] {
            assert_eq!(port(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_target_is_shown_by_its_host() {
        assert_eq!(
            shown_origin(&url("https://u:p@login.example.com:8443/x?token=y")),
            "https://login.example.com:8443"
        );
        assert_eq!(shown_origin(&url("mailto:bob@example.com")), "mailto:");
        assert_eq!(shown_origin(&url("gopher://a`b/")), "gopher://a'b");
    }
}
