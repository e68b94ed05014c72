//! The end of a long output.

use seatrial_model::{Evidence, Masker};

/// So much of an output is kept; twice as much while it is written.
const KEPT: usize = 64 << 10;

/// So many of its last lines are shown.
const LINES: usize = 40;

/// A line is cut behind this many characters.
const LONGEST_LINE: usize = 200;

/// The last bytes of an output, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    kept: Vec<u8>,
    dropped: usize,
}

impl Tail {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.kept.extend_from_slice(bytes);
        if self.kept.len() > 2 * KEPT {
            let first = self.kept.len() - KEPT;
            self.kept.drain(..first);
            self.dropped += first;
        }
    }

    /// The last lines, masked; `None` when there is nothing.
    pub(crate) fn evidence(&self, of: &str, masker: &Masker) -> Option<Evidence> {
        let text = String::from_utf8_lossy(&self.kept).into_owned();
        evidence_of(&text, self.dropped > 0, of, masker)
    }
}

/// The last lines of a text as evidence; `None` when there is nothing. Equal lines that follow each other are told once.
pub(crate) fn evidence_of(text: &str, begins_before: bool, of: &str, masker: &Masker) -> Option<Evidence> {
    let masked = masker.mask(text);
    let mut lines: Vec<(&str, usize)> = Vec::new();
    // The first line of a tail may be half of one.
    for line in masked.lines().skip(usize::from(begins_before)).map(str::trim_end).filter(|line| !line.is_empty()) {
        match lines.last_mut() {
            Some((last, times)) if *last == line => *times += 1,
            _ => lines.push((line, 1)),
        }
    }
    let end;
    if lines.is_empty() {
        // A single line that is longer than all that is kept has its end to tell.
        end = last_of(masked.lines().next().filter(|_| begins_before)?);
        lines.push((&end, 1));
    }
    let first = lines.len().saturating_sub(LINES);
    let told = |(line, times): &(&str, usize)| match times {
        1 => cut(line),
        _ => format!("{} ({times} times)", cut(line)),
    };
    let shown: Vec<String> = lines.iter().skip(first).map(told).collect();
    let title = if first == 0 && !begins_before {
        format!("output of {of}")
    } else {
        format!("last {} of {of}", counted(shown.len()))
    };
    Some(Evidence { title, text: shown.join("\n") })
}

fn counted(lines: usize) -> String {
    if lines == 1 { "line".to_owned() } else { format!("{lines} lines") }
}

/// The end of a line whose beginning is gone: at most 200 characters.
fn last_of(line: &str) -> String {
    let line = line.trim_end();
    let from = line.char_indices().rev().nth(LONGEST_LINE - 2).map_or(0, |(at, _)| at);
    format!("…{}", line.get(from..).unwrap_or_default())
}

/// A line of at most 200 characters.
fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE - 1) {
        Some((end, last)) if line.len() > end + last.len_utf8() => format!("{}…", &line[..end]),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_end_and_says_that_it_is_one() {
        let mut tail = Tail::default();
        for number in 0..100_000 {
            tail.push(format!("line {number}\n").as_bytes());
        }
        assert!(tail.kept.len() <= 2 * KEPT);
        let evidence = tail.evidence("`k6`", &Masker::new()).expect("it printed something");
        assert_eq!(evidence.title, "last 40 lines of `k6`");
        assert!(
            evidence.text.starts_with("line 99960\n") && evidence.text.ends_with("line 99999"),
            "{}",
            evidence.text
        );
    }

    #[test]
    fn one_endless_line_has_its_end_told() {
        let mut tail = Tail::default();
        for _ in 0..1_000 {
            tail.push(&[b'x'; 1_000]);
        }
        tail.push(b" out of disk\n");
        let evidence = tail.evidence("`sh`", &Masker::new()).expect("it printed something");
        assert_eq!(evidence.title, "last line of `sh`");
        assert_eq!(evidence.text.chars().count(), LONGEST_LINE);
        assert!(evidence.text.starts_with("…xxx") && evidence.text.ends_with("xxx out of disk"), "{}", evidence.text);
    }

    #[test]
    fn folds_what_is_repeated_and_cuts_long_lines() {
        let text = format!("start\nwaiting\nwaiting\nwaiting\n\n{}\n", "x".repeat(900));
        let evidence = evidence_of(&text, false, "`sh`", &Masker::new()).expect("lines");
        let lines: Vec<&str> = evidence.text.lines().collect();
        assert_eq!(evidence.title, "output of `sh`");
        assert_eq!(lines[..2], ["start", "waiting (3 times)"]);
        assert_eq!(lines[2].chars().count(), LONGEST_LINE);
    }
}
