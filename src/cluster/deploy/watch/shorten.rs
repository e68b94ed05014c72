//! Lines of logs and events, shortened to what tells something: repeated ones folded, long ones cut.

/// No line is longer, in characters.
pub(crate) const LONGEST: usize = 200;
/// So many of them are the last ones of a line that is cut: the reason often stands at its end.
const LAST: usize = 80;

/// Words of a line of a log that says why, in any case.
const TELLING: [&str; 7] = ["error", "exception", "fatal", "panic", "caused by", "failed", "traceback"];
/// So many telling lines are kept that stand before the last ones.
const MOST_TELLING: usize = 3;

/// Cut in its middle.
pub(crate) fn cut(line: &str) -> String {
    let line = line.trim_end();
    let count = line.chars().count();
    if count <= LONGEST {
        return line.to_owned();
    }
    let at = |n: usize| line.char_indices().nth(n).map_or(line.len(), |(at, _)| at);
    format!("{}…{}", &line[..at(LONGEST - LAST - 1)], &line[at(count - LAST)..])
}

/// The last `most` lines of a log: lines in a row that differ by digits only are one, and a line before them that says why is kept.
pub(crate) fn log(text: &str, most: usize) -> Vec<String> {
    let folded = fold(text.lines().map(cut).filter(|line| !line.trim().is_empty()));
    let (before, last) = folded.split_at(folded.len().saturating_sub(most));
    let tells = |line: &&String| {
        let line = line.to_ascii_lowercase();
        TELLING.iter().any(|word| line.contains(word))
    };
    let mut kept: Vec<String> = before.iter().rev().filter(tells).take(MOST_TELLING).cloned().collect();
    kept.reverse();
    if !kept.is_empty() {
        kept.push("…".to_owned());
    }
    kept.extend_from_slice(last);
    kept
}

/// Lines in a row that say the same become the last of them with their number.
fn fold(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut runs: Vec<(String, String, usize)> = Vec::new();
    for line in lines {
        let same = without_digits(&line);
        match runs.last_mut() {
            Some((shape, last, count)) if *shape == same => (*last, *count) = (line, *count + 1),
            _ => runs.push((same, line, 1)),
        }
    }
    let told = |(_, line, count): (String, String, usize)| match count {
        1 => line,
        count => cut(&format!("{line} ({count} lines like this)")),
    };
    runs.into_iter().map(told).collect()
}

/// The line without what is another number each time: times, ports, durations. A line that is little else stays as it is.
fn without_digits(line: &str) -> String {
    let shape: String = line.chars().filter(|c| !c.is_ascii_digit()).collect();
    if shape.chars().filter(|c| c.is_alphabetic()).count() < 3 { line.to_owned() } else { shape }
}

/// `line (3 times)`, within the length.
pub(crate) fn with_count(line: String, count: usize) -> String {
    if count < 2 { line } else { cut(&format!("{line} ({count} times)")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_beginning_and_its_end() {
        let line = format!("Failed to pull image: {}: not found", "é".repeat(500));
        let short = cut(&line);
        assert_eq!(short.chars().count(), LONGEST);
        assert!(short.starts_with("Failed to pull image: é") && short.ends_with("é: not found"), "{short}");
        assert_eq!(cut("short \r\n"), "short");
    }

    #[test]
    fn lines_that_differ_by_numbers_are_one() {
        let text = "listening on :8080\n\n12:00:01 retry 1\n12:00:02 retry 2\n12:00:03 retry 3\n1\n2\n";
        assert_eq!(log(text, 20), ["listening on :8080", "12:00:03 retry 3 (3 lines like this)", "1", "2"]);
    }

    #[test]
    fn the_line_that_says_why_is_kept_though_others_follow() {
        let frames: Vec<String> = ('a'..='z').map(|c| format!("  at {c}.main")).collect();
        let text = format!("starting\npanic: no such table: orders\n{}", frames.join("\n"));
        let kept = log(&text, 3);
        assert_eq!(kept, ["panic: no such table: orders", "…", "  at x.main", "  at y.main", "  at z.main"]);
    }
}
