//! A box of a map. `min_x=-130 min_y=20 max_x=-60 max_y=50`

use std::fmt::{self, Display, Formatter};

use crate::{cursor::Cursor, option::Choice, print};

/// Longitudes and latitudes in degrees; all of the map where nothing is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The western edge.
    pub min_x: f64,
    /// The southern edge.
    pub min_y: f64,
    /// The eastern edge.
    pub max_x: f64,
    /// The northern edge.
    pub max_y: f64,
}

impl Default for Frame {
    fn default() -> Self {
        Self { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 }
    }
}

impl Frame {
    /// Takes an option; false where it is none of these. What lies beyond the map is its edge.
    pub(crate) fn set(&mut self, cursor: &mut Cursor, option: &Choice) -> bool {
        let (edge, most) = match option.name.node.as_str() {
            "min_x" => (&mut self.min_x, 180.0),
            "min_y" => (&mut self.min_y, 90.0),
            "max_x" => (&mut self.max_x, 180.0),
            "max_y" => (&mut self.max_y, 90.0),
            _ => return false,
        };
        *edge = cursor.number(option).clamp(-most, most);
        true
    }
}

impl Display for Frame {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let usual = Self::default();
        let edge = |out: &mut Formatter, name: &str, own: f64, usual: f64| {
            print::option(out, name, Some(own).filter(|own| *own != usual))
        };
        edge(out, "min_x", self.min_x, usual.min_x)?;
        edge(out, "min_y", self.min_y, usual.min_y)?;
        edge(out, "max_x", self.max_x, usual.max_x)?;
        edge(out, "max_y", self.max_y, usual.max_y)
    }
}
