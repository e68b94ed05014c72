//! How one value is printed by one verb, as Go's `fmt` prints it. Numbers and strings are in `number` and `text`.

use std::ops::Range;

use crate::texts::builder::TextBuilder;
use crate::texts::marks::Marks;
use crate::texts::text::Text;
use crate::values::error::Failure;
use crate::values::held::as_slice;
use crate::values::list::{Element, List};
use crate::values::map::{Map, MapKind};
use crate::values::object::{Object, ObjectKind};
use crate::values::value::{Data, IntKind, Value};

/// How deep values are printed that hold values: a map may hold itself.
const DEPTH: usize = 200;

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
    pub(crate) minus: bool,
    pub(crate) plus: bool,
    pub(crate) sharp: bool,
    pub(crate) space: bool,
    pub(crate) zero: bool,
    /// `%+v`
    pub(crate) plus_v: bool,
    /// `%#v`
    pub(crate) sharp_v: bool,
}

pub(crate) struct Printer {
    out: TextBuilder,
    limit: u64,
    is_full: bool,
    /// The marks of what is being printed.
    marks: Marks,
    pub(crate) flags: Flags,
    /// Whether a bad verb is being shown: then no methods are asked.
    is_erroring: bool,
}

impl Printer {
    pub(crate) fn new(limit: u64) -> Self {
        let (out, flags) = (TextBuilder::new(), Flags::default());
        Self { out, limit, is_full: false, marks: Marks::NONE, flags, is_erroring: false }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn finish(self) -> Result<Text, Failure> {
        if self.is_full {
            return Err(Failure::limit("the template makes too much text"));
        }
        Ok(self.out.finish())
    }

    /// What fitted.
    pub(crate) fn finish_cut(self) -> Text {
        self.out.finish()
    }

    /// Whether so many digits fit, before they are made.
    pub(crate) fn fits_number(&mut self, digits: usize) -> bool {
        self.fits(digits)
    }

    fn fits(&mut self, bytes: usize) -> bool {
        self.is_full |= (self.out.as_str().len() + bytes) as u64 > self.limit;
        !self.is_full
    }

    pub(crate) fn write(&mut self, text: &str) {
        if self.fits(text.len()) {
            self.out.push_str(text, &self.marks);
        }
    }

    /// A part of a text, with what made it.
    pub(crate) fn push(&mut self, text: &Text, range: Range<usize>) {
        if self.fits(range.len()) {
            self.out.push_slice(text, range, &self.marks);
        }
    }

    /// Zeros are only ever on the left.
    pub(crate) fn padding(&mut self, count: usize) {
        if count > 0 && self.fits(count) {
            let pad = if self.flags.zero && !self.flags.minus { "0" } else { " " };
            self.out.push_str(&pad.repeat(count), &self.marks);
        }
    }

    pub(crate) fn padded(&mut self, text: &str) {
        let missing = self.missing(text);
        if !self.flags.minus {
            self.padding(missing);
        }
        self.write(text);
        if self.flags.minus {
            self.padding(missing);
        }
    }

    /// How many characters are missing to the width.
    pub(crate) fn missing(&self, text: &str) -> usize {
        self.flags.width.map_or(0, |width| width.saturating_sub(text.chars().count()))
    }

    /// The same, but padding is of spaces.
    pub(crate) fn padded_with_spaces(&mut self, text: &str) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.padded(text);
        self.flags.zero = zero;
    }

    /// An argument of a call.
    pub(crate) fn argument(&mut self, value: &Value, verb: char) {
        let outer = std::mem::replace(&mut self.marks, value.marks.clone());
        self.argument_here(value, verb);
        self.marks = outer;
    }

    fn argument_here(&mut self, value: &Value, verb: char) {
        match (&value.data, verb) {
            (Data::Nil, 'T' | 'v') => self.padded("<nil>"),
            (Data::Nil, _) => self.write(&format!("%!{verb}(<nil>)")),
            (_, 'T') => self.text(&Text::new(value.type_name().as_ref()), 's'),
            (_, 'p') => self.pointer(value, 'p'),
            (Data::List(_) | Data::Map(_) | Data::Object(_) | Data::NilPointer(_), 'w') if !self.is_erroring => {
                self.bad_verb(value, verb);
            }
            _ => self.value(value, verb, 0),
        }
    }

    /// `%!d(string=hi)`
    pub(crate) fn bad_verb(&mut self, value: &Value, verb: char) {
        let before = std::mem::replace(&mut self.is_erroring, true);
        self.write(&format!("%!{verb}({}=", value.type_name()));
        self.value(value, 'v', 0);
        self.write(")");
        self.is_erroring = before;
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        if self.is_full {
            return;
        }
        if depth > DEPTH {
            self.is_full = true;
            return;
        }
        match &value.data {
            Data::Nil => self.write("<nil>"),
            Data::NilPointer(name) if self.flags.sharp_v => self.write(&format!("({name})(nil)")),
            Data::NilPointer(_) if verb == 'v' => self.padded("<nil>"),
            Data::NilPointer(_) => self.pointer(value, verb),
            Data::Bool(truth) => match verb {
                't' | 'v' => self.padded(if *truth { "true" } else { "false" }),
                _ => self.bad_verb(value, verb),
            },
            Data::Int { kind, value: bits } => self.integer(value, *kind, *bits, verb),
            Data::Float(float) => self.float(value, *float, verb),
            Data::Text(text) => match verb {
                'v' | 's' | 'x' | 'X' | 'q' => self.text(text, verb),
                _ => self.bad_verb(value, verb),
            },
            Data::Bytes(bytes) => self.bytes(bytes, verb, depth),
            Data::List(list) => self.list(list, verb, depth),
            Data::Map(map) => self.map(map, verb, depth),
            Data::Object(object) => {
                let is_text = object.is_stringer() && !self.is_erroring && !self.flags.sharp_v;
                if is_text && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
                    return self.text(&Text::new(Object::printed(&**object)), verb);
                }
                match (object.kind(), as_slice(value)) {
                    (ObjectKind::Slice, Some(list)) => self.list(&list, verb, depth),
                    // Only the outermost is looked through.
                    (ObjectKind::Pointer, _) if depth > 0 => self.pointer(value, verb),
                    (ObjectKind::Pointer, _) => {
                        self.write("&");
                        self.write(&Object::printed(&**object));
                    }
                    _ => self.write(&Object::printed(&**object)),
                }
            }
            Data::Function(_) => self.pointer(value, verb),
        }
    }

    /// An element of what is printed.
    fn element(&mut self, value: &Value, is_boxed: bool, verb: char, depth: usize) {
        let outer = self.marks.clone();
        if !value.marks.is_empty() {
            self.marks = value.marks.clone();
        }
        if value.is_nil() {
            let is_typed = self.flags.sharp_v && is_boxed;
            self.write(if is_typed { "interface {}(nil)" } else { "<nil>" });
        } else {
            self.value(value, verb, depth + 1);
        }
        self.marks = outer;
    }

    fn separator(&mut self, index: usize) {
        if index > 0 {
            self.write(if self.flags.sharp_v { ", " } else { " " });
        }
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(&format!("[]{}", list.element().name()));
            if list.is_nil() {
                return self.write("(nil)");
            }
        }
        self.write(if sharp { "{" } else { "[" });
        for (index, item) in list.items().iter().enumerate() {
            self.separator(index);
            self.element(item, list.element() == Element::Any, verb, depth);
        }
        self.write(if sharp { "}" } else { "]" });
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.write(map.kind().name());
            if map.is_nil() {
                return self.write("(nil)");
            }
        }
        self.write(if sharp { "{" } else { "map[" });
        // A map may hold itself: it is borrowed for reading alone.
        for (index, (key, item)) in map.entries().iter().enumerate() {
            if self.is_full {
                break;
            }
            self.separator(index);
            self.value(&Value::text(key.clone()), verb, depth + 1);
            self.write(":");
            self.element(item, map.kind() != MapKind::Texts, verb, depth);
        }
        self.write(if sharp { "}" } else { "]" });
    }

    fn bytes(&mut self, bytes: &[u8], verb: char, depth: usize) {
        match verb {
            'v' | 'd' => {
                let sharp = self.flags.sharp_v;
                self.write(match (sharp, depth) {
                    (true, 0) => "[]byte{",
                    (true, _) => "[]uint8{",
                    _ => "[",
                });
                for (index, byte) in bytes.iter().enumerate() {
                    self.separator(index);
                    let value = Value::int_of(IntKind::Uint8, i64::from(*byte));
                    self.value(&value, verb, depth + 1);
                }
                self.write(if sharp { "}" } else { "]" });
            }
            's' | 'x' | 'X' | 'q' => self.text(&Text::from_bytes(bytes), verb),
            _ => {
                let byte = |b: &u8| Value::int_of(IntKind::Uint8, i64::from(*b));
                let list = List::of(Element::Other("uint8"), bytes.iter().map(byte).collect());
                self.list(&list, verb, depth);
            }
        }
    }

    /// What has an address in Go has the same one here, whatever it is: output does not change from run to run.
    fn pointer(&mut self, value: &Value, verb: char) {
        let address = match &value.data {
            Data::NilPointer(_) => 0,
            Data::List(_) | Data::Map(_) | Data::Bytes(_) | Data::Function(_) => 0xc0_0001_0000,
            Data::Object(object) if object.kind() != ObjectKind::Struct => 0xc0_0001_0000,
            _ => return self.bad_verb(value, verb),
        };
        match verb {
            'v' | 'p' => {
                let sharp = self.flags.sharp;
                self.flags.sharp = !sharp;
                self.unsigned(address, 16, 'v');
                self.flags.sharp = sharp;
            }
            'b' | 'o' | 'd' | 'x' | 'X' => {
                let base = match verb {
                    'b' => 2,
                    'o' => 8,
                    'd' => 10,
                    _ => 16,
                };
                self.unsigned(address, base, verb);
            }
            _ => self.bad_verb(value, verb),
        }
    }
}
