//! A report without what is secret in names and sentences: the last look before it leaves, when every secret of the run is known.

use crate::{Comparison, Masker, ObjectId, Report, StageResult, TestCase, TestResult};

impl Report {
    /// Masks names of objects and all sentences. Findings are masked where they are resolved.
    pub fn mask(&mut self, masker: &Masker) {
        let text = |text: &mut String| hide(masker, text);
        let object = |object: &mut ObjectId| *object = object.masked(masker);
        for environment in &mut self.environments {
            text(&mut environment.source);
            if let Some(Comparison::NotCompared(because)) = &mut environment.comparison {
                text(because);
            }
            if let Some(target) = &mut environment.target {
                target.url.iter_mut().for_each(text);
            }
            for stage in &mut environment.stages {
                text(&mut stage.summary);
                if let StageResult::Broken(because) | StageResult::Skipped(because) = &mut stage.result {
                    text(because);
                }
            }
            environment.diff.iter_mut().for_each(|diff| diff.mask(masker));
            for change in &mut environment.changes {
                object(&mut change.object);
                change.because.iter_mut().for_each(text);
            }
            for skipped in &mut environment.skipped {
                object(&mut skipped.object);
                text(&mut skipped.because);
            }
            environment.vanished.iter_mut().for_each(object);
            if let Some(holding) = &mut environment.holds {
                text(&mut holding.sentence);
                holding.changes.iter_mut().for_each(|change| object(&mut change.object));
                for left in &mut holding.not_put_back {
                    object(&mut left.object);
                    text(&mut left.because);
                }
            }
            environment.not_checked.iter_mut().for_each(|kind| text(&mut kind.because));
            environment.tests.iter_mut().for_each(|test| mask_test(test, masker));
        }
        // A masked line would be written into the file.
        self.patch.take_if(|patch| masker.mask(&patch.text) != patch.text);
        self.notices.iter_mut().chain(&mut self.broken).for_each(text);
    }
}

fn mask_test(test: &mut TestResult, masker: &Masker) {
    hide(masker, &mut test.name);
    hide(masker, &mut test.message);
    for evidence in &mut test.evidence {
        hide(masker, &mut evidence.title);
        hide(masker, &mut evidence.text);
    }
    for case in &mut test.cases {
        let TestCase { suite, class, name, message, output, .. } = case;
        [suite, class, name, message, output].into_iter().for_each(|text| hide(masker, text));
    }
    test.artifacts.iter_mut().for_each(|path| hide(masker, path));
}

fn hide(masker: &Masker, text: &mut String) {
    if let std::borrow::Cow::Owned(masked) = masker.mask(text) {
        *text = masked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Action, CaseOutcome, Change, EnvironmentReport, Holding, Holds, NotPutBack, Skipped, Stage, StageOutcome,
        TestOutcome,
    };

    fn test(text: &str) -> TestResult {
        let owned = || text.to_owned();
        let case = TestCase {
            suite: owned(),
            class: owned(),
            name: owned(),
            outcome: CaseOutcome::Failed,
            duration_ms: 0,
            message: owned(),
            output: owned(),
            age: None,
        };
        TestResult {
            name: owned(),
            kind: "job".to_owned(),
            outcome: TestOutcome::Failed,
            message: owned(),
            duration_ms: 0,
            attempts: 1,
            evidence: Vec::new(),
            location: None,
            age: None,
            cases: vec![case],
            artifacts: vec![owned()],
        }
    }

    #[test]
    fn no_name_and_no_sentence_shows_a_secret() {
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        let object = || ObjectId::new("", "ConfigMap", Some("shop"), "a-hunter2hunter2");
        let because = "it is hunter2hunter2".to_owned();
        let stage = StageOutcome::skipped(Stage::Deploy, &because);
        let mut report = Report::new("run", "0");
        report.notices.push(because.clone());
        report.environments.push(EnvironmentReport {
            name: "dev".to_owned(),
            source: "kustomize a".to_owned(),
            kubernetes: "1.35".to_owned(),
            target: None,
            comparison: Some(Comparison::NotCompared(because.clone())),
            stages: vec![stage],
            objects: 1,
            changed: None,
            diff: None,
            changes: vec![Change { object: object(), action: Action::Created, because: Some(because.clone()) }],
            tests: vec![test(&because)],
            skipped: vec![Skipped { object: object(), because: because.clone() }],
            not_checked: Vec::new(),
            vanished: vec![object()],
            holds: Some(Holding {
                state: Holds::Mixture,
                sentence: because.clone(),
                changes: vec![Change { object: object(), action: Action::Deleted, because: None }],
                not_put_back: vec![NotPutBack { object: object(), because }],
            }),
        });
        report.mask(&masker);
        let json = serde_json::to_string(&report).unwrap_or_default();
        assert!(json.contains("a-***") && !json.contains("hunter2"), "{json}");
    }
}
