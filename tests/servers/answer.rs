//! One HTTP answer of a stand-in.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use serde_json::Value;

use crate::call::{Body, BodyError, full};

/// Status, headers and a JSON body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
    page: Option<String>,
    cut_off: bool,
}

impl Answer {
    /// An answer with a body; `null` sends none.
    #[must_use]
    pub fn new(status: u16, body: Value) -> Answer {
        Answer { status, headers: Vec::new(), body, page: None, cut_off: false }
    }

    /// A page of HTML: a sign-in page, a proxy's.
    #[must_use]
    pub fn page(status: u16, html: &str) -> Answer {
        let content_type = "text/html; charset=utf-8";
        Answer { page: Some(html.to_owned()), ..Answer::new(status, Value::Null) }
            .with_header("content-type", content_type)
    }

    /// Broken off in the middle of its body.
    #[must_use]
    pub fn cut_off(mut self) -> Answer {
        self.cut_off = true;
        self
    }

    /// With a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let body = match self.page {
            Some(page) => Bytes::from(page),
            None if self.body.is_null() => Bytes::new(),
            None => Bytes::from(self.body.to_string()),
        };
        let body = if self.cut_off { half(&body) } else { full(body) };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a test's status is one");
        let headers = response.headers_mut();
        headers.insert("content-type", http::HeaderValue::from_static("application/json; charset=utf-8"));
        for (name, value) in self.headers {
            let name: http::HeaderName = name.parse().expect("a test's header name is one");
            headers.insert(name, value.parse().expect("a test's header value is one"));
        }
        response
    }
}

/// A body of which the length is said and half is sent.
pub(crate) fn half(body: &Bytes) -> Body {
    let length = u64::try_from(body.len()).unwrap_or_default();
    BodyExt::boxed(Half { begun: Some(body.slice(..body.len() / 2)), length })
}

struct Half {
    begun: Option<Bytes>,
    length: u64,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let broken = || Err(io::Error::from(io::ErrorKind::ConnectionReset).into());
        Poll::Ready(Some(self.begun.take().map_or_else(broken, |begun| Ok(Frame::data(begun)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
