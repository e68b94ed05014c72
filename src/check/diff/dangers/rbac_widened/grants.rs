//! What the rules of a role allow, and what another rule allows beyond that. Rules add up, and none takes anything away
//! (kubernetes: `plugin/pkg/auth/authorizer/rbac`, `pkg/registry/rbac/validation`).

use seatrial_model::{Node, QuickSet};

/// How often a combination of verb, group and resource may be held against a rule of the base, for one role.
const MOST: usize = 2_000_000;

/// What is left of that.
pub(super) struct Budget(usize);

impl Budget {
    pub(super) fn new() -> Budget {
        Budget(MOST)
    }

    /// Takes some of it; whether it was there.
    fn take(&mut self, amount: usize) -> bool {
        self.0 = self.0.saturating_sub(amount);
        !self.is_spent()
    }

    /// Whether something was not looked at.
    pub(super) fn is_spent(&self) -> bool {
        self.0 == 0
    }
}

/// What a role allows.
pub(super) struct Grants<'a>(Vec<Rule<'a>>);

/// One rule.
struct Rule<'a> {
    verbs: List<'a>,
    groups: List<'a>,
    resources: List<'a>,
    /// Names of objects; none for all of them.
    names: List<'a>,
    urls: List<'a>,
}

/// A list of texts, and whether it has the one that means all.
struct List<'a> {
    texts: QuickSet<&'a str>,
    is_wild: bool,
}

impl<'a> List<'a> {
    fn of(rule: &'a Node, field: &str) -> List<'a> {
        let items = rule.get(field).map_or(&[][..], Node::items);
        let texts: QuickSet<&str> = items.iter().filter_map(Node::scalar_text).collect();
        List { is_wild: texts.contains("*"), texts }
    }

    fn has(&self, text: &str) -> bool {
        self.is_wild || self.texts.contains(text)
    }
}

/// Whether an item stands for all there are.
pub(super) fn is_wild(item: &Node) -> bool {
    item.scalar_text() == Some("*")
}

/// What a rule allows and a role does not.
pub(super) struct Extra<'a> {
    pub(super) verbs: Vec<&'a str>,
    pub(super) groups: Vec<&'a str>,
    /// Resources or paths.
    pub(super) objects: Vec<&'a str>,
    /// The item that makes it so, else the rule.
    pub(super) value: &'a Node,
    /// From the rule.
    pub(super) field: String,
}

impl<'a> Grants<'a> {
    pub(super) fn of(role: &'a Node) -> Grants<'a> {
        let rule = |rule| Rule {
            verbs: List::of(rule, "verbs"),
            groups: List::of(rule, "apiGroups"),
            resources: List::of(rule, "resources"),
            names: List::of(rule, "resourceNames"),
            urls: List::of(rule, "nonResourceURLs"),
        };
        Grants(role.get("rules").map_or(&[][..], Node::items).iter().map(rule).collect())
    }

    /// What a rule allows beyond these.
    pub(super) fn lack<'r>(&self, rule: &'r Node, budget: &mut Budget) -> Option<Extra<'r>> {
        let names: Vec<&str> = texts(rule, "resourceNames").map(|(_, name, _)| name).collect();
        let cost = self.0.len() + 1;
        if !budget.take(cost.saturating_mul(names.len() + 1)) {
            return None;
        }
        let of_names: Vec<&Rule<'_>> = self.0.iter().filter(|known| known.has_names(&names)).collect();
        let allow = |verb: &str, group: &str, resource: &str| {
            of_names
                .iter()
                .any(|known| known.verbs.has(verb) && known.groups.has(group) && known.has_resource(resource))
        };
        let allow_url = |verb: &str, url: &str| self.0.iter().any(|known| known.verbs.has(verb) && known.has_url(url));
        let mut lacking = Lacking::default();
        let list = |field| texts(rule, field).map(|(_, text, _)| text);
        let on_resources = list("verbs").flat_map(|verb| list("resources").map(move |resource| (verb, resource)));
        let of_groups =
            on_resources.flat_map(|(verb, resource)| list("apiGroups").map(move |group| (verb, group, resource)));
        for (verb, group, resource) in of_groups.take_while(|_| budget.take(cost)) {
            if !allow(verb, group, resource) {
                lacking.note(verb, group, resource);
            }
        }
        let on_urls = list("verbs").flat_map(|verb| list("nonResourceURLs").map(move |url| (verb, url)));
        for (verb, url) in on_urls.take_while(|_| budget.take(cost)) {
            if !allow_url(verb, url) {
                lacking.note(verb, "", url);
            }
        }
        lacking.told(rule, self, budget)
    }
}

impl<'a> Rule<'a> {
    fn list(&self, field: &str) -> &List<'a> {
        match field {
            "verbs" => &self.verbs,
            "resources" => &self.resources,
            "nonResourceURLs" => &self.urls,
            _ => &self.groups,
        }
    }

    /// `*/scale` is that of all resources.
    fn has_resource(&self, resource: &str) -> bool {
        let of_all =
            || resource.split_once('/').is_some_and(|(_, part)| self.resources.texts.contains(&*format!("*/{part}")));
        self.resources.has(resource) || of_all()
    }

    fn has_names(&self, names: &[&str]) -> bool {
        self.names.texts.is_empty() || (!names.is_empty() && names.iter().all(|name| self.names.texts.contains(name)))
    }

    /// `/healthz/*` is everything below.
    fn has_url(&self, url: &str) -> bool {
        let is_below = |known: &&str| known.strip_suffix('*').is_some_and(|stem| url.starts_with(stem));
        self.urls.has(url) || self.urls.texts.iter().any(is_below)
    }
}

/// What is not allowed yet.
#[derive(Default)]
struct Lacking<'r> {
    verbs: Texts<'r>,
    groups: Texts<'r>,
    objects: Texts<'r>,
}

/// Texts in the order in which they were found, each once.
#[derive(Default)]
struct Texts<'r> {
    list: Vec<&'r str>,
    known: QuickSet<&'r str>,
}

impl<'r> Lacking<'r> {
    fn note(&mut self, verb: &'r str, group: &'r str, object: &'r str) {
        for (list, text) in [(&mut self.verbs, verb), (&mut self.groups, group), (&mut self.objects, object)] {
            if list.known.insert(text) {
                list.list.push(text);
            }
        }
    }

    fn told(self, rule: &'r Node, known: &Grants<'_>, budget: &mut Budget) -> Option<Extra<'r>> {
        if self.verbs.list.is_empty() {
            return None;
        }
        let (value, field) =
            self.added(rule).or_else(|| unheard_of(rule, known, budget)).unwrap_or((rule, String::new()));
        let (verbs, groups, objects) = (self.verbs.list, self.groups.list, self.objects.list);
        Some(Extra { verbs, groups, objects, value, field })
    }

    /// The first item of the list that was added to: of the other lists all items are among what is lacking.
    fn added(&self, rule: &'r Node) -> Option<(&'r Node, String)> {
        FIELDS.into_iter().find_map(|field| {
            let lacking = match field {
                "verbs" => &self.verbs,
                "apiGroups" => &self.groups,
                _ => &self.objects,
            };
            let is_part = texts(rule, field).any(|(_, text, _)| !lacking.known.contains(text));
            let (place, _, item) = texts(rule, field).find(|(_, text, _)| is_part && lacking.known.contains(text))?;
            Some((item, format!("/{field}/{place}")))
        })
    }
}

/// The lists of a rule that allow something.
const FIELDS: [&str; 4] = ["verbs", "resources", "nonResourceURLs", "apiGroups"];

/// The first item of a rule that no other rule has.
fn unheard_of<'r>(rule: &'r Node, known: &Grants<'_>, budget: &mut Budget) -> Option<(&'r Node, String)> {
    FIELDS.into_iter().find_map(|field| {
        let is_known = |text: &str| known.0.iter().any(|rule| rule.list(field).texts.contains(text));
        let (place, _, item) =
            texts(rule, field).find(|(_, text, _)| budget.take(known.0.len() + 1) && !is_known(text))?;
        Some((item, format!("/{field}/{place}")))
    })
}

/// The texts of a list of a rule, each with its place and its item.
fn texts<'r>(rule: &'r Node, field: &str) -> impl Iterator<Item = (usize, &'r str, &'r Node)> + use<'r> {
    let items = rule.get(field).map_or(&[][..], Node::items);
    items.iter().enumerate().filter_map(|(place, item)| Some((place, item.scalar_text()?, item)))
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Manifest, Sources};

    use super::*;
    use crate::cases::objects;

    fn role(rules: &str) -> Manifest {
        let text = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{ name: a }}\nrules: [{rules}]\n"
        );
        objects(&Sources::new(), "role.yaml", &text).remove(0)
    }

    #[test]
    fn a_role_of_millions_of_combinations_is_given_up() {
        let many: Vec<String> = (0..3000).map(|number| format!("w{number}")).collect();
        let many = many.join(", ");
        let head = role(&format!("{{ apiGroups: [{many}], resources: [{many}], verbs: [{many}] }}"));
        let base = role("{ apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"] }");
        let mut budget = Budget::new();
        let rule = head.node.get("rules").and_then(|rules| rules.items().first()).expect("a rule");
        assert!(Grants::of(&base.node).lack(rule, &mut budget).is_none());
        assert!(budget.is_spent());
    }
}
