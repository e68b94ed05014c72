//! Members and items of a value that no rule has looked at yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::json::{Data, Json};
use crate::schema::Node;

/// What is not evaluated yet; nothing of what nobody asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unevaluated {
    pub(crate) properties: BTreeSet<Arc<str>>,
    pub(crate) items: BTreeSet<usize>,
}

impl Unevaluated {
    /// All of a value, as far as the schema or its caller asks for it.
    pub(crate) fn of(value: &Json, node: &Node, caller_asks: bool) -> Unevaluated {
        let mut all = Unevaluated::default();
        match &value.data {
            Data::Map(map) => {
                let asks = caller_asks || node.rules.unevaluated_properties.is_some();
                if asks && !node.all_properties_evaluated {
                    all.properties = map.keys().cloned().collect();
                }
            }
            Data::List(list) => {
                let asks = caller_asks || node.rules.unevaluated_items.is_some();
                if asks && !node.all_items_evaluated {
                    all.items = (node.items_evaluated..list.len()).collect();
                }
            }
            _ => {}
        }
        all
    }

    /// What another one evaluated, is.
    pub(crate) fn merge(&mut self, other: &Unevaluated) {
        self.properties.retain(|name| other.properties.contains(name));
        self.items.retain(|at| other.items.contains(at));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.properties.is_empty() && self.items.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.properties.clear();
        self.items.clear();
    }
}
