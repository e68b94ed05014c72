//! Lines as `helm --set` takes them (helm: `pkg/strvals/parser.go`, `literal_parser.go`), down to what it does with half a line.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::str::Chars;

use seatrial_model::{Key, Node, Origin, ScalarKind, SetBy, Style, Text};

use crate::values::draft::{Draft, List, Map};
use crate::values::origin::replacing;
use crate::values::origins::INTEGER;

/// The greatest index of a list (helm: `MaxIndex`).
const LARGEST_INDEX: usize = 65_536;

/// Dots in a name (helm: `MaxNestedNameLevel`).
const MOST_DOTS: usize = 30;

/// Lists in lists in one name. Helm has no limit, and no chart comes near this one.
const MOST_INDEXES: usize = 100;

/// Items that a line may fill lists up with. Helm has no limit.
const MOST_FILLED: usize = 1_000_000;

/// What a value becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// `true`, `12` and `null` are what they look like (`--set`).
    Typed,
    /// Always a string (`--set-string`).
    Text,
    /// The rest of the line, as it stands (`--set-literal`).
    Literal,
}

/// Why a line cannot be set; a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetError(String);

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sets what a line says.
pub(crate) fn set(values: &mut Draft, line: &str, typing: Typing, origin: &Origin, by: &SetBy) -> Result<(), SetError> {
    values.thaw();
    let Draft::Map(map) = values else { return Err(SetError("the values are not a mapping".to_owned())) };
    let mut parser = Parser { rest: line.chars(), typing, origin, by, filled: 0, lists: 0 };
    loop {
        parser.lists = 0;
        match parser.key(map, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Wrong(why)) => return Err(SetError(why)),
        }
    }
}

/// Why reading stops.
enum Stop {
    /// The line is over. What was begun is dropped, without a word.
    End,
    /// Helm refuses it.
    Wrong(String),
}

type Step<T> = Result<T, Stop>;

fn wrong<T>(why: impl Into<String>) -> Step<T> {
    Err(Stop::Wrong(why.into()))
}

struct Parser<'a> {
    rest: Chars<'a>,
    typing: Typing,
    origin: &'a Origin,
    by: &'a SetBy,
    /// Items that lists were filled up with.
    filled: usize,
    /// Lists in lists so far in this name.
    lists: usize,
}

impl Parser<'_> {
    /// Text up to one of some characters, and that one; `None` for the end of the line.
    fn until(&mut self, stop: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(next) = self.rest.next() {
            if stop.contains(&next) {
                return (text, Some(next));
            }
            if next == '\\' && self.typing != Typing::Literal {
                let Some(escaped) = self.rest.next() else { return (text, None) };
                text.push(escaped);
            } else {
                text.push(next);
            }
        }
        (text, None)
    }

    /// One name with its value.
    fn key(&mut self, map: &Rc<RefCell<Map>>, dots: usize) -> Step<()> {
        let stop: &[char] = if self.typing == Typing::Literal { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (name, last) = self.until(stop);
        match last {
            None if name.is_empty() => Err(Stop::End),
            None => wrong(format!("`{name}` has no value")),
            Some('[') => self.list(map, &name, dots),
            Some('=') => {
                let (value, end) = self.value()?;
                self.put(map, &name, value);
                if end { Err(Stop::End) } else { Ok(()) }
            }
            Some(',') => wrong(format!("`{name}` has no value before the comma")),
            Some(_) => self.inner(map, &name, dots + 1),
        }
    }

    /// A name in the map of another.
    fn inner(&mut self, map: &Rc<RefCell<Map>>, name: &str, dots: usize) -> Step<()> {
        if dots > MOST_DOTS {
            return wrong(format!("a name has more than {MOST_DOTS} dots"));
        }
        let inner = match thawed(map, name) {
            Some(Draft::Map(inner)) => inner,
            Some(other) => return wrong(format!("`{name}` is {}, not a mapping", described(&other))),
            None => Rc::new(RefCell::new(Map::empty(self.origin))),
        };
        let done = self.key(&inner, dots);
        let is_empty = inner.borrow().is_empty();
        if done.is_ok() && is_empty {
            return wrong(format!("`{name}` has no value"));
        }
        if !is_empty {
            self.put(map, name, Draft::Map(inner));
        }
        done
    }

    /// An item of the list of a name.
    fn list(&mut self, map: &Rc<RefCell<Map>>, name: &str, dots: usize) -> Step<()> {
        let index = self.index()?;
        let list = match thawed(map, name) {
            Some(Draft::List(list)) => list,
            Some(other) => return wrong(format!("`{name}` is {}, not a list", described(&other))),
            None => self.new_list(),
        };
        let (list, done) = self.item(list, index, dots);
        self.put(map, name, Draft::List(list));
        done
    }

    fn index(&mut self) -> Step<usize> {
        let (text, last) = self.until(&[']']);
        if last.is_none() {
            return Err(Stop::End);
        }
        let Ok(index) = text.parse::<i64>() else { return wrong(format!("`{text}` is not an index of a list")) };
        usize::try_from(index).or_else(|_| wrong(format!("the index {index} is negative")))
    }

    /// What follows an index. The list comes back with what was set, also where the rest is wrong.
    fn item(&mut self, list: Rc<RefCell<List>>, index: usize, dots: usize) -> (Rc<RefCell<List>>, Step<()>) {
        let (text, last) = self.until(&['[', '.', '=']);
        if !text.is_empty() {
            return (list, wrong(format!("`{text}` follows an index; there may be `.`, `[` or `=`")));
        }
        let value = match last {
            None => return (list, Err(Stop::End)),
            // A line that ends here has an empty value, and goes on to its end.
            Some('=') => self.value().map(|(value, _)| value),
            Some('[') => self.nested(&list, index, dots),
            Some(_) => self.item_map(&list, index, dots),
        };
        match value {
            Ok(value) => self.put_at(list, index, value),
            Err(stop) => (list, Err(stop)),
        }
    }

    /// A list in a list.
    fn nested(&mut self, list: &Rc<RefCell<List>>, index: usize, dots: usize) -> Step<Draft> {
        self.lists += 1;
        if self.lists > MOST_INDEXES {
            return wrong(format!("a name has more than {MOST_INDEXES} indexes"));
        }
        let next = self.index()?;
        let inner = match thawed_at(list, index) {
            Some(Draft::List(inner)) => inner,
            Some(other) if !is_null(&other) => {
                return wrong(format!("item {index} is {}, not a list", described(&other)));
            }
            _ => self.new_list(),
        };
        let (inner, done) = self.item(inner, next, dots);
        done.map(|()| Draft::List(inner))
    }

    /// A map in a list.
    fn item_map(&mut self, list: &Rc<RefCell<List>>, index: usize, dots: usize) -> Step<Draft> {
        let inner = match thawed_at(list, index) {
            Some(Draft::Map(inner)) => inner,
            there => {
                let inner = Rc::new(RefCell::new(Map::empty(self.origin)));
                if there.is_some() {
                    replace_at(list, index, Draft::Map(Rc::clone(&inner)));
                }
                inner
            }
        };
        self.key(&inner, dots).map(|()| Draft::Map(inner))
    }

    fn new_list(&self) -> Rc<RefCell<List>> {
        let shell = Node::sequence(Vec::new(), self.origin.clone());
        Rc::new(RefCell::new(List { shell, items: Vec::new() }))
    }

    /// A value, and whether the line was over before it began.
    fn value(&mut self) -> Step<(Draft, bool)> {
        if self.typing == Typing::Literal {
            let text: String = self.rest.by_ref().collect();
            return Ok((self.scalar(&text), false));
        }
        let mut ahead = self.rest.clone();
        match ahead.next() {
            None => Ok((Draft::Frozen(Node::string("", self.origin.clone())), true)),
            Some('{') => {
                self.rest = ahead;
                self.braces().map(|list| (list, false))
            }
            Some(_) => {
                let (text, _) = self.until(&[',']);
                Ok((self.scalar(&text), false))
            }
        }
    }

    /// `{a,b}`, behind the brace.
    fn braces(&mut self) -> Step<Draft> {
        let mut items = Vec::new();
        loop {
            let (text, last) = self.until(&[',', '}']);
            if last.is_none() {
                return wrong("a list begins with `{` and does not end with `}`");
            }
            items.push(self.scalar(&text));
            if last == Some('}') {
                break;
            }
        }
        let mut ahead = self.rest.clone();
        if ahead.next() == Some(',') {
            self.rest = ahead;
        }
        let shell = Node::sequence(Vec::new(), self.origin.clone());
        Ok(Draft::list(List { shell, items }))
    }

    fn scalar(&self, text: &str) -> Draft {
        let (text, kind) = match self.typing {
            Typing::Typed => typed(text),
            Typing::Text | Typing::Literal => (text.to_owned(), ScalarKind::String),
        };
        let mut node = Node::scalar(text, kind, Style::Plain, self.origin.clone());
        if kind == ScalarKind::Integer {
            node.set_tag(Text::from_static(INTEGER));
        }
        Draft::Frozen(node)
    }

    /// Sets a name; one that is empty is passed over.
    fn put(&self, map: &Rc<RefCell<Map>>, name: &str, mut value: Draft) {
        if name.is_empty() {
            return;
        }
        let mut map = map.borrow_mut();
        if let Some(old) = map.get(name).filter(|old| !old.is_same(&value)) {
            self.put_over(&mut value, old);
        }
        map.insert(&Key::new(name, self.origin.span), value);
    }

    /// Notes what a value replaces; a list that grew is the same one.
    fn put_over(&self, value: &mut Draft, old: &Draft) {
        if value.origin().span == self.origin.span {
            value.set_origin(replacing(self.origin, self.by, old.origin()));
        }
    }

    /// Sets an item: in place where there is one, else in a longer list, which is a new one.
    fn put_at(&mut self, list: Rc<RefCell<List>>, index: usize, mut value: Draft) -> (Rc<RefCell<List>>, Step<()>) {
        let length = list.borrow().items.len();
        if index < length {
            if let Some(old) = list.borrow().items.get(index).filter(|old| !old.is_same(&value)) {
                self.put_over(&mut value, old);
            }
            replace_at(&list, index, value);
            return (list, Ok(()));
        }
        if index > LARGEST_INDEX {
            return (list, wrong(format!("the index {index} is greater than {LARGEST_INDEX}")));
        }
        self.filled += index - length;
        if self.filled > MOST_FILLED {
            return (list, wrong(format!("more than {MOST_FILLED} items would have to be filled up")));
        }
        // Nobody else has it but the place that it comes back to: then nobody sees whether it is a new one.
        let longer =
            if Rc::strong_count(&list) <= 2 { list } else { Rc::new(RefCell::new(List::clone(&list.borrow()))) };
        let mut items = longer.borrow_mut();
        items.items.resize_with(index, || Draft::Frozen(Node::null(self.origin.clone())));
        items.items.push(value);
        drop(items);
        (longer, Ok(()))
    }
}

/// The value of a name, ready to be changed.
fn thawed(map: &Rc<RefCell<Map>>, name: &str) -> Option<Draft> {
    let mut map = map.borrow_mut();
    let value = map.get_mut(name)?;
    value.thaw();
    Some(value.clone())
}

fn thawed_at(list: &Rc<RefCell<List>>, index: usize) -> Option<Draft> {
    let mut list = list.borrow_mut();
    let value = list.items.get_mut(index)?;
    value.thaw();
    Some(value.clone())
}

fn replace_at(list: &Rc<RefCell<List>>, index: usize, value: Draft) {
    if let Some(place) = list.borrow_mut().items.get_mut(index) {
        *place = value;
    }
}

fn is_null(value: &Draft) -> bool {
    matches!(value, Draft::Frozen(node) if node.is_null())
}

fn described(value: &Draft) -> &'static str {
    match value {
        Draft::Frozen(node) => node.describe(),
        Draft::Map(_) => "a mapping",
        Draft::List(_) => "a list",
    }
}

/// What a text looks like (helm: `typedVal`).
fn typed(text: &str) -> (String, ScalarKind) {
    for (word, kind) in [("true", ScalarKind::Bool), ("false", ScalarKind::Bool), ("null", ScalarKind::Null)] {
        if is_word(text, word) {
            return (word.to_owned(), kind);
        }
    }
    if text == "0" {
        return (text.to_owned(), ScalarKind::Integer);
    }
    match text.parse::<i64>() {
        Ok(number) if !text.starts_with('0') => (number.to_string(), ScalarKind::Integer),
        _ => (text.to_owned(), ScalarKind::String),
    }
}

/// Equal whatever the case, as Unicode folds it (Go: `strings.EqualFold`): the long s is an s.
fn is_word(text: &str, word: &str) -> bool {
    let folded = text.chars().map(|c| if c == 'ſ' { 's' } else { c.to_ascii_lowercase() });
    folded.eq(word.chars())
}
