//! Where an object, or the objects of a kind, are; and the calls that go there.

use std::time::Duration;

use kube::core::request::{Error as RequestError, Request};

use crate::ApiError;
use crate::call::answer::{About, qualified};
use crate::call::{Call, MostBody, Repeat};
use crate::cluster::discovery::Served;
use crate::cluster::path::segment;

const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// The API server's own limit; a slow admission webhook may take half of it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
const MOST_OF_AN_OBJECT: usize = 8 << 20;

/// Where an object, or the objects of a kind, are.
pub(crate) struct Destination {
    pub(crate) request: Request,
    /// The name, as it stands in the path; empty for a kind.
    pub(crate) segment: String,
    pub(crate) about: About,
}

impl Destination {
    /// The collection of a kind.
    pub(crate) fn of_kind(served: &Served, namespace: Option<&str>) -> Result<Destination, ApiError> {
        let resource = &served.resource;
        let root = if resource.group.is_empty() { "api" } else { "apis" };
        let within = match namespace {
            Some(name) => {
                let segment = segment(name).ok_or_else(|| impossible("Namespace", name))?;
                format!("namespaces/{segment}/")
            }
            None => String::new(),
        };
        let path = format!("/{root}/{}/{within}{}", resource.api_version, resource.plural);
        let about = About {
            resource: qualified(&resource.plural, &resource.group),
            namespace: namespace.map(str::to_owned),
            kind: Some((resource.api_version.clone(), resource.kind.clone())),
            ..About::default()
        };
        Ok(Destination { request: Request::new(path), segment: String::new(), about })
    }

    /// One object of the kind.
    pub(crate) fn name(&mut self, kind: &str, name: &str) -> Result<(), ApiError> {
        self.segment = segment(name).ok_or_else(|| impossible(kind, name))?;
        self.about.name = Some(name.to_owned());
        Ok(())
    }

    /// A call that changes nothing.
    pub(crate) fn read(
        &self,
        verb: &'static str,
        request: Result<http::Request<Vec<u8>>, RequestError>,
    ) -> Result<Call, ApiError> {
        let about = About { verb, ..self.about.clone() };
        let (request, body) = (request.map_err(|error| self.unasked(&error))?, MostBody::Refuse(MOST_OF_AN_OBJECT));
        Ok(Call { request, about, repeat: Repeat::Harmless, timeout: READ_TIMEOUT, body })
    }

    /// A call that may change something.
    pub(crate) fn write(
        &self,
        verb: &'static str,
        request: Result<http::Request<Vec<u8>>, RequestError>,
        repeat: Repeat,
    ) -> Result<Call, ApiError> {
        let mut call = self.read(verb, request)?;
        (call.repeat, call.timeout) = (repeat, WRITE_TIMEOUT);
        Ok(call)
    }

    fn unasked(&self, error: &RequestError) -> ApiError {
        ApiError::Configuration(format!("cannot request {}: {error}", self.about.resource))
    }
}

fn impossible(kind: &str, name: &str) -> ApiError {
    let message = format!("`{name}` is not a valid name for a {kind}");
    let causes = vec![("metadata.name".to_owned(), message.clone())];
    ApiError::Rejected { code: 422, reason: "Invalid".to_owned(), message, causes }
}
