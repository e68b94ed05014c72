//! How one run of a test ended.

use seatrial_model::{Cause, Evidence, ObjectId, TestCase, TestOutcome};

/// How one run of a test ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: TestOutcome,
    pub(crate) message: String,
    pub(crate) attempts: u32,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) cases: Vec<TestCase>,
    pub(crate) artifacts: Vec<String>,
    /// How often and for how long it asked, as the message ends; empty where that is not told.
    pub(crate) summary: String,
    /// Whether nobody listened on the port that was asked.
    pub(crate) is_refused: bool,
    /// Why, where that lies in a Service.
    pub(crate) fault: Option<ServiceFault>,
}

impl Ended {
    pub(crate) fn new(outcome: TestOutcome, message: impl Into<String>, attempts: u32) -> Ended {
        let (evidence, cases, artifacts) = Default::default();
        let (summary, is_refused, fault) = (String::new(), false, None);
        Ended { outcome, message: message.into(), attempts, evidence, cases, artifacts, summary, is_refused, fault }
    }

    pub(crate) fn passed(attempts: u32) -> Ended {
        Ended::new(TestOutcome::Passed, "", attempts)
    }

    pub(crate) fn failed(message: String, attempts: u32) -> Ended {
        Ended::new(TestOutcome::Failed, message, attempts)
    }

    pub(crate) fn broken(message: String, attempts: u32) -> Ended {
        Ended::new(TestOutcome::Broken, message, attempts)
    }

    pub(crate) fn is_passed(&self) -> bool {
        self.outcome == TestOutcome::Passed
    }

    /// Adds something that a reader should know and that decides nothing.
    pub(crate) fn remark(&mut self, text: &str) {
        self.evidence.push(Evidence { title: "remarks".to_owned(), text: text.to_owned() });
    }

    pub(crate) fn skipped(message: impl Into<String>) -> Ended {
        Ended::new(TestOutcome::Skipped, message, 0)
    }
}

/// A Service that is not answered for, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFault {
    /// The Service, as it is on the cluster.
    pub service: ObjectId,
    /// Why: about the Service, or about the pods behind it.
    pub cause: Cause,
}
