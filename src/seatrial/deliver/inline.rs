//! Which findings belong on lines of the pull request's diff: new errors and warnings on lines that the base does not have.
//!
//! Not here: the threads themselves (`report/forge`), and what they say (`report/reporters`).

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_forge::{InlineComment, InlineComments, InlinePlace};
use seatrial_model::{
    Age, ExcerptLine, Level, Location, Masker, Report, ReportedFinding, SourceFile, Stage, StageResult,
};
use seatrial_reporters::{inline, suggestion};
use seatrial_tree::{ReadError, Tree};

use crate::context::common_lines::{Run, common_lines};
use crate::context::edits::{Edits, Place};
use crate::context::revision::Commit;
use crate::context::run_context::RunContext;
use crate::deliver::Sinks;

/// Lines of a suggestion at most.
const MOST_LINES: usize = 20;

impl Sinks<'_> {
    /// The findings of a report, those on changed lines with their places.
    ///
    /// # Errors
    /// Why it is not known which lines are changed, as a clause.
    pub(crate) fn inline_comments(
        &self,
        report: &Report,
        context: &RunContext<'_>,
        key: &str,
        head: &str,
    ) -> Result<InlineComments, String> {
        let base = match &context.commits.base {
            Commit::Known(base) => base,
            Commit::Missing(missing) => return Err(missing.clause()),
            Commit::None => return Err("there is no base to compare with".to_owned()),
        };
        let (root, sources) = (&context.workspace.root, &self.session.sources);
        let base = Tree::commit(root, base, sources).map_err(|error| error.to_string())?;
        // Where head is not in the clone, the report's lines are those of the checkout.
        let head_tree = Tree::commit(root, head, sources).unwrap_or_else(|_| context.workspace.tree.clone());
        let checkout = &context.workspace.tree;
        let masker = &self.session.masker;
        let mut changed = ChangedLines { base: &base, head: &head_tree, checkout, masker, known: HashMap::new() };
        let key = key.to_owned();
        let run = self.session.ci.run.unwrap_or_default();
        let comments = comments(report, &mut changed);
        Ok(InlineComments { key, head: head.to_owned(), run, comments, complete: complete(report) })
    }
}

/// One comment for each mistake.
fn comments(report: &Report, changed: &mut ChangedLines<'_>) -> Vec<InlineComment> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let report = report.by_mistake();
    let findings = report.findings.iter().filter(|finding| !finding.primary.location.path.is_empty());
    let comment = |finding: &ReportedFinding| {
        let identity = finding.identity();
        let times = seen.entry(identity.clone()).or_default();
        *times += 1;
        // What is there twice is told apart by its order alone.
        let identity = if *times == 1 { identity } else { format!("{identity}.{times}") };
        let tells = finding.age == Age::New && finding.level > Level::Note;
        let place = if tells { changed.place_of(&finding.primary.location) } else { None };
        let body = inline(finding);
        let (place, body) = match place.as_ref().and_then(|_| changed.suggested(finding)) {
            Some((place, lines)) => (Some(place), format!("{body}\n\n{lines}")),
            None => (place, body),
        };
        InlineComment { finding: identity, stage: finding.stage, place, body }
    };
    findings.map(comment).collect()
}

/// Stages that looked everywhere: what they do not find any more is gone. A stage that failed hides what later ones would have found.
fn complete(report: &Report) -> Vec<Stage> {
    if !report.broken.is_empty() || report.environments.is_empty() {
        return Vec::new();
    }
    let looked = |stage: Stage| {
        report.environments.iter().flat_map(|environment| &environment.stages).all(|outcome| match &outcome.result {
            StageResult::Passed => true,
            StageResult::Failed => outcome.stage >= stage,
            StageResult::Broken(_) => outcome.stage > stage,
            // Nothing is deployed where there is nothing to deploy.
            StageResult::Skipped(_) => outcome.stage > stage || outcome.stage >= Stage::Deploy,
        })
    };
    Stage::ALL.into_iter().filter(|stage| looked(*stage)).collect()
}

/// The lines of the head commit that the base does not have.
struct ChangedLines<'a> {
    base: &'a Tree,
    head: &'a Tree,
    /// What was judged: the merge of both.
    checkout: &'a Tree,
    /// The secrets of the run.
    masker: &'a Masker,
    /// Per path; `None` where it cannot be told.
    known: HashMap<String, Option<Compared>>,
}

/// A file of the head commit.
struct Compared {
    file: Arc<SourceFile>,
    /// Its lines that the base has, too.
    common: Vec<Run>,
    /// Whether it is checked out as head has it.
    is_judged: bool,
}

impl ChangedLines<'_> {
    /// The first line of a place, where it is a changed one.
    fn place_of(&mut self, location: &Location) -> Option<InlinePlace> {
        if !self.known.contains_key(&location.path) {
            let compared = self.compared(&location.path);
            self.known.insert(location.path.clone(), compared);
        }
        let Compared { file, common, is_judged } = self.known.get(&location.path)?.as_ref()?;
        let at = location.line.checked_sub(1)?;
        if is_common(common, at) {
            return None;
        }
        let line = file.line(location.line);
        // A line that the target branch alone has is still counted as in the checkout.
        let is_same = |excerpt: &ExcerptLine| excerpt.text.trim() == line.trim();
        if !is_judged && !location.excerpt.first().is_some_and(is_same) {
            return None;
        }
        let units = |characters: usize| line.chars().take(characters).map(char::len_utf16).sum::<usize>() + 1;
        let end = if location.end_line > location.line { usize::MAX } else { location.end_column.saturating_sub(1) };
        let start = units(location.column.saturating_sub(1));
        Some(InlinePlace {
            path: location.path.clone(),
            line: location.line,
            end_line: location.line,
            offsets: (start, units(end).max(start)),
        })
    }

    /// The lines that the fix of a finding changes, and a block that suggests them as they should be: where one file has all edits, the pull
    /// request changes each of the lines, and no secret is in the file.
    fn suggested(&self, finding: &ReportedFinding) -> Option<(InlinePlace, String)> {
        let fix = finding.fix.as_ref()?;
        let path = &finding.primary.location.path;
        let Compared { file, common, is_judged } = self.known.get(path)?.as_ref()?;
        let is_elsewhere = fix.edits.iter().any(|edit| edit.path != *path);
        if is_elsewhere || !is_judged || self.masker.mask(file.text()) != file.text() {
            return None;
        }
        let mut edits = Edits::of(Arc::clone(file));
        for edit in &fix.edits {
            match edits.place(edit) {
                Place::Free => edits.add(edit),
                Place::Same => {}
                Place::Taken => return None,
            }
        }
        let (lines, text) = edits.lines()?;
        if lines.clone().count() > MOST_LINES || lines.clone().any(|line| is_common(common, line - 1)) {
            return None;
        }
        // A suggestion ends each line in its own way.
        let has_other_ends = file.text().contains('\r');
        let block = if has_other_ends { None } else { suggestion(&text) };
        let (line, end_line) = (*lines.start(), *lines.end());
        let end = file.line(end_line).encode_utf16().count() + 1;
        block.map(|block| (InlinePlace { path: path.clone(), line, end_line, offsets: (1, end) }, block))
    }

    fn compared(&self, path: &str) -> Option<Compared> {
        let file = self.head.read(path).ok()?;
        let common = match self.base.read(path) {
            Ok(base) => common_lines(base.text(), file.text()),
            Err(ReadError::NotFound) => Vec::new(),
            Err(_) => return None,
        };
        let is_judged = self.checkout.read(path).is_ok_and(|judged| judged.text() == file.text());
        Some(Compared { file, common, is_judged })
    }
}

/// Whether the base has a line of head, counted from 0, too.
fn is_common(common: &[Run], at: usize) -> bool {
    let run = common.partition_point(|run| run.new <= at).checked_sub(1).and_then(|run| common.get(run));
    run.is_some_and(|run| at < run.new + run.length)
}

#[cfg(test)]
mod tests {
    use seatrial_model::{
        EnvironmentReport, Finding, ObjectId, ReportedEdit, ReportedFix, Sources, Span, StageOutcome, ids,
    };

    use super::*;

    const BASE: &str = "a: 1\nb: 2\nc: 3\n";
    const HEAD: &str = "a: 1\nnew: 🚢 x\nb: 2\nc: 4\n";

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::memory(files.iter().copied(), &Arc::new(Sources::new()))
    }

    /// A finding about the text `of` in `a.yaml` of the head.
    fn found(of: &str, object: &str) -> ReportedFinding {
        found_at(HEAD, of, object)
    }

    fn found_at(head: &str, of: &str, object: &str) -> ReportedFinding {
        let sources = Sources::new();
        let file = sources.add("a.yaml", head.to_owned());
        let start = head.find(of).expect("is there");
        let span = Span::new(file.id(), start, start + of.len());
        let object = ObjectId::new("", "ConfigMap", Some("shop"), object);
        let finding = Finding::new(ids::INVALID_OBJECT, span, "is wrong").with_object(&object).with_field("/x");
        ReportedFinding::resolve(&finding, &sources, &Masker::new()).found_by(Stage::Validate)
    }

    /// Line and offsets.
    type Told = Option<(usize, (usize, usize))>;

    fn told(findings: Vec<ReportedFinding>, base: &[(&str, &str)]) -> Vec<(String, Told)> {
        told_of_merge(findings, base, HEAD)
    }

    /// Where something else is checked out.
    fn told_of_merge(findings: Vec<ReportedFinding>, base: &[(&str, &str)], merge: &str) -> Vec<(String, Told)> {
        let mut report = Report::new("run", "0.0.0");
        report.findings = findings;
        let (base, head, checkout) = (tree(base), tree(&[("a.yaml", HEAD)]), tree(&[("a.yaml", merge)]));
        let masker = Masker::new();
        let mut changed =
            ChangedLines { base: &base, head: &head, checkout: &checkout, masker: &masker, known: HashMap::new() };
        let all = comments(&report, &mut changed);
        all.into_iter().map(|c| (c.finding, c.place.map(|place| (place.line, place.offsets)))).collect()
    }

    #[test]
    fn only_lines_that_the_base_does_not_have_are_places() {
        let places = |findings, base: &[(&str, &str)]| -> Vec<_> {
            told(findings, base).into_iter().map(|(_, place)| place).collect()
        };
        let all = || ["a: 1", "x", "b: 2", "4"].map(|of| found(of, of)).to_vec();
        assert_eq!(places(all(), &[("a.yaml", BASE)]), [None, Some((2, (9, 10))), None, Some((4, (4, 5)))]);
        let lines: Vec<_> = places(all(), &[]).into_iter().map(|place| place.map(|(line, _)| line)).collect();
        assert_eq!(lines, [Some(1), Some(2), Some(3), Some(4)], "of a new file, all are");
    }

    #[test]
    fn a_line_that_head_does_not_have_has_no_place() {
        let merge = format!("{HEAD}main: went on\n");
        let of_main = |line| {
            let mut finding = found("4", "a");
            finding.primary.location.line = line;
            finding.primary.location.excerpt[0].text = "main: went on".to_owned();
            finding
        };
        let told = told_of_merge(vec![found("x", "b"), of_main(4)], &[("a.yaml", BASE)], &merge);
        let lines: Vec<_> = told.into_iter().map(|(_, place)| place.map(|(line, _)| line)).collect();
        assert_eq!(lines, [Some(2), None]);
    }

    /// Place and body of the only finding, about `of`, whose fix writes `instead` there.
    fn suggested(of: &str, head: &str, base: &str, secret: &str) -> Option<(usize, usize, String)> {
        let mut finding = found_at(head, of, "a");
        let at = &finding.primary.location;
        let edit = ReportedEdit {
            path: at.path.clone(),
            line: at.line,
            column: at.column,
            end_line: at.end_line,
            end_column: at.end_column,
            text: "right".to_owned(),
        };
        finding.fix = Some(ReportedFix { title: "write `right`".to_owned(), edits: vec![edit] });
        let mut report = Report::new("run", "0.0.0");
        report.findings = vec![finding];
        let masker = Masker::new();
        masker.add(secret);
        let (base, head) = (tree(&[("a.yaml", base)]), tree(&[("a.yaml", head)]));
        let mut changed =
            ChangedLines { base: &base, head: &head, checkout: &head, masker: &masker, known: HashMap::new() };
        let comment = comments(&report, &mut changed).remove(0);
        let block = comment.body.split_once("```suggestion\n")?.1.trim_end_matches("\n```").to_owned();
        let place = comment.place.expect("what is suggested has a place");
        assert_eq!(place.offsets.0, 1, "whole lines");
        Some((place.line, place.end_line, block))
    }

    #[test]
    fn a_fix_of_changed_lines_is_suggested_as_whole_lines() {
        let one = suggested("wrong", "a: 1\n  wrong: 🚢 # stays\nb: 2\n", "a: 1\nb: 2\n", "elsewhere-1234");
        assert_eq!(one, Some((2, 2, "  right: 🚢 # stays".to_owned())));
        let two = suggested("wrong:\n  more", "a: 1\nwrong:\n  more: 1\n", "a: 1\n", "elsewhere-1234");
        assert_eq!(two, Some((2, 3, "right: 1".to_owned())));
        let last = suggested("wrong", "a: 1\nb: wrong", "a: 1\n", "elsewhere-1234");
        assert_eq!(last, Some((2, 2, "b: right".to_owned())));
    }

    #[test]
    fn nothing_is_suggested_on_other_lines_beside_a_secret_or_with_other_line_ends() {
        let head = "a: 1\nwrong:\n  more: 1\nkey: correct-horse\n";
        assert!(suggested("wrong:\n  more", head, "a: 1\n", "elsewhere-1234").is_some());
        assert_eq!(suggested("wrong:\n  more", head, "  more: 1\n", "elsewhere-1234"), None, "half of it is old");
        assert_eq!(suggested("wrong:\n  more", head, "a: 1\n", "correct-horse"), None, "a secret is in the file");
        assert_eq!(suggested("wrong", "a: 1\r\nwrong: 1\r\n", "a: 1\r\n", "elsewhere-1234"), None);
    }

    #[test]
    fn what_is_old_or_a_note_has_no_place() {
        let old = found("x", "a").aged(Age::AlreadyThere);
        let note = ReportedFinding { level: Level::Note, ..found("4", "b") };
        assert!(told(vec![old, note], &[("a.yaml", BASE)]).iter().all(|(_, place)| place.is_none()));
    }

    #[test]
    fn a_finding_keeps_its_identity_and_no_other_has_it() {
        let base = [("a.yaml", BASE)];
        let one = told(vec![found("x", "a"), found("4", "a"), found("b: 2", "b")], &base);
        let identities: Vec<&str> = one.iter().map(|(identity, _)| identity.as_str()).collect();
        assert_eq!(identities[1], format!("{}.2", identities[0]));
        assert_ne!(identities[0], identities[2]);
        assert_eq!(told(vec![found("b: 2", "a")], &base)[0].0, identities[0], "on another line");
    }

    #[test]
    fn stages_are_complete_where_nothing_before_them_failed() {
        let failed = |stage| StageOutcome { result: StageResult::Failed, ..StageOutcome::skipped(stage, "") };
        let passed = |stage| StageOutcome { result: StageResult::Passed, ..StageOutcome::skipped(stage, "") };
        let broken =
            |stage| StageOutcome { result: StageResult::Broken("x".to_owned()), ..StageOutcome::skipped(stage, "") };
        let skipped = |stage| StageOutcome::skipped(stage, "x");
        let [render, validate, deploy, test] = Stage::ALL;
        let table = [
            (vec![passed(render), passed(validate), passed(deploy), passed(test)], Stage::ALL.to_vec()),
            (vec![passed(render), passed(validate), skipped(deploy), skipped(test)], Stage::ALL.to_vec()),
            (vec![passed(render), failed(validate), skipped(deploy), skipped(test)], vec![render, validate]),
            (vec![failed(render), skipped(validate), skipped(deploy), skipped(test)], vec![render]),
            (vec![passed(render), passed(validate), broken(deploy), skipped(test)], vec![render, validate]),
            (vec![passed(render), skipped(validate), skipped(deploy), skipped(test)], vec![render]),
        ];
        for (stages, expected) in table {
            let mut report = Report::new("run", "0.0.0");
            report.environments = vec![environment(stages.clone())];
            assert_eq!(complete(&report), expected, "{stages:?}");
            report.broken = vec!["stopped by a signal".to_owned()];
            assert_eq!(complete(&report), []);
        }
        assert_eq!(complete(&Report::new("run", "0.0.0")), [], "nothing was judged");
    }

    fn environment(stages: Vec<StageOutcome>) -> EnvironmentReport {
        EnvironmentReport {
            name: "dev".to_owned(),
            source: "manifests a".to_owned(),
            kubernetes: "1.35".to_owned(),
            target: None,
            comparison: None,
            stages,
            objects: 1,
            changed: Some(true),
            diff: None,
            changes: Vec::new(),
            tests: Vec::new(),
            skipped: Vec::new(),
            not_checked: Vec::new(),
            vanished: Vec::new(),
            holds: None,
        }
    }
}
