//! What is looked at, rung by rung, and how it is told. Pure.

use std::fmt::Write as _;

use seatrial_model::{EXIT_BROKEN, EXIT_FAILED, EXIT_PASSED, EXIT_USAGE};
use seatrial_reporters::wrapped;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// How it is with a rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// It works.
    Works,
    /// It does not.
    Fails,
    /// The configuration is wrong.
    Wrong,
    /// That could not be asked.
    Unknown,
    /// Nobody has asked for it, or it has no meaning here.
    Idle,
}

impl Mark {
    fn sign(self) -> char {
        match self {
            Mark::Works => '✓',
            Mark::Fails | Mark::Wrong => '✗',
            Mark::Unknown => '?',
            Mark::Idle => '–',
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    pub(super) mark: Mark,
    /// A clause.
    what: String,
    /// What to do, a clause each.
    way_out: Vec<String>,
}

impl Rung {
    pub(super) fn new(mark: Mark, what: impl Into<String>) -> Rung {
        Rung { mark, what: what.into(), way_out: Vec::new() }
    }

    /// With something to do about it, where there is something.
    pub(super) fn with(mut self, way_out: impl Into<String>) -> Rung {
        self.way_out.extend(Some(way_out.into()).filter(|words| !words.is_empty()));
        self
    }

    /// Of a sentence whose last part is the way out.
    pub(super) fn of_sentence(mark: Mark, sentence: &str) -> Rung {
        match sentence.rsplit_once("; ") {
            Some((what, way_out)) => Rung::new(mark, what).with(way_out),
            None => Rung::new(mark, sentence),
        }
    }

    /// What is to be done.
    pub(super) fn way_out(&self) -> &[String] {
        &self.way_out
    }
}

/// What belongs together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) rungs: Vec<Rung>,
}

/// The exit code: a wrong configuration goes before what does not work, and that before what could not be asked.
pub(super) fn exit_code(sections: &[Section]) -> u8 {
    let has = |mark| sections.iter().flat_map(|section| &section.rungs).any(|rung| rung.mark == mark);
    match () {
        () if has(Mark::Wrong) => EXIT_USAGE,
        () if has(Mark::Fails) => EXIT_FAILED,
        () if has(Mark::Unknown) => EXIT_BROKEN,
        () => EXIT_PASSED,
    }
}

/// All of it as text.
pub(super) fn told(sections: &[Section]) -> String {
    let mut text = String::new();
    for Section { title, rungs } in sections {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{title}");
        for rung in rungs {
            let _ = writeln!(text, "{}", wrapped(&format!("  {} ", rung.mark.sign()), 4, &rung.what, WIDTH));
            for words in &rung.way_out {
                let _ = writeln!(text, "{}", wrapped("      ", 8, words, WIDTH));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_that_is_known_decides() {
        let code = |marks: &[Mark]| {
            let rungs = marks.iter().map(|mark| Rung::new(*mark, "x")).collect();
            exit_code(&[Section { title: "A", rungs }])
        };
        assert_eq!(code(&[Mark::Works, Mark::Idle]), 0);
        assert_eq!(code(&[Mark::Works, Mark::Fails, Mark::Unknown]), 1);
        assert_eq!(code(&[Mark::Fails, Mark::Wrong, Mark::Unknown]), 2);
        assert_eq!(code(&[Mark::Works, Mark::Unknown]), 3);
        assert_eq!(exit_code(&[]), 0);
    }

    #[test]
    fn lines_fit_a_terminal_and_a_way_out_stands_below() {
        let rung = Rung::of_sentence(Mark::Fails, &format!("the token may not {}; grant it", "comment ".repeat(20)));
        let text = told(&[Section { title: "Report", rungs: vec![rung, Rung::new(Mark::Works, "y".repeat(100))] }]);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH || line.contains("yyy")), "{text}");
        assert!(text.starts_with("Report\n  ✗ the token may not comment"), "{text}");
        assert!(text.contains("\n      grant it\n  ✓ yyy"), "{text}");
    }
}
