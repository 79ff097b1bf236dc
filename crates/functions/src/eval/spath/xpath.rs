//! XPath over the elements of a text: `//user[@id='3']/name`, `/a/b[2]/@key`, `//*[local-name()='EventID']/text()`.
//!
//! A step takes elements to elements, in the order of the text and each once; the last one may give attributes or texts.
//! Positions count the elements that one parent has for the step, as in XPath. No axes by name, no arithmetic, no sums.

mod grammar;

use super::xml::Tree;

pub(super) use grammar::parse;

/// A path: the branches that `|` separates.
#[derive(Debug, PartialEq)]
pub(super) struct Path(Vec<Branch>);

/// Steps from an element, or from the top.
#[derive(Debug, PartialEq)]
struct Branch {
    absolute: bool,
    steps: Vec<Step>,
}

#[derive(Debug, PartialEq)]
struct Step {
    /// Whether it starts from all elements below, too: `//`.
    deep: bool,
    to: Target,
    conditions: Vec<Condition>,
}

#[derive(Debug, PartialEq)]
enum Target {
    Element(String),
    AnyElement,
    Itself,
    Parent,
    Attribute(String),
    AnyAttribute,
    Text,
}

#[derive(Debug, PartialEq)]
enum Condition {
    /// From the front, from 1.
    Position(usize),
    /// So many before the last.
    Last(usize),
    Exists(Operand),
    Compare {
        operand: Operand,
        equal: bool,
        value: String,
    },
    Contains(Operand, String),
    StartsWith(Operand, String),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

#[derive(Debug, PartialEq)]
enum Operand {
    Branch(Branch),
    Name,
    LocalName,
}

impl Path {
    /// The values at the path: of elements without children their text, of others what is inside.
    pub(super) fn values(&self, tree: &Tree) -> Vec<String> {
        let walk = Walk::new(tree);
        self.0.iter().flat_map(|branch| walk.branch(branch, 0)).collect()
    }
}

/// A tree with the way back up.
struct Walk<'a, 't> {
    tree: &'a Tree<'t>,
    parents: Vec<usize>,
}

impl<'a, 't> Walk<'a, 't> {
    fn new(tree: &'a Tree<'t>) -> Self {
        let mut parents = vec![0; tree.len()];
        for node in 0..tree.len() {
            for &child in tree.all_children(node) {
                if let Some(parent) = parents.get_mut(child) {
                    *parent = node;
                }
            }
        }
        Self { tree, parents }
    }

    fn branch(&self, branch: &Branch, from: usize) -> Vec<String> {
        let mut nodes = vec![if branch.absolute { 0 } else { from }];
        for (place, step) in branch.steps.iter().enumerate() {
            let is_last = place + 1 == branch.steps.len();
            let contexts = if step.deep { self.with_all_below(&nodes) } else { nodes };
            let values = |of: &dyn Fn(usize) -> Vec<String>| contexts.iter().flat_map(|&node| of(node)).collect();
            match &step.to {
                Target::Attribute(name) if is_last => {
                    return values(&|node| self.tree.attribute(node, name).into_iter().collect());
                }
                Target::AnyAttribute if is_last => return values(&|node| self.tree.all_attributes(node)),
                Target::Text if is_last => return values(&|node| self.tree.own_texts(node)),
                Target::Attribute(_) | Target::AnyAttribute | Target::Text => return Vec::new(),
                _ => {}
            }
            nodes = contexts.iter().flat_map(|&node| self.step(step, node)).collect();
            nodes.sort_unstable();
            nodes.dedup();
        }
        nodes.retain(|&node| node != 0);
        nodes.into_iter().map(|node| self.tree.value(node)).collect()
    }

    /// The elements that one element leads to.
    fn step(&self, step: &Step, node: usize) -> Vec<usize> {
        let children = self.tree.all_children(node).iter().copied();
        let mut found: Vec<usize> = match &step.to {
            Target::Element(name) => children.filter(|&child| self.tree.name(child) == name).collect(),
            Target::AnyElement => children.collect(),
            Target::Parent => self.parents.get(node).copied().into_iter().collect(),
            _ => vec![node],
        };
        for condition in &step.conditions {
            let count = found.len();
            let kept = found.into_iter().enumerate();
            found = kept
                .filter(|(place, node)| self.holds(condition, *node, place + 1, count))
                .map(|(_, node)| node)
                .collect();
        }
        found
    }

    /// The elements and all below them, in the order of the text.
    fn with_all_below(&self, nodes: &[usize]) -> Vec<usize> {
        let mut all = Vec::new();
        let mut pending: Vec<usize> = nodes.to_vec();
        let mut seen = vec![false; self.parents.len()];
        while let Some(node) = pending.pop() {
            if seen.get_mut(node).is_some_and(|seen| !std::mem::replace(seen, true)) {
                all.push(node);
                pending.extend(self.tree.all_children(node));
            }
        }
        all.sort_unstable();
        all
    }

    /// Recursion is bounded: the grammar limits how deep conditions nest.
    fn holds(&self, condition: &Condition, node: usize, place: usize, count: usize) -> bool {
        let any = |operand: &Operand, test: &dyn Fn(&str) -> bool| {
            self.operand(operand, node).iter().any(|found| test(found))
        };
        match condition {
            Condition::Position(wanted) => place == *wanted,
            Condition::Last(before) => count.checked_sub(*before) == Some(place),
            Condition::Exists(operand) => !self.operand(operand, node).is_empty(),
            Condition::Compare { operand, equal, value } => any(operand, &|found| (found == value) == *equal),
            Condition::Contains(operand, value) => any(operand, &|found| found.contains(value.as_str())),
            Condition::StartsWith(operand, value) => any(operand, &|found| found.starts_with(value.as_str())),
            Condition::And(left, right) => {
                self.holds(left, node, place, count) && self.holds(right, node, place, count)
            }
            Condition::Or(left, right) => self.holds(left, node, place, count) || self.holds(right, node, place, count),
            Condition::Not(inner) => !self.holds(inner, node, place, count),
        }
    }

    fn operand(&self, operand: &Operand, node: usize) -> Vec<String> {
        let name = self.tree.name(node);
        match operand {
            Operand::Branch(branch) => self.branch(branch, node),
            Operand::Name => vec![name.to_owned()],
            Operand::LocalName => vec![name.rsplit(':').next().unwrap_or_default().to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{super::xml::Tree, parse};

    const TEXT: &str =
        "<?xml version='1.0'?><a k='0'><b k='1' z='q'>x</b><b k='2'>y<c>z</c>t</b><d><b k='3'/><n:e>5</n:e></d></a>";

    fn check(path: &str, expected: &[&str]) {
        assert_eq!(parse(path).unwrap().values(&Tree::new(TEXT)), expected, "{path}");
    }

    #[test]
    fn steps() {
        check("/a/b/@k", &["1", "2"]);
        check("//b/@k", &["1", "2", "3"]);
        check("a//c", &["z"]);
        check("/a/b", &["x", "y<c>z</c>t"]);
        check("/a/b/text()", &["x", "y", "t"]);
        check("//c/../@k", &["2"]);
        check("/a/*/@*", &["1", "q", "2"]);
        check("//c | //b[1]/@z", &["z", "q"]);
        check("/b", &[]);
        check("//b/@k/x", &[]);
    }

    #[test]
    fn conditions() {
        check("//b[@k='2']/c", &["z"]);
        check("/a/b[2]/@k", &["2"]);
        // The first of each parent.
        check("//b[1]/@k", &["1", "3"]);
        check("/a/b[last()]/@k", &["2"]);
        check("/a/b[last()-1]/@k", &["1"]);
        check("//b[c]/@k", &["2"]);
        check("//b[c='z']/@k", &["2"]);
        check("//b[.='x']/@k", &["1"]);
        check("//b[text()=\"t\"]/@k", &["2"]);
        check("//b[@z and @k='1']/@k", &["1"]);
        check("//b[@k='3' or contains(@z, 'q')]/@k", &["1", "3"]);
        check("//b[not(@z)]/@k", &["2", "3"]);
        check("//b[@k!='1'][1]/@k", &["2", "3"]);
        check("//*[local-name()='e']", &["5"]);
        check("//*[starts-with(name(), 'n:')]", &["5"]);
        check("//b[@k=2]/c", &["z"]);
    }

    #[test]
    fn mistakes() {
        for path in ["", "/a[", "/a[1", "a/b]", "a[@]", "a[foo()]", "a b", "a[@k='v]", &"a[not(".repeat(500)] {
            assert!(parse(path).is_err(), "{path}");
        }
    }
}
