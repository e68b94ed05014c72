//! From a span to what a reader sees: path, line, column and a masked excerpt.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::confidential::Confidential;
use crate::{MASK, Masker, SourceFile, Sources, Span};

/// Lines of an excerpt at most.
const MOST_LINES: usize = 3;

/// How a tab is shown, so that columns can be counted.
const TAB: &str = "    ";

/// Characters of an excerpt's line at most; longer ones are cut around the place.
const WIDEST: usize = 160;

/// A place in a file, with the text that stands there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The name of what the file belongs to, where that is not this repository: another checkout. Only a second place lies there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub belongs_to: Option<String>,
    /// Path from the root of the repository, forward slashes.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Last line, from 1.
    pub end_line: usize,
    /// Column after the last character, from 1.
    pub end_column: usize,
    /// The first lines of the place, masked.
    pub excerpt: Vec<ExcerptLine>,
}

/// One line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExcerptLine {
    /// Line, from 1.
    pub number: usize,
    /// Its text, masked, without control characters, perhaps cut.
    pub text: String,
    /// Characters of `text` to underline: first (from 0) and one past the last.
    pub underline: (usize, usize),
}

impl Location {
    /// The first line of nothing.
    fn nowhere() -> Location {
        let (belongs_to, path, excerpt) = (None, String::new(), Vec::new());
        Location { belongs_to, path, line: 1, column: 1, end_line: 1, end_column: 1, excerpt }
    }

    /// Whether it is a place in a file of this repository, to which a reader can be led.
    #[must_use]
    pub fn is_here(&self) -> bool {
        !self.path.is_empty() && self.belongs_to.is_none()
    }

    /// The path as readers see it: with the name of what it belongs to before it, where that is not this repository.
    #[must_use]
    pub fn shown_path(&self) -> Cow<'_, str> {
        match &self.belongs_to {
            None => Cow::Borrowed(&self.path),
            Some(name) => Cow::Owned(format!("{name}: {}", self.path)),
        }
    }
}

/// Resolves a span. A span of an unknown file is the first line of nothing.
#[must_use]
pub fn locate(sources: &Sources, masker: &Masker, span: Span) -> Location {
    let Some(file) = sources.get(span.file) else {
        return Location::nowhere();
    };
    masker.learn(sources);
    let (line, column) = file.line_column(span.start);
    let (end_line, end_column) = end_of(&file, span);
    let confidential = Confidential::around(&file, span);
    let shown = (line..=end_line).take(MOST_LINES);
    let excerpt = shown.map(|number| {
        let from = if number == line { column - 1 } else { 0 };
        let to = if number == end_line { end_column - 1 } else { usize::MAX };
        let raw = file.line(number);
        let clean =
            |text: &str| text.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect::<String>();
        // What is masked are the bytes that stand there: nulls may be half of a character each.
        let masked = match confidential.hides(number) {
            true => masker.mask(&confidential.masked(number, &clean(raw))).into_owned(),
            false => clean(&masker.mask(raw)),
        };
        excerpt_line(number, &clean(raw), &masked, (from, to))
    });
    Location {
        belongs_to: file.belongs_to().name().map(str::to_owned),
        path: file.path().to_owned(),
        line,
        column,
        end_line,
        end_column,
        excerpt: excerpt.collect(),
    }
}

/// Values in the lines of a span that no reader may see; empty when there are none.
pub(crate) fn hidden_values(sources: &Sources, span: Span) -> String {
    let Some(file) = sources.get(span.file) else { return String::new() };
    let (first, last) = (file.line_column(span.start).0, end_of(&file, span).0);
    Confidential::around(&file, span).hidden_text(first, last)
}

/// The end of a span, without the line end that a block value carries.
fn end_of(file: &SourceFile, span: Span) -> (usize, usize) {
    let text = file.text();
    let end = (span.end as usize).min(text.len()).max(span.start as usize);
    let kept = text.get(span.start as usize..end).map_or(0, |t| t.trim_end_matches(['\n', '\r', ' ']).len());
    file.line_column(span.start + u32::try_from(kept).unwrap_or(0))
}

fn excerpt_line(number: usize, clean: &str, masked: &str, mark: (usize, usize)) -> ExcerptLine {
    let (from, to) = under_masks(clean, masked, mark);
    let column = |at: usize| masked.chars().take(at).map(|c| if c == '\t' { TAB.len() } else { 1 }).sum();
    let (from, to): (usize, usize) = (column(from), column(to));
    let masked = &masked.replace('\t', TAB);
    let length = masked.chars().count();
    let cut = from.saturating_sub(WIDEST / 2).min(length.saturating_sub(WIDEST));
    let mut text: String = masked.chars().skip(cut).take(WIDEST).collect();
    let width = text.chars().count();
    if cut > 0 {
        text = format!("…{}", text.chars().skip(1).collect::<String>());
    }
    if cut + width < length {
        text = format!("{}…", text.chars().take(width.saturating_sub(1)).collect::<String>());
    }
    ExcerptLine { number, text, underline: (from - cut, (to - cut).min(width)) }
}

/// Where the marked characters of a line are once it is masked: as they were before the first mask and behind the last one; of what lies
/// between, all is marked.
fn under_masks(clean: &str, masked: &str, mark: (usize, usize)) -> (usize, usize) {
    let (old, new): (Vec<char>, Vec<char>) = (clean.chars().collect(), masked.chars().collect());
    let mark = (mark.0.min(old.len()), mark.1.min(old.len()).max(mark.0.min(old.len())));
    if clean == masked {
        return mark;
    }
    let characters = |text: Option<&str>| text.map_or(0, |text| text.chars().count());
    let before_masks = characters(masked.split(MASK).next());
    let behind_masks = characters(masked.rsplit(MASK).next());
    let before = old.iter().zip(&new).take(before_masks).take_while(|(a, b)| a == b).count();
    let most_behind = behind_masks.min(old.len() - before).min(new.len() - before);
    let alike = |(a, b): &(&char, &char)| a == b;
    let behind = old.iter().rev().zip(new.iter().rev()).take(most_behind).take_while(alike).count();
    let place = |at: usize, within: usize| match at {
        at if at <= before => at,
        at if at >= old.len() - behind => new.len() - (old.len() - at),
        _ => within,
    };
    (place(mark.0, before), place(mark.1, new.len() - behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, needle: &str) -> Location {
        let sources = Sources::new();
        let file = sources.add("deploy/web.yaml", text.to_owned());
        let start = text.find(needle).expect("needle is in the text");
        locate(&sources, &Masker::new(), Span::new(file.id(), start, start + needle.len()))
    }

    #[test]
    fn names_line_and_column_and_underlines_the_value() {
        let place = at("spec:\n  replicaz: 3\n", "replicaz");
        assert_eq!((place.line, place.column, place.end_line, place.end_column), (2, 3, 2, 11));
        assert_eq!(place.excerpt[0].text, "  replicaz: 3");
        assert_eq!(place.excerpt[0].underline, (2, 10));
    }

    #[test]
    fn shows_no_value_of_a_secret_even_when_it_does_not_parse() {
        let text = "kind: Secret\nmetadata: {name: a}\ndata:\n  password: aHVudGVyMg==\n bad\n---\nkind: ConfigMap\n";
        let place = at(text, "  password: aHVudGVyMg==\n bad");
        let lines: Vec<&str> = place.excerpt.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines, ["  password: ***", " ***"]);
        assert_eq!(at(text, "ConfigMap").excerpt[0].text, "kind: ConfigMap");
    }

    #[test]
    fn shows_no_literal_of_a_secret_generator_but_the_rest_of_the_kustomization() {
        let text = "secretGenerator:\n- name: db\n  literals:\n  - password=hunter2\nimages:\n- newTag: 1.4.0\n";
        assert_eq!(at(text, "password=hunter2").excerpt[0].text, "  - ***");
        assert_eq!(at(text, "1.4.0").excerpt[0].text, "- newTag: 1.4.0");
    }

    /// What is underlined of the first line.
    fn underlined(place: &Location) -> String {
        let line = &place.excerpt[0];
        let (from, to) = line.underline;
        line.text.chars().skip(from).take(to - from).collect()
    }

    #[test]
    fn underlines_a_mask_in_the_place_of_a_value_and_a_key_as_it_is() {
        let secret = "kind: Secret\nmetadata: { name: a }\ndata: { password: 5 }\nstringData:\n  other: [x]\n";
        let table = [("5 }", "***"), ("5", "***"), ("[x]", "***"), ("other", "other"), ("data", "data")];
        for (needle, expected) in table {
            assert_eq!(underlined(&at(secret, needle)), expected, "{needle}");
        }
        let sources = Sources::new();
        let file = sources.add("a.yaml", "login: hunter2hunter2, port: http\n".to_owned());
        let masker = Masker::new();
        masker.add("hunter2hunter2");
        let start = file.text().find("http").expect("is there");
        let place = locate(&sources, &masker, Span::new(file.id(), start, start + 4));
        assert_eq!((underlined(&place).as_str(), place.excerpt[0].text.as_str()), ("http", "login: ***, port: http"));
    }

    #[test]
    fn shows_a_tab_as_blanks_and_underlines_all_of_them() {
        let place = at("data:\n\ta:\t5\n", "5");
        assert_eq!((place.excerpt[0].text.as_str(), place.excerpt[0].underline), ("    a:    5", (10, 11)));
        assert_eq!((place.line, place.column), (2, 5), "a place is counted in characters");
        let tab = at("data:\n\ta: 5\n", "\t");
        assert_eq!((tab.excerpt[0].text.as_str(), tab.excerpt[0].underline), ("    a: 5", (0, 4)));
    }

    #[test]
    fn cuts_a_long_line_around_the_place() {
        let text = format!("a: {}X{}\n", "b".repeat(500), "c".repeat(500));
        let line = at(&text, "X").excerpt.remove(0);
        assert_eq!(line.text.chars().count(), WIDEST);
        let (from, to) = line.underline;
        assert_eq!(line.text.chars().skip(from).take(to - from).collect::<String>(), "X");
    }
}
