//! Reading an XPath. `//user[@id='3']/name`

use super::{Branch, Condition, Operand, Path, Step, Target};

/// How deep conditions may nest.
const DEEPEST: usize = 30;

/// A path.
///
/// # Errors
/// What was expected, and what stands there.
pub(in crate::eval::spath) fn parse(text: &str) -> Result<Path, String> {
    let mut reader = Reader { rest: text, depth: 0 };
    let mut branches = vec![reader.branch()?];
    while reader.take("|") {
        branches.push(reader.branch()?);
    }
    if reader.rest.trim().is_empty() { Ok(Path(branches)) } else { Err(reader.expected("the end of the path")) }
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn expected(&self, what: &str) -> String {
        match self.rest.trim() {
            "" => format!("expected {what} at the end"),
            rest => format!("expected {what} at `{}`", rest.chars().take(20).collect::<String>()),
        }
    }

    /// Takes a symbol after blanks.
    fn take(&mut self, symbol: &str) -> bool {
        match self.rest.trim_start().strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn need(&mut self, symbol: &str) -> Result<(), String> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    /// Takes a word that no name goes on behind.
    fn word(&mut self, word: &str) -> bool {
        let before = self.rest;
        if self.take(word) && !self.rest.starts_with(is_name) {
            return true;
        }
        self.rest = before;
        false
    }

    fn name(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let length = text.find(|next| !is_name(next)).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(length)?;
        if name.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(name)
    }

    fn number(&mut self) -> Option<usize> {
        let text = self.rest.trim_start();
        let length = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
        let number = text.get(..length)?.parse().ok()?;
        self.rest = text.get(length..)?;
        Some(number)
    }

    /// A text in quotes, or a number as it is written.
    fn literal(&mut self) -> Result<String, String> {
        let text = self.rest.trim_start();
        if let Some(quote) = text.chars().next().filter(|next| matches!(next, '\'' | '"')) {
            let inside = text.get(1..).and_then(|inside| inside.split_once(quote));
            let Some((literal, rest)) = inside else { return Err(format!("the text `{text}` never ends")) };
            self.rest = rest;
            return Ok(literal.to_owned());
        }
        let length = text.find(|next: char| !matches!(next, '0'..='9' | '.' | '-')).unwrap_or(text.len());
        match text.split_at_checked(length) {
            Some((number, rest)) if !number.is_empty() => {
                self.rest = rest;
                Ok(number.to_owned())
            }
            _ => Err(self.expected("a text in quotes")),
        }
    }

    fn branch(&mut self) -> Result<Branch, String> {
        let mut deep = self.take("//");
        let absolute = deep || self.take("/");
        let mut steps = Vec::new();
        loop {
            steps.push(self.step(deep)?);
            deep = self.take("//");
            if !deep && !self.take("/") {
                return Ok(Branch { absolute, steps });
            }
        }
    }

    fn step(&mut self, deep: bool) -> Result<Step, String> {
        let to = if self.take("..") {
            Target::Parent
        } else if self.take(".") {
            Target::Itself
        } else if self.take("*") {
            Target::AnyElement
        } else if self.take("@") {
            match self.name() {
                Some(name) => Target::Attribute(name.to_owned()),
                None if self.take("*") => Target::AnyAttribute,
                None => return Err(self.expected("the name of an attribute")),
            }
        } else if self.take("text()") {
            Target::Text
        } else {
            match self.name() {
                Some(name) if self.rest.starts_with('(') => return Err(format!("there is no function `{name}`")),
                Some(name) => Target::Element(name.to_owned()),
                None => return Err(self.expected("the name of an element")),
            }
        };
        let mut conditions = Vec::new();
        while self.take("[") {
            conditions.push(self.either()?);
            self.need("]")?;
        }
        Ok(Step { deep, to, conditions })
    }

    fn either(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the conditions nest too deep".to_owned());
        }
        let mut left = self.both()?;
        while self.word("or") {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn both(&mut self) -> Result<Condition, String> {
        let mut left = self.one()?;
        while self.word("and") {
            left = Condition::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.take("not(") {
            let inner = self.either()?;
            self.need(")")?;
            return Ok(Condition::Not(Box::new(inner)));
        }
        if self.take("(") {
            let inner = self.either()?;
            self.need(")")?;
            return Ok(inner);
        }
        if self.take("last()") {
            let before = if self.take("-") { self.number().ok_or_else(|| self.expected("a number"))? } else { 0 };
            return Ok(Condition::Last(before));
        }
        if self.take("position()") {
            self.need("=")?;
            return self.number().map(Condition::Position).ok_or_else(|| self.expected("a number"));
        }
        if let Some(number) = self.number() {
            return Ok(Condition::Position(number));
        }
        for (name, make) in [
            ("contains(", Condition::Contains as fn(Operand, String) -> Condition),
            ("starts-with(", Condition::StartsWith),
        ] {
            if self.take(name) {
                let operand = self.operand()?;
                self.need(",")?;
                let value = self.literal()?;
                self.need(")")?;
                return Ok(make(operand, value));
            }
        }
        let operand = self.operand()?;
        let equal = if self.take("!=") {
            false
        } else if self.take("=") {
            true
        } else {
            return Ok(Condition::Exists(operand));
        };
        Ok(Condition::Compare { operand, equal, value: self.literal()? })
    }

    fn operand(&mut self) -> Result<Operand, String> {
        if self.take("local-name()") {
            Ok(Operand::LocalName)
        } else if self.take("name()") {
            Ok(Operand::Name)
        } else {
            Ok(Operand::Branch(self.branch()?))
        }
    }
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':')
}
