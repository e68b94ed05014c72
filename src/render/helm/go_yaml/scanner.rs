//! A text → tokens, with libyaml's states (go-yaml: `scannerc.go`).

use std::collections::{HashMap, VecDeque};

use super::Wrong;
use super::token::{Kind, Mark, Token, is_blank, is_blankz, is_break};

/// A place at which a key without `?` may begin.
#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    is_possible: bool,
    is_required: bool,
    token: usize,
    mark: Mark,
}

/// Characters between a key and its `:` at most.
const LONGEST_KEY: usize = 1024;

/// go-yaml reads so many bytes at one go, and looks at all of them for characters that may not be there.
const CHUNK: usize = 512;

/// What is behind the end: no look ahead is longer.
const PADDING: usize = 16;

pub(super) struct Scanner {
    chars: Vec<char>,
    /// From here on, something is read that has a character that may not be there.
    readable: usize,
    pub(super) at: usize,
    pub(super) line: usize,
    pub(super) column: usize,
    /// -1 outside of all blocks.
    pub(super) indent: isize,
    indents: Vec<isize>,
    pub(super) flow_level: usize,
    pub(super) is_key_allowed: bool,
    keys: Vec<SimpleKey>,
    keys_by_token: HashMap<usize, usize>,
    tokens: VecDeque<Token>,
    /// How many tokens were taken.
    taken: usize,
    is_available: bool,
    is_started: bool,
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The number of characters before the piece that has one that may not be there.
fn readable(text: &str) -> usize {
    let Some(bad) = text.find(|c| !is_allowed(c)) else { return usize::MAX };
    let mut start = 0;
    loop {
        let end = (start..=(start + CHUNK).min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        match end {
            Some(end) if end > start && end <= bad => start = end,
            _ => return text.get(..start).unwrap_or_default().trim_start_matches('\u{feff}').chars().count(),
        }
    }
}

impl Scanner {
    pub(super) fn new(text: &str) -> Scanner {
        let own = text.strip_prefix('\u{feff}').unwrap_or(text);
        let own = if own.is_empty() { "\n" } else { own };
        Scanner {
            chars: own.chars().chain(std::iter::repeat_n('\0', PADDING)).collect(),
            readable: readable(text),
            at: 0,
            line: 0,
            column: 0,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            is_key_allowed: true,
            keys: vec![SimpleKey::default()],
            keys_by_token: HashMap::new(),
            tokens: VecDeque::new(),
            taken: 0,
            is_available: false,
            is_started: false,
        }
    }

    /// The next token.
    pub(super) fn peek(&mut self) -> Result<&Token, Wrong> {
        if !self.is_available {
            self.fetch_more()?;
        }
        self.tokens.front().ok_or(Wrong::Unknown)
    }

    /// Takes the next token, once it was looked at.
    pub(super) fn take(&mut self) -> Option<Token> {
        self.is_available = false;
        self.taken += 1;
        self.tokens.pop_front()
    }

    /// The character that is so far ahead.
    pub(super) fn ahead(&self, by: usize) -> char {
        self.chars.get(self.at + by).copied().unwrap_or('\0')
    }

    pub(super) fn here(&self) -> char {
        self.ahead(0)
    }

    /// Makes sure that so many characters can be looked at.
    pub(super) fn need(&self, characters: usize) -> Result<(), Wrong> {
        if self.at.saturating_add(characters) > self.readable {
            return Err(Wrong::Nowhere("control characters are not allowed".to_owned()));
        }
        Ok(())
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { index: self.at, line: self.line, column: self.column }
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
        self.column += 1;
    }

    pub(super) fn skip_line(&mut self) {
        self.at += if self.here() == '\r' && self.ahead(1) == '\n' { 2 } else { 1 };
        self.column = 0;
        self.line += 1;
    }

    pub(super) fn read(&mut self, into: &mut String) {
        into.push(self.here());
        self.skip();
    }

    pub(super) fn read_line(&mut self, into: &mut String) {
        match self.here() {
            c @ ('\u{2028}' | '\u{2029}') => into.push(c),
            _ => into.push('\n'),
        }
        self.skip_line();
    }

    pub(super) fn wrong<T>(&self, message: &str) -> Result<T, Wrong> {
        Err(Wrong::scanner(message, self.line))
    }

    pub(super) fn push(&mut self, kind: Kind, mark: Mark) {
        self.tokens.push_back(Token { kind, mark });
    }

    /// Whether a marker of a document stands here: `---`, `...`.
    pub(super) fn is_at_marker(&self, character: char) -> bool {
        self.column == 0 && (0..3).all(|by| self.ahead(by) == character) && is_blankz(self.ahead(3))
    }

    fn fetch_more(&mut self) -> Result<(), Wrong> {
        loop {
            if !self.tokens.is_empty() {
                // A key may still become one, and its token is put before it.
                let Some(index) = self.keys_by_token.get(&self.taken).copied() else { break };
                if !self.is_valid(index)? {
                    break;
                }
            }
            self.fetch()?;
        }
        self.is_available = true;
        Ok(())
    }

    fn fetch(&mut self) -> Result<(), Wrong> {
        self.need(1)?;
        if !self.is_started {
            self.is_started = true;
            self.push(Kind::StreamStart, self.mark());
            return Ok(());
        }
        self.skip_to_token()?;
        self.unroll(isize::try_from(self.column).unwrap_or(isize::MAX));
        self.need(4)?;
        let (c, next) = (self.here(), self.ahead(1));
        let is_in_flow = self.flow_level > 0;
        match c {
            '\0' => self.stream_end(),
            '%' if self.column == 0 => self.directive(),
            '-' if self.is_at_marker('-') => self.marker(Kind::DocumentStart),
            '.' if self.is_at_marker('.') => self.marker(Kind::DocumentEnd),
            '[' => self.flow_start(Kind::FlowSequenceStart),
            '{' => self.flow_start(Kind::FlowMappingStart),
            ']' => self.flow_end(Kind::FlowSequenceEnd),
            '}' => self.flow_end(Kind::FlowMappingEnd),
            ',' => {
                self.remove_key()?;
                self.is_key_allowed = true;
                self.indicator(Kind::FlowEntry)
            }
            '-' if is_blankz(next) => self.block_entry(),
            '?' if is_in_flow || is_blankz(next) => self.key(),
            ':' if is_in_flow || is_blankz(next) => self.value(),
            '*' => self.anchor(Kind::Alias),
            '&' => self.anchor(Kind::Anchor),
            '!' => self.tag(),
            '|' | '>' if !is_in_flow => self.block_scalar(c == '|'),
            '\'' | '"' => self.flow_scalar(c == '\''),
            '-' if !is_blank(next) => self.plain_scalar(),
            '?' | ':' if !is_in_flow && !is_blankz(next) => self.plain_scalar(),
            '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' => {
                self.wrong("found character that cannot start any token")
            }
            c if is_blankz(c) => self.wrong("found character that cannot start any token"),
            _ => self.plain_scalar(),
        }
    }

    fn skip_to_token(&mut self) -> Result<(), Wrong> {
        loop {
            self.need(1)?;
            while self.here() == ' ' || ((self.flow_level > 0 || !self.is_key_allowed) && self.here() == '\t') {
                self.skip();
                self.need(1)?;
            }
            self.comment()?;
            if !is_break(self.here()) {
                return Ok(());
            }
            self.need(2)?;
            self.skip_line();
            if self.flow_level == 0 {
                self.is_key_allowed = true;
            }
        }
    }

    fn is_valid(&mut self, index: usize) -> Result<bool, Wrong> {
        let (line, at) = (self.line, self.at);
        let Some(key) = self.keys.get_mut(index).filter(|key| key.is_possible) else { return Ok(false) };
        if key.mark.line >= line && key.mark.index + LONGEST_KEY >= at {
            return Ok(true);
        }
        if key.is_required {
            return self.wrong("could not find expected ':'");
        }
        key.is_possible = false;
        Ok(false)
    }

    pub(super) fn save_key(&mut self) -> Result<(), Wrong> {
        if !self.is_key_allowed {
            return Ok(());
        }
        let is_required = self.flow_level == 0 && usize::try_from(self.indent) == Ok(self.column);
        let key =
            SimpleKey { is_possible: true, is_required, token: self.taken + self.tokens.len(), mark: self.mark() };
        self.remove_key()?;
        self.keys_by_token.insert(key.token, self.keys.len() - 1);
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    pub(super) fn remove_key(&mut self) -> Result<(), Wrong> {
        let Some(key) = self.keys.last_mut().filter(|key| key.is_possible) else { return Ok(()) };
        if key.is_required {
            return self.wrong("could not find expected ':'");
        }
        key.is_possible = false;
        let token = key.token;
        self.keys_by_token.remove(&token);
        Ok(())
    }

    /// Begins a block where the column is deeper; its token goes before that with a number.
    fn roll(&mut self, mark: Mark, token: Option<usize>, kind: Kind) {
        let column = isize::try_from(mark.column).unwrap_or(isize::MAX);
        if self.flow_level > 0 || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let place = token.map_or(self.tokens.len(), |token| token.saturating_sub(self.taken));
        self.tokens.insert(place.min(self.tokens.len()), Token { kind, mark });
    }

    fn unroll(&mut self, column: isize) {
        while self.flow_level == 0 && self.indent > column {
            self.push(Kind::BlockEnd, self.mark());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Ends all blocks, as before a directive, a marker and the end.
    fn end_blocks(&mut self) -> Result<(), Wrong> {
        self.unroll(-1);
        self.remove_key()?;
        self.is_key_allowed = false;
        Ok(())
    }

    fn indicator(&mut self, kind: Kind) -> Result<(), Wrong> {
        let mark = self.mark();
        self.skip();
        self.push(kind, mark);
        Ok(())
    }

    fn stream_end(&mut self) -> Result<(), Wrong> {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.end_blocks()?;
        self.push(Kind::StreamEnd, self.mark());
        Ok(())
    }

    fn directive(&mut self) -> Result<(), Wrong> {
        self.end_blocks()?;
        self.scan_directive()
    }

    fn marker(&mut self, kind: Kind) -> Result<(), Wrong> {
        self.end_blocks()?;
        let mark = self.mark();
        (0..3).for_each(|_| self.skip());
        self.push(kind, mark);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind) -> Result<(), Wrong> {
        self.save_key()?;
        let token = self.taken + self.tokens.len();
        self.keys.push(SimpleKey { token, mark: self.mark(), ..SimpleKey::default() });
        self.flow_level += 1;
        self.is_key_allowed = true;
        self.indicator(kind)
    }

    fn flow_end(&mut self, kind: Kind) -> Result<(), Wrong> {
        self.remove_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            if let Some(last) = self.keys.pop() {
                self.keys_by_token.remove(&last.token);
            }
        }
        self.is_key_allowed = false;
        self.indicator(kind)
    }

    fn block_entry(&mut self) -> Result<(), Wrong> {
        if self.flow_level == 0 {
            if !self.is_key_allowed {
                return self.wrong("block sequence entries are not allowed in this context");
            }
            self.roll(self.mark(), None, Kind::BlockSequenceStart);
        }
        self.remove_key()?;
        self.is_key_allowed = true;
        self.indicator(Kind::BlockEntry)
    }

    fn key(&mut self) -> Result<(), Wrong> {
        if self.flow_level == 0 {
            if !self.is_key_allowed {
                return self.wrong("mapping keys are not allowed in this context");
            }
            self.roll(self.mark(), None, Kind::BlockMappingStart);
        }
        self.remove_key()?;
        self.is_key_allowed = self.flow_level == 0;
        self.indicator(Kind::Key)
    }

    fn value(&mut self) -> Result<(), Wrong> {
        let last = self.keys.len() - 1;
        if self.is_valid(last)? {
            let key = self.keys[last];
            let place = key.token.saturating_sub(self.taken).min(self.tokens.len());
            self.tokens.insert(place, Token { kind: Kind::Key, mark: key.mark });
            self.roll(key.mark, Some(key.token), Kind::BlockMappingStart);
            self.keys[last].is_possible = false;
            self.keys_by_token.remove(&key.token);
            self.is_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.is_key_allowed {
                    return self.wrong("mapping values are not allowed in this context");
                }
                self.roll(self.mark(), None, Kind::BlockMappingStart);
            }
            self.is_key_allowed = self.flow_level == 0;
        }
        self.indicator(Kind::Value)
    }
}
