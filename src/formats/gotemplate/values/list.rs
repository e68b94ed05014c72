//! Slices of Go. A list does not change once it is made.

use std::fmt;
use std::rc::Rc;

use crate::values::value::{Data, Value};

/// The type that Go gives the elements of a slice or the values of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// `interface {}`
    Any,
    /// `string`
    Text,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `float64`
    Float,
    /// `bool`
    Bool,
    /// `map[string]interface {}`
    Map,
    /// `[]string`
    Texts,
    /// `[]uint8`
    Bytes,
    /// Another type, by its name.
    Other(&'static str),
}

impl Element {
    /// The name of the type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Text => "string",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Float => "float64",
            Self::Bool => "bool",
            Self::Map => "map[string]interface {}",
            Self::Texts => "[]string",
            Self::Bytes => "[]uint8",
            Self::Other(name) => name,
        }
    }
}

/// A slice.
#[derive(Clone)]
pub struct List(Rc<Inner>);

struct Inner {
    items: Vec<Value>,
    element: Element,
    is_nil: bool,
    room: usize,
}

impl List {
    /// A `[]interface {}`.
    #[must_use]
    pub fn new(items: Vec<Value>) -> Self {
        Self::of(Element::Any, items)
    }

    /// A slice of elements of this type.
    #[must_use]
    pub fn of(element: Element, items: Vec<Value>) -> Self {
        Self(Rc::new(Inner { items, element, is_nil: false, room: 0 }))
    }

    /// A `[]interface {}` as Go's decoder of JSON makes it, element by element: it has room for more, and sprig's `slice` reaches into that.
    #[must_use]
    pub fn decoded(items: Vec<Value>) -> Self {
        let room = capacity(items.len()) - items.len();
        Self(Rc::new(Inner { items, element: Element::Any, is_nil: false, room }))
    }

    /// The nil slice of this type.
    #[must_use]
    pub fn nil(element: Element) -> Self {
        Self(Rc::new(Inner { items: Vec::new(), element, is_nil: true, room: 0 }))
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }

    /// For how many more elements Go has room in its array, all of them nil.
    #[must_use]
    pub fn room(&self) -> usize {
        self.0.room
    }

    /// The type of the elements.
    #[must_use]
    pub fn element(&self) -> Element {
        self.0.element
    }

    /// Whether this is Go's nil slice.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        self.0.is_nil
    }

    /// Whether both are the same slice in memory.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// What is in it, if nobody else has it.
    pub(crate) fn dismantle(self) -> Vec<Value> {
        Rc::try_unwrap(self.0).map(|mut inner| std::mem::take(&mut inner.items)).unwrap_or_default()
    }
}

/// The capacity of a slice of interfaces that was appended to one by one (Go: `runtime.growslice` and the size classes of its allocator).
fn capacity(length: usize) -> usize {
    const LARGER: [usize; 6] = [512, 848, 1280, 1792, 2560, 3408];
    match length {
        0 => 0,
        1..=512 => length.next_power_of_two(),
        _ => LARGER.into_iter().find(|capacity| *capacity >= length).unwrap_or(length),
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.items(), f)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.items.iter().any(holds) {
            release(std::mem::take(&mut self.items));
        }
    }
}

/// Whether there may be other values in the value.
pub(crate) fn holds(value: &Value) -> bool {
    matches!(value.data, Data::List(_) | Data::Map(_))
}

/// Lets go of values without recursion, however deep they are.
pub(crate) fn release(mut waiting: Vec<Value>) {
    while let Some(value) = waiting.pop() {
        match value.data {
            Data::List(list) => waiting.append(&mut list.dismantle()),
            Data::Map(map) => waiting.extend(map.dismantle().into_values()),
            _ => {}
        }
    }
}
