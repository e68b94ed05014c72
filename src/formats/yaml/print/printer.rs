//! Values of a program → YAML, piece by piece, as `sigs.k8s.io/yaml` (go-yaml version 2 behind JSON) and go-yaml version 3 print Go's values.
//!
//! Whoever has the values walks them and says what comes; where a piece ends can be asked for.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::print::json_detour;
use crate::print::order::natural;
use crate::print::writer::Writer;
use crate::scalars::number;
use crate::scalars::style::{Analysis, Written, is_old_boolean, written};
use crate::scalars::typing::Dialect;
use crate::scalars::typing::plain_kind;
use seatrial_model::ScalarKind;

/// A key longer than this many bytes is written with `?`.
const SIMPLE_KEY: usize = 128;

/// For how many bytes there is room before any are printed.
const ROOM: usize = 256;

/// Which go-yaml prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printing {
    /// `sigs.k8s.io/yaml`: version 2, of what came through JSON; lists stand at the column of their key.
    Version2,
    /// Version 3 with an indentation of two; lists are indented.
    Version3,
}

/// YAML that is being printed.
pub struct Printer {
    writer: Writer,
    printing: Printing,
}

/// What a collection is left with.
#[derive(Clone, Copy, Debug)]
pub struct Level(Option<usize>);

impl Printer {
    /// Nothing is printed yet.
    #[must_use]
    pub fn new(printing: Printing) -> Printer {
        let writer = match printing {
            Printing::Version2 => Writer::default(),
            Printing::Version3 => Writer::without_folding(),
        };
        Printer { writer: writer.with_room(ROOM), printing }
    }

    /// How many bytes are printed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.writer.len()
    }

    /// Whether nothing is printed yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins a list that is not empty.
    pub fn open_list(&mut self) -> Level {
        // A list right behind `key:` starts at the column of the key, in version 2.
        let is_flat = self.printing == Printing::Version2 && !self.writer.at_indentation();
        Level(if is_flat { self.writer.same_level() } else { self.writer.next_level() })
    }

    /// Begins a map that is not empty.
    pub fn open_map(&mut self) -> Level {
        Level(self.writer.next_level())
    }

    /// Ends a list or map.
    pub fn close(&mut self, level: Level) {
        self.writer.restore_level(level.0);
    }

    /// The dash of an item; its value follows.
    pub fn item(&mut self) {
        self.writer.new_line();
        self.writer.block_indicator("-");
    }

    /// A key; its value follows.
    pub fn key(&mut self, key: &str) {
        self.writer.new_line();
        let analysis = Analysis::of(key);
        if !analysis.multiline && key.len() <= SIMPLE_KEY {
            self.writer.scalar_on_one_line(key, self.wanted(key).in_key(&analysis));
            self.writer.colon();
            return;
        }
        self.writer.block_indicator("?");
        self.string(key);
        self.writer.new_line();
        self.writer.block_indicator(":");
    }

    /// A string.
    pub fn string(&mut self, text: &str) {
        let analysis = Analysis::of(text);
        let wanted = self.wanted(text);
        let style = match self.printing {
            Printing::Version3 if wanted == Written::Literal && analysis.block => Written::Literal,
            _ => wanted.in_block(&analysis),
        };
        self.writer.scalar(text, style);
    }

    /// A float.
    pub fn float(&mut self, value: f64) {
        let text = match self.printing {
            Printing::Version2 => number::of_value(value),
            Printing::Version3 => number::shortest_of(value),
        };
        self.plain(&text);
    }

    /// `null`, `true`, an integer: what is printed as it is.
    pub fn plain(&mut self, text: &str) {
        self.writer.scalar(text, Written::Plain);
    }

    /// An empty list.
    pub fn empty_list(&mut self) {
        self.writer.indicator("[]");
    }

    /// An empty map.
    pub fn empty_map(&mut self) {
        self.writer.indicator("{}");
    }

    /// The text, with a newline at its end.
    #[must_use]
    pub fn finish(self) -> String {
        self.writer.finish()
    }

    fn wanted(&self, text: &str) -> Written {
        if self.printing == Printing::Version2 {
            return written(text);
        }
        let would_change = plain_kind(text, Dialect::Kustomize) != ScalarKind::String || is_old_boolean(text);
        match written(text) {
            Written::Plain if would_change => Written::DoubleQuoted,
            style => style,
        }
    }
}

/// The order in which go-yaml prints keys: numbers in them count as numbers.
#[must_use]
pub fn key_order(one: &str, other: &str) -> Ordering {
    natural(one, other)
}

/// A string behind the detour through JSON that `sigs.k8s.io/yaml` makes; `None` where it cannot be read back.
#[must_use]
pub fn behind_json(text: &str) -> Option<Cow<'_, str>> {
    if json_detour::is_harmless(text) {
        return Some(Cow::Borrowed(text));
    }
    if json_detour::forbidden(text).is_some() {
        return None;
    }
    Some(json_detour::changed(text).map_or(Cow::Borrowed(text), Cow::Owned))
}

/// Whether `sigs.k8s.io/yaml` can read back a key that it wrote as JSON.
#[must_use]
pub fn is_key_readable(key: &str) -> bool {
    json_detour::is_short_enough(key)
}
