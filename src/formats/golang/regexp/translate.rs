//! Regular expressions as Go reads them (Go: `regexp/syntax`), turned into those of the `regex` crate.
//!
//! What differs is translated: Perl classes are ASCII, `\Q…\E`, octal escapes, a `{` that is not a repetition, escaped punctuation, and the
//! set operators that only the crate has. What only the crate accepts is an error: other flags, `\u`, doubled repetitions, more than 1000 of them,
//! properties by other names than those of categories and scripts. Not imitated: `\B` looks at Unicode words; `a(?i)*` and `(?ii)` are errors.

/// Go refuses to repeat more often than this, also when repetitions are nested.
const MOST_REPETITIONS: u32 = 1000;
/// Named classes of characters, each also with a `^`.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];
/// Go refuses groups that are nested deeper than this.
pub(super) const DEEPEST: u32 = 1000;

/// An expression in the words of the crate, and the names of its groups, from the first; one without a name is empty.
pub(super) fn translate(pattern: &str) -> Result<(String, Vec<String>), String> {
    let mut translator =
        Translator { rest: pattern, out: String::with_capacity(pattern.len() + 16), ..Translator::default() };
    let mut last = Piece::Start;
    while let Some(next) = translator.rest.chars().next() {
        last = translator.piece(next, last)?;
    }
    Ok((translator.out, translator.names))
}

/// What came before, as far as a repetition cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Nothing that can be repeated.
    Start,
    Atom,
    Repetition,
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
    /// Names of the groups that catch something.
    names: Vec<String>,
    /// Of each open group, how often the most repeated thing in it is repeated by counts.
    groups: Vec<u32>,
    /// The same of the last thing.
    product: u32,
}

impl Default for Translator<'_> {
    fn default() -> Self {
        Translator { rest: "", out: String::new(), names: Vec::new(), groups: Vec::new(), product: 1 }
    }
}

impl<'a> Translator<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        // A length that ends inside of a character, or behind the end, takes all.
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Takes something over as it is.
    fn keep(&mut self, length: usize) {
        let text = self.take(length);
        self.out.push_str(text);
    }

    fn take_char(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.take(next.len_utf8());
        Some(next)
    }

    fn piece(&mut self, next: char, last: Piece) -> Result<Piece, String> {
        if !matches!(next, '*' | '+' | '?' | '{') {
            self.product = 1;
        }
        match next {
            '\\' => self.escape(Scope::Outside).map(|()| Piece::Atom),
            '[' => self.class().map(|()| Piece::Atom),
            '(' => self.group(),
            ')' => {
                self.product = self.groups.pop().unwrap_or(1);
                if let Some(group) = self.groups.last_mut() {
                    *group = (*group).max(self.product);
                }
                self.keep(1);
                Ok(Piece::Atom)
            }
            '|' => {
                self.out.push('|');
                self.take(1);
                Ok(Piece::Start)
            }
            '*' | '+' | '?' => {
                self.take(1);
                self.repeat(&next.to_string(), last)
            }
            '{' => match self.counted()? {
                Some(counted) => self.repeat(&counted, last),
                None => {
                    self.product = 1;
                    self.take(1);
                    self.out.push_str("\\{");
                    Ok(Piece::Atom)
                }
            },
            _ => {
                self.take(next.len_utf8());
                // A closing brace alone is a character.
                if next == '}' {
                    self.out.push('\\');
                }
                self.out.push(next);
                Ok(Piece::Atom)
            }
        }
    }

    fn repeat(&mut self, operator: &str, last: Piece) -> Result<Piece, String> {
        match last {
            Piece::Start => Err(format!("there is nothing before `{operator}` to repeat")),
            Piece::Repetition => Err(format!("`{operator}` repeats a repetition")),
            Piece::Atom => {
                self.out.push_str(operator);
                if self.rest.starts_with('?') {
                    self.out.push('?');
                    self.take(1);
                }
                Ok(Piece::Repetition)
            }
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; `None` when the brace is a character.
    fn counted(&mut self) -> Result<Option<String>, String> {
        let Some(end) = self.rest.find('}') else { return Ok(None) };
        let inside = self.rest.get(1..end).unwrap_or_default();
        let (least, most) = inside.split_once(',').map_or((inside, None), |(l, m)| (l, Some(m)));
        let is_number =
            |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()) && (t == "0" || !t.starts_with('0'));
        if !is_number(least) || most.is_some_and(|m| !m.is_empty() && !is_number(m)) {
            return Ok(None);
        }
        let number = |t: &str| t.parse::<u32>().unwrap_or(u32::MAX);
        let (from, to) = (number(least), most.filter(|m| !m.is_empty()).map(number));
        if from > MOST_REPETITIONS || to.is_some_and(|to| to > MOST_REPETITIONS || to < from) {
            return Err(format!("`{{{inside}}}` is not a count of repetitions from 0 to {MOST_REPETITIONS}"));
        }
        self.product = self.product.saturating_mul(to.unwrap_or(from).max(1));
        if self.product > MOST_REPETITIONS {
            return Err(format!("nested repetition counts multiply to more than {MOST_REPETITIONS}"));
        }
        if let Some(group) = self.groups.last_mut() {
            *group = (*group).max(self.product);
        }
        Ok(Some(self.take(end + 1).to_owned()))
    }

    fn group(&mut self) -> Result<Piece, String> {
        self.groups.push(1);
        if !self.rest.starts_with("(?") {
            self.keep(1);
            self.names.push(String::new());
            return Ok(Piece::Start);
        }
        if let Some(head) = ["(?P<", "(?<"].into_iter().find(|s| self.rest.starts_with(s)) {
            let end = self.rest.find('>').ok_or("a group's name is never closed")?;
            let name = self.take(end + 1).get(head.len()..end).unwrap_or_default();
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err(format!("`{name}` is not the name of a group"));
            }
            // Go takes names that the crate does not: several groups of one name, names that begin with a digit.
            self.out.push('(');
            self.names.push(name.to_owned());
            return Ok(Piece::Start);
        }
        let end = self.rest.find([')', ':']).ok_or("a group is never closed")?;
        let flags = self.rest.get(2..end).unwrap_or_default();
        let letters = flags.replacen('-', "", 1);
        if flags.ends_with('-') || !letters.chars().all(|c| "imsU".contains(c)) {
            return Err(format!("`(?{flags}` is not a group: the flags are `i`, `m`, `s` and `U`"));
        }
        let closes = self.rest.as_bytes().get(end) == Some(&b')');
        let text = self.take(end + 1);
        self.out.push_str(if text == "(?)" { "(?:)" } else { text });
        if closes {
            self.groups.pop();
        }
        Ok(Piece::Start)
    }

    /// What stands behind a backslash.
    fn escape(&mut self, scope: Scope) -> Result<(), String> {
        self.take(1);
        let Some(next) = self.take_char() else { return Err("there is a single backslash at the end".to_owned()) };
        let inside = scope == Scope::Class;
        match next {
            'd' => self.out.push_str(if inside { "0-9" } else { "[0-9]" }),
            'D' => self.out.push_str("[^0-9]"),
            's' => self.out.push_str(if inside { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
            'S' => self.out.push_str(r"[^\t\n\f\r ]"),
            'w' => self.out.push_str(if inside { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            'b' if !inside => self.out.push_str(r"(?-u:\b)"),
            'A' | 'z' | 'B' if !inside => self.plain_escape(next),
            'a' | 'f' | 't' | 'n' | 'r' | 'v' => self.plain_escape(next),
            'Q' if !inside => self.quoted(),
            'p' | 'P' => return self.property(next),
            'x' => return self.hexadecimal(),
            '0'..='7' => return self.octal(next),
            _ if next.is_ascii() && !next.is_ascii_alphanumeric() => self.literal(next),
            _ => return Err(format!("`\\{next}` is not an escape sequence")),
        }
        Ok(())
    }

    fn plain_escape(&mut self, letter: char) {
        self.out.push('\\');
        self.out.push(letter);
    }

    fn literal(&mut self, character: char) {
        match character {
            // The crate reads an escaped angle bracket as the edge of a word.
            '<' | '>' => self.out.push(character),
            _ if character.is_ascii_punctuation() => self.out.push_str(&format!("\\x{{{:x}}}", u32::from(character))),
            _ => self.out.push(character),
        }
    }

    fn quoted(&mut self) {
        let end = self.rest.find("\\E");
        let text = self.take(end.unwrap_or(self.rest.len()));
        if end.is_some() {
            self.take(2);
        }
        self.out.push_str("(?:");
        text.chars().for_each(|c| self.literal(c));
        self.out.push(')');
    }

    /// `\x41` with two digits, or `\x{10FFFF}`.
    fn hexadecimal(&mut self) -> Result<(), String> {
        let in_braces = self.rest.strip_prefix('{').and_then(|r| r.split_once('}'));
        let digits = match in_braces {
            Some((digits, _)) => {
                self.take(digits.len() + 2);
                digits
            }
            None => {
                let length = self.rest.chars().take(2).map(char::len_utf8).sum();
                self.take(length)
            }
        };
        let is_number = digits.bytes().all(|b| b.is_ascii_hexdigit()) && (in_braces.is_some() || digits.len() == 2);
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_number);
        match code.and_then(char::from_u32) {
            Some(character) => {
                self.out.push_str(&format!("\\x{{{:x}}}", u32::from(character)));
                Ok(())
            }
            None => Err(format!("`\\x{digits}` is not a character")),
        }
    }

    /// `\0`, `\012`, `\12`; a digit alone would be a reference back to a group, which there is none of.
    fn octal(&mut self, first: char) -> Result<(), String> {
        let more = self.rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
        if first != '0' && more == 0 {
            return Err(format!("`\\{first}` refers back to a group, which is not possible"));
        }
        let digits = format!("{first}{}", self.take(more));
        let code = u32::from_str_radix(&digits, 8).unwrap_or_default();
        self.out.push_str(&format!("\\x{{{code:x}}}"));
        Ok(())
    }

    /// `\pN`, `\p{Greek}`, `\p{^Greek}`.
    fn property(&mut self, letter: char) -> Result<(), String> {
        let name = match self.rest.strip_prefix('{') {
            Some(rest) => {
                let end = rest.find('}').ok_or("a property's name is never closed")?;
                self.take(end + 2);
                rest.get(..end).unwrap_or_default()
            }
            None => {
                let length = self.rest.chars().next().map_or(0, char::len_utf8);
                self.take(length)
            }
        };
        let (negated, name) = name.strip_prefix('^').map_or((false, name), |name| (true, name));
        if name == "Any" {
            self.out.push_str(if negated == (letter == 'p') { r"[^\x{0}-\x{10FFFF}]" } else { r"[\x{0}-\x{10FFFF}]" });
            return Ok(());
        }
        let is_category = name.len() <= 2 && name.starts_with(|c: char| "CLMNPSZ".contains(c.to_ascii_uppercase()));
        let is_script = name.len() > 2 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if !is_category && !is_script {
            return Err(format!("`\\{letter}{{{name}}}` is neither a category nor a script"));
        }
        let positive = (letter == 'p') != negated;
        let prefix = if is_script { "Script=" } else { "" };
        self.out.push_str(&format!("\\{}{{{prefix}{name}}}", if positive { 'p' } else { 'P' }));
        Ok(())
    }

    /// A class in brackets, in which the crate has operators that Go has not.
    fn class(&mut self) -> Result<(), String> {
        self.take(1);
        self.out.push('[');
        if self.rest.starts_with('^') {
            self.keep(1);
        }
        let (mut first, mut in_range) = (true, false);
        loop {
            let Some(next) = self.rest.chars().next() else { return Err("a `[` has no `]`".to_owned()) };
            match next {
                ']' if !first => {
                    self.keep(1);
                    return Ok(());
                }
                '[' if self.rest.starts_with("[:") && self.rest.contains(":]") => {
                    let end = self.rest.find(":]").unwrap_or_default();
                    let name = self.rest.get(2..end).unwrap_or_default();
                    if !CLASSES.contains(&name.trim_start_matches('^')) {
                        return Err(format!("`[:{name}:]` is not a class of characters"));
                    }
                    self.keep(end + 2);
                }
                '\\' => self.escape(Scope::Class)?,
                '-' if !in_range && self.is_range(first) => {
                    self.keep(1);
                    in_range = true;
                    continue;
                }
                _ => {
                    self.take(next.len_utf8());
                    self.literal_in_class(next);
                }
            }
            (first, in_range) = (false, false);
        }
    }

    fn is_range(&self, first: bool) -> bool {
        !first && !self.rest.starts_with("-]") && !self.out.ends_with('[')
    }

    fn literal_in_class(&mut self, character: char) {
        if character.is_ascii_punctuation() {
            self.out.push_str(&format!("\\x{{{:x}}}", u32::from(character)));
        } else {
            self.out.push(character);
        }
    }
}

/// Where an escape stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Outside,
    Class,
}
