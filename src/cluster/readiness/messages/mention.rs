//! Whether a line of a log mentions a word of the manifest.

/// Values that say nothing where they stand in a sentence.
pub(crate) fn is_common(value: &str) -> bool {
    let common = [
        "true",
        "false",
        "error",
        "fatal",
        "warn",
        "warning",
        "info",
        "debug",
        "trace",
        "none",
        "null",
        "http",
        "https",
        "json",
        "text",
        "file",
        "user",
        "root",
        "host",
        "port",
        "localhost",
        "config",
        "default",
        "production",
        "development",
    ];
    common.contains(&value.to_ascii_lowercase().as_str())
}

/// Whether a character may be a part of a name, a path or an option.
pub(crate) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

/// Whether a line has these words, not as a part of longer ones.
pub(crate) fn mentions(line: &str, words: &str) -> bool {
    let is_whole = |(at, found): (usize, &str)| {
        let before = line[..at].chars().next_back();
        let mut after = line[at + found.len()..].chars();
        let next = after.next();
        // The end of a sentence is not a part of the word.
        let ends = next == Some('.') && after.next().is_none_or(char::is_whitespace);
        before.is_none_or(|c| !is_of_word(c)) && (ends || next.is_none_or(|c| !is_of_word(c)))
    };
    line.match_indices(words).any(is_whole)
}
