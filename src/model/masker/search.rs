//! Where a text shows a value: as it is, or encoded. Encodings are undone and looked through, so that what stands around a value, where it
//! begins and how often it was encoded do not matter. Which values are looked for is decided in `pieces`.

use std::ops::Range;

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use super::encoded::{base64_runs, hexadecimal_runs};
use super::views::{View, views};

/// Values shorter than this count only where no letter or digit touches them.
const SHORTEST_INSIDE_WORDS: usize = 8;

/// Bytes of what is encoded a second time at least.
const SHORTEST_ENCODED: usize = 6;

/// Encodings in encodings that are undone: the login in a docker configuration in a Secret is the second.
const DEEPEST: usize = 2;

/// Finds any of a set of values.
#[derive(Debug)]
pub(super) struct Search {
    values: NFA,
    /// Which bytes a value begins with.
    beginnings: [bool; 256],
}

impl Search {
    /// For these values; `None` when there are none.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a [u8]> + Clone) -> Option<Search> {
        let mut beginnings = [false; 256];
        values.clone().filter_map(|v| v.first()).for_each(|byte| beginnings[usize::from(*byte)] = true);
        let values = NFA::builder().match_kind(MatchKind::Standard).build(values).ok()?;
        (values.patterns_len() > 0).then_some(Search { values, beginnings })
    }

    /// The parts of a text that show a value, in their order; none touches another.
    pub(super) fn hidden(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.look_through(text, 0, &mut found);
        found.sort_unstable_by_key(|range| range.start);
        let mut apart: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match apart.last_mut().filter(|last| range.start <= last.end) {
                Some(last) => last.end = last.end.max(range.end),
                None => apart.push(range),
            }
        }
        apart
    }

    fn look_through(&self, bytes: &[u8], depth: usize, found: &mut Vec<Range<usize>>) {
        self.plain(bytes, found);
        let shows = |decoded: &[u8]| self.shows(decoded, depth);
        base64_runs(bytes, &shows, found);
        hexadecimal_runs(bytes, &shows, found);
        if depth == DEEPEST {
            return;
        }
        for View { bytes: seen, places } in views(bytes) {
            let mut inside = Vec::new();
            self.look_through(&seen, depth + 1, &mut inside);
            let place = |at: usize| places.get(at).map_or(bytes.len(), |place| *place as usize);
            found.extend(inside.into_iter().map(|range| place(range.start)..place(range.end)));
        }
    }

    /// Whether what was encoded shows a value, perhaps encoded once more.
    fn shows(&self, decoded: &[u8], depth: usize) -> bool {
        let mut found = Vec::new();
        self.plain(decoded, &mut found);
        if found.is_empty() && depth < DEEPEST {
            // What comes before the encoded value may be encoded otherwise, or not at all.
            let texts = decoded.split(|byte| !is_text(*byte)).filter(|text| text.len() >= SHORTEST_ENCODED);
            texts.for_each(|text| self.look_through(text, depth + 1, &mut found));
        }
        !found.is_empty()
    }

    /// The longest value that ends at each place, whatever overlaps it.
    fn plain(&self, bytes: &[u8], found: &mut Vec<Range<usize>>) {
        let Ok(start) = self.values.start_state(Anchored::No) else { return };
        let (mut state, mut at) = (start, 0);
        while let Some(byte) = bytes.get(at) {
            at += 1;
            if state == start && !self.beginnings[usize::from(*byte)] {
                continue;
            }
            state = self.values.next_state(Anchored::No, state, *byte);
            if self.values.is_match(state) {
                found.extend(self.ending(state, bytes, at));
            }
        }
    }

    /// The first of the values that end at a place, the longest first, that may be masked there.
    fn ending(&self, state: aho_corasick::automaton::StateID, bytes: &[u8], end: usize) -> Option<Range<usize>> {
        let lengths = (0..self.values.match_len(state))
            .map(|index| self.values.pattern_len(self.values.match_pattern(state, index)));
        let ranges = lengths.map(|length| end - length..end);
        ranges.into_iter().find(|range| range.len() >= SHORTEST_INSIDE_WORDS || is_word(bytes, range))
    }
}

/// Whether no letter or digit touches a part of a text.
fn is_word(bytes: &[u8], range: &Range<usize>) -> bool {
    let text = |from: usize, to: usize| std::str::from_utf8(bytes.get(from..to)?).ok();
    let before = (1..=4).find_map(|length| text(range.start.checked_sub(length)?, range.start)?.chars().next());
    let after = (1..=4).find_map(|length| text(range.end, range.end + length)?.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

/// Whether a byte is one of those that encoded values are made of; most of what is decoded is noise, which seldom has many of them.
fn is_text(byte: u8) -> bool {
    byte.is_ascii_graphic() || matches!(byte, 0 | b' ' | b'\t' | b'\n' | b'\r')
}
