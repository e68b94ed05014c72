//! One HTTP answer.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::call::{Body, full};

/// Status, headers and a JSON body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Answer {
    /// An answer with a body; `null` sends none.
    #[must_use]
    pub fn new(status: u16, body: Value) -> Answer {
        Answer { status, headers: Vec::new(), body }
    }

    /// An error in GitHub's form.
    #[must_use]
    pub fn error(status: u16, message: &str) -> Answer {
        let page = "https://docs.github.com/rest";
        Answer::new(status, json!({ "message": message, "documentation_url": page, "status": status.to_string() }))
    }

    /// `403 Resource not accessible by integration`: the token lacks a permission.
    #[must_use]
    pub fn forbidden() -> Answer {
        Answer::error(403, "Resource not accessible by integration")
    }

    /// `404 Not Found`: it is not there, or it is kept from us.
    #[must_use]
    pub fn not_found() -> Answer {
        Answer::error(404, "Not Found")
    }

    /// `422 Validation Failed` with one error.
    #[must_use]
    pub fn invalid(resource: &str, field: &str, message: &str) -> Answer {
        let errors = json!([{ "resource": resource, "code": "custom", "field": field, "message": message }]);
        Answer::new(422, json!({ "message": "Validation Failed", "errors": errors, "status": "422" }))
    }

    /// With a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let body = if self.body.is_null() { Bytes::new() } else { Bytes::from(self.body.to_string()) };
        let mut response = Response::new(full(body));
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
