//! What flows between the rooms of Seatrial: spans, sources, YAML nodes, objects, findings, outcomes and the report.
//!
//! Data, the masking of it, and how a character is shown that nobody sees. No parser, no renderer, no socket, no clock, no environment lives here.

mod alteration;
mod belongs_to;
mod catalog;
mod cause;
mod change;
mod comparison;
mod confidential;
mod finding;
mod graph;
mod holding;
mod listed;
mod location;
mod masked;
mod masker;
mod nearest;
mod node;
mod object;
mod once_map;
mod origin;
mod outcome;
mod quick_map;
mod rearrange;
mod release;
mod rendered;
mod report;
mod reported;
mod secret;
mod secrets;
mod shown;
mod slug;
mod source;
mod test_case;
mod text;
mod verdict;

pub use alteration::{Alteration, AlterationKind, AlteredSubject};
pub use belongs_to::BelongsTo;
pub use catalog::{RuleId, RuleInfo, Setting, ids};
pub use cause::{Amount, Cause, IdentityFault, ImageFault, Probe, Reference, Subject};
pub use change::{Action, Change};
pub use comparison::{Age, Compared, Comparison, FailOn, Listing, compare};
pub use finding::{Evidence, Finding, Label, Level, tell_once};
pub use graph::{Graph, GraphNode, Health, HealthExpression, Lifecycle, Needed, NeededKind, NodeState};
pub use holding::{Holding, Holds, NotPutBack};
pub use listed::{counted, listed, listed_in_backticks};
pub use location::{ExcerptLine, Location, locate};
pub use masker::{MASK, Masker};
pub use nearest::{edits, nearest, nearest_of_few};
pub use node::{
    Comments, Derivation, Entries, Entry, Fit, Key, Known, Node, Question, ScalarKind, Shaped, Style, Value,
    json_pointer,
};
pub use object::{Built, GroupKind, Manifest, ObjectId, Owner, group_and_version, group_of, without_hash_suffix};
pub use once_map::OnceMap;
pub use origin::{Contribution, Origin, Override, SetBy};
pub use outcome::{Stage, StageOutcome, StageResult};
pub use quick_map::{QuickMap, QuickSet};
pub use rearrange::rearrange;
pub use release::{Hook, HookEvent, ReleaseName, ReleasePart, ReleaseRole};
pub use rendered::Rendered;
pub use report::{
    Bump, BumpSize, EnvironmentReport, Fix, NotChecked, Patch, PullRequest, Report, ReportedDiff, ReportedDifference,
    ReportedEdit, ReportedFix, ReportedObjectDiff, ReportedValue, Revision, Skipped, SourceLine, Target, TestOutcome,
    TestResult, TextEdit, Tool,
};
pub use reported::{ReportedFinding, ReportedLabel};
pub use secret::Secret;
pub use secrets::is_secret_kind;
pub use shown::{is_unseen, push_escape, shown_in_lines, shown_on_one_line};
pub use slug::slug;
pub use source::{Encoding, FileId, SourceFile, Sources, Span};
pub use test_case::{CaseAge, CaseOutcome, TestCase};
pub use text::Text;
pub use verdict::{EXIT_BROKEN, EXIT_FAILED, EXIT_PASSED, EXIT_USAGE, Verdict};
