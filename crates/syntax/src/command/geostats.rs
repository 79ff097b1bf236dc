//! `geostats`: aggregates by cells of a map. `geostats latfield=lat longfield=lon count BY city`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::Aggregate, cursor::Cursor, option::Choice, print};

/// Aggregate rows with coordinates by cells, for each zoom level.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The field whose values name the columns.
    pub by: Option<Field>,
    /// Whether values become columns; otherwise they make rows.
    pub translate: bool,
    /// `latfield=`.
    pub latitude: String,
    /// `longfield=`.
    pub longitude: String,
    /// `outputlatfield=`.
    pub output_latitude: String,
    /// `outputlongfield=`.
    pub output_longitude: String,
    /// How many values are kept in all; 0 is all.
    pub global_limit: u64,
    /// How many values are kept in each cell; 0 is all.
    pub local_limit: u64,
    /// The height of a cell of the lowest level in degrees.
    pub latitude_span: f64,
    /// The width.
    pub longitude_span: f64,
    /// The highest level.
    pub max_zoom: u64,
}

/// The highest level that a map has.
const MOST_ZOOM: u64 = 20;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["geostats"],
    kind: Kind::Transforming,
    summary: "aggregates by places for a map",
    usage: "geostats [<option>=<value>]… <function>(<field>) [AS <name>]… [BY <field>]",
    options: &[
        "binspanlat",
        "binspanlong",
        "globallimit",
        "latfield",
        "locallimit",
        "longfield",
        "maxzoomlevel",
        "outputlatfield",
        "outputlongfield",
        "translatetoxy",
    ],
    differs: &["the values of `locallimit` are chosen by their number of rows"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut stats = GeoStats {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        by: None,
        translate: true,
        latitude: "lat".to_owned(),
        longitude: "lon".to_owned(),
        output_latitude: "latitude".to_owned(),
        output_longitude: "longitude".to_owned(),
        global_limit: 10,
        local_limit: 10,
        latitude_span: 22.5,
        longitude_span: 45.0,
        max_zoom: 9,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            stats.set(cursor, &option);
        } else if stats.by.is_none() && cursor.keyword("by").is_some() {
            cursor.skip_separators();
            stats.by = cursor.field();
            if stats.by.is_none() {
                cursor.missing("a field after `BY`");
                return None;
            }
        } else if stats.by.is_some() {
            cursor.expected("an option or the end: `geostats` takes one field");
        } else {
            stats.aggregates.extend(cursor.aggregates(&["by"]));
        }
    }
    if stats.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    Some(Command::GeoStats(stats))
}

impl GeoStats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let text = || option.value.node.clone();
        match option.name.node.as_str() {
            "binspanlat" => self.latitude_span = degrees(cursor, option),
            "binspanlong" => self.longitude_span = degrees(cursor, option),
            "globallimit" => self.global_limit = cursor.unsigned(option),
            "latfield" => self.latitude = text(),
            "locallimit" => self.local_limit = cursor.unsigned(option),
            "longfield" => self.longitude = text(),
            "maxzoomlevel" => self.max_zoom = cursor.unsigned(option).min(MOST_ZOOM),
            "outputlatfield" => self.output_latitude = text(),
            "outputlongfield" => self.output_longitude = text(),
            "translatetoxy" => self.translate = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

/// A size in degrees; a cell smaller than a centimetre is none.
fn degrees(cursor: &mut Cursor, option: &Choice) -> f64 {
    let number = cursor.number(option);
    if number >= 1e-7 {
        return number;
    }
    let text = format!("`{}` takes a positive number of degrees", option.name.node);
    cursor.report(crate::Diagnostic::new(crate::Code::BadValue, option.value.span, text));
    1.0
}

impl Display for GeoStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("geostats")?;
        if !self.translate {
            out.write_str(" translatetoxy=false")?;
        }
        for (name, value, usual) in [
            ("latfield", &self.latitude, "lat"),
            ("longfield", &self.longitude, "lon"),
            ("outputlatfield", &self.output_latitude, "latitude"),
            ("outputlongfield", &self.output_longitude, "longitude"),
        ] {
            print::option(out, name, (value != usual).then_some(print::Quoted(value)))?;
        }
        for (name, value, usual) in [
            ("globallimit", self.global_limit, 10),
            ("locallimit", self.local_limit, 10),
            ("maxzoomlevel", self.max_zoom, 9),
        ] {
            print::option(out, name, (value != usual).then_some(value))?;
        }
        for (name, value, usual) in
            [("binspanlat", self.latitude_span, 22.5), ("binspanlong", self.longitude_span, 45.0)]
        {
            print::option(out, name, (value != usual).then_some(value))?;
        }
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        self.by.as_ref().map_or(Ok(()), |by| write!(out, " BY {by}"))
    }
}
