//! How GitHub words what it refuses.

use serde_json::json;

use crate::answer::Answer;

impl Answer {
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
}
