//! `.helmignore` (helm: `pkg/ignore`), and patterns of paths as Go has them (`path/filepath.Match`).

/// The rules of a chart: what is not part of it.
#[derive(Debug, Default)]
pub(crate) struct Ignore {
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: String,
    shape: Shape,
    is_negated: bool,
    is_for_directories: bool,
    /// Compared with the whole path, not with the name alone.
    is_for_paths: bool,
}

/// What a pattern consists of: most are quickly compared.
#[derive(Debug)]
enum Shape {
    /// Nothing but a name.
    Plain,
    /// A star, and an end behind it.
    Ending,
    /// So many bytes that must stand at the start, and then more.
    Other(usize),
}

impl Shape {
    fn of(pattern: &str) -> Shape {
        const SPECIAL: [char; 4] = ['*', '?', '[', '\\'];
        match pattern.find(SPECIAL) {
            None => Shape::Plain,
            Some(0) if pattern.starts_with('*') && !pattern[1..].contains(SPECIAL) => Shape::Ending,
            Some(start) => Shape::Other(start),
        }
    }
}

impl Rule {
    fn fits(&self, subject: &str) -> bool {
        match self.shape {
            Shape::Plain => self.pattern == subject,
            Shape::Ending => subject.strip_suffix(&self.pattern[1..]).is_some_and(|before| !before.contains('/')),
            Shape::Other(start) => {
                subject.starts_with(&self.pattern[..start]) && matches(&self.pattern, subject) == Some(true)
            }
        }
    }
}

impl Ignore {
    /// The rules of a text, and what Helm refuses in it: the line, from 0, and a clause.
    pub(crate) fn parse(text: &str) -> Result<Ignore, (usize, String)> {
        let mut ignore = Ignore::default();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            ignore.add(line).map_err(|why| (number, why))?;
        }
        // What begins with a dot in `templates/` is never one.
        ignore.add("templates/.?*").map_err(|why| (0, why))?;
        Ok(ignore)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err("double-star (**) syntax is not supported".to_owned());
        }
        if !is_pattern(line) {
            return Err("syntax error in pattern".to_owned());
        }
        let (line, is_negated) = line.strip_prefix('!').map_or((line, false), |rest| (rest, true));
        let (line, is_for_directories) = line.strip_suffix('/').map_or((line, false), |rest| (rest, true));
        let (pattern, is_for_paths) = match line.strip_prefix('/') {
            Some(rest) => (rest, true),
            None => (line, line.contains('/')),
        };
        let (shape, pattern) = (Shape::of(pattern), pattern.to_owned());
        self.rules.push(Rule { pattern, shape, is_negated, is_for_directories, is_for_paths });
        Ok(())
    }

    /// Whether a path of the chart is not part of it. A negated rule ignores all that it does not fit.
    pub(crate) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        let name = seatrial_tree::file_name(path);
        for rule in &self.rules {
            let fits = || rule.fits(if rule.is_for_paths { path } else { name });
            if rule.is_negated {
                if (rule.is_for_directories && !is_directory) || !fits() {
                    return true;
                }
            } else if (is_directory || !rule.is_for_directories) && fits() {
                return true;
            }
        }
        false
    }
}

fn is_pattern(pattern: &str) -> bool {
    matches(pattern, "abc").is_some()
}

/// Whether a name fits a pattern; `None` where the pattern is wrong and that was seen (Go: `filepath.Match`).
pub(crate) fn matches(pattern: &str, name: &str) -> Option<bool> {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut pattern, mut name) = (pattern.as_slice(), name.as_slice());
    'pattern: while !pattern.is_empty() {
        let stars = pattern.iter().take_while(|c| **c == '*').count();
        let chunk = chunk_length(&pattern[stars..]);
        let (part, rest) = pattern[stars..].split_at(chunk);
        pattern = rest;
        if stars > 0 && part.is_empty() {
            return Some(!name.contains(&'/'));
        }
        match match_chunk(part, name)? {
            Some(left) if left.is_empty() || !pattern.is_empty() => {
                name = left;
                continue;
            }
            _ => {}
        }
        if stars > 0 {
            let mut skipped = 0;
            while skipped < name.len() && name[skipped] != '/' {
                if let Some(left) = match_chunk(part, &name[skipped + 1..])? {
                    if pattern.is_empty() && !left.is_empty() {
                        skipped += 1;
                        continue;
                    }
                    name = left;
                    continue 'pattern;
                }
                skipped += 1;
            }
        }
        // What is left of the pattern must still be one.
        while !pattern.is_empty() {
            let stars = pattern.iter().take_while(|c| **c == '*').count();
            let chunk = chunk_length(&pattern[stars..]);
            match_chunk(&pattern[stars..stars + chunk], &[])?;
            pattern = &pattern[stars + chunk..];
        }
        return Some(false);
    }
    Some(name.is_empty())
}

/// Up to the next star outside of brackets.
fn chunk_length(pattern: &[char]) -> usize {
    let (mut in_range, mut at) = (false, 0);
    while at < pattern.len() {
        match pattern[at] {
            '\\' if at + 1 < pattern.len() => at += 1,
            '[' => in_range = true,
            ']' => in_range = false,
            '*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    at
}

/// What is left of a name behind a chunk; `Some(None)` where it does not fit, `None` where the chunk is wrong.
#[allow(clippy::option_option, reason = "a pattern is wrong, or does not fit, or fits")]
fn match_chunk<'a>(mut chunk: &[char], mut name: &'a [char]) -> Option<Option<&'a [char]>> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed |= name.is_empty();
        match first {
            '[' => {
                let mut letter = '\0';
                if let (false, Some((&c, rest))) = (failed, name.split_first()) {
                    (letter, name) = (c, rest);
                }
                chunk = &chunk[1..];
                let is_negated = chunk.first() == Some(&'^');
                chunk = if is_negated { &chunk[1..] } else { chunk };
                let (mut fits, mut ranges) = (false, 0);
                loop {
                    if chunk.first() == Some(&']') && ranges > 0 {
                        chunk = &chunk[1..];
                        break;
                    }
                    let low = escaped(&mut chunk)?;
                    let mut high = low;
                    if chunk.first() == Some(&'-') {
                        chunk = &chunk[1..];
                        high = escaped(&mut chunk)?;
                    }
                    fits |= low <= letter && letter <= high;
                    ranges += 1;
                }
                failed |= fits == is_negated;
            }
            '?' => {
                if !failed {
                    failed = name[0] == '/';
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == '\\' {
                    chunk = &chunk[1..];
                }
                let wanted = *chunk.first()?;
                if !failed {
                    failed = wanted != name[0];
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Some((!failed).then_some(name))
}

/// A character of a range.
fn escaped(chunk: &mut &[char]) -> Option<char> {
    let mut rest: &[char] = chunk;
    if matches!(rest.first(), None | Some('-' | ']')) {
        return None;
    }
    if rest.first() == Some(&'\\') {
        rest = &rest[1..];
    }
    let (&c, rest) = rest.split_first()?;
    *chunk = rest;
    // A range that is not closed is wrong.
    if rest.is_empty() { None } else { Some(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_as_in_go() {
        for (pattern, name, expected) in [
            ("abc", "abc", Some(true)),
            ("*", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*", "a", Some(true)),
            ("a*", "ab/c", Some(false)),
            ("a*/b", "abc/b", Some(true)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Some(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Some(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Some(true)),
            ("ab[c]", "abc", Some(true)),
            ("ab[^b-d]", "abc", Some(false)),
            ("a\\*b", "a*b", Some(true)),
            ("a[^a][^a]b", "a☺b", Some(false)),
            ("[]a]", "]", None),
            ("[-]", "-", None),
            ("[a-b-c]", "a", None),
            ("[", "a", None),
            ("a[", "ab", None),
            ("*x", "xxx", Some(true)),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_quickly_compared_fits_as_the_pattern_does() {
        let patterns = [
            "", "*", "**", "a", "a/b", "é", "*.a", "*é", "*a/b", "a*", "*a*", ".?*", "a/.?*", "[a]", "*[a]", "\\a",
            "*\\a", "]",
        ];
        let names =
            ["", "a", "b", "aa", "é", "xé", "x.a", ".a", "a/b", "xa/b", "x/a/b", "x/y.a", "a/.b", "/", "a/", "]", "*"];
        for (pattern, name) in patterns.iter().flat_map(|pattern| names.map(|name| (*pattern, name))) {
            let shape = Shape::of(pattern);
            let rule = Rule {
                pattern: pattern.to_string(),
                shape,
                is_negated: false,
                is_for_directories: false,
                is_for_paths: true,
            };
            assert_eq!(rule.fits(name), matches(pattern, name) == Some(true), "{pattern} {name}");
        }
    }

    #[test]
    fn rules_are_those_of_helm() {
        let ignore = Ignore::parse("# a comment\n*.bak\n/ci/\ndocs/*.md\n.git\n").expect("rules");
        for (path, is_directory, expected) in [
            ("a.bak", false, true),
            ("x/y.bak", false, true),
            ("ci", true, true),
            ("ci", false, false),
            ("x/ci", true, false),
            ("docs/a.md", false, true),
            ("docs/x/a.md", false, false),
            ("templates/.hidden", false, true),
            ("templates/x/.hidden", false, false),
            (".git", true, true),
        ] {
            assert_eq!(ignore.ignores(path, is_directory), expected, "{path}");
        }
        assert!(Ignore::parse("a/**/b").is_err());
        assert!(Ignore::parse("!*.yaml").expect("rules").ignores("a.txt", false), "a negated rule ignores all else");
    }
}
