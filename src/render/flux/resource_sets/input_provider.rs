//! A `ResourceSetInputProvider` as it is written, and what is wrong with it, whatever it is asked for (flux-operator: `makeFilters`,
//! `internal/schedule`). Its definition is not embedded: of its fields, those are looked into that its documentation lists.

use seatrial_golang::cron::{self, Schedule, Zone};
use seatrial_golang::duration;
use seatrial_golang::regexp::Expression;
use seatrial_golang::semver::Constraints;
use seatrial_model::{Finding, Level, Manifest, Node, nearest_of_few};

use crate::objects::flux_object::{has_variable, items, spec, text};
use crate::objects::ids;
use crate::resource_sets::schedule::{Schedules, Window};
use crate::resource_sets::tag_filter::TagFilterSpec;

/// What `spec.type` may be.
const TYPES: [&str; 23] = [
    "Static",
    "GitHubPullRequest",
    "GitHubBranch",
    "GitHubTag",
    "GitLabMergeRequest",
    "GitLabBranch",
    "GitLabTag",
    "GitLabEnvironment",
    "AzureDevOpsPullRequest",
    "AzureDevOpsBranch",
    "AzureDevOpsTag",
    "GiteaPullRequest",
    "GiteaBranch",
    "GiteaTag",
    "AWSCodeCommitPullRequest",
    "AWSCodeCommitBranch",
    "AWSCodeCommitTag",
    "OCIArtifactTag",
    "ACRArtifactTag",
    "ECRArtifactTag",
    "GARArtifactTag",
    "ExternalService",
    "ExternalArtifact",
];

/// Fields of `spec.filter` that hold expressions.
const EXPRESSIONS: [&str; 6] =
    ["includeBranch", "excludeBranch", "includeTag", "excludeTag", "includeEnvironment", "excludeEnvironment"];

/// How long a reconciliation may take unless an annotation says otherwise: two minutes.
const TIMEOUT: i64 = 120 * SECOND;

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// A provider that was read.
#[derive(Clone, Debug)]
pub struct ProviderObject {
    /// `spec.type`.
    pub kind: String,
    /// Which tags it takes.
    pub filter: TagFilterSpec,
    /// When it asks for them.
    pub schedules: Schedules,
}

impl ProviderObject {
    /// Whether it lists tags, not branches or pull requests.
    #[must_use]
    pub fn lists_tags(&self) -> bool {
        self.kind.ends_with("Tag")
    }
}

/// Reads a provider.
///
/// # Errors
/// What is wrong with it, and values with variables, of which nothing can be said.
pub fn read(manifest: &Manifest) -> Result<ProviderObject, Vec<Finding>> {
    let wrong: Vec<Finding> =
        wrong_with(manifest).into_iter().filter(|finding| finding.level == Level::Error).collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let filter = |name: &str| text(manifest, &["filter", name]).unwrap_or_default().to_owned();
    let schedule = items(manifest, &["schedule"]);
    let filters = ["includeTag", "excludeTag", "semver", "limit"].map(|name| spec(manifest, &["filter", name]));
    let of_schedule = schedule.iter().flat_map(|one| ["cron", "timeZone", "window"].map(|name| one.get(name)));
    let mut texts = filters.into_iter().chain(of_schedule).flatten().filter_map(Node::scalar_text);
    if let Some(text) = texts.find(|text| has_variable(text)) {
        let message = format!("`{text}` holds a variable, so that nothing can be said of the provider");
        let finding = Finding::new(ids::INPUT_PROVIDER, manifest.span, message).with_object(&manifest.id);
        return Err(vec![finding.with_help("Read it as its environment has it, or fill the value in")]);
    }
    let limit = text(manifest, &["filter", "limit"]).and_then(|limit| limit.parse().ok()).unwrap_or_default();
    Ok(ProviderObject {
        kind: text(manifest, &["type"]).unwrap_or_default().to_owned(),
        filter: TagFilterSpec {
            include: filter("includeTag"),
            exclude: filter("excludeTag"),
            semver: filter("semver"),
            limit,
        },
        schedules: Schedules {
            windows: schedule.iter().filter_map(window).collect(),
            timeout: timeout(manifest) / SECOND,
        },
    })
}

fn window(schedule: &Node) -> Option<Window> {
    let field = |name: &str| schedule.get(name).and_then(Node::scalar_text).unwrap_or_default();
    let (own_zone, cron) = zone_and_cron(field("cron"));
    let zone = if field("timeZone").is_empty() { own_zone.unwrap_or_default() } else { field("timeZone") };
    Some(Window {
        schedule: Schedule::parse(cron).ok()?,
        zone: Zone::named(zone)?,
        seconds: duration::parse(field("window")).unwrap_or_default() / SECOND,
    })
}

/// A schedule may have its zone before it.
fn zone_and_cron(text: &str) -> (Option<&str>, &str) {
    let zoned = text.strip_prefix("CRON_TZ=").or_else(|| text.strip_prefix("TZ="));
    match zoned.and_then(|zoned| zoned.split_once(' ')) {
        Some((zone, cron)) => (Some(zone), cron.trim()),
        None => (None, text),
    }
}

/// Filters that cannot be read, and schedules at which nothing would ever be done.
pub(crate) fn wrong_with(manifest: &Manifest) -> Vec<Finding> {
    let is_one = (manifest.id.group.as_str(), manifest.id.kind.as_str())
        == ("fluxcd.controlplane.io", "ResourceSetInputProvider");
    // A static provider has nothing to filter.
    if !is_one || text(manifest, &["type"]) == Some("Static") {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = unknown_type(manifest).into_iter().collect();
    let mut add = |node: &Node, field: String, why: &str, help: &str| {
        let message = format!("{} cannot list anything: {why}", manifest.id);
        let finding = Finding::new(ids::INPUT_PROVIDER, node.span(), message).with_object(&manifest.id);
        findings.push(finding.with_field(format!("/spec/{field}")).with_help(help));
    };
    for name in EXPRESSIONS {
        if let Some((node, text)) = known(spec(manifest, &["filter", name]))
            && let Err(why) = Expression::new(text)
        {
            let help = "Write a regular expression in Go's syntax, without look-around";
            add(node, format!("filter/{name}"), &format!("in `{name}`, {why}"), help);
        }
    }
    if let Some((node, range)) = known(spec(manifest, &["filter", "semver"]))
        && let Err(why) = Constraints::parse(range)
    {
        add(node, "filter/semver".to_owned(), &why, "Write a range such as `1.2.x`, `^1.4` or `>=1.0.0 <2.0.0`");
    }
    for (at, schedule) in items(manifest, &["schedule"]).iter().enumerate() {
        if let Some((node, text)) = known(schedule.get("cron"))
            && let Some(why) = cron::wrong_with(zone_and_cron(text).1)
        {
            add(node, format!("schedule/{at}/cron"), &format!("`{text}` {why}"), "Correct the schedule");
        }
        if let Some((node, zone)) = known(schedule.get("timeZone"))
            && Zone::named(zone).is_none()
        {
            let why = format!("there is no time zone `{zone}`");
            add(node, format!("schedule/{at}/timeZone"), &why, "Write a name such as `Europe/Berlin`");
        }
        if let Some((node, text)) = known(schedule.get("window"))
            && let Some(window) = duration::parse(text)
            && window != 0
            && window < timeout(manifest).saturating_mul(2)
        {
            let why = format!("the window of `{text}` is shorter than twice the timeout of a reconciliation");
            let help = "Make the window longer, or the annotation `fluxcd.controlplane.io/reconcileTimeout` shorter; without a timeout of \
                        its own, a reconciliation has two minutes";
            add(node, format!("schedule/{at}/window"), &why, help);
        }
    }
    findings
}

/// That nobody knows a type: it may be newer than what is known here.
fn unknown_type(manifest: &Manifest) -> Option<Finding> {
    let (node, text) = known(spec(manifest, &["type"])).filter(|(_, text)| !TYPES.contains(text))?;
    let message = format!("`{text}` is not a type of an input provider that is known");
    let finding = Finding::new(ids::INPUT_PROVIDER, node.span(), message).with_level(Level::Warning);
    let finding = finding.with_object(&manifest.id).with_field("/spec/type");
    Some(match nearest_of_few(text, TYPES) {
        Some(near) => finding.with_help(format!("did you mean `{near}`?")),
        None => finding,
    })
}

/// A text without variables; what is not one is left to the schema.
fn known(node: Option<&Node>) -> Option<(&Node, &str)> {
    let node = node?;
    let text = node.as_str().filter(|text| !text.is_empty() && !has_variable(text))?;
    Some((node, text))
}

fn timeout(manifest: &Manifest) -> i64 {
    let annotation = ["metadata", "annotations", "fluxcd.controlplane.io/reconcileTimeout"];
    let own = manifest.node.at(&annotation).and_then(Node::scalar_text);
    own.and_then(duration::parse).unwrap_or(TIMEOUT)
}
