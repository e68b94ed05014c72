//! One pattern of a `.sourceignore` (fluxcd/pkg: `sourceignore/gitignore`, which is not quite git's own).

use seatrial_tree::within;

use crate::patterns::glob;

/// A pattern, and the directory that it counts in.
#[derive(Debug)]
pub(super) struct Pattern {
    dir: String,
    parts: Vec<Part>,
    includes: bool,
    of_directories: bool,
    /// Whether it is a path, not a name that may be anywhere.
    is_path: bool,
    told: String,
}

/// What one component of a path is compared with.
#[derive(Debug)]
enum Part {
    /// Nothing stands before the first `/`.
    Empty,
    /// `**`.
    Any,
    /// `**` beside something else, which matches nothing.
    Never,
    Name(String),
    /// `*.png`.
    Suffix(String),
    Glob(String),
}

impl Pattern {
    /// Reads a line.
    pub(super) fn parse(line: &str, dir: &str, told: &str) -> Pattern {
        let (includes, text) = line.strip_prefix('!').map_or((false, line), |text| (true, text));
        let text = if text.ends_with("\\ ") { text } else { text.trim_end_matches(' ') };
        let (of_directories, text) = text.strip_suffix('/').map_or((false, text), |text| (true, text));
        let is_path = text.contains('/');
        let parts = if is_path { text.split('/').map(Part::of).collect() } else { vec![Part::of_name(text)] };
        Pattern { dir: dir.to_owned(), parts, includes, of_directories, is_path, told: format!("{told} `{line}`") }
    }

    /// Whether what it matches stays.
    pub(super) fn includes(&self) -> bool {
        self.includes
    }

    /// A clause that says what it is.
    pub(super) fn told(&self) -> String {
        self.told.clone()
    }

    /// Whether it matches a path or a directory above it.
    pub(super) fn matches(&self, path: &str, is_directory: bool) -> bool {
        let Some(path) = within(path, &self.dir).filter(|path| !path.is_empty()) else { return false };
        if self.is_path { self.matches_path(path, is_directory) } else { self.matches_name(path, is_directory) }
    }

    fn matches_name(&self, path: &str, is_directory: bool) -> bool {
        let Some(part) = self.parts.first() else { return false };
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            if part.is(name) {
                return names.peek().is_some() || is_directory || !self.of_directories;
            }
        }
        false
    }

    fn matches_path(&self, path: &str, is_directory: bool) -> bool {
        let mut names = path.split('/').peekable();
        let (mut matched, mut is_anywhere) = (false, false);
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Empty => {
                    is_anywhere = false;
                    continue;
                }
                Part::Any if at + 1 == self.parts.len() => break,
                Part::Any => {
                    is_anywhere = true;
                    continue;
                }
                Part::Never => return false,
                Part::Name(_) | Part::Suffix(_) | Part::Glob(_) => {}
            }
            if names.peek().is_none() {
                return false;
            }
            if std::mem::take(&mut is_anywhere) {
                matched = names.any(|name| part.is(name));
            } else if names.next().is_some_and(|name| part.is(name)) {
                matched = true;
            } else {
                return false;
            }
        }
        matched && !(self.of_directories && !is_directory && names.peek().is_none())
    }
}

impl Part {
    /// A component of a path.
    fn of(text: &str) -> Part {
        match text {
            "" => Part::Empty,
            "**" => Part::Any,
            _ if text.contains("**") => Part::Never,
            _ => Part::of_name(text),
        }
    }

    fn of_name(text: &str) -> Part {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', '\\']);
        match text.strip_prefix('*') {
            _ if is_plain(text) => Part::Name(text.to_owned()),
            Some(rest) if !rest.is_empty() && is_plain(rest) => Part::Suffix(rest.to_owned()),
            _ => Part::Glob(text.to_owned()),
        }
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Part::Name(text) => text == name,
            Part::Suffix(text) => name.ends_with(text.as_str()),
            Part::Glob(text) => glob::matches(text, name) == Some(true),
            Part::Any | Part::Empty | Part::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of fluxcd/pkg: `sourceignore/gitignore/pattern_test.go`. Pattern, directory, path (with `/` for a directory), whether it matches.
    const CASES: [(&str, &str, &str, bool); 45] = [
        ("!vul?ano", "", "value/vulkano/tail", true),
        ("value", "head/middle/tail", "head/middle", false),
        ("value", "head/middle/tail", "head/middle/tail", false),
        ("value", "head/middle/tail", "head/middle/_tail_/value", false),
        ("middle/", "value/volcano", "value/volcano/middle/tail", true),
        ("volcano/", "value/volcano", "value/volcano/tail/", false),
        ("value", "", "value/tail", true),
        ("value", "", "head/value/tail", true),
        ("value", "", "head/value", true),
        ("value/", "", "value/tail", true),
        ("value/", "", "head/value/tail", true),
        ("value/", "", "head/value/", true),
        ("value/", "", "head/value", false),
        ("value", "", "head/val/tail", false),
        ("val", "", "head/value/tail", false),
        ("v*o", "", "value/vulkano/tail", true),
        ("vul?ano", "", "value/vulkano/tail", true),
        ("v[ou]l[kc]ano", "", "value/volcano", true),
        ("v[ou]l[", "", "value/vol[", false),
        ("/value/vul?ano", "", "value/vulkano/tail", true),
        ("middle/tail/", "value/volcano", "value/volcano/middle/tail/", true),
        ("volcano/tail", "value/volcano", "value/volcano/tail", false),
        ("value/vul?ano", "", "value/vulkano/tail", true),
        ("value/vulkano", "", "value/volcano", false),
        ("value/vul?ano", "", "value", false),
        ("/value/volcano", "", "value/value/volcano", false),
        ("**/*lue/vol?ano", "", "value/volcano/tail", true),
        ("**/*lue/vol?ano", "", "head/value/volcano/tail", true),
        ("**/*lue/vol?ano", "", "head/value/Volcano/tail", false),
        ("**/*lue/vol?ano/", "", "head/value/volcano/tail", true),
        ("**/*lue/vol?ano/", "", "head/value/volcano/", true),
        ("**/*lue/vol?ano/", "", "head/value/Colcano/", false),
        ("**/*lue/vol?ano/", "", "head/value/volcano", false),
        ("/*lue/vol?ano/**", "", "value/volcano/tail/moretail", true),
        ("/*lue/vol?ano/**", "", "value/volcano", true),
        ("/*lue/**/vol?ano", "", "value/volcano", true),
        ("/*lue/**/vol?ano", "", "value/middle1/middle2/volcano", true),
        ("/*lue/**/vol?ano/", "", "value/middle1/middle2/volcano", false),
        ("/*lue/**/vol?ano/", "", "value/middle1/middle2/volcano/tail", true),
        ("/*lue/**foo/vol?ano", "", "value/foo/volcano/tail", false),
        ("/value/**/v[ou]l[", "", "value/head/vol[", false),
        ("**/head/v[ou]l[kc]ano", "", "value/head/volcano", true),
        ("**.md", "", "value/README.md", true),
        ("**", "", "value", true),
        (
            "**/android/**/GeneratedPluginRegistrant.java",
            "",
            "packages/flutter_tools/lib/src/android/gradle.dart",
            false,
        ),
    ];

    #[test]
    fn patterns_match_as_those_of_source_controller() {
        for (pattern, dir, path, expected) in CASES {
            let is_directory = path.ends_with('/');
            let got = Pattern::parse(pattern, dir, "").matches(path.trim_end_matches('/'), is_directory);
            assert_eq!(got, expected, "{pattern} in {dir:?}: {path}");
        }
    }
}
