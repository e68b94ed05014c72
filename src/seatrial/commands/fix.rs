//! `validate --fix`: the edits that findings carry, written into the working copy or printed as a patch. A file with other changes under way
//! stays as it is, and so does one that is not what was judged.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use seatrial_ci::{Host, holds_commands};
use seatrial_model::{Patch, Report, ReportedEdit, ReportedFinding, counted};
use seatrial_tree::FileState;

use crate::cli::FixMode;
use crate::commands::write_out;
use crate::context::edits::{Edits, Place};
use crate::context::session::Session;
use crate::context::workspace::Workspace;
use crate::process::stop::Stop;
use crate::process::streams::{self, Stream, Written};

/// Where fixes are made.
pub(super) struct Fixer<'a> {
    pub(super) session: &'a Session,
    pub(super) workspace: &'a Workspace,
}

/// The fixes of a report.
struct Plan<'r> {
    /// By the path of the file, links followed.
    files: BTreeMap<String, Edits>,
    /// Why a file is not edited, as a clause.
    refused: BTreeMap<String, String>,
    /// What is fixed.
    made: Vec<&'r ReportedFinding>,
    /// What is not, though its files are edited, as lines.
    left: Vec<String>,
}

/// A plan as patches.
struct Printed<'r> {
    /// One for each file, in the order of their paths.
    files: Vec<String>,
    /// What they fix.
    made: Vec<&'r ReportedFinding>,
    /// Why a file has none, as a clause.
    refused: BTreeMap<String, String>,
    left: Vec<String>,
}

impl Fixer<'_> {
    /// Refuses paths outside of the repository: their findings name files of another one.
    ///
    /// # Errors
    /// [`Stop::Usage`] for such a path, and for standard input.
    pub(super) fn accepts(&self, paths: &[PathBuf]) -> Result<(), Stop> {
        let is_outside = |path: &&PathBuf| {
            let path = self.session.directory.join(path);
            self.workspace.lexically_in_tree(&path).or_else(|| self.workspace.really_in_tree(&path)).is_none()
        };
        let is_input = |path: &&PathBuf| path.as_os_str() == "-";
        match paths.iter().find(|path| is_input(path) || is_outside(path)) {
            None => Ok(()),
            Some(path) => Err(Stop::Usage(format!(
                "--fix edits files of this repository, and `{}` is not one of them",
                path.display()
            ))),
        }
    }

    /// Writes the fixes of the findings that are listed, says each, and says in the report that it was made before.
    pub(super) fn apply(&self, report: &mut Report) -> Vec<String> {
        let told = report.by_mistake();
        let plan = self.plan(&told, FixMode::Apply);
        let mut failures = Vec::new();
        let mut unwritten: Vec<&str> = Vec::new();
        for (path, edits) in plan.files.iter().filter(|(_, edits)| !edits.is_empty()) {
            if let Err(error) = write(&self.workspace.root.join(path), &edits.after()) {
                failures.push(self.session.masked(&format!("cannot write `{path}`: {error}")));
                unwritten.push(edits.file().path());
            }
        }
        let is_written = |finding: &ReportedFinding| !edits_of(finding).any(|edit| unwritten.contains(&&*edit.path));
        let made: Vec<_> = plan.made.iter().copied().filter(|finding| is_written(finding)).collect();
        self.say(&made, &plan.refused, &plan.left);
        if !made.is_empty() {
            let number = counted(made.len(), "finding");
            report.notices.push(format!("--fix mended {number} after this report was made: run it again"));
        }
        failures
    }

    /// Prints the fixes of the findings that are listed as one patch.
    ///
    /// # Errors
    /// [`Stop::Broken`] when standard output cannot be written.
    pub(super) fn print_patch(&self, report: &Report) -> Result<(), Stop> {
        let told = report.by_mistake();
        let Printed { files, made, refused, left } = self.printed(&told);
        self.say(&made, &refused, &left);
        let text = files.concat();
        // What is read as a log is not obeyed; a patch in a file stays what git takes.
        let is_a_log = self.session.ci.host != Host::Local && !Stream::Output.is_a_file();
        let written = if is_a_log && holds_commands(&text) { Written::Text(&text) } else { Written::Manifests(&text) };
        write_out(written).map(drop)
    }

    /// The fixes of the findings that are listed as a part of the report, without a word. Where a line ends as on Windows there is none: no
    /// page shows such an end, and git does not take the patch without it.
    pub(super) fn patch(&self, report: &Report) -> Option<Patch> {
        if report.findings.iter().all(|finding| finding.fix.is_none()) {
            return None;
        }
        let told = report.by_mistake();
        let Printed { files, made, .. } = self.printed(&told);
        let text = files.concat();
        (!made.is_empty() && !text.contains('\r')).then_some(Patch { fixes: made.len(), text })
    }

    fn printed<'r>(&self, report: &'r Report) -> Printed<'r> {
        let mut plan = self.plan(report, FixMode::Patch);
        let mut files = Vec::new();
        for (path, edits) in plan.files.iter().filter(|(_, edits)| !edits.is_empty()) {
            match edits.patch(path) {
                None => drop(plan.refused.insert(path.clone(), "git makes no patches of UTF-16".to_owned())),
                Some(patch) if self.session.masked(&patch) != patch => {
                    plan.refused.insert(path.clone(), "a secret stands beside it".to_owned());
                }
                Some(patch) => files.push(patch),
            }
        }
        let is_printed = |finding: &&ReportedFinding| {
            edits_of(finding).all(|edit| self.real(&edit.path).is_ok_and(|path| !plan.refused.contains_key(&path)))
        };
        let made = plan.made.iter().copied().filter(is_printed).collect();
        Printed { files, made, refused: plan.refused, left: plan.left }
    }

    /// Which fixes are made; of two that change one place the first.
    fn plan<'r>(&self, report: &'r Report, mode: FixMode) -> Plan<'r> {
        let mut plan = Plan { files: BTreeMap::new(), refused: BTreeMap::new(), made: Vec::new(), left: Vec::new() };
        let fixed = report.findings.iter().filter(|finding| report.is_listed(finding) && finding.fix.is_some());
        let located: Vec<_> = fixed.map(|finding| (finding, self.located(finding, mode, &mut plan))).collect();
        let (found, refused): (Vec<_>, Vec<_>) = located.into_iter().partition(|(_, edits)| edits.is_some());
        let mut left: Vec<&ReportedEdit> = refused.iter().flat_map(|(finding, _)| edits_of(finding)).collect();
        let mut found: Vec<_> = found.into_iter().filter_map(|(finding, edits)| Some((finding, edits?))).collect();
        // What is changed in two files for each other's sake is changed in both or in none.
        while let Some(at) = found.iter().position(|(_, edits)| edits.iter().any(|(_, edit)| left.contains(edit))) {
            let (finding, edits) = found.remove(at);
            plan.left.push(not_fixed(finding, "it goes with what is not fixed"));
            left.extend(edits.iter().map(|(_, edit)| *edit));
        }
        for (finding, edits) in found {
            let place = |(path, edit): &(String, &ReportedEdit)| plan.files.get(path).map(|file| file.place(edit));
            let places: Vec<Option<Place>> = edits.iter().map(place).collect();
            if places.contains(&Some(Place::Taken)) {
                plan.left.push(not_fixed(finding, "another fix changes the same place"));
                continue;
            }
            for ((path, edit), place) in edits.iter().zip(places) {
                if let (Some(file), Some(Place::Free)) = (plan.files.get_mut(path), place) {
                    file.add(edit);
                }
            }
            plan.made.push(finding);
        }
        plan
    }

    /// The edits of a finding with the real paths of their files; `None` where one of the files is not edited.
    fn located<'r>(
        &self,
        finding: &'r ReportedFinding,
        mode: FixMode,
        plan: &mut Plan<'_>,
    ) -> Option<Vec<(String, &'r ReportedEdit)>> {
        let mut located = Vec::new();
        for edit in edits_of(finding) {
            let path = self.real(&edit.path);
            let known = path.as_ref().is_ok_and(|path| plan.files.contains_key(path));
            let opened = path.clone().and_then(|path| if known { Ok(None) } else { self.open(&path, mode).map(Some) });
            let path = path.unwrap_or_else(|_| edit.path.clone());
            match opened {
                Err(because) => {
                    plan.refused.insert(path, because);
                    return None;
                }
                Ok(Some(file)) => {
                    if let Entry::Vacant(entry) = plan.files.entry(path.clone()) {
                        entry.insert(file);
                    }
                }
                Ok(None) => {}
            }
            located.push((path, edit));
        }
        Some(located)
    }

    fn real(&self, path: &str) -> Result<String, String> {
        self.workspace.tree.real_path(path).map_err(|error| format!("it {error}"))
    }

    /// A file to edit, or why it stays as it is, as a clause.
    fn open(&self, path: &str, mode: FixMode) -> Result<Edits, String> {
        let tree = &self.workspace.tree;
        let edits = Edits::of(tree.read(path).map_err(|error| format!("it {error}"))?);
        let content = tree.read_bytes(path).map_err(|error| format!("it {error}"))?;
        if *content != *edits.before() {
            return Err("it was changed while it was checked".to_owned());
        }
        match &self.workspace.repository {
            Some(repository) if mode == FixMode::Apply => match repository.file_state(path, &content) {
                Ok(FileState::Committed) => Ok(edits),
                Ok(FileState::Changed) => Err("it has changes that are not committed".to_owned()),
                Ok(FileState::Untracked) => Err("it is not committed".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            _ => Ok(edits),
        }
    }

    /// Says what is fixed and which files are not, a line each.
    fn say(&self, made: &[&ReportedFinding], refused: &BTreeMap<String, String>, left: &[String]) {
        left.iter().for_each(|line| self.tell(line));
        let mut told = BTreeSet::new();
        for finding in made {
            let title = finding.fix.as_ref().map_or("", |fix| &fix.title);
            for edit in edits_of(finding).filter(|edit| told.insert((&edit.path, edit.line, edit.column))) {
                let (path, line, column, rule) = (&edit.path, edit.line, edit.column, &finding.rule);
                self.tell(&format!("fix: {path}:{line}:{column}: {title} ({rule})"));
            }
        }
        for (path, because) in refused {
            self.tell(&format!("not fixed: `{path}`: {because}"));
        }
    }

    fn tell(&self, line: &str) {
        streams::tell_line(&self.session.masked(line));
    }
}

fn edits_of(finding: &ReportedFinding) -> impl Iterator<Item = &ReportedEdit> {
    finding.fix.iter().flat_map(|fix| &fix.edits)
}

/// Why a finding is left as it is, as a line.
fn not_fixed(finding: &ReportedFinding, because: &str) -> String {
    let (at, rule) = (&finding.primary.location, &finding.rule);
    format!("not fixed: {}:{}:{}: {because} ({rule})", at.path, at.line, at.column)
}

/// Writes a file that is there: all of it, or nothing.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.seatrial-{}", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = io::Write::write_all(&mut file, content);
    let placed =
        written.and_then(|()| fs::set_permissions(&beside, permissions)).and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        let _ = fs::remove_file(&beside);
    }
    placed
}
