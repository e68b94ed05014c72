//! Changes one key, value or line of the estate, and knows where a human would look for it.

use std::collections::BTreeSet;

use crate::places::{Estate, Kind, Least, Outcome, Place, Told, Written};
use crate::seed::Seed;

/// A line of a file, counted from 1.
pub(crate) type Line = (String, usize);

/// One change of the estate.
pub(crate) struct Mutation {
    /// `count value wrong`.
    pub(crate) category: String,
    /// What the line was, and what it is.
    pub(crate) what: String,
    pub(crate) file: String,
    /// The file as it is now.
    pub(crate) text: String,
    /// The line that was changed.
    pub(crate) line: Line,
    pub(crate) outcome: Outcome,
    /// Where it may be told.
    pub(crate) lines: BTreeSet<Line>,
    pub(crate) told: Told,
    pub(crate) least: Least,
}

/// The parts of a line: `  - `, `key: `, a quote, the value and the quote again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    indent: String,
    key: String,
    colon: &'static str,
    quote: String,
    value: String,
}

impl Parts {
    fn of(line: &str) -> Parts {
        let mut body = line.trim_start();
        while let Some(item) = body.strip_prefix("- ") {
            body = item.trim_start();
        }
        let indent = line[..line.len() - body.len()].to_owned();
        let (key, colon, value) = match (body.split_once(": "), body.strip_suffix(':')) {
            (Some((key, value)), _) if !body.starts_with(['"', '\'']) => (key, ": ", value),
            (None, Some(key)) => (key, ":", ""),
            _ => ("", "", body),
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).map(String::from).unwrap_or_default();
        let value = value.trim_matches(['"', '\'']).to_owned();
        Parts { indent, key: key.to_owned(), colon, quote, value }
    }

    fn line(&self) -> String {
        let Parts { indent, key, colon, quote, value } = self;
        format!("{indent}{key}{colon}{quote}{value}{quote}")
    }

    /// Without the key and its value; what follows of an item stays one.
    fn gone(&self) -> String {
        self.indent.trim_end().to_owned()
    }

    /// With another value; of `name=value`, the name stays.
    fn with(&self, value: &str) -> Option<Parts> {
        let is_quoted = value.starts_with(['"', '\'']);
        if is_quoted && !self.quote.is_empty() {
            return None;
        }
        let kept = self.value.split_once('=').filter(|_| self.key.is_empty());
        let value = kept.map_or_else(|| value.to_owned(), |(name, _)| format!("{name}={value}"));
        Some(Parts { value, ..self.clone() })
    }
}

/// A mutation of one of the estate's places.
pub(crate) fn mutation(estate: &Estate, seed: &mut Seed) -> Mutation {
    loop {
        // Kinds are tried equally often, however many lines are of them.
        let (name, places) = estate.of_kinds.iter().nth(seed.next(estate.of_kinds.len())).expect("below");
        let place = &estate.places[places[seed.next(places.len())]];
        if let Some(mutation) = tried(estate, place, name, seed) {
            return mutation;
        }
    }
}

/// `None` where the kind has nothing of what the seed chose, or where nothing would change.
fn tried(estate: &Estate, place: &Place, name: &str, seed: &mut Seed) -> Option<Mutation> {
    let kind = &estate.kinds[name];
    let text = &estate.files[&place.file];
    let old = text.lines().nth(place.line).expect("is there");
    let parts = Parts::of(old);
    // Of a variable, what its value is says another kind, and a typo in its name makes another variable of it.
    let is_variable = place.kinds.iter().any(|kind| kind == "variable");
    let (what, outcome, new) = match seed.next(6) {
        0 if !is_variable || name == "variable" => {
            let key = typo(&parts.key, seed)?;
            ("key", kind.key?, Parts { key, ..parts.clone() }.line())
        }
        1 => ("typo", kind.typo?, mistyped(&parts, seed)?),
        // An item of nothing is another matter.
        2 if !(parts.indent.contains('-') && is_last_of_item(text, place.line)) => ("gone", kind.gone?, parts.gone()),
        3 | 4 if !kind.raw.is_empty() => ("raw", Outcome::Wrong, raw(&parts, one(&kind.raw, seed)?)),
        5 => ("edit", Outcome::Wrong, edited(old, kind, seed)?),
        3 => ("value", Outcome::Wrong, parts.with(&one(&kind.wrong, seed)?.text())?.line()),
        4 => ("value", Outcome::Right, parts.with(&one(&kind.right, seed)?.text())?.line()),
        _ => return None,
    };
    if new == old {
        return None;
    }
    let line = (place.file.clone(), place.line + 1);
    // A key that is gone, or another one, is missed where it is used.
    let is_about_name = matches!(what, "key" | "gone" | "typo");
    let told = if is_about_name || kind.place == Told::Either { kind.place } else { Told::Line };
    let mut lines = BTreeSet::from([line.clone()]);
    match (told, what) {
        (Told::Users, _) => lines.extend(users(estate, name, &parts)),
        (Told::Lacking, _) => {
            lines.extend(lacking(place, text));
            lines.extend(defaults(estate, &parts));
        }
        (Told::Opener, _) => lines.extend(openers(place, text)),
        (_, "gone") => lines.extend(lacking(place, text)),
        _ => {}
    }
    Some(Mutation {
        category: format!("{name} {what} {}", if outcome == Outcome::Wrong { "wrong" } else { "right" }),
        what: format!("{}:{} `{}` → `{}`", line.0, line.1, old.trim(), new.trim()),
        file: place.file.clone(),
        text: text
            .lines()
            .enumerate()
            .map(|(at, line)| format!("{}\n", if at == place.line { &new } else { line }))
            .collect(),
        line,
        outcome,
        lines,
        told: if what == "gone" && told == Told::Users { Told::Line } else { told },
        least: kind.least,
    })
}

/// Whether what follows a line does not belong to the item that begins on it.
fn is_last_of_item(text: &str, line: usize) -> bool {
    let mut lines = text.lines().skip(line);
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let (own, next) = (lines.next().map_or(0, depth), lines.next().unwrap_or_default());
    next.trim_start().starts_with('-') || depth(next) < own
}

fn one<'a>(of: &'a [Written], seed: &mut Seed) -> Option<&'a Written> {
    of.get(seed.next(of.len()))
}

/// One of the edits that the line has the text for.
fn edited(line: &str, kind: &Kind, seed: &mut Seed) -> Option<String> {
    let fitting: Vec<_> = kind.edits.iter().filter(|(from, _)| line.contains(&**from)).collect();
    let (from, to) = fitting.get(seed.next(fitting.len()))?;
    Some(line.replacen(&**from, to, 1))
}

fn raw(parts: &Parts, value: &Written) -> String {
    Parts { quote: String::new(), value: value.text(), ..parts.clone() }.line()
}

fn mistyped(parts: &Parts, seed: &mut Seed) -> Option<String> {
    let old = parts.value.split_once('=').filter(|_| parts.key.is_empty()).map_or(&*parts.value, |(_, value)| value);
    let value = typo(old, seed)?;
    Some(parts.with(&value)?.line())
}

/// A letter left out, doubled, or another one.
fn typo(text: &str, seed: &mut Seed) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|at| letters[*at].is_ascii_alphabetic()).collect();
    let at = *places.get(seed.next(places.len()))?;
    match seed.next(3) {
        0 if places.len() > 1 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at] == 'x' { 'y' } else { 'x' },
    }
    Some(letters.into_iter().collect())
}

/// The lines that have the name which is no longer there.
fn users<'a>(estate: &'a Estate, kind: &str, parts: &Parts) -> impl Iterator<Item = Line> + 'a {
    let name = if kind == "variable" { format!("${{{}", parts.key) } else { parts.value.clone() };
    estate.files.iter().flat_map(move |(file, text)| {
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(&name)).map(|(at, _)| at + 1);
        lines.map(|at| (file.clone(), at)).collect::<Vec<Line>>()
    })
}

/// The defaults of charts that have the name.
fn defaults<'a>(estate: &'a Estate, parts: &Parts) -> impl Iterator<Item = Line> + 'a {
    let key = format!("{}:", parts.key);
    let files = estate.files.iter().filter(|(file, _)| file.ends_with("/values.yaml"));
    files.flat_map(move |(file, text)| {
        let lines = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with(&key));
        lines.map(|(at, _)| (file.clone(), at + 1)).collect::<Vec<Line>>()
    })
}

/// The lines of a template that open the blocks around one.
fn openers(place: &Place, text: &str) -> BTreeSet<Line> {
    let opens = |line: &&str| ["if ", "range ", "with ", "define "].iter().any(|word| action(line).starts_with(word));
    let mut open = Vec::new();
    for (at, line) in text.lines().enumerate().take(place.line) {
        if opens(&line) {
            open.push(at);
        }
        if action(line).starts_with("end ") {
            open.pop();
        }
    }
    open.into_iter().map(|at| (place.file.clone(), at + 1)).collect()
}

/// What stands in the action that a line begins with.
fn action(line: &str) -> &str {
    line.trim_start().trim_start_matches("{{").trim_start_matches("- ").trim_start()
}

/// The lines around one that is gone which say what lacks it: its parent, and those beside it.
fn lacking(place: &Place, text: &str) -> BTreeSet<Line> {
    let lines: Vec<&str> = text.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start_matches([' ', '-']).len();
    let own = depth(lines[place.line]);
    let mut found = BTreeSet::new();
    let mut above = place.line;
    while above > 0 && !lines[above - 1].starts_with("---") {
        above -= 1;
        if depth(lines[above]) <= own && !lines[above].trim().is_empty() {
            found.insert((place.file.clone(), above + 1));
        }
        if depth(lines[above]) < own {
            break;
        }
    }
    let below = lines.iter().enumerate().skip(place.line + 1).take_while(|(_, line)| depth(line) >= own);
    found.extend(below.filter(|(_, line)| depth(line) == own).map(|(at, _)| (place.file.clone(), at + 1)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_parts() {
        for line in
            ["  - name: web", "- --all", "data:", "  - literal=x", "  WHEN: \"15 3 * * *\"", "- ../base", "a: '[b]'"]
        {
            assert_eq!(Parts::of(line).line(), line);
        }
        assert_eq!(Parts::of("  - a=b").with("c").expect("fits").line(), "  - a=c");
        assert_eq!(Parts::of("  - a: b").gone(), "  -");
    }
}
