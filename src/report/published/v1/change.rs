//! What was done to objects and checks, and what an environment holds after it.

use crate::mirror::{mirrors, mirrors_words};

mirrors! {
    /// Identity of an object, without the version, as Kubernetes identifies it.
    Object of seatrial_model::ObjectId {
        /// API group; empty for the core group.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        group: String,
        /// Kind.
        kind: String,
        /// Namespace; `None` for cluster-scoped objects and where none was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        /// Name.
        name: String,
    }
}

mirrors! {
    /// One object's change.
    Change of seatrial_model::Change {
        /// The object.
        object: Object,
        /// What was done.
        action: Action,
        /// Why, where the action does not speak for itself (skipped).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    }
}

mirrors_words! {
    /// Past-tense action on an object (fluxcd/pkg: `ssa/changeset.go`).
    Action of seatrial_model::Action {
        /// It did not exist.
        Created,
        /// It existed and differed.
        Configured,
        /// It existed and was equal: nothing was sent.
        Unchanged,
        /// It was removed.
        Deleted,
        /// It was left alone; `because` has the reason.
        Skipped,
        /// It was deleted and created again.
        Recreated,
        /// It has another name, and is equal otherwise.
        Renamed,
    }
}

mirrors! {
    /// What an environment holds after the run, and how it came to that.
    Holding of seatrial_model::Holding {
        /// Whose state.
        state: Holds,
        /// The same as a sentence: `dev holds the state of its base a1b2c3d again: 3 configured, 1 deleted`.
        sentence: String,
        /// What was done to which object to put it back, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<Change>,
        /// What could not be put back.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_put_back: Vec<NotPutBack>,
    }
}

mirrors_words! {
    /// Whose state an environment holds.
    Holds of seatrial_model::Holds {
        /// The base's state, as far as it is rendered.
        Base,
        /// The base's state but for the objects that are named, or what the pull request applied until it stopped.
        Mixture,
        /// The pull request's state: nothing was put back.
        PullRequest,
        /// What it held before: it was not this pull request's.
        Others,
    }
}

mirrors! {
    /// An object that is not as the base has it.
    NotPutBack of seatrial_model::NotPutBack {
        /// The object.
        object: Object,
        /// Why it was not put back; a sentence that names the object.
        because: String,
    }
}

mirrors! {
    /// A check that the base has and the pull request removes or changes.
    Alteration of seatrial_model::Alteration {
        /// What kind of check.
        subject: AlteredSubject,
        /// Its name in the configuration.
        name: String,
        /// The environment of a test.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// What is done to it.
        kind: AlterationKind,
        /// What of it, or what follows, as a clause behind a colon: `` `deploy` takes effect after merge ``; empty when there is nothing to add.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        details: String,
    }
}

mirrors_words! {
    /// A kind of check.
    AlteredSubject of seatrial_model::AlteredSubject {
        /// An environment.
        Environment,
        /// A test.
        Test,
        /// The level of a rule.
        Rule,
    }
}

mirrors_words! {
    /// What is done to a check.
    AlterationKind of seatrial_model::AlterationKind {
        /// The pull request does not have it any more.
        Removed,
        /// The pull request has it differently.
        Changed,
    }
}
