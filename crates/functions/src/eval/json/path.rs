//! Paths into JSON and XML texts: `a.b`, `a{0}.b`, `a{}`, `{2}.c`, `book{@id}`.
//!
//! A key with a point in its name cannot be written; the `_exact` functions reach it.

use std::sync::Arc;

use datafusion::common::Result;

use crate::{
    eval::kernel::{Arguments, Column},
    value::Texts,
};

/// The most steps that a path can have; a text nested deeper than 128 is no JSON to the reader.
const MOST_STEPS: usize = 120;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value of a key, or the elements of a name.
    Key(String),
    /// One element, counted from 0.
    Index(usize),
    /// All elements.
    All,
    /// An attribute of an XML element.
    Attribute(String),
}

/// The steps that a path text names, none for an empty one; no path at all where it is malformed.
pub(crate) fn parse(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    loop {
        let end = rest.find(['.', '{']).unwrap_or(rest.len());
        let (key, behind) = rest.split_at(end);
        if !key.is_empty() {
            steps.push(Step::Key(key.to_owned()));
        }
        rest = behind;
        let mut has_brackets = false;
        while let Some(behind) = rest.strip_prefix('{') {
            let (inside, behind) = behind.split_once('}')?;
            steps.push(match inside.strip_prefix('@') {
                Some(name) if !name.is_empty() => Step::Attribute(name.to_owned()),
                _ if inside.is_empty() => Step::All,
                _ => Step::Index(inside.parse().ok()?),
            });
            has_brackets = true;
            rest = behind;
        }
        if steps.len() > MOST_STEPS {
            return None;
        }
        if rest.is_empty() {
            return (text.trim().is_empty() || has_brackets || !key.is_empty()).then_some(steps);
        }
        if key.is_empty() && !has_brackets {
            return None;
        }
        rest = rest.strip_prefix('.')?;
    }
}

/// An argument as paths.
pub(crate) struct Paths {
    texts: Column<Texts>,
    literal: Option<Option<Arc<[Step]>>>,
}

impl Paths {
    /// The paths of an argument; a literal is read once.
    pub(crate) fn new(args: &Arguments, index: usize) -> Result<Self> {
        let texts = args.texts(index)?;
        let read = || texts.get(0).and_then(|text| parse(&text)).map(Into::into);
        let literal = args.is_constant(index).then(read);
        Ok(Self { texts, literal })
    }

    /// The path of a row; none where it is null or malformed.
    pub(crate) fn get(&self, row: usize) -> Option<Arc<[Step]>> {
        match &self.literal {
            Some(path) => path.clone(),
            None => parse(&self.texts.get(row)?).map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, parse};

    fn key(name: &str) -> Step {
        Step::Key(name.to_owned())
    }

    #[test]
    fn steps() {
        assert_eq!(parse("a.b"), Some(vec![key("a"), key("b")]));
        assert_eq!(
            parse("{2}.Bridges{0}.length"),
            Some(vec![Step::Index(2), key("Bridges"), Step::Index(0), key("length")])
        );
        assert_eq!(parse("{}"), Some(vec![Step::All]));
        assert_eq!(parse("a{}{1}"), Some(vec![key("a"), Step::All, Step::Index(1)]));
        assert_eq!(parse("a b{@id}"), Some(vec![key("a b"), Step::Attribute("id".to_owned())]));
        assert_eq!(parse(""), Some(vec![]));
    }

    #[test]
    fn malformed_paths() {
        for text in ["a{", "a{x}", "a{1}b", ".a", "a..b", "a.", "a{-1}", "{@}", "a{99999999999999999999}"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&["a"; 1000].join(".")), None);
    }
}
