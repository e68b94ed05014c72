//! An `ImagePolicy` as it is written, in all versions of its API; what is wrong with it becomes findings at its lines.

use seatrial_golang::regexp::Expression;
use seatrial_model::{Finding, Manifest, Node, Span};

use super::{Choice, DEFAULT_EXCLUSION, ImagePolicy, Part, PolicySpec, TagFilter, Wrong};
use crate::objects::flux_object::{has_variable, items, namespace, spec};
use crate::objects::ids;

const GROUP: &str = "image.toolkit.fluxcd.io";

/// The texts of a policy that are looked into.
const TEXTS: [&[&str]; 8] = [
    &["policy", "semver", "range"],
    &["policy", "alphabetical", "order"],
    &["policy", "numerical", "order"],
    &["filterTags", "pattern"],
    &["filterTags", "extract"],
    &["imageRepositoryRef", "name"],
    &["imageRepositoryRef", "namespace"],
    &["digestReflectionPolicy"],
];

/// What a policy does with the digest of the tag that wins; the tag is the same with all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DigestReflection {
    /// No digest.
    #[default]
    Never,
    /// The digest that the tag had when it was selected.
    IfNotPresent,
    /// The digest that the tag has, asked for again and again.
    Always,
}

/// A policy that was read.
#[derive(Clone, Debug)]
pub struct PolicyObject {
    /// What it says; without the exclusions of its ImageRepository.
    pub spec: PolicySpec,
    /// What it does with digests.
    pub digest: DigestReflection,
    /// Namespace and name of its ImageRepository.
    pub repository: Option<(String, String)>,
}

/// Reads an ImagePolicy.
///
/// # Errors
/// What is wrong with it: no policy, a value that is not a text, a wrong range, order or pattern; and values with variables, of which nothing
/// can be said.
pub fn read(manifest: &Manifest) -> Result<PolicyObject, Vec<Finding>> {
    let mut reader = Reader { manifest, findings: Vec::new() };
    let choice = reader.choice();
    let filter = spec(manifest, &["filterTags"]).is_some().then(|| TagFilter {
        pattern: reader.text(&["filterTags", "pattern"]),
        extract: reader.text(&["filterTags", "extract"]),
    });
    let name = reader.text(&["imageRepositoryRef", "name"]);
    let other = reader.text(&["imageRepositoryRef", "namespace"]);
    let in_namespace = if other.is_empty() { namespace(manifest).to_owned() } else { other };
    let digest = match reader.text(&["digestReflectionPolicy"]).as_str() {
        "Always" => DigestReflection::Always,
        "IfNotPresent" => DigestReflection::IfNotPresent,
        _ => DigestReflection::Never,
    };
    let Some(choice) = choice.filter(|_| reader.findings.is_empty()) else { return Err(reader.findings) };
    let policy = PolicySpec { choice, filter, exclusions: Vec::new() };
    if let Err(wrong) = ImagePolicy::new(&policy) {
        let each = wrong.iter().map(|wrong| reader.finding(&policy.choice, wrong));
        return Err(each.collect());
    }
    Ok(PolicyObject { spec: policy, digest, repository: Some((in_namespace, name)).filter(|(_, n)| !n.is_empty()) })
}

/// What is wrong with an image policy or an image repository, whatever tags there are. Values with variables are left to those who know
/// them, values of other types to the schema.
pub(crate) fn wrong_with(manifest: &Manifest) -> Vec<Finding> {
    let is_readable = |path: &[&str]| {
        let text = spec(manifest, path).map(|node| node.as_str().filter(|text| !has_variable(text)));
        text.is_none_or(|text| text.is_some())
    };
    match (manifest.id.group.as_str(), manifest.id.kind.as_str()) {
        (GROUP, "ImagePolicy") if TEXTS.into_iter().all(is_readable) => read(manifest).err().unwrap_or_default(),
        (GROUP, "ImageRepository") => exclusions(Some(manifest)).err().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The expressions of tags that an ImageRepository leaves out.
///
/// # Errors
/// A finding for each that is not an expression.
pub fn exclusions(repository: Option<&Manifest>) -> Result<Vec<String>, Vec<Finding>> {
    let Some(repository) = repository else { return Ok(vec![DEFAULT_EXCLUSION.to_owned()]) };
    let listed = items(repository, &["exclusionList"]);
    let wrong = listed.iter().enumerate().filter_map(|(at, item)| {
        let pattern = item.scalar_text().filter(|text| !has_variable(text))?;
        let why = Expression::new(pattern).err()?;
        let message = format!("{} cannot be scanned: {why}", repository.id);
        let finding = Finding::new(ids::IMAGE_POLICY, item.span(), message).with_object(&repository.id);
        Some(finding.with_field(format!("/spec/exclusionList/{at}")).with_help(Part::Pattern.way_out()))
    });
    let wrong: Vec<Finding> = wrong.collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let texts: Vec<String> = listed.iter().filter_map(|item| item.scalar_text().map(str::to_owned)).collect();
    Ok(if texts.is_empty() { vec![DEFAULT_EXCLUSION.to_owned()] } else { texts })
}

struct Reader<'a> {
    manifest: &'a Manifest,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// The first of the three that is there counts, in this order.
    fn choice(&mut self) -> Option<Choice> {
        if spec(self.manifest, &["policy", "semver"]).is_some() {
            return Some(Choice::Semver(self.text(&["policy", "semver", "range"])));
        }
        if spec(self.manifest, &["policy", "alphabetical"]).is_some() {
            return Some(Choice::Alphabetical(self.text(&["policy", "alphabetical", "order"])));
        }
        if spec(self.manifest, &["policy", "numerical"]).is_some() {
            return Some(Choice::Numerical(self.text(&["policy", "numerical", "order"])));
        }
        let span = spec(self.manifest, &["policy"]).map_or_else(|| self.manifest.node.span(), Node::span);
        let message = format!("{} does not say how tags are compared", self.manifest.id);
        self.add(span, message, &["policy"], "Write `semver`, `alphabetical` or `numerical` under `spec.policy`");
        None
    }

    /// A text; empty where there is none.
    fn text(&mut self, path: &[&str]) -> String {
        let Some(node) = spec(self.manifest, path) else { return String::new() };
        match node.as_str() {
            Some(text) if has_variable(text) => {
                let message = format!("`{text}` holds a variable, so that nothing can be said of the policy");
                self.add(node.span(), message, path, "Read the policy as its environment has it, or fill the value in");
                String::new()
            }
            Some(text) => text.to_owned(),
            None => {
                let message = format!("`spec.{}` is {}, not a string", path.join("."), node.describe());
                self.add(node.span(), message, path, "Write it in quotes");
                String::new()
            }
        }
    }

    fn add(&mut self, span: Span, message: String, path: &[&str], help: &str) {
        let field = format!("/spec/{}", path.join("/"));
        let finding = Finding::new(ids::IMAGE_POLICY, span, message).with_object(&self.manifest.id);
        self.findings.push(finding.with_field(field).with_help(help));
    }

    fn finding(&self, choice: &Choice, wrong: &Wrong) -> Finding {
        let path: &[&str] = match (wrong.part, choice) {
            (Part::Pattern, _) => &["filterTags", "pattern"],
            (Part::Extract, _) => &["filterTags", "extract"],
            (Part::Range, _) | (_, Choice::Semver(_)) => &["policy", "semver", "range"],
            (_, Choice::Alphabetical(_)) => &["policy", "alphabetical", "order"],
            (_, Choice::Numerical(_)) => &["policy", "numerical", "order"],
        };
        // A range that is missing is missed where it would stand.
        let nearest = (1..=path.len()).rev().find_map(|length| spec(self.manifest, path.get(..length)?));
        let span = nearest.map_or_else(|| self.manifest.node.span(), Node::span);
        let message = format!("{} cannot select a tag: {}", self.manifest.id, wrong.because);
        let finding = Finding::new(ids::IMAGE_POLICY, span, message).with_object(&self.manifest.id);
        finding.with_field(format!("/spec/{}", path.join("/"))).with_help(wrong.part.way_out())
    }
}

impl Part {
    /// What to write instead, as a sentence.
    #[must_use]
    pub fn way_out(self) -> &'static str {
        match self {
            Part::Range => "Write a range such as `1.2.x`, `^1.4`, `>=1.0.0 <2.0.0` or, with pre-releases, `>=1.0.0-0`",
            Part::Order => "Write `asc` to select the last one, or `desc` to select the first",
            Part::Extract => "Write the name of a group, as in `$version`, or its number, as in `$1`",
            Part::Pattern | Part::Exclusion(_) => {
                "Write a regular expression in Go's syntax (https://github.com/google/re2/wiki/Syntax), without look-around"
            }
        }
    }
}
