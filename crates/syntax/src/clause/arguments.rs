//! Arguments of commands with options and one other thing or fields, in any order: `localize maxpause=5m`, `mvexpand limit=2 to`,
//! `append maxout=10 [ … ]`, `outlier action=rm bytes`.

use crate::{Field, Search, cursor::Cursor, option::Choice, parser::Place};

impl Cursor<'_> {
    /// Reads options, commas between them allowed, up to the end; false where something else stands there.
    pub(crate) fn only_options(&mut self, mut set: impl FnMut(&mut Self, &Choice)) -> bool {
        loop {
            self.skip_separators();
            if self.at_end() {
                return true;
            }
            let Some(option) = self.option() else {
                self.expected("an option or the end");
                return false;
            };
            set(self, &option);
        }
    }

    /// Reads options and fields, commas between them allowed, up to the end; none where something else stands there.
    pub(crate) fn any_fields(&mut self, mut set: impl FnMut(&mut Self, &Choice)) -> Option<Vec<Field>> {
        let mut fields = Vec::new();
        loop {
            self.skip_separators();
            if self.at_end() {
                return Some(fields);
            }
            match self.option() {
                Some(option) => set(self, &option),
                None => fields.push(self.field()?),
            }
        }
    }

    /// Reads options and one field; `set` takes the options, known or not. Fails for want of `what`.
    pub(crate) fn one_field(&mut self, what: &str, mut set: impl FnMut(&mut Self, &Choice)) -> Option<Field> {
        let mut field = None;
        while !self.at_end() {
            if let Some(option) = self.option() {
                set(self, &option);
                continue;
            }
            if field.is_some() {
                break;
            }
            field = self.field();
            if field.is_none() {
                break;
            }
        }
        if field.is_none() {
            self.missing(what);
        }
        field
    }

    /// As [`one_field`](Self::one_field), with a name behind `AS`; commas separate too.
    pub(crate) fn one_field_as(&mut self, mut set: impl FnMut(&mut Self, &Choice)) -> Option<(Field, Option<Field>)> {
        let (mut field, mut alias) = (None, None);
        loop {
            self.skip_separators();
            if self.at_end() {
                break;
            }
            if let Some(option) = self.option() {
                set(self, &option);
            } else if field.is_none() {
                field = self.field();
                if field.is_none() {
                    break;
                }
                alias = self.alias();
            } else if alias.is_none() && self.peek_keyword("as").is_some() {
                alias = self.alias();
            } else {
                break;
            }
        }
        let Some(field) = field else {
            self.missing("a field");
            return None;
        };
        Some((field, alias))
    }

    /// Reads options and one search in brackets.
    pub(crate) fn one_search(&mut self, mut set: impl FnMut(&mut Self, &Choice)) -> Option<Search> {
        let mut search = None;
        while !self.at_end() {
            if let Some(option) = self.option() {
                set(self, &option);
            } else if self.peek() == Some('[') && search.is_none() {
                search = self.bracket(Place::Bracket);
            } else {
                break;
            }
        }
        if search.is_none() {
            self.missing_search();
        }
        search
    }
}
