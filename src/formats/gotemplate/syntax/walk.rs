//! What is in the blocks of a tree, operand by operand, whether or not it is executed.

use crate::syntax::node::{Arena, Arm, Block, Node, Operand, OperandKind, Pipe};

/// Whether a block uses its dot as a whole.
pub(crate) fn uses_dot(arena: &Arena, block: Block) -> bool {
    arena.nodes[block].iter().any(|node| match node {
        Node::Text(_) | Node::Break | Node::Continue => false,
        Node::Action { pipe, .. } => has_dot(arena, pipe),
        // Within `with` and `range` the dot is another one.
        Node::Branch(branch) => {
            let branch = &arena.branches[*branch];
            let in_arm = |arm: &Arm| has_dot(arena, &arm.pipe) || (!branch.is_with && uses_dot(arena, arm.body));
            arena.arms[branch.arms].iter().any(in_arm) || branch.otherwise.is_some_and(|block| uses_dot(arena, block))
        }
        Node::Range(range) => {
            let range = &arena.ranges[*range];
            has_dot(arena, &range.pipe) || range.otherwise.is_some_and(|block| uses_dot(arena, block))
        }
        Node::Template(call) => arena.calls[*call].pipe.as_ref().is_some_and(|pipe| has_dot(arena, pipe)),
    })
}

fn has_dot(arena: &Arena, pipe: &Pipe) -> bool {
    let mut has = false;
    for_each_in_pipe(arena, pipe, &mut |operand| has |= matches!(operand.kind, OperandKind::Dot));
    has
}

pub(crate) fn for_each_operand<'t>(arena: &'t Arena, block: Block, call: &mut impl FnMut(&'t Operand)) {
    for node in &arena.nodes[block] {
        match node {
            Node::Text(_) | Node::Break | Node::Continue => {}
            Node::Action { pipe, .. } => for_each_in_pipe(arena, pipe, call),
            Node::Branch(branch) => {
                let branch = &arena.branches[*branch];
                for arm in &arena.arms[branch.arms] {
                    for_each_in_pipe(arena, &arm.pipe, call);
                    for_each_operand(arena, arm.body, call);
                }
                branch.otherwise.into_iter().for_each(|block| for_each_operand(arena, block, call));
            }
            Node::Range(range) => {
                let range = &arena.ranges[*range];
                for_each_in_pipe(arena, &range.pipe, call);
                for_each_operand(arena, range.body, call);
                range.otherwise.into_iter().for_each(|block| for_each_operand(arena, block, call));
            }
            Node::Template(template) => {
                let pipe = arena.calls[*template].pipe.as_ref();
                pipe.into_iter().for_each(|pipe| for_each_in_pipe(arena, pipe, call));
            }
        }
    }
}

fn for_each_in_pipe<'t>(arena: &'t Arena, pipe: &Pipe, call: &mut impl FnMut(&'t Operand)) {
    for command in &arena.commands[pipe.commands] {
        arena.operands[command.arguments].iter().for_each(|operand| for_each_in(arena, operand, call));
    }
}

fn for_each_in<'t>(arena: &'t Arena, operand: &'t Operand, call: &mut impl FnMut(&'t Operand)) {
    call(operand);
    match operand.kind {
        OperandKind::Chain { inner, .. } => for_each_in(arena, &arena.inner[inner], call),
        OperandKind::Pipe(pipe) => for_each_in_pipe(arena, &arena.pipes[pipe], call),
        _ => {}
    }
}
