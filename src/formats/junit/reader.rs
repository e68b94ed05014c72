//! A file → its cases: one pass over its elements.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use seatrial_model::{CaseOutcome, Masker};

use crate::LARGEST_FILE;
use crate::case::{LONGEST_DETAILS, LONGEST_MESSAGE, LONGEST_NAME, LONGEST_OUTPUT, OpenCase, Problem, said};
use crate::cases::Cases;
use crate::collected::{gathered, name};
use crate::decode::decode;
use crate::entities::character;
use crate::suite::{OpenSuite, claim};
use crate::time::milliseconds;
use crate::unreadable::{DAMAGED, SOMETHING_ELSE, Unreadable, quoted};

/// Elements in elements.
const DEEPEST: usize = 100;

/// Reads a JUnit file. Texts are masked before they are cut, so that of no secret a part is left.
///
/// # Errors
///
/// What is not XML, not JUnit, too large or too deep, with the line and what to do about it. A file without cases is not an error.
pub fn read(bytes: &[u8], masker: &Masker) -> Result<Cases, Unreadable> {
    if bytes.len() > LARGEST_FILE {
        let message = format!("the file has {} MB, and at most {} are read", bytes.len() >> 20, LARGEST_FILE >> 20);
        return Err(Unreadable::at(1, message, "let the tests print less, or write several files"));
    }
    let text = decode(bytes)?;
    Reading { text: &text, masker, open: Vec::new(), suites: Vec::new(), cases: Vec::new(), done: Cases::default() }
        .read()
}

/// Where the text in an element goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Into {
    Nowhere,
    Details,
    Printed,
}

/// What ends with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Nothing,
    Suite,
    Case,
}

/// An element that is not at its end.
struct Open {
    at: usize,
    name_length: usize,
    ends: Ends,
    into: Into,
}

struct Reading<'a> {
    text: &'a str,
    masker: &'a Masker,
    open: Vec<Open>,
    suites: Vec<OpenSuite>,
    cases: Vec<OpenCase>,
    done: Cases,
}

impl Reading<'_> {
    fn read(mut self) -> Result<Cases, Unreadable> {
        let mut reader = Reader::from_str(self.text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // What does not hold in XML and happens in what people's programs write.
        config.allow_dangling_amp = true;
        let mut has_root = false;
        loop {
            let at = offset(reader.buffer_position());
            let event = reader.read_event().map_err(|error| self.broken(&error, offset(reader.error_position())))?;
            match event {
                Event::Start(element) => {
                    has_root = true;
                    self.start(&element, at)?;
                }
                Event::End(_) => self.end(),
                Event::Text(piece) => self.add(&text(&piece)),
                Event::CData(piece) => self.add(&text(&piece)),
                Event::GeneralRef(reference) => self.add_reference(&text(&reference)),
                Event::DocType(declaration) => self.check_doctype(&declaration, at)?,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
                Event::Eof if has_root => return self.finish(),
                Event::Eof if self.text.trim().is_empty() => {
                    return Err(Unreadable::at(1, "the file is empty", DAMAGED));
                }
                Event::Eof => return Err(Unreadable::at(1, "the file is not XML", SOMETHING_ELSE)),
            }
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, at: usize) -> Result<(), Unreadable> {
        let element_name = element.local_name();
        let element_name = element_name.as_ref();
        if self.open.len() >= DEEPEST {
            let message = format!("elements are nested deeper than {DEEPEST}");
            return Err(Unreadable::at(self.line(at), message, SOMETHING_ELSE));
        }
        if self.open.is_empty() && !matches!(element_name, b"testsuites" | b"testsuite") {
            return Err(self.not_junit(element_name, at));
        }
        let (ends, into) = self.begin(element, element_name);
        self.open.push(Open { at, name_length: element.name().as_ref().len(), ends, into });
        Ok(())
    }

    /// What an element begins: what ends with it, and where its text goes.
    fn begin(&mut self, element: &BytesStart<'_>, element_name: &[u8]) -> (Ends, Into) {
        match element_name {
            b"testsuites" | b"testsuite" => {
                let suite = self.suite(element, element_name == b"testsuite");
                self.suites.push(suite);
                (Ends::Suite, Into::Nowhere)
            }
            b"testcase" => {
                let case = self.case(element);
                self.cases.push(case);
                (Ends::Case, Into::Nowhere)
            }
            b"system-out" | b"system-err" => (Ends::Nothing, Into::Printed),
            other => match Problem::of(other) {
                Some(problem) => self.problem(element, problem),
                // `stackTrace` in a `flakyFailure`.
                None => (Ends::Nothing, self.open.last().map_or(Into::Nowhere, |around| around.into)),
            },
        }
    }

    fn problem(&mut self, element: &BytesStart<'_>, problem: Problem) -> (Ends, Into) {
        let problem = match problem {
            Problem::Skipped if attribute(element, &[b"type"]) == "todo" => Problem::Todo,
            other => other,
        };
        let is_skipped = matches!(problem, Problem::Skipped | Problem::Todo);
        let is_of_case = !self.cases.is_empty();
        if !is_of_case {
            if is_skipped {
                return (Ends::Nothing, Into::Nowhere);
            }
            self.cases.extend(self.suites.last().map(OpenSuite::case_of_its_own));
        }
        if let Some(case) = self.cases.last_mut() {
            let (message, kind) = (attribute(element, &[b"message"]), attribute(element, &[b"type"]));
            case.add(problem, &gathered(&message, LONGEST_MESSAGE), &gathered(&kind, LONGEST_NAME));
        }
        if !is_skipped {
            self.count_problem();
        }
        (if is_of_case { Ends::Nothing } else { Ends::Case }, Into::Details)
    }

    fn count_problem(&mut self) {
        if let Some(suite) = self.suites.last_mut() {
            suite.found += 1;
        }
    }

    fn suite(&self, element: &BytesStart<'_>, is_named: bool) -> OpenSuite {
        let around = self.suites.last().map_or("", |suite| &suite.path);
        let own = if is_named { self.name(element, &[b"name"]) } else { String::new() };
        let path = match (around.is_empty(), own.is_empty()) {
            (true, _) => own,
            (false, true) => around.to_owned(),
            (false, false) => clipped(format!("{around} › {own}")),
        };
        let claimed = |name: &[u8]| claim(&attribute(element, &[name]));
        let claimed = claimed(b"failures").saturating_add(claimed(b"errors"));
        OpenSuite { path, claimed, ..OpenSuite::default() }
    }

    fn case(&self, element: &BytesStart<'_>) -> OpenCase {
        let class = self.name(element, &[b"classname", b"class"]);
        let own = self.name(element, &[b"name"]);
        let name = match (own.is_empty(), class.is_empty()) {
            (false, _) => own,
            (true, false) => class.clone(),
            (true, true) => format!("case {}, without a name", self.done.count() + 1),
        };
        let status = attribute(element, &[b"status"]);
        OpenCase {
            suite: self.suites.last().map(|suite| suite.path.clone()).unwrap_or_default(),
            class,
            name,
            duration_ms: milliseconds(&attribute(element, &[b"time"])),
            said: said(&status).or_else(|| said(&attribute(element, &[b"result"]))),
            ..OpenCase::default()
        }
    }

    fn name(&self, element: &BytesStart<'_>, names: &[&[u8]]) -> String {
        name(&attribute(element, names), LONGEST_NAME, self.masker)
    }

    fn add(&mut self, piece: &str) {
        match (self.open.last().map(|around| around.into), self.cases.last_mut(), self.suites.last_mut()) {
            (Some(Into::Details), Some(case), _) => case.details.push_to_paragraph(piece, LONGEST_DETAILS),
            (Some(Into::Printed), Some(case), _) => case.printed.push(piece, LONGEST_OUTPUT - LONGEST_DETAILS),
            (Some(Into::Printed), None, Some(suite)) => suite.printed.push(piece, LONGEST_DETAILS),
            _ => {}
        }
    }

    fn add_reference(&mut self, reference: &str) {
        match character(reference) {
            Some(c) => self.add(c.encode_utf8(&mut [0; 4])),
            None => {
                for piece in ["&", reference, ";"] {
                    self.add(piece);
                }
            }
        }
    }

    fn end(&mut self) {
        match self.open.pop().map(|element| element.ends) {
            Some(Ends::Suite) => self.end_suite(),
            Some(Ends::Case) => self.end_case(),
            Some(Ends::Nothing) | None => {}
        }
    }

    fn end_case(&mut self) {
        let Some(case) = self.cases.pop() else { return };
        let is_failing = case.outcome().is_failing();
        if is_failing && case.problems.is_empty() {
            self.count_problem();
        }
        self.keep(case, is_failing);
    }

    fn keep(&mut self, case: OpenCase, is_failing: bool) {
        if self.done.has_room(is_failing) {
            self.done.push(case.finish(self.masker));
        } else {
            self.done.leave_out(is_failing);
        }
    }

    fn end_suite(&mut self) {
        let Some(suite) = self.suites.pop() else { return };
        if let Some(case) = suite.untold(self.masker) {
            self.keep(case, CaseOutcome::Errored.is_failing());
        }
        if let Some(around) = self.suites.last_mut() {
            around.found += suite.found.max(suite.claimed);
        }
    }

    fn finish(self) -> Result<Cases, Unreadable> {
        let Some(unclosed) = self.open.last() else { return Ok(self.done) };
        let name = self.text.as_bytes().get(unclosed.at + 1..unclosed.at + 1 + unclosed.name_length);
        let message = format!("the file ends before {} is closed", quoted(name.unwrap_or_default()));
        Err(Unreadable::at(self.line(unclosed.at), message, DAMAGED))
    }

    fn check_doctype(&self, declaration: &[u8], at: usize) -> Result<(), Unreadable> {
        const ENTITY: &[u8] = b"<!ENTITY";
        if !declaration.windows(ENTITY.len()).any(|window| window.eq_ignore_ascii_case(ENTITY)) {
            return Ok(());
        }
        let help = "results of tests have no need of them: let the tests write JUnit without a DOCTYPE";
        Err(Unreadable::at(self.line(at), "the file declares entities, which are not read", help))
    }

    fn not_junit(&self, root: &[u8], at: usize) -> Unreadable {
        let help = match root {
            b"test-run" | b"test-results" => "this is NUnit's own format: let the tests write JUnit",
            b"assemblies" | b"assembly" => "this is xUnit's own format: let the tests write JUnit",
            b"TestRun" => "this is a TRX file: let the tests write JUnit",
            b"testExecutions" | b"coverage" => {
                "this is not about results of tests: let `junit` name the JUnit files alone"
            }
            _ => SOMETHING_ELSE,
        };
        Unreadable::at(self.line(at), format!("the file begins with {} and not with `testsuites`", quoted(root)), help)
    }

    fn broken(&self, error: &Error, at: usize) -> Unreadable {
        let message = match error {
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                let (expected, found) = (quoted(expected.as_bytes()), quoted(found.as_bytes()));
                format!("the end of {found} stands where {expected} must end first")
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
                format!("{} ends and has no beginning", quoted(found.as_bytes()))
            }
            Error::Syntax(error) => error.to_string(),
            Error::IllFormed(error) => error.to_string(),
            other => other.to_string(),
        };
        Unreadable::at(self.line(at), message, DAMAGED)
    }

    /// The line of a byte, from 1.
    fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// The first of some attributes that is there, as it is written; a second one of the same name is not looked at.
fn attribute<'a>(element: &'a BytesStart<'_>, names: &[&[u8]]) -> Cow<'a, str> {
    for name in names {
        let mut attributes = element.attributes();
        let all = attributes.with_checks(false).flatten();
        if let Some(found) = all.into_iter().find(|attribute| attribute.key.local_name().as_ref() == *name) {
            return match found.value {
                Cow::Borrowed(value) => String::from_utf8_lossy(value),
                Cow::Owned(value) => Cow::Owned(String::from_utf8_lossy(&value).into_owned()),
            };
        }
    }
    Cow::Borrowed("")
}

/// The text of an event, as it is written: the file is text, so that nothing is replaced.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// A path of suites that is not too long.
fn clipped(path: String) -> String {
    match path.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &path[..path[..end].char_indices().next_back().map_or(0, |(at, _)| at)]),
        None => path,
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
