//! How objects are shown: as they are, or as rows for people.

use http::{HeaderMap, header};
use serde_json::Value;

use crate::clock::Moment;
use crate::refusal::Refusal;
use crate::requests::request::header_text;
use crate::requests::tables;
use crate::resource::Resource;

/// How objects are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rendering {
    /// As they are.
    Object,
    /// As rows for people (`as=Table`): what `kubectl get` prints.
    Table,
}

impl Rendering {
    /// As the request accepts it.
    ///
    /// # Errors
    /// 406.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Rendering, Refusal> {
        let accept = header_text(headers, header::ACCEPT);
        let first = accept.split(',').next().unwrap_or("");
        if first.contains("as=Table") && first.contains("v=v1") && !first.contains("v=v1beta1") {
            return Ok(Rendering::Table);
        }
        let fits =
            accept.is_empty() || accept.contains("json") || accept.contains("*/*") || accept.contains("text/plain");
        if fits { Ok(Rendering::Object) } else { Err(Refusal::not_acceptable("application/json")) }
    }

    /// An object or a list as it is shown.
    pub(crate) fn render(self, value: Value, resource: &Resource) -> Value {
        match self {
            Rendering::Object => value,
            Rendering::Table => tables::table(resource, value, Moment::now()),
        }
    }
}
