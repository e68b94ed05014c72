//! Strings, as Go's `fmt` prints them.

use std::fmt::Write as _;

use seatrial_golang::quote::{can_backquote, quote_bytes, quote_to_ascii};

use crate::print::printer::Printer;
use crate::texts::text::Text;

impl Printer {
    pub(crate) fn text(&mut self, text: &Text, verb: char) {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'q' => self.quoted(text),
            'x' | 'X' => self.hexadecimal(text.bytes(), verb == 'X'),
            _ => {
                let end = self.cut(text);
                let missing = self.missing(&text[..end]);
                if !self.flags.minus {
                    self.padding(missing);
                }
                self.push(text, 0..end);
                if self.flags.minus {
                    self.padding(missing);
                }
            }
        }
    }

    /// The byte behind so many characters as the precision allows.
    fn cut(&self, text: &str) -> usize {
        let most = self.flags.precision.and_then(|p| text.char_indices().nth(p));
        most.map_or(text.len(), |(at, _)| at)
    }

    /// The same in what is not UTF-8: each wrong byte counts as a character.
    fn cut_bytes(&self, bytes: &[u8]) -> usize {
        let sizes = bytes.utf8_chunks().flat_map(|chunk| {
            let valid = chunk.valid().chars().map(char::len_utf8);
            valid.chain(chunk.invalid().iter().map(|_| 1)).collect::<Vec<_>>()
        });
        sizes.take(self.flags.precision.unwrap_or(usize::MAX)).sum()
    }

    fn quoted(&mut self, text: &Text) {
        let bytes = match text.raw() {
            Some(raw) => &raw[..self.cut_bytes(raw)],
            None => &text.as_bytes()[..self.cut(text)],
        };
        if self.flags.sharp && can_backquote(bytes) {
            return self.padded(&format!("`{}`", String::from_utf8_lossy(bytes)));
        }
        self.padded(&if self.flags.plus { quote_to_ascii(bytes) } else { quote_bytes(bytes) });
    }

    fn hexadecimal(&mut self, bytes: &[u8], is_upper: bool) {
        let flags = self.flags;
        let bytes = &bytes[..flags.precision.unwrap_or(bytes.len()).min(bytes.len())];
        if bytes.is_empty() {
            return self.padding(flags.width.unwrap_or(0));
        }
        let prefix = if is_upper { "0X" } else { "0x" };
        let mut out = String::with_capacity(bytes.len() * 2 + 2);
        for (index, byte) in bytes.iter().enumerate() {
            if flags.space && index > 0 {
                out.push(' ');
            }
            if flags.sharp && (flags.space || index == 0) {
                out.push_str(prefix);
            }
            let _ = if is_upper { write!(out, "{byte:02X}") } else { write!(out, "{byte:02x}") };
        }
        self.padded(&out);
    }
}
