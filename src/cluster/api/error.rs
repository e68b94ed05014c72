//! What can go wrong with the API server, each with its sentence.

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The manager: `kustomize-controller`.
    pub manager: String,
    /// The field: `.spec.replicas`.
    pub field: String,
}

/// The API server could not be asked, or refused.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ApiError {
    /// The kubeconfig, the context or the credential plugin is wrong; a sentence.
    #[error("{0}")]
    Configuration(String),
    /// No connection.
    #[error("cannot reach the cluster at {address}: {cause}")]
    Unreachable {
        /// Address of the API server.
        address: String,
        /// The innermost cause.
        cause: String,
    },
    /// 401.
    #[error("the cluster does not accept the credentials (401): {message}")]
    Unauthorized {
        /// The server's words.
        message: String,
    },
    /// 403 by RBAC: the verb and resource that are missing.
    #[error("not allowed: {verb} {resource}{}", .namespace.as_ref().map_or_else(|| " in the whole cluster".to_owned(), |n| format!(" in namespace {n}")))]
    Forbidden {
        /// `patch`.
        verb: String,
        /// `deployments.apps`.
        resource: String,
        /// The namespace, for a namespaced request.
        namespace: Option<String>,
        /// Who was refused, when the server says so.
        user: Option<String>,
        /// The server's words.
        message: String,
    },
    /// 404.
    #[error("{0} not found")]
    NotFound(String),
    /// The kind is not served by this cluster.
    #[error("the cluster does not serve {api_version} {kind}")]
    UnknownKind {
        /// `apps/v1`.
        api_version: String,
        /// `Deployment`.
        kind: String,
    },
    /// 409 of a server-side apply.
    #[error("{}", conflicts_text(.0))]
    FieldConflict(Vec<Conflict>),
    /// 409 otherwise, 400, 422, or 403 by admission: the object is refused.
    #[error("{message}")]
    Rejected {
        /// HTTP status.
        code: u16,
        /// The server's reason: `Invalid`, `AlreadyExists`.
        reason: String,
        /// The server's words.
        message: String,
        /// Fields it names, with the words for each: `(spec.replicas, must be …)`.
        causes: Vec<(String, String)>,
    },
    /// 429 to the end of our patience.
    #[error("the API server is overloaded (429) and asked to wait longer than the deadline")]
    TooManyRequests,
    /// 5xx.
    #[error("the API server failed ({code}): {message}")]
    Server {
        /// HTTP status.
        code: u16,
        /// The server's words.
        message: String,
    },
    /// The connection broke: what was sent may have been carried out.
    #[error("the connection to the API server broke: {0}")]
    Closed(String),
    /// No answer in time.
    #[error("the API server did not answer within {seconds} s")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
}

fn conflicts_text(conflicts: &[Conflict]) -> String {
    let each = conflicts.iter().map(|c| format!("{} is owned by {}", c.field, c.manager));
    each.collect::<Vec<_>>().join(", ")
}

impl ApiError {
    /// Whether asking again may help: the server, or the way to it, failed.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            ApiError::Server { .. }
                | ApiError::Closed(_)
                | ApiError::TimedOut { .. }
                | ApiError::TooManyRequests
                | ApiError::Unreachable { .. }
        )
    }

    /// Whether the change, not the infrastructure, is at fault.
    #[must_use]
    pub fn is_the_changes_fault(&self) -> bool {
        matches!(self, ApiError::FieldConflict(_) | ApiError::Rejected { .. } | ApiError::UnknownKind { .. })
    }
}
