//! The variables of a Kustomization: its own, those of ConfigMaps and Secrets, and what the bootstrap supplies.
//!
//! A later reference goes before an earlier one, the Kustomization's own variables before all (fluxcd/pkg: `LoadVariables`). A value that Git
//! does not have (of a Secret that is encrypted, of an object that is made in the cluster) is unknown, not empty.

use std::collections::BTreeMap;

use seatrial_model::{Finding, Node, Origin, Span, nearest_of_few};

use crate::objects::ids;

/// A variable with its value, unless only the cluster knows that.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) value: Option<String>,
    pub(crate) origin: Origin,
}

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    known: BTreeMap<String, Variable>,
    /// An object that was not found may have others.
    more: bool,
    /// Where the Kustomization says what is filled in.
    place: Option<Span>,
}

impl Variables {
    pub(crate) fn at(place: Span) -> Variables {
        Variables { place: Some(place), ..Variables::default() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Variable> {
        self.known.get(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.more
    }

    /// Whether there may be variables whose names are not known.
    pub(crate) fn may_have_more(&self) -> bool {
        self.more
    }

    /// That an object with variables was not found.
    pub(crate) fn expect_more(&mut self) {
        self.more = true;
    }

    /// Sets a variable to a node's text; line ends are taken out, as the controller does.
    pub(crate) fn set(&mut self, name: &str, node: &Node) {
        let value = node.scalar_text().map(|text| text.replace('\n', ""));
        self.known.insert(name.to_owned(), Variable { value, origin: node.origin() });
    }

    /// Sets a variable whose value only the cluster knows.
    pub(crate) fn set_unknown(&mut self, name: &str, origin: Origin) {
        self.known.insert(name.to_owned(), Variable { value: None, origin });
    }

    /// Sets a variable whose value was decoded.
    pub(crate) fn set_text(&mut self, name: &str, value: &str, origin: Origin) {
        self.known.insert(name.to_owned(), Variable { value: Some(value.replace('\n', "")), origin });
    }

    /// Supplies a variable that is not set otherwise, or whose value only the cluster would know.
    pub(crate) fn supply(&mut self, name: &str, value: &str, place: Span) {
        if self.known.get(name).is_none_or(|variable| variable.value.is_none()) {
            let supplied = Variable { value: Some(value.to_owned()), origin: Origin::from(place) };
            self.known.insert(name.to_owned(), supplied);
        }
    }

    /// Names that are not names of variables: the controller refuses to fill in anything then.
    pub(crate) fn invalid_names(&self) -> impl Iterator<Item = (&str, Span)> {
        let all = self.known.iter().map(|(name, variable)| (name.as_str(), variable.origin.span));
        all.filter(|(name, _)| !is_name(name))
    }

    /// That a variable has no value.
    pub(crate) fn unset(&self, name: &str, place: Span) -> Finding {
        let finding = Finding::new(ids::UNSET_VARIABLE, place, format!("the variable `{name}` has no value"));
        let finding = match self.place {
            Some(place) => finding.with_related(place, "these are all variables that are filled in"),
            None => finding,
        };
        let near = nearest_of_few(name, self.known.keys().map(String::as_str));
        if let Some((near, variable)) = near.and_then(|near| self.known.get_key_value(near)) {
            let finding = finding.with_related(variable.origin.span, "the name of this one is similar");
            return finding.with_help(format!("did you mean `{near}`?"));
        }
        finding.with_help(format!("set it under `postBuild.substitute`, give it a default (`${{{name}:=…}}`), or write `$${{{name}}}` where it is not Flux's"))
    }
}

/// `^[_[:alpha:]][_[:alpha:][:digit:]]*$`.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b == b'_' || b.is_ascii_alphabetic())
        && bytes.all(|b| b == b'_' || b.is_ascii_alphanumeric())
}
