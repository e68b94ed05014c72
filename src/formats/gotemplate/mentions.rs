//! Which names templates mention, whether or not what mentions them is executed: for who wants to know that a value is never read.

use std::collections::HashSet;
use std::sync::Arc;

use crate::Templates;
use crate::node::{Block, Call, Command, Node, Operand, OperandKind, Pipe, Range, Tree};

/// What templates mention.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// Fields, and the words in constants.
    pub named: HashSet<Arc<str>>,
    /// Fields whose value is used as a whole: printed, given to a function or a template, ranged over. What is in it may be read without being
    /// named.
    pub whole: HashSet<Arc<str>>,
}

/// Functions that only look whether something is there, or what it is.
const LOOKS: [&str; 17] = [
    "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "empty", "hasKey", "kindIs", "kindOf", "typeIs", "typeOf",
    "default", "coalesce",
];

/// Functions that take one entry out of their first argument.
const PICKS: [&str; 3] = ["index", "get", "hasKey"];

/// Functions for which a template without a name for it is still only handed on.
const HANDS_ON: [&str; 5] = ["include", "tpl", "dict", "list", "template"];

/// The field of the values of a chart.
const VALUES: &str = "Values";

impl Templates {
    /// What the templates mention. `is_entry` says which of them are executed by themselves: a template that none of those leads to may name
    /// values, but never uses one.
    #[must_use]
    pub fn mentions(&self, is_entry: impl Fn(&str) -> bool) -> Mentions {
        let mut scan = Scan::default();
        for tree in self.trees.values() {
            scan.names(&tree.root);
        }
        let mut reached: HashSet<&str> = HashSet::new();
        let mut open: Vec<&Arc<Tree>> = self.trees.values().filter(|tree| is_entry(&tree.name)).collect();
        while let Some(tree) = open.pop() {
            if !reached.insert(&tree.name) {
                continue;
            }
            scan.tree(tree);
            let next = std::mem::take(&mut scan.calls);
            match scan.calls_any {
                true => open.extend(self.trees.values()),
                false => open.extend(next.iter().filter_map(|name| self.trees.get(name))),
            }
        }
        scan.mentions
    }
}

/// Words of a text, as names have them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).filter(|word| !word.is_empty())
}

#[derive(Default)]
struct Scan {
    mentions: Mentions,
    /// Templates that are called.
    calls: Vec<Arc<str>>,
    calls_any: bool,
    /// Variables that are used as a whole, in the tree.
    variables: HashSet<Arc<str>>,
    /// How many `with` and `range` there are around.
    inner_dots: u32,
}

impl Scan {
    /// Notes all names in a block.
    fn names(&mut self, block: &Block) {
        for_each_operand(block, &mut |operand| match &operand.kind {
            OperandKind::Field(names) | OperandKind::Variable(_, names) | OperandKind::Chain(_, names) => {
                self.mentions.named.extend(names.iter().cloned());
            }
            OperandKind::Text(constant) => {
                let text = &*constant.text;
                self.mentions.named.insert(text.into());
                self.mentions.named.extend(words(text).map(Arc::from));
            }
            _ => {}
        });
    }

    /// Notes what a tree uses as a whole, and which templates it calls.
    fn tree(&mut self, tree: &Tree) {
        self.variables.clear();
        let mut variables = HashSet::new();
        for_each_operand(&tree.root, &mut |operand| {
            if let OperandKind::Variable(name, names) = &operand.kind
                && names.is_empty()
            {
                variables.insert(Arc::clone(name));
            }
        });
        self.variables = variables;
        self.block(&tree.root);
    }

    fn block(&mut self, block: &Block) {
        for node in block {
            match node {
                Node::Text { .. } | Node::Break | Node::Continue => {}
                Node::Action { pipe, .. } => self.pipe(pipe, self.is_kept(pipe)),
                Node::Branch(branch) => {
                    for arm in &branch.arms {
                        let looks_only = match branch.is_with {
                            true => !uses_dot(&arm.body),
                            false => true,
                        };
                        self.pipe(&arm.pipe, looks_only && self.declares_parts_only(&arm.pipe));
                        self.inner_dots += u32::from(branch.is_with);
                        self.block(&arm.body);
                        self.inner_dots -= u32::from(branch.is_with);
                    }
                    branch.otherwise.iter().for_each(|block| self.block(block));
                }
                Node::Range(range) => self.range(range),
                Node::Template(call) => self.template(call),
            }
        }
    }

    fn range(&mut self, range: &Range) {
        let operands = range.pipe.commands.iter().flat_map(|command| &command.arguments);
        if operands.into_iter().any(|operand| self.is_all(operand)) {
            self.mentions.whole.insert(VALUES.into());
        }
        self.pipe(&range.pipe, false);
        self.inner_dots += 1;
        self.block(&range.body);
        self.inner_dots -= 1;
        range.otherwise.iter().for_each(|block| self.block(block));
    }

    /// Whether it may be all that the template was given.
    fn is_all(&self, operand: &Operand) -> bool {
        match &operand.kind {
            OperandKind::Dot => self.inner_dots == 0,
            OperandKind::Variable(name, names) => &**name == "$" && names.is_empty(),
            _ => false,
        }
    }

    fn template(&mut self, call: &Call) {
        self.calls.push(Arc::clone(&call.name));
        call.pipe.iter().for_each(|pipe| self.pipe(pipe, false));
    }

    /// Whether a pipeline only keeps its value in a variable of which nothing but parts are used.
    fn is_kept(&self, pipe: &Pipe) -> bool {
        !pipe.declared.is_empty() && !pipe.is_assign && self.declares_parts_only(pipe)
    }

    fn declares_parts_only(&self, pipe: &Pipe) -> bool {
        pipe.declared.iter().all(|name| !self.variables.contains(name))
    }

    /// A pipeline; `looks_only` where its value is not used as a whole.
    fn pipe(&mut self, pipe: &Pipe, looks_only: bool) {
        let is_alone = pipe.commands.len() == 1;
        for command in &pipe.commands {
            self.command(command, looks_only && is_alone);
        }
    }

    fn command(&mut self, command: &Command, looks_only: bool) {
        let Some((first, arguments)) = command.arguments.split_first() else { return };
        let OperandKind::Function(name, _) = &first.kind else {
            self.operand(first, looks_only);
            arguments.iter().for_each(|argument| self.operand(argument, false));
            return;
        };
        let name = &**name;
        if name == "include" {
            match arguments.first().map(|argument| &argument.kind) {
                Some(OperandKind::Text(constant)) => self.calls.push(Arc::clone(&constant.text)),
                _ => self.calls_any = true,
            }
        }
        if !HANDS_ON.contains(&name) && !LOOKS.contains(&name) && arguments.iter().any(|argument| self.is_all(argument))
        {
            self.mentions.whole.insert(VALUES.into());
        }
        let picks = PICKS.contains(&name) || (name == "set" && looks_only);
        let is_constant = |operand: &Operand| matches!(operand.kind, OperandKind::Text(_));
        if let (true, Some((container, keys))) = (picks, arguments.split_first()) {
            let keys_end = if name == "set" { keys.len().min(1) } else { keys.len() };
            if !keys.is_empty() && keys[..keys_end].iter().all(is_constant) {
                self.operand(container, true);
                keys[keys_end..].iter().for_each(|operand| self.operand(operand, false));
                if let (false, Some(OperandKind::Text(last))) =
                    (looks_only, keys[..keys_end].last().map(|key| &key.kind))
                {
                    self.mentions.whole.insert(Arc::clone(&last.text));
                }
                return;
            }
        }
        let looks_only = looks_only && LOOKS.contains(&name);
        arguments.iter().for_each(|argument| self.operand(argument, looks_only));
    }

    fn operand(&mut self, operand: &Operand, looks_only: bool) {
        match &operand.kind {
            OperandKind::Field(names) | OperandKind::Variable(_, names) => self.ends(names, looks_only),
            OperandKind::Chain(inner, names) => {
                self.operand(inner, true);
                self.ends(names, looks_only);
            }
            OperandKind::Pipe(pipe) => self.pipe(pipe, looks_only),
            _ => {}
        }
    }

    fn ends(&mut self, names: &[Arc<str>], looks_only: bool) {
        if let Some(last) = names.last().filter(|_| !looks_only) {
            self.mentions.whole.insert(Arc::clone(last));
        }
    }
}

/// Whether a block uses its dot as a whole.
fn uses_dot(block: &Block) -> bool {
    block.iter().any(|node| match node {
        Node::Text { .. } | Node::Break | Node::Continue => false,
        Node::Action { pipe, .. } => has_dot(pipe),
        // Within `with` and `range` the dot is another one.
        Node::Branch(branch) => {
            let in_arm = |arm: &crate::node::Arm| has_dot(&arm.pipe) || (!branch.is_with && uses_dot(&arm.body));
            branch.arms.iter().any(in_arm) || branch.otherwise.as_ref().is_some_and(uses_dot)
        }
        Node::Range(range) => has_dot(&range.pipe) || range.otherwise.as_ref().is_some_and(uses_dot),
        Node::Template(call) => call.pipe.as_ref().is_some_and(has_dot),
    })
}

fn has_dot(pipe: &Pipe) -> bool {
    let mut found = false;
    for_each_in_pipe(pipe, &mut |operand| found |= matches!(operand.kind, OperandKind::Dot));
    found
}

fn for_each_operand(block: &Block, call: &mut dyn FnMut(&Operand)) {
    for node in block {
        match node {
            Node::Text { .. } | Node::Break | Node::Continue => {}
            Node::Action { pipe, .. } => for_each_in_pipe(pipe, call),
            Node::Branch(branch) => {
                for arm in &branch.arms {
                    for_each_in_pipe(&arm.pipe, call);
                    for_each_operand(&arm.body, call);
                }
                branch.otherwise.iter().for_each(|block| for_each_operand(block, call));
            }
            Node::Range(range) => {
                for_each_in_pipe(&range.pipe, call);
                for_each_operand(&range.body, call);
                range.otherwise.iter().for_each(|block| for_each_operand(block, call));
            }
            Node::Template(template) => template.pipe.iter().for_each(|pipe| for_each_in_pipe(pipe, call)),
        }
    }
}

fn for_each_in_pipe(pipe: &Pipe, call: &mut dyn FnMut(&Operand)) {
    for operand in pipe.commands.iter().flat_map(|command| &command.arguments) {
        for_each_in(operand, call);
    }
}

fn for_each_in(operand: &Operand, call: &mut dyn FnMut(&Operand)) {
    call(operand);
    match &operand.kind {
        OperandKind::Chain(inner, _) => for_each_in(inner, call),
        OperandKind::Pipe(pipe) => for_each_in_pipe(pipe, call),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(texts: &[(&str, &str)]) -> Mentions {
        let functions = ["toYaml", "include", "tpl", "dict", "default", "set", "get", "hasKey"];
        let call = |_: &mut crate::Context<'_>, _: &[crate::Value]| Ok(crate::Value::nil());
        let functions = functions.map(|name| crate::Function::new(name, &[], call));
        let mut templates = Templates::new(&functions);
        texts.iter().for_each(|(name, text)| templates.parse(name, 0, text).expect("a template"));
        templates.mentions(|name| name == "main")
    }

    fn is_whole(text: &str, name: &str) -> bool {
        let mentions = mentions(&[("main", text)]);
        assert!(mentions.named.contains(name), "{text}");
        mentions.whole.contains(name)
    }

    #[test]
    fn what_is_read_part_by_part_is_not_used_as_a_whole() {
        let parts = [
            "{{ .Values.web.port }}",
            "{{ if .Values.web }}{{ .Values.web.port }}{{ end }}",
            "{{ if and .Values.web (not .Values.off) }}a{{ end }}",
            "{{ with .Values.web }}{{ .port }}{{ range .names }}{{ . }}{{ end }}{{ end }}",
            "{{ $web := .Values.web }}{{ $web.port }}",
            "{{ index .Values \"web\" \"port\" }}",
            "{{ get .Values.web \"port\" }}",
            "{{ $_ := set .Values.web \"port\" 1 }}",
            "{{ (.Values.web).port }}",
        ];
        for text in parts {
            assert!(!is_whole(text, "web"), "{text}");
        }
    }

    #[test]
    fn what_may_be_read_without_being_named_is_used_as_a_whole() {
        let wholes = [
            "{{ toYaml .Values.web }}",
            "{{ .Values.web | toYaml }}",
            "{{ range $name, $value := .Values.web }}{{ $name }}{{ end }}",
            "{{ with .Values.web }}{{ toYaml . }}{{ end }}",
            "{{ with .Values.web }}{{ if .on }}{{ toYaml . }}{{ end }}{{ end }}",
            "{{ $web := .Values.web }}{{ toYaml $web }}",
            "{{ include \"a\" .Values.web }}",
            "{{ template \"a\" .Values.web }}",
            "{{ include \"a\" (dict \"it\" .Values.web) }}",
            "{{ index .Values \"web\" }}",
            "{{ index .Values.web .Values.name }}",
            "{{ if include \"a\" .Values.web }}a{{ end }}",
            "{{ toYaml (.Values.web | default .Values.other) }}",
            "{{ define \"a\" }}{{ end }}{{ if false }}{{ toYaml .Values.web }}{{ end }}",
        ];
        for text in wholes {
            assert!(is_whole(text, "web"), "{text}");
        }
    }

    #[test]
    fn a_template_that_nobody_calls_uses_nothing() {
        let helper = ("helper", "{{ define \"a\" }}{{ toYaml .web }}{{ end }}");
        assert!(!mentions(&[helper, ("main", "{{ .Values.web.port }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ include \"a\" . }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ include .Values.name . }}")]).whole.contains("web"));
        assert!(mentions(&[helper, ("main", "{{ template \"a\" . }}")]).whole.contains("web"));
    }

    #[test]
    fn who_prints_all_that_there_is_uses_the_values() {
        for text in [
            "{{ toYaml . }}{{ .Values.a }}",
            "{{ with .Values.a }}{{ toYaml $ }}{{ end }}",
            "{{ range . }}{{ end }}{{ .Values.a }}",
        ] {
            assert!(is_whole(text, "Values"), "{text}");
        }
        for text in ["{{ include \"a\" . }}{{ .Values.a }}", "{{ with .Values.a }}{{ toYaml . }}{{ end }}"] {
            assert!(!is_whole(text, "Values"), "{text}");
        }
    }

    #[test]
    fn words_of_constants_are_names() {
        let named = mentions(&[("main", "{{ tpl \"{{ .Values.web-port.name }}\" . }} plain")]).named;
        assert!(named.contains("web-port") && named.contains("name") && !named.contains("plain"));
    }
}
