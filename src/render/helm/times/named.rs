//! A number with a name: `time.Month`, `time.Weekday`.

use std::any::Any;
use std::rc::Rc;

use seatrial_gotemplate::{Object, Value};

#[derive(Clone, Debug)]
pub(crate) struct Named {
    type_name: &'static str,
    name: &'static str,
    number: i64,
}

impl Named {
    pub(crate) fn value(type_name: &'static str, name: &'static str, number: i64) -> Value {
        Value::object(Rc::new(Named { type_name, name, number }))
    }
}

impl Object for Named {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn printed(&self) -> String {
        self.name.to_owned()
    }

    fn is_stringer(&self) -> bool {
        true
    }

    fn plain(&self) -> Value {
        Value::int(self.number)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
