//! Findings as a reader wants them: what one line did wrong is told once, however many environments and objects have it.
//!
//! The report itself keeps every finding of every object: fingerprints, ages and the JSON report are about those.

use std::collections::{BTreeSet, HashMap};

use crate::{Age, Level, ObjectId, Report, ReportedFinding, Stage, listed};

/// Objects that are named beside the first one.
const MOST_OBJECTS: usize = 3;

impl Report {
    /// The same report with one finding for each mistake, that is for what has one place, rule and field. It names all environments, and the
    /// other objects in a note. What a deployment or a test found is told by its sentence, too: one line may fail in several ways.
    #[must_use]
    pub fn by_mistake(&self) -> Report {
        let order = self.environments.iter().enumerate().map(|(position, e)| (e.name.as_str(), position)).collect();
        Report {
            findings: merge(&self.findings, &order),
            fixed: merge(&self.fixed, &order),
            tool: self.tool.clone(),
            command: self.command.clone(),
            revision: self.revision.clone(),
            environments: self.environments.clone(),
            alterations: self.alterations.clone(),
            patch: self.patch.clone(),
            notices: self.notices.clone(),
            broken: self.broken.clone(),
            run_url: self.run_url.clone(),
            ..*self
        }
    }
}

/// One finding for each mistake, in the order of their first ones.
fn merge(findings: &[ReportedFinding], order: &HashMap<&str, usize>) -> Vec<ReportedFinding> {
    let mut groups: Vec<Vec<&ReportedFinding>> = Vec::new();
    let mut known: HashMap<Mistake<'_>, usize> = HashMap::new();
    for finding in findings {
        let position = *known.entry(Mistake::of(finding)).or_insert(groups.len());
        match groups.get_mut(position) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.iter().filter_map(|group| merged(group, order)).collect()
}

fn merged(group: &[&ReportedFinding], order: &HashMap<&str, usize>) -> Option<ReportedFinding> {
    let position = |name: &str| order.get(name).copied();
    let first = group.iter().min_by_key(|finding| finding.environments.first().and_then(|name| position(name)))?;
    let mut told = (*first).clone();
    if group.len() == 1 {
        return Some(told);
    }
    let mut names: Vec<&String> =
        group.iter().flat_map(|finding| &finding.environments).collect::<BTreeSet<_>>().into_iter().collect();
    names.sort_by_key(|name| position(name));
    told.environments = names.into_iter().cloned().collect();
    let objects: BTreeSet<&ObjectId> = group.iter().filter_map(|finding| finding.object.as_ref()).collect();
    let objects: Vec<&ObjectId> = objects.into_iter().filter(|object| Some(*object) != first.object.as_ref()).collect();
    group.iter().for_each(|finding| told.agree_on_fix(finding));
    told.notes.extend(also(&objects));
    Some(told)
}

/// `the same in Deployment prod/web and 4 more`.
fn also(objects: &[&ObjectId]) -> Option<String> {
    let names: Vec<String> = objects.iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| format!("the same in {}", listed(&names, MOST_OBJECTS)))
}

/// What makes findings one mistake.
#[derive(PartialEq, Eq, Hash)]
struct Mistake<'a> {
    age: Age,
    level: Level,
    stage: Option<Stage>,
    rule: &'a str,
    place: (&'a str, usize, usize, usize, usize),
    /// The last name of the field: a label of a kustomization is set in many fields, and items of a list may stand elsewhere.
    field: Option<&'a str>,
    /// The sentence, where place, rule and field do not say what is wrong.
    message: Option<&'a str>,
}

impl Mistake<'_> {
    fn of(finding: &ReportedFinding) -> Mistake<'_> {
        let at = &finding.primary.location;
        let is_live = matches!(finding.stage, Some(Stage::Deploy | Stage::Test));
        let is_vague = at.path.is_empty() || finding.object.is_none();
        Mistake {
            age: finding.age,
            level: finding.level,
            stage: finding.stage,
            rule: &finding.rule,
            place: (&at.path, at.line, at.column, at.end_line, at.end_column),
            field: finding.field.as_deref().and_then(last_name),
            message: (is_live || is_vague).then_some(finding.message.as_str()),
        }
    }
}

/// The last name of a JSON pointer; positions in lists are passed over.
fn last_name(pointer: &str) -> Option<&str> {
    pointer.rsplit('/').find(|name| !name.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, Masker, ReportedEdit, ReportedFix, Sources, Span, ids};

    /// A finding of an object, at the first or the second line of a file.
    fn finding(name: &str, namespace: &str, field: &str, line: usize) -> ReportedFinding {
        let sources = Sources::new();
        let file = sources.add("a.yaml", "a: 1\nb: 2\n".to_owned());
        let start = (line - 1) * 5;
        let object = ObjectId::new("apps", "Deployment", Some(namespace), name);
        let found =
            Finding::new(ids::INVALID_OBJECT, Span::new(file.id(), start, start + 1), format!("{object} is wrong"));
        ReportedFinding::resolve(&found.with_object(&object).with_field(field), &sources, &Masker::new())
    }

    fn told(report: &Report) -> Vec<String> {
        let line =
            |f: &ReportedFinding| format!("{} in {}; {}", f.message, f.environments.join(","), f.notes.join("; "));
        report.by_mistake().findings.iter().map(line).collect()
    }

    #[test]
    fn one_line_that_breaks_five_overlays_is_one_mistake() {
        let mut report = Report::new("validate", "0");
        for name in ["dev", "test", "acc", "pre", "prod"] {
            report.add_findings(Some(name), &[finding(&format!("{name}-web"), name, "/spec/replicas", 1)]);
        }
        assert_eq!(
            told(&report),
            ["Deployment dev/dev-web is wrong in acc,dev,pre,prod,test; the same in Deployment acc/acc-web, \
              Deployment pre/pre-web, Deployment prod/prod-web and 1 more"]
        );
        assert_eq!(report.findings.len(), 5, "the report keeps each");
    }

    #[test]
    fn places_and_fields_are_told_apart_and_positions_in_lists_are_not() {
        let mut report = Report::new("validate", "0");
        let port = |at: usize| format!("/spec/ports/{at}/port");
        report.add_findings(
            Some("dev"),
            &[
                finding("web", "shop", &port(0), 1),
                finding("web", "shop", &port(1), 1),
                finding("web", "shop", &port(0), 2),
                finding("web", "shop", "/spec/ports/0/name", 1),
            ],
        );
        assert_eq!(report.by_mistake().findings.len(), 3);
    }

    #[test]
    fn what_is_live_is_told_apart_by_its_sentence() {
        let mut report = Report::new("run", "0");
        let mut of = |name: &str, message: &str| {
            let finding = finding("web", "shop", "/metadata/name", 1).found_by(Stage::Deploy);
            report.add_findings(Some(name), &[ReportedFinding { message: message.to_owned(), ..finding }]);
        };
        of("dev", "the quota is used up");
        of("test", "the probe fails");
        assert_eq!(report.by_mistake().findings.len(), 2);
    }

    #[test]
    fn a_fix_is_kept_where_all_of_a_mistake_have_it() {
        let edit =
            ReportedEdit { path: "a.yaml".into(), line: 1, column: 1, end_line: 1, end_column: 2, text: "b".into() };
        let fix = Some(ReportedFix { title: "write `b`".into(), edits: vec![edit] });
        let fixes = |fixes: [&Option<ReportedFix>; 2], names: [&str; 2]| {
            let mut report = Report::new("validate", "0");
            for ((environment, fix), name) in ["dev", "prod"].into_iter().zip(fixes).zip(names) {
                let found = finding(name, "shop", "/spec/replicas", 1);
                report.add_findings(Some(environment), &[ReportedFinding { fix: fix.clone(), ..found }]);
            }
            report.by_mistake().findings.into_iter().map(|finding| finding.fix).collect::<Vec<_>>()
        };
        for names in [["web", "web"], ["dev-web", "prod-web"]] {
            assert_eq!(fixes([&fix, &fix], names), std::slice::from_ref(&fix));
            assert_eq!(fixes([&fix, &None], names), [None], "what mends the one would spoil the other");
            assert_eq!(fixes([&None, &fix], names), [None]);
        }
    }
}
